# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Environment variables of one Vercel project as wanted: listed once, compared, and changed with as few requests as possible.

Vendor facts: a variable is created for one place at a time, with ``upsert``, which overwrites only what is stored for exactly that
place, so that sending it twice is sending it once. A list of new variables answers 201 also when some of them were refused: those
are under ``failed``. A key is never sent with an edit, for a sensitive variable refuses it.
"""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import keyed_fingerprint, plain, without
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations, projects, variables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import STEP_UP, VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.variables import Edit, New, Place, Plan, Stored, Wish

# What Vercel says of a variable that it will not have: (kind, what a person can do next).
CODES: dict[str, tuple[Kind, str]] = {
    "ENV_ALREADY_EXISTS": ("conflict", f"Somebody else has just made it. {AGAIN}"),
    "ENV_CONFLICT": ("conflict", f"The same key is stored for this and other targets together. {AGAIN}"),
    "EXISTING_KEY_AND_TARGET": ("conflict", f"Somebody else has just made it. {AGAIN}"),
    "INVALID_KEY": ("invalid", "A key has letters, digits and underscores, and begins with no digit"),
    "KEY_RESERVED": ("invalid", "The key belongs to Vercel or to AWS: use another one"),
    "RESERVED_ENV_VARIABLE": ("invalid", "The key belongs to Vercel or to AWS: use another one"),
    "MAX_ENVS_EXCEEDED": ("plan", "Remove variables that nobody needs, or move them into a shared one"),
    "NOT_AUTHORIZED": ("permission", "The token may not change this variable"),
    "NOT_DECRYPTABLE": ("permission", "The token may not read this value: make the variable sensitive, whose value is not compared"),
}
SHORTEST_MASKED = 4
REDEPLOY = "no running deployment sees this: it holds from the next one on"


def listed(place: Scope, decrypt: bool) -> tuple[list[Stored], int]:
    """(all variables of the project, how many for production are kept from this token). One request."""
    try:
        answer = place.client.call(operations.FILTER_PROJECT_ENVS, path={"idOrName": place.project}, query={"decrypt": "true"} if decrypt else {})
    except Failure as failure:
        if failure.code in STEP_UP:
            failure.hint += "; or give every variable as type sensitive, whose value need not be read"
        raise projects.missing(place, failure) if failure.kind == "not_found" else failure from None
    # A project with a single variable may answer with just that.
    found = [answer] if "key" in answer and "envs" not in answer else answer.get("envs")
    pagination = answer["pagination"] if isinstance(answer.get("pagination"), dict) else {}
    if not isinstance(found, list) or pagination.get("next") is not None:
        raise malformed("complete list of environment variables")
    hidden = answer.get("hiddenProductionEnvCount")
    return [variables.stored(raw) for raw in found], hidden if isinstance(hidden, int) else 0


def legible(place: Scope, known: list[Stored], wanted: t.Callable[[Stored], bool]) -> list[Stored]:
    """The same with their values, one request for each that the list left encrypted."""

    def read(it: Stored) -> Stored:
        raw = place.client.call(operations.GET_PROJECT_ENV, path={"idOrName": place.project, "id": it.id})
        return variables.stored({"id": it.id, **raw, "decrypted": raw.get("decrypted", True)})

    return [read(it) if it.readable and it.value is None and wanted(it) else it for it in known]


def environments(place: Scope) -> dict[str, str]:
    """The custom environments of the project: their ids by their names. One request."""
    found = place.client.call(operations.GET_CUSTOM_ENVIRONMENTS, path={"idOrName": place.project}).get("environments")
    if not isinstance(found, list) or not all(isinstance(it, dict) and it.get("id") and it.get("slug") for it in found):
        raise malformed("list of custom environments")
    return {str(it["slug"]): str(it["id"]) for it in found}


def _wishes(task: Task, place: Scope) -> tuple[list[Wish], dict[str, str]]:
    """What the options ask for, and the custom environments' names by their ids; refuses what cannot be right."""
    given = task.params["variables"]
    for number, entry in enumerate(given):
        _check(entry, number)
    named = {name for entry in given for name in entry["custom_environments"] or []}
    slugs: dict[str, str] = {}
    try:
        slugs = environments(place) if named else {}
    except Failure as failure:
        raise projects.missing(place, failure) if failure.kind == "not_found" else failure from None
    for name in sorted(named - set(slugs) - set(slugs.values())):
        near = difflib.get_close_matches(name, slugs, 3, 0.5) or sorted(slugs)[:5]
        hint = f"Near or other names here: {', '.join(near)}" if near else "The project has none"
        raise Failure("not_found", f"there is no custom environment {name!r} in {place.where}", hint, VENDOR)
    key = task.params["fingerprint_key"] or place.client.wire.key
    wishes = []
    for entry in given:
        places = [Place(target, (entry["git_branch"] or "") if target == "preview" else "") for target in entry["target"] or []]
        places += [Place(custom=slugs.get(name, name)) for name in entry["custom_environments"] or []]
        value = entry["value"] if entry["state"] == "present" else None
        mark = f"version:{entry['version']}" if entry["version"] else f"hash:{keyed_fingerprint(key, [entry['key'], value])}"
        absent = entry["state"] == "absent"
        wishes.append(Wish(entry["key"], tuple(places), value, mark if value is not None else "", entry["type"], entry["comment"], absent, entry["replace"]))
    return wishes, {identity: slug for slug, identity in slugs.items()}


def _check(entry: dict[str, t.Any], number: int) -> None:
    """Refuse, before the first request, what Vercel would refuse or what says two things."""
    key = entry["key"]
    targets, customs = entry["target"] or [], entry["custom_environments"] or []
    comment = variables.marked(entry["comment"] or "", f"version:{'x' * 60}")
    problems = {
        f"variables[{number}] has no usable key": not variables.KEY.fullmatch(key),
        f"{key} has no place": not targets and not customs,
        f"{key} is there twice for one place": len({*targets}) < len(targets) or len({*customs}) < len(customs),
        f"{key} has a git_branch, and other targets than preview": bool(entry["git_branch"]) and (targets != ["preview"] or bool(customs)),
        f"{key} cannot be sensitive for development": entry["type"] == "sensitive" and "development" in targets,
        f"{key} is to be absent, and has a value": entry["state"] == "absent" and entry["value"] is not None,
        f"{key} has a version and no value": bool(entry["version"]) and entry["value"] is None,
        f"{key} has a version of strange characters": bool(entry["version"]) and not variables.VERSION.fullmatch(entry["version"]),
        f"{key} has too long a comment": len(comment) > variables.LONGEST_COMMENT,
        f"{key} has a comment that ends like one of this module's marks": variables.unmarked(entry["comment"] or "")[1] != "",
    }
    for problem in (text for text, is_so in problems.items() if is_so):
        raise Failure("invalid", problem, "See the documentation of the option variables", code="variables")


def execute(task: Task) -> dict[str, t.Any]:
    """What the module vercel_env does; its documentation tells options and result."""
    place = projects.scope(task, task.params)
    wishes, slugs = _wishes(task, place)
    # A shorter one could be any word or number.
    values = [wish.value for wish in wishes if len(wish.value or "") >= SHORTEST_MASKED]
    # Only what can be stored readably needs to be read to be compared.
    compares = any(wish.value is not None and wish.type != "sensitive" for wish in wishes)
    known, hidden = listed(place, compares)
    if hidden and any(at.target == "production" for wish in wishes for at in wish.places):
        message = f"this token is not shown {hidden} of the project's variables for production"
        raise Failure("permission", message, "Use a token of somebody who may see production variables", VENDOR, code="hidden")
    asked = {(wish.key, at) for wish in wishes for at in wish.places if wish.value is not None}
    known = legible(place, known, lambda it: any((it.key, at) in asked for at in it.places))
    plan = variables.plan(wishes, known)
    try:
        made = _apply(place, plan)
    except Failure as failure:
        failure.message = without(failure.message, values)
        failure.kind, failure.hint = CODES.get(failure.code, (failure.kind, failure.hint))
        raise
    notes = [REDEPLOY] if plan.changes else []
    told, diff = _told(wishes, known, plan, made, slugs, task.params["fingerprint_key"] or place.client.wire.key, notes)
    return {"changed": plan.changes, "variables": told, "notes": notes, "diff": diff}


def _apply(place: Scope, plan: Plan) -> dict[tuple[str, Place], Stored | KnownAfter]:
    """What is new. Edits come first, for what is new needs the places that they give up."""
    for edit in plan.edits:
        _edit(place, edit)
    if plan.removals:
        _remove(place, plan.removals)
    if not plan.creations:
        return {}
    wanted = ", ".join(f"{new.key} ({new.place})" for new in plan.creations)
    answer = place.client.change(
        operations.CREATE_PROJECT_ENV,
        f"{place.project} new {wanted}",
        path={"idOrName": place.project},
        query={"upsert": "true"},
        body=[_body(new) for new in plan.creations],
        look=lambda: _made(place, plan.creations),
    )
    if planned(answer):
        return {(new.key, new.place): KnownAfter(operations.CREATE_PROJECT_ENV.name) for new in plan.creations}
    failed = answer.get("failed")
    if not isinstance(failed, list) or answer.get("created") is None:
        raise malformed("list of variables that were made")
    if failed:
        raise _refused(plan.creations, failed)
    made = [variables.stored(raw) for raw in (answer["created"] if isinstance(answer["created"], list) else [answer["created"]])]
    found: dict[tuple[str, Place], Stored | KnownAfter] = {(it.key, at): it for it in made for at in it.places}
    if missing := [new for new in plan.creations if (new.key, new.place) not in found]:
        raise malformed(f"{missing[0].key} ({missing[0].place}) among the variables that were made")
    return found


def _body(new: New) -> dict[str, t.Any]:
    body: dict[str, t.Any] = {"key": new.key, "value": new.value, "type": new.type, "comment": new.comment}
    if new.place.custom:
        return {**body, "customEnvironmentIds": [new.place.custom]}
    return {**body, "target": [new.place.target], **({"gitBranch": new.place.branch} if new.place.branch else {})}


def _made(place: Scope, creations: list[New]) -> dict[str, t.Any] | None:
    """The answer of the lost request, when all of them are there as they were sent."""
    now, _hidden = listed(place, decrypt=any(new.type != "sensitive" for new in creations))
    found = {(it.key, at): it for it in legible(place, now, lambda it: any(new.key == it.key for new in creations)) for at in it.places}
    for new in creations:
        it = found.get((new.key, new.place))
        if it is None or (it.value not in (None, new.value)) or variables.marked(it.comment, it.mark) != new.comment:
            return None
        if it.value is None and not it.mark:
            return None
    ours = {found[new.key, new.place].id: found[new.key, new.place] for new in creations}
    return {"created": [_raw(it) for it in ours.values()], "failed": []}


def _raw(it: Stored) -> dict[str, t.Any]:
    branch = next((at.branch for at in it.places if at.branch), None)
    targets, customs = ([getattr(at, kind) for at in it.places if getattr(at, kind)] for kind in ("target", "custom"))
    return {"id": it.id, "key": it.key, "type": it.type, "target": targets, "gitBranch": branch, "customEnvironmentIds": customs}


def _refused(creations: list[New], failed: list[t.Any]) -> Failure:
    """Vercel took some of the new variables and not others."""
    told, first = [], ""
    for entry in failed:
        error = entry.get("error") if isinstance(entry, dict) else None
        error = error if isinstance(error, dict) else {}
        code = plain(error.get("code") or "", 80)
        first = first or code
        target = error.get("target") or []
        where = plain(", ".join(map(str, target)) if isinstance(target, list) else target, 200)
        name = plain(error.get("envVarKey") or error.get("key") or "one", 200)
        told.append(f"{name} ({where}): {plain(error.get('message') or code, 200)}" if where else f"{name}: {plain(error.get('message') or code, 200)}")
    kind, hint = CODES.get(first, ("failed", f"The others were made. Correct what is wrong. {AGAIN}"))
    message = f"Vercel took {len(creations) - len(failed)} of {len(creations)} new variables, and not {'; '.join(told)}"
    return Failure(kind, message, hint, VENDOR, operations.CREATE_PROJECT_ENV.name, 201, first or "failed")


def _edit(place: Scope, edit: Edit) -> None:
    it = edit.stored
    body: dict[str, t.Any] = {}
    if edit.value is not None:
        body["value"] = edit.value
    if edit.comment != variables.marked(it.comment, it.mark):
        body["comment"] = edit.comment
    if set(edit.places) != set(it.places):
        body["target"] = [at.target for at in edit.places if at.target]
        body["customEnvironmentIds"] = [at.custom for at in edit.places if at.custom]

    def look() -> dict[str, t.Any] | None:
        now, _hidden = listed(place, decrypt=edit.value is not None and it.readable)
        found = next((one for one in legible(place, now, lambda one: one.id == it.id) if one.id == it.id), None)
        if found is None or set(found.places) != set(edit.places) or variables.marked(found.comment, found.mark) != edit.comment:
            return None
        # Whether a value that cannot be read came through is told by its mark alone: one that was there before tells nothing.
        seen = found.value == edit.value if found.value is not None else found.mark != it.mark
        return {} if edit.value is None or seen else None

    what = " and ".join([*(["value"] if "value" in body else []), *(["comment"] if "comment" in body else []), *(["places"] if "target" in body else [])])
    target = f"{place.project} {it.key} ({', '.join(map(str, edit.places))}) {what}"
    place.client.change(operations.EDIT_PROJECT_ENV, target, path={"idOrName": place.project, "id": it.id}, body=body, look=look)


def _remove(place: Scope, removals: list[Stored]) -> None:
    ids = [it.id for it in removals]

    def gone() -> dict[str, t.Any] | None:
        now, _hidden = listed(place, decrypt=False)
        return None if {it.id for it in now} & set(ids) else {}

    names = [f"{it.key} ({', '.join(map(str, it.places))})" for it in removals]
    target = f"{place.project} without {', '.join(names)}"
    try:
        place.client.change(operations.BATCH_REMOVE_PROJECT_ENV, target, path={"idOrName": place.project}, body={"ids": ids}, look=gone)
    except Failure as failure:
        # Somebody else was quicker, or an earlier try of ours was.
        if failure.kind != "not_found" or gone() is None:
            raise


def _told(
    wishes: list[Wish],
    known: list[Stored],
    plan: Plan,
    made: dict[tuple[str, Place], Stored | KnownAfter],
    slugs: dict[str, str],
    key: str,
    notes: list[str],
) -> tuple[list[dict[str, t.Any]], dict[str, t.Any]]:
    """(what became of each wish at each place, the difference); never a value, only what tells one from another."""
    before = {(it.key, at): it for it in known for at in it.places}
    new = {(it.key, it.place): it for it in plan.creations}
    told: list[dict[str, t.Any]] = []
    diff: dict[str, dict[str, t.Any]] = {"before": {}, "after": {}}
    for wish in wishes:
        for at in wish.places:
            old, fresh, how = before.get((wish.key, at)), new.get((wish.key, at)), plan.how[wish.key, at]
            gone = wish.absent
            comment = None if gone else wish.comment if wish.comment is not None else old.comment if old is not None else ""
            kind = None if gone else fresh.type if fresh is not None else old.type if old is not None else None
            where = slugs.get(at.custom, at.custom)
            name = f"{wish.key} ({where or at})"
            was = None if old is None else {"type": old.type, "comment": old.comment, "value": _digest(old, key)}
            written = fresh is not None or (how == "edited" and old is not None and not variables.same_value(wish, old))
            value = wish.mark if written and wish.mark else was["value"] if was else None
            diff["before"][name] = was
            diff["after"][name] = None if gone else {"type": kind, "comment": comment, "value": value}
            now = made.get((wish.key, at), old)
            if old is not None and not gone and wish.type not in (None, old.type) and how != "replaced":
                notes.append(f"{name} is stored as {old.type}, which is stricter than {wish.type}")
            told.append(
                {
                    "key": wish.key,
                    "target": at.target or None,
                    "git_branch": at.branch or None,
                    "custom_environment": where or None,
                    "id": None if gone or now is None else now.id if isinstance(now, Stored) else now,
                    "type": now.type if isinstance(now, Stored) and fresh is not None else kind,
                    "comment": comment,
                    "how": how,
                }
            )
    return told, diff


def _digest(it: Stored, key: str) -> str:
    """Stands for a value: equal for equal values."""
    return it.mark or "unknown" if it.value is None else f"hash:{keyed_fingerprint(key, [it.key, it.value])}"
