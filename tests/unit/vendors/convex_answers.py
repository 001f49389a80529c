# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex, scripted: answers of the documented shapes, and the tasks that the tests run against them."""

from __future__ import annotations

import io
import json
import typing as t
import zipfile

import responses
import urllib3
from requests.exceptions import ConnectionError as Disconnected
from responses import matchers

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deployment import STATE_QUERY
from ansible_collections.saasops.runbooks.tests.unit.vendors import vercel_answers

NAME = "happy-animal-123"
URL = "https://happy-animal-123.eu-west-1.convex.cloud"
KEY = f"prod:{NAME}|convex-test-9Kd3Vw7Zx1Nq5Bm8Tj4Lh6"
Json = dict[str, t.Any]

LOST = Disconnected(urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer")))
UNREACHED = Disconnected(urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.NewConnectionError(None, "refused")))  # type: ignore[arg-type]
ENV = {"RATE_LIMIT_MAX": "convex-env-test-2Rf6Yc1Gs9Uj4", "FEATURE_CHECKOUT": "convex-env-test-7Hs3Tf6Yc1Rg9"}
NOW = vercel_answers.NOW
PERMISSIONS = ["deployment:env:view", "deployment:deploy"]


def error(code: str, message: str) -> Json:
    return {"code": code, "message": message}


def forbidden(permission: str) -> tuple[int, Json]:
    return 403, error("Forbidden", f"You do not have permission to perform this operation ({permission}).")


def value(of: t.Any) -> Json:
    return {"status": "success", "value": of, "logLines": []}


def thrown(message: str, data: t.Any = None) -> Json:
    return {"status": "error", "errorMessage": message, "logLines": [], **({"errorData": data} if data is not None else {})}


def backend(user: str = "none", system: str = "none", usage_limit: str = "none") -> Json:
    return value({"user": user, "system": system, "usage_limit": usage_limit})


def archive(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return buffer.getvalue()


ZIP = archive(
    {
        "README.md": b"# Snapshot\n",
        "_tables/documents.jsonl": b"{}\n{}\n",
        "users/generated_schema.jsonl": b'"x"\n',
        "users/documents.jsonl": b"{}\n{}\n{}",
        "orders/documents.jsonl": b"",
        "_components/mail/sent/documents.jsonl": b"{}\n",
        "_storage/documents.jsonl": b"{}\n",
        "_storage/k1.txt": b"receipt\n",
    }
)


def export(identity: str = "new", state: str = "completed", files: bool | None = False, age: float = 60.0, **facts: t.Any) -> Json:
    times = {"start_ts": str(int((NOW - age) * 1e9)), "complete_ts": str(int((NOW - age + 5) * 1e9)), "expiration_ts": str(int((NOW + 86400) * 1e9))}
    form = {} if files is None else {"format": {"format": "zip", "include_storage": files}}
    return value({"_id": identity, "state": state, "requestor": "snapshotExport", **(times if state == "completed" else {}), **form, **facts})


def imported(state: str, checkpoints: t.Any = None, **facts: t.Any) -> Json:
    """An import as it is shown."""
    more: Json = {
        "waiting_for_confirmation": {"message_to_confirm": "Import change summary:", "require_manual_confirmation": True},
        "in_progress": {"progress_message": "Importing", "checkpoint_messages": []},
        "completed": {"timestamp": "1"},
    }.get(state, {})
    document = {"_id": "imp", "mode": "Replace", "format": {"format": "zip"}, "requestor": {"type": "snapshotImport"}, "checkpoints": checkpoints}
    return value({**document, "state": {"state": state, **more, **facts}})


def completion(function: str, **facts: t.Any) -> Json:
    """An execution that has ended, as the log shows it."""
    return {
        "kind": "Completion",
        "udfType": "Query",
        "identifier": function,
        "logLines": [],
        "timestamp": NOW + 0.5,
        "executionTime": 0.25,
        "error": None,
        "cachedResult": False,
        "willRetry": False,
        "requestId": "34083ccbd338788a",
        **facts,
    }


class Convex:
    """What the vendor answers: several answers for one call are given in order, the last one for ever."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def on(self, method: str, path: str, *answers: t.Any, match: t.Sequence[t.Any] = (), base: str = URL) -> None:
        """Each answer is a JSON body, an exception, or ``(status, body)``; None is an empty body, a text is sent as it is, as HTML."""
        for answer in answers:
            code, body = answer if isinstance(answer, tuple) else (200, answer)
            if isinstance(body, Exception):
                self._mock.add(method, base + path, body=body, match=match)
            elif isinstance(body, str):
                self._mock.add(method, base + path, body=body, status=code, content_type="text/html", match=match)
            else:
                text = "" if body is None else json.dumps(body)
                self._mock.add(method, base + path, body=text, status=code, content_type="application/json", match=match)

    def raw(self, method: str, path: str, content: bytes) -> None:
        """A file."""
        self._mock.add(method, URL + path, body=content, content_type="application/zip", headers={"Content-Length": str(len(content))})

    def query(self, path: str, *answers: t.Any) -> None:
        self.on("POST", "/api/query", *answers, match=[matchers.json_params_matcher({"path": path}, strict_match=False)])

    def env(self, *answers: t.Any) -> None:
        """What is listed each time."""
        self.on("GET", "/api/v1/list_environment_variables", *({"environmentVariables": each} if isinstance(each, dict) else each for each in answers))

    def update_env(self, *answers: t.Any) -> None:
        self.on("POST", "/api/v1/update_environment_variables", *(answers or (None,)))

    def replace(self, method: str, path: str, *answers: t.Any) -> None:
        """Forget what was to be answered."""
        self._mock.remove(method, URL + path)
        self.on(method, path, *answers)

    def uploads(self) -> None:
        """Everything that an import sends is accepted."""
        for path, answer in (
            ("/api/import/start_upload", {"uploadToken": "upl"}),
            ("/api/import/upload_part", "part"),
            ("/api/import/finish_upload", {"importId": "imp"}),
            ("/api/perform_import", None),
            ("/api/cancel_import", None),
        ):
            text = "" if answer is None else json.dumps(answer)
            self._mock.add("POST", URL + path, body=text, content_type="application/json")

    def state(self, *answers: t.Any) -> None:
        self.query(STATE_QUERY, *answers)

    @property
    def calls(self) -> t.Any:
        return self._mock.calls

    @property
    def asked(self) -> list[str]:
        """Every request that went out: ``GET /api/v1/deployment_info``; queries by their function's path."""
        return [self._said(call.request) for call in self._mock.calls]

    def _said(self, request: t.Any) -> str:
        path = request.path_url.partition("?")[0]
        return f"query {json.loads(request.body)['path']}" if path == "/api/query" else f"{request.method} {path}"

    def request(self, index: int) -> t.Any:
        return self._mock.calls[index].request

    def sent(self, index: int = -1) -> t.Any:
        body = self.request(index).body
        return json.loads(body) if body else None


COMMON: Json = {"request_timeout": 5.0, "deadline": 60.0, "deploy_key": KEY, "url": URL, "deployment": None}


def of_place(do: t.Callable[[client.Place], t.Any], **params: t.Any) -> Json:
    """The result of a task that works with the deployment; what ``do`` returns is under ``seen``."""
    return transaction.outcome(lambda task: {"seen": do(client.connect(task, task.params))}, {**COMMON, **params}, False)


def of_module(execute: transaction.Execute, check: bool = False, no_log: bool = False, **params: t.Any) -> Json:
    return transaction.outcome(execute, {**COMMON, "allow": "change", **params}, check, no_log)
