# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway, scripted: answers of the documented shapes, and the tasks that the tests run against them."""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t
import uuid

import responses
import urllib3
from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ReadTimeout

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import release

API = "https://backboard.railway.com/graphql/v2"
PROJECT_TOKEN = "railway-project-4Kd9sQ2vXn7bTm5wRzLf8pHy"
ACCOUNT_TOKEN = "railway-account-8Wc3nJ6yGq1rVt0kZxBs5uDf"
NOW = 1_795_143_720.0
DAY = 86400.0
Json = dict[str, t.Any]


def identity(name: str) -> str:
    """The same id for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


PROJECT, PRODUCTION, STAGING, API_SERVICE = (identity(name) for name in ("project", "production", "staging", "api"))
SHAS = {"v1.4.2": "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84", "v1.4.1": "77ab310b2281af3309300aaa0020d161371dbe99"}
LOST = Disconnected(urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer")))
UNREACHED = Disconnected(urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.NewConnectionError(None, "refused")))  # type: ignore[arg-type]
HANGING = ReadTimeout("Read timed out.")


class Raw(dict[str, t.Any]):
    """A whole body, where other answers are only its ``data``."""


def when(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sha(version: str) -> str:
    return SHAS.get(version) or hashlib.sha1(version.encode()).hexdigest()


def node(name: str, version: str = "", age: float = DAY, status: str = "REMOVED", **facts: t.Any) -> Json:
    """A deployment as Railway shows it: removed, with its image still there."""
    return {
        "id": identity(name),
        "status": status,
        "statusUpdatedAt": when(NOW - age + 60),
        "createdAt": when(NOW - age),
        "canRollback": status in ("SUCCESS", "SLEEPING", "REMOVED"),
        "canRedeploy": True,
        "deploymentStopped": status == "REMOVED",
        "projectId": PROJECT,
        "environmentId": PRODUCTION,
        "serviceId": API_SERVICE,
        "meta": {"commitHash": sha(version), "tag": version, "branch": "main"} if version else {},
        "instances": [{"id": identity(f"{name}-instance"), "status": "RUNNING"}] if status == "SUCCESS" else [],
        **facts,
    }


BAD = node("bad", "v1.4.2", 300, "SUCCESS")
GOOD = node("good", "v1.4.1", 3 * DAY)
OLD = node("old", "v1.4.0", 9 * DAY)


def became(made: Json, status: str, **facts: t.Any) -> Json:
    return {**made, "status": status, **facts}


def connection(items: t.Sequence[Json], cursor: str | None = None) -> Json:
    return {"edges": [{"node": item} for item in items], "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}}


def service(active: t.Sequence[Json] = (BAD,), *listed: Json, auto: bool | None = True, cron: str | None = None, cursor: str | None = None) -> Json:
    """The whole state of the service in one answer; what is active is listed too."""
    instance = {"serviceId": API_SERVICE, "serviceName": "api", "environmentId": PRODUCTION, "cronSchedule": cron, "activeDeployments": list(active)}
    answer = {"serviceInstance": instance, "deployments": connection([*active, *listed], cursor)}
    return answer if auto is None else {**answer, "serviceInstanceAutoDeployStatus": {"enabled": auto}}


def project_token(
    *services: tuple[str, str], environment: tuple[str, str] = (PRODUCTION, "production"), cursor: str | None = None, plan: str | None = "pro"
) -> Json:
    listed = connection([{"serviceId": one, "serviceName": name} for one, name in services or ((API_SERVICE, "api"),)], cursor)
    return {
        "projectToken": {
            "projectId": PROJECT,
            "environmentId": environment[0],
            "project": {"id": PROJECT, "name": "example-shop", "subscriptionType": plan},
            "environment": {"id": environment[0], "name": environment[1], "serviceInstances": listed},
        }
    }


def variables(one: t.Any, other: t.Any) -> Json:
    """The snapshots of two deployments."""
    return {"one": None if one is None else {"variables": one}, "other": None if other is None else {"variables": other}}


def refusal(message: str, code: str = "INTERNAL_SERVER_ERROR", path: list[str] | None = None, **facts: t.Any) -> Raw:
    error = {"message": message, "extensions": {"code": code}, **({"path": path} if path else {}), **facts}
    return Raw(data=None, errors=[error])


class Railway:
    """What the vendor answers to each operation: several answers are given in order, the last one for ever."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._answers: dict[str, list[t.Any]] = {}
        self.requests: list[tuple[str, Json, t.Mapping[str, str]]] = []
        mock.add_callback("POST", API, callback=self._answer)

    def on(self, operation: str, *answers: t.Any) -> None:
        """Each answer is the ``data``, a :class:`Raw` body, an exception, or ``(status, body[, headers])``; a text is sent as HTML."""
        self._answers[operation] = list(answers)

    def _answer(self, request: t.Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        name = body["operationName"]
        self.requests.append((name, body["variables"], request.headers))
        if name not in self._answers:
            raise AssertionError(f"nobody expected {name}")
        answers = self._answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, content, headers = (*answer, {})[:3] if isinstance(answer, tuple) else (200, answer, {})
        if isinstance(content, str):
            return status, {"Content-Type": "text/html", **headers}, content
        whole = content if isinstance(content, Raw | list) else {"data": content}
        return status, {"Content-Type": "application/json", **headers}, json.dumps(whole)

    @property
    def asked(self) -> list[str]:
        return [name for name, _variables, _headers in self.requests]

    def sent(self, operation: str) -> list[Json]:
        """The variables of every request of that operation."""
        return [given for name, given, _headers in self.requests if name == operation]

    @property
    def changes(self) -> list[str]:
        return [name for name in self.asked if name.startswith(("deploymentR", "deploymentStop", "deploymentCancel", "serviceInstanceDeploy"))]


class Time:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = NOW

    def sleep(self, seconds: float) -> None:
        self.now += seconds


LIMITS: Json = {"request_timeout": 5.0, "deadline": 120.0}
COMPONENT: Json = {
    "name": "api",
    "component_vendor": "railway",
    "railway_project": "example-shop",
    "railway_service": "api",
    "saasops_environment": "production",
}


def of_component(
    do: t.Callable[[release.Release], t.Any], check: bool = False, token: Json | None = None, before: Json | None = None, **component: t.Any
) -> Json:
    """The result of a task that works with the component's provider; what ``do`` returns is under ``seen``. ``before``: what an earlier task read."""
    given = {"token": PROJECT_TOKEN} if token is None else token
    params = {**LIMITS, "allow": "change"}
    return transaction.outcome(lambda task: {"seen": do(release.open(task, {**COMPONENT, **component}, given, before))}, params, check)


def of_module(execute: transaction.Execute, check: bool = False, **params: t.Any) -> Json:
    given = {"token": PROJECT_TOKEN, "api_token": None, "api_url": API, "project": None, "environment": None, "service": "api"}
    acts = {"allow": "change", "deployment": None, "commit": None, "state": "active", "rebuild": False, "use_previous_image_tag": False, "wait": True}
    return transaction.outcome(execute, {**LIMITS, **given, **acts, **params}, check)
