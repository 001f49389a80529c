# SPDX-License-Identifier: GPL-3.0-or-later
"""Running functions: who may call which, errors inside an answer of 200, the two formats, and what is logged."""

from __future__ import annotations

import base64
import json
import struct
import typing as t
from dataclasses import dataclass, field

from . import exports, imports, system, values
from .access import Identity
from .routes import ANYONE, Answer, Asked, Route
from .shop import FUNCTIONS, Context, Function, Thrown
from .state import ConvexError, Json

if t.TYPE_CHECKING:
    from .vendor import Convex

STOPPED = {
    "paused": "Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.",
    "disabled": "You have exceeded the free plan limits, so your deployments have been disabled.",
    "suspended": "Cannot run functions while this deployment is suspended.",
    "limit": "This deployment has been disabled because it exceeded a configured usage limit.",
}
INTERNAL = {"Query": "runInternalQueries", "Mutation": "runInternalMutations", "Action": "runInternalActions"}
KINDS: dict[str, type[t.Any] | tuple[type[t.Any], ...]] = {"string": str, "number": (int, float), "boolean": bool}

QUERIES = {**system.QUERIES, **exports.QUERIES, **imports.QUERIES}


@dataclass
class Outcome:
    """``error`` None: it went well."""

    value: t.Any = None
    error: str | None = None
    data: t.Any = None
    lines: list[str] = field(default_factory=list)

    def document(self, form: str) -> Json:
        if self.error is None:
            return {"status": "success", "value": values.encode(self.value, form), "logLines": self.lines}
        document: Json = {"status": "error", "errorMessage": self.error, "logLines": self.lines}
        return document if self.data is None else {**document, "errorData": values.encode(self.data, form)}


def canonical(path: str) -> str:
    """``users``, ``users.js:list`` and ``users:list`` as they are known here."""
    module, _colon, name = path.partition(":")
    return f"{module.removesuffix('.js')}:{name or 'default'}"


def find(path: str) -> Function | None:
    return QUERIES.get(canonical(path)) or FUNCTIONS.get(canonical(path))


def run(convex: Convex, identity: Identity, path: str, args: t.Any, kind: str | None, component: str | None = None, logged: bool = True) -> Outcome:
    """``kind`` None: any. ``logged`` False: a query that was asked before is looked at again. Raises for what the vendor refuses before it runs anything."""
    name = canonical(path)
    system = name.startswith("_system/")
    function = find(name)
    request = convex.world.word(16, "0123456789abcdef")
    context = Context(convex, identity)
    if (system or (function is not None and function.internal)) and not identity.admin:
        function = None
    if function is not None and function.internal:
        identity.require(f"deployment:functions:{INTERNAL[function.kind]}")
    try:
        if not system:
            _must_run(convex)
        if function is None or component:
            visible = "function" if identity.admin else "public function"
            raise _Plain(f"Could not find {visible} for '{path}'. Did you forget to run `npx convex dev` or `npx convex deploy`?")
        if kind is not None and function.kind != kind:
            raise _Plain(f"Trying to execute {path} as {kind}, but it is defined as {function.kind}.")
        outcome = Outcome(function.run(context, _checked(function, args, system)))
        failure = None
    except _Plain as error:
        failure, outcome = str(error), Outcome(error="", data=None)
    except Thrown as error:
        wrapped = "Uncaught Error" if error.data is None else "Uncaught ConvexError"
        text = error.message if error.data is None else json.dumps(error.data)
        failure, outcome = f"{wrapped}: {text}", Outcome(error="", data=error.data)
    if failure is not None:
        # Production tells its visitors nothing but the id under which the error is logged.
        shown = f"\n{failure}" if identity.admin else ""
        outcome.error = f"[Request ID: {request}] Server Error{shown}"
    if identity.admin:
        outcome.lines = [f"[{level}] '{text}'" for level, text in context.log]
    if logged and not system and function is not None:
        convex.log.completed(name, function.kind, request, context.log, failure)
        if function.kind == "Mutation" and failure is None:
            count = convex.deployment.effects.mutations
            count[name] = count.get(name, 0) + 1
            convex.changed()
    return outcome


class _Plain(Exception):
    """The vendor's own complaint about a call."""


def _must_run(convex: Convex) -> None:
    deployment = convex.deployment
    for state in (deployment.system, "limit" if deployment.usage_limit == "disabled" else "none", deployment.user):
        if state in STOPPED:
            raise _Plain(STOPPED[state])


def _checked(function: Function, args: t.Any, system: bool) -> Json:
    if isinstance(args, list):
        args = args[0] if args else {}
    if not isinstance(args, dict):
        raise ConvexError(400, "BadConvexJson", "The arguments of a function are an object")
    args = values.decode(args)
    if system:
        return t.cast(Json, args)
    for name, kind in function.args.items():
        plain = name.removesuffix("?")
        if plain not in args and not name.endswith("?"):
            raise _Plain(f"ArgumentValidationError: Object is missing the required field `{plain}`.")
        if plain in args and not isinstance(args[plain], KINDS[kind]):
            raise _Plain(f"ArgumentValidationError: Value does not match validator.\nPath: .{plain}\nValidator: v.{kind}()")
    extra = set(args) - {name.removesuffix("?") for name in function.args}
    if extra:
        raise _Plain(f"ArgumentValidationError: Object contains extra field `{min(extra)}` that is not in the validator.")
    return t.cast(Json, args)


# -- HTTP
def form_of(asked: Asked, wish: t.Any) -> str:
    if wish in (values.JSON, values.ENCODED):
        return str(wish)
    if wish is not None:
        raise ConvexError(400, "BadFormat", f"format param must be one of [`convex_encoded_json`, `json`]. Got {wish}")
    # What is left out means what the client's make has always meant.
    return values.ENCODED if asked.request.headers.get("Convex-Client", "").startswith("npm-") else values.JSON


def _called(asked: Asked, kind: str | None, path: str | None = None) -> Answer:
    path = asked.field("path") if path is None else path
    form = form_of(asked, asked.body.get("format"))
    component = asked.body.get("componentPath")
    outcome = run(asked.convex, asked.identity, path, asked.field("args", (dict, list)), kind, component)
    return 200, outcome.document(form)


def query(asked: Asked) -> Answer:
    return _called(asked, "Query")


def mutation(asked: Asked) -> Answer:
    return _called(asked, "Mutation")


def action(asked: Asked) -> Answer:
    return _called(asked, "Action")


def function(asked: Asked) -> Answer:
    return _called(asked, None)


def run_by_url(asked: Asked) -> Answer:
    folder, _slash, name = asked.names["function"].rpartition("/")
    return _called(asked, None, f"{folder}:{name}")


def query_by_url(asked: Asked) -> Answer:
    try:
        args = json.loads(asked.query.get("args", ""))
    except ValueError:
        raise ConvexError(400, "BadConvexJson", "The arguments are not JSON") from None
    outcome = run(asked.convex, asked.identity, asked.query.get("path", ""), args, "Query")
    return 200, outcome.document(form_of(asked, asked.query.get("format")))


def query_batch(asked: Asked) -> Answer:
    results = []
    for each in asked.field("queries", list):
        outcome = run(asked.convex, asked.identity, each["path"], each["args"], "Query")
        results.append(outcome.document(form_of(asked, each.get("format"))))
    return 200, {"results": results}


def query_ts(asked: Asked) -> Answer:
    return 200, {"ts": base64.b64encode(struct.pack("<Q", int(asked.convex.world.now() * 1e9))).decode()}


def cancel_all_jobs(asked: Asked) -> Answer:
    path = asked.body.get("udfPath")
    if asked.convex.jobs.cancel(None if path is None else canonical(path)):
        asked.convex.record(asked.identity, "cancel_all_scheduled_functions", {"udfPath": path})
        asked.convex.changed()
    return 200, None


def named(pattern: str, names: t.Mapping[str, str], body: t.Any) -> tuple[str | None, bool]:
    """The function that a request names (for faults and the journal), and whether running it may change something."""
    path = body.get("path") if isinstance(body, dict) else None
    if "function" in names:
        folder, _slash, name = names["function"].rpartition("/")
        path = f"{folder}:{name}"
    if not isinstance(path, str):
        return None, False
    found = find(path)
    if pattern.startswith(("/api/function", "/api/run")):
        return path, found is not None and found.kind != "Query"
    return path, pattern in ("/api/mutation", "/api/action")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/query", query_by_url, ANYONE),
    Route("POST", "/api/query", query, ANYONE),
    Route("POST", "/api/query_ts", query_ts, ANYONE),
    Route("POST", "/api/query_at_ts", query, ANYONE),
    Route("POST", "/api/query_batch", query_batch, ANYONE),
    Route("POST", "/api/mutation", mutation, ANYONE),
    Route("POST", "/api/action", action, ANYONE),
    Route("POST", "/api/function", function, ANYONE),
    Route("POST", "/api/run/{function:.+}", run_by_url, ANYONE),
    Route("POST", "/api/cancel_all_jobs", cancel_all_jobs, "deployment:data:write", True),
)
