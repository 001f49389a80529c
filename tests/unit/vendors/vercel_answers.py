# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel, scripted: answers of the documented shapes, and the tasks that the tests run against them."""

from __future__ import annotations

import hashlib
import json
import typing as t

import responses
import urllib3
from requests.exceptions import ChunkedEncodingError
from requests.exceptions import ConnectionError as Disconnected

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import projects, release
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope

API = "https://api.vercel.com"
TOKEN = "vercel-test-7Jq2mZc0RkXw4TnB9sLdPf6Yh3Gv"
TEAM = "example-team"
PROJECT = "prj_exampleHydrogen000000000"
NOW = 1_795_143_720.0
DAY = 86400.0
Json = dict[str, t.Any]

SHAS = {"v1.4.2": "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84", "v1.4.1": "77ab310b2281af3309300aaa0020d161371dbe99"}
LOST = Disconnected(urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer")))
UNREACHED = Disconnected(urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.NewConnectionError(None, "refused")))  # type: ignore[arg-type]
BROKEN_OFF = ChunkedEncodingError("Connection broken: IncompleteRead")


def item(identity: str, version: str = "", age: float = DAY, **facts: t.Any) -> Json:
    """A deployment as the list shows it: served before, and production can be returned to it."""
    commit = SHAS.get(version) or hashlib.sha1(identity.encode()).hexdigest()
    meta = {"githubCommitSha": commit, "githubCommitRef": "main", **({"tag": version} if version else {})}
    return {
        "uid": identity,
        "name": "hydrogen",
        "projectId": PROJECT,
        "url": f"hydrogen-{identity[4:].lower()}.vercel.app",
        "created": round((NOW - age) * 1000),
        "createdAt": round((NOW - age) * 1000),
        "state": "READY",
        "readyState": "READY",
        "readySubstate": "PROMOTED",
        "isRollbackCandidate": True,
        "target": "production",
        "meta": meta,
        "inspectorUrl": f"https://vercel.com/{TEAM}/hydrogen/{identity[4:]}",
        **facts,
    }


def single(listed: Json) -> Json:
    """The same deployment asked for by its id: under another key, and without whether production can be returned to it."""
    return {key: value for key, value in {**listed, "id": listed["uid"]}.items() if key not in ("uid", "state", "isRollbackCandidate")}


BAD = item("dpl_bad", "v1.4.2", 300, isRollbackCandidate=False)
GOOD = item("dpl_good", "v1.4.1", 3 * DAY)
OLD = item("dpl_old", "v1.4.0", 9 * DAY)
STAGED = item("dpl_staged", "v1.5.0", 60, readySubstate="STAGED", isRollbackCandidate=False)


def job(to: str, status: str = "succeeded", kind: str = "rollback", age: float = 0) -> Json:
    return {"type": kind, "toDeploymentId": to, "fromDeploymentId": "dpl_bad", "jobStatus": status, "requestedAt": round((NOW - age) * 1000)}


# What a project goes on showing of a job of long ago.
STALE = job("dpl_old", "succeeded", "promote", 5 * DAY)


def project(serving: Json | None = BAD, auto: bool | None = True, last: Json | None = None, **facts: t.Any) -> Json:
    answer = {
        "id": PROJECT,
        "name": "hydrogen",
        "accountId": "team_example",
        "targets": {"production": single(serving)} if serving else {},
        "lastAliasRequest": last,
        "link": {"type": "github", "productionBranch": "main"},
        "rollingRelease": None,
        "paused": False,
        **facts,
    }
    return answer if auto is None else {**answer, "autoAssignCustomDomains": auto}


def error(code: str, message: str, **extra: t.Any) -> Json:
    return {"error": {"code": code, "message": message, **extra}}


class Vercel:
    """What the vendor answers: several answers for one call are given in order, the last one for ever."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def on(self, method: str, path: str, *answers: t.Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Each answer is a JSON body, an exception, or ``(status, body)``; a text body is sent as it is, as HTML."""
        for answer in answers:
            code, body = answer if isinstance(answer, tuple) else (status, answer)
            if isinstance(body, Exception):
                self._mock.add(method, API + path, body=body)
            elif isinstance(body, str):
                self._mock.add(method, API + path, body=body, status=code, content_type="text/html", headers=headers)
            else:
                self._mock.add(method, API + path, body="" if body is None else json.dumps(body), status=code, content_type="application/json", headers=headers)

    def project(self, *answers: t.Any) -> None:
        """How the project looks each time: found by its name first, by its id later on."""
        self.on("GET", "/v9/projects/hydrogen", answers[0])
        self.on("GET", f"/v9/projects/{PROJECT}", *(answers[1:] or answers))

    def listed(self, *items: Json, following: t.Any = None) -> None:
        self.on("GET", "/v7/deployments", {"deployments": list(items), "pagination": {"count": len(items), "next": following, "prev": None}})

    def rollback(self, identity: str, *answers: t.Any) -> None:
        self.on("POST", f"/v1/projects/{PROJECT}/rollback/{identity}", *(answers or ((201, None),)))

    def promote(self, identity: str, *answers: t.Any) -> None:
        self.on("POST", f"/v10/projects/{PROJECT}/promote/{identity}", *(answers or ((201, None),)))

    @property
    def asked(self) -> list[str]:
        """Every request that went out: ``GET /v9/projects/hydrogen``."""
        return [f"{call.request.method} {call.request.path_url.partition('?')[0]}" for call in self._mock.calls]

    @property
    def changes(self) -> list[str]:
        return [request for request in self.asked if not request.startswith("GET")]

    def request(self, index: int) -> t.Any:
        return self._mock.calls[index].request


class Time:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = NOW

    def sleep(self, seconds: float) -> None:
        self.now += seconds


COMMON: Json = {"request_timeout": 5.0, "deadline": 60.0, "token": TOKEN, "api_url": API, "team": TEAM, "project": "hydrogen"}
COMPONENT: Json = {"name": "app", "component_vendor": "vercel", "vercel_project": "hydrogen", "vercel_team": TEAM}


def of_component(do: t.Callable[[release.VercelRelease], t.Any], check: bool = False, before: Json | None = None, **component: t.Any) -> Json:
    """The result of a task that works with the component's provider; what ``do`` returns is under ``seen``. ``before``: what an earlier task read."""
    params = {"request_timeout": 5.0, "deadline": 60.0, "allow": "change"}
    return transaction.outcome(lambda task: {"seen": do(release.open(task, {**COMPONENT, **component}, {"token": TOKEN}, before))}, params, check)


def of_project(do: t.Callable[[Scope], t.Any]) -> Json:
    """The same for what works on a project's scope."""
    return transaction.outcome(lambda task: {"seen": do(projects.scope(task, task.params))}, dict(COMMON), False)


def of_module(execute: transaction.Execute, check: bool = False, **params: t.Any) -> Json:
    defaults = {"allow": "change", "deployment": None, "auto_assign": None, "description": "", "rebuild": False}
    return transaction.outcome(execute, {**COMMON, **defaults, **params}, check)
