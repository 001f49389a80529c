# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_export does; its documentation tells options and result.

A folder with a file for each kind of object, and a manifest, which is written anew with each file that is whole. A run that ended early has a manifest
that says so, and the next one goes on with the files that are missing, to the same moment.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import glob
import json
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Step
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.list_walk import Pace, Walk
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import identity, number

Json = dict[str, t.Any]
MANIFEST, FORMAT = "manifest.json", 1
# Before Stripe there was nothing at Stripe.
BEGINNING = 1262304000
MOST_PARALLEL, MOST_A_SECOND = 10, 1000
LARGEST_MANIFEST = 1024 * 1024
FACTS = ("records", "bytes", "size", "sha256", "requests")


@dataclasses.dataclass(frozen=True)
class Resource:
    operation: Operation
    query: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    timed: bool = True


RESOURCES = {
    "balance_transactions": Resource(op.LIST_BALANCE_TRANSACTIONS),
    "charges": Resource(op.LIST_CHARGES),
    "customers": Resource(op.LIST_CUSTOMERS),
    "disputes": Resource(op.LIST_DISPUTES),
    "events": Resource(op.LIST_EVENTS),
    "invoice_payments": Resource(op.LIST_INVOICE_PAYMENTS),
    "invoices": Resource(op.LIST_INVOICES),
    "payment_intents": Resource(op.LIST_PAYMENT_INTENTS),
    "payouts": Resource(op.LIST_PAYOUTS),
    "refunds": Resource(op.LIST_REFUNDS),
    # Without it those that have ended are left out.
    "subscriptions": Resource(op.LIST_SUBSCRIPTIONS, {"status": "all"}),
    "webhook_endpoints": Resource(op.LIST_WEBHOOK_ENDPOINTS, timed=False),
}


def execute(task: Task) -> Json:
    params = task.params
    _check(params)
    dest = params["dest"]
    names = sorted(set(params["resources"] or RESOURCES))
    was_there = os.path.isdir(dest)
    client = stripe.connect(task, params)
    account, born = account_of(client)
    wish = {"account": account, "mode": stripe.mode_of(params["api_key"]) or None, "created_gte": params["created_gte"], "created_lt": params["created_lt"]}
    if not task.check_mode and not was_there:
        _make(dest)
    with _alone(dest, not task.check_mode):
        manifest = _begun(dest, wish, names, params["overwrite"])
        kept = sorted(name for name in manifest["resources"] if name in names)
        if not task.check_mode:
            _fill(client, manifest, dest, names, born, params)
    return _result(dest, was_there, manifest, names, kept)


def _fill(client: Client, manifest: Json, dest: str, names: list[str], born: int, params: Json) -> None:
    """Every file that is missing, and the manifest after each."""
    _clean(dest)
    _keep(dest, manifest)
    pace = Pace(params["requests_per_second"])
    for name in names:
        if name in manifest["resources"]:
            continue
        resource = RESOURCES[name]
        walk = Walk(client, resource.operation, resource.query, resource.timed, born, params["parallel"], pace)
        try:
            manifest["resources"][name] = _file(client, walk, manifest, dest, name)
        except Failure as failure:
            failure.hint = f"{failure.hint.rstrip('.')}. The same task goes on with {name} and what is missing besides"
            raise
        _keep(dest, manifest)
    manifest["complete"], manifest["completed_at"] = True, clock.now()
    _keep(dest, manifest)


def _check(params: Json) -> None:
    """Everything that can be wrong without asking."""
    strange = sorted(set(params["resources"] or []) - set(RESOURCES))
    if strange or params["resources"] == []:
        said = f"resources has {plain(strange[0], 80)!r}" if strange else "resources is empty"
        raise Failure("invalid", said, f"Give some of {', '.join(RESOURCES)}", stripe.VENDOR)
    for option, most in (("parallel", MOST_PARALLEL), ("requests_per_second", MOST_A_SECOND)):
        if not 1 <= params[option] <= most:
            raise Failure("invalid", f"{option} is {params[option]}", f"Give 1 to {most}", stripe.VENDOR)
    since, until = params["created_gte"], params["created_lt"]
    if any(moment is not None and moment < 0 for moment in (since, until)) or (since is not None and until is not None and since >= until):
        raise Failure("invalid", "created_gte and created_lt hold no time", "Give seconds since the epoch, the earlier one as created_gte", stripe.VENDOR)
    params["dest"] = dest = params["dest"].rstrip(os.sep) or os.sep
    parent = os.path.dirname(dest) or "."
    if os.path.lexists(dest) and not os.path.isdir(dest):
        raise Failure("invalid", f"{dest} is no folder", "Name a folder, which may be new", stripe.VENDOR, code="file")
    there = dest if os.path.isdir(dest) else parent
    if not os.path.isdir(there) or not os.access(there, os.W_OK):
        raise Failure("invalid", f"{there} is no folder that can be written to", "Make it first", stripe.VENDOR, code="file")


def account_of(client: Client) -> tuple[str | None, int]:
    """(its id, when it was made). A key that may not see it exports all the same."""
    try:
        raw = client.call(op.GET_ACCOUNT)
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return None, BEGINNING
    return identity(raw), max(number(raw.get("created")) or BEGINNING, BEGINNING)


# -- the folder
@contextlib.contextmanager
def _alone(dest: str, locks: bool) -> t.Iterator[None]:
    """Nobody else exports into this folder meanwhile. The lock ends with the process, and leaves nothing behind."""
    if not locks:
        yield
        return
    try:
        folder = os.open(dest, os.O_RDONLY)
    except OSError as error:
        raise transfer.local(error, f"{dest} cannot be opened") from error
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refuse(f"another run exports into {dest} at this moment", "Wait for it to end, or name another folder", "busy") from None
        yield
    finally:
        os.close(folder)


def _make(dest: str) -> None:
    try:
        os.mkdir(dest, 0o700)
    except OSError as error:
        raise transfer.local(error, f"{dest} cannot be made") from error


def _clean(dest: str) -> None:
    """What a run that was killed has left: files that never got their names."""
    for name in (*RESOURCES, "manifest"):
        for left in glob.glob(os.path.join(glob.escape(dest), f".{name}.json*")):
            with contextlib.suppress(OSError):
                os.unlink(left)


def _begun(dest: str, wish: Json, names: list[str], overwrite: bool) -> Json:
    """The manifest of the run that goes on here, or a new one. What else is in the folder is refused, unless it may be replaced."""
    there = _read(os.path.join(dest, MANIFEST))
    until = wish["created_lt"] if wish["created_lt"] is not None else int(clock.now())
    new = {"format": FORMAT, "complete": False, "wish": wish, "until": until, "started_at": clock.now(), "completed_at": None, "resources": {}}
    if overwrite and not (there and not there["complete"] and there["wish"] == wish):
        return new
    files = [name for name in names if os.path.lexists(os.path.join(dest, _name(name)))]
    if there is None:
        if files or os.path.lexists(os.path.join(dest, MANIFEST)):
            raise refuse(f"{dest} holds files that are of no export that could go on", "Name another folder, or set overwrite: true", "file_exists")
        return new
    if there["complete"] or there["wish"] != wish:
        what = "a whole export" if there["complete"] else "the beginning of another export"
        raise refuse(f"{dest} holds {what}", "Name another folder, or set overwrite: true to replace it", "file_exists")
    whole = {name: facts for name, facts in there["resources"].items() if name in RESOURCES and _is_whole(dest, name, facts)}
    return {**there, "resources": whole}


def _read(path: str) -> Json | None:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.loads(file.read(LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return None
    known = isinstance(found, dict) and found.get("format") == FORMAT and isinstance(found.get("complete"), bool) and isinstance(found.get("wish"), dict)
    return found if known and isinstance(found.get("resources"), dict) and number(found.get("until")) is not None else None


def _is_whole(dest: str, name: str, facts: t.Any) -> bool:
    try:
        with open(os.path.join(dest, _name(name)), "rb") as file:
            return isinstance(facts, dict) and transfer.digest(file) == (facts.get("size"), facts.get("sha256"))
    except OSError:
        return False


def _keep(dest: str, manifest: Json) -> None:
    with transfer.new_file(os.path.join(dest, MANIFEST)) as file:
        file.write(json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n")


def _name(resource: str) -> str:
    return f"{resource}.jsonl.gz"


def _file(client: Client, walk: Walk, manifest: Json, dest: str, name: str) -> Json:
    with in_one_line(client) as asked, transfer.new_file(os.path.join(dest, _name(name))) as file:
        written = walk.write(manifest["wish"]["created_gte"], manifest["until"], file, dest)
    return {"file": _name(name), **dataclasses.asdict(written), "requests": len(asked)}


@contextlib.contextmanager
def in_one_line(client: Client) -> t.Iterator[list[Step]]:
    """A million records are ten thousand requests: of each kind one line is told. They are in the list at the end of the block."""
    begun, asked = len(client.wire.steps), list[Step]()
    try:
        yield asked
    finally:
        asked += client.wire.steps[begun:]
        if asked:
            client.wire.steps[begun:] = [Step(asked[-1].name, sum(step.ms for step in asked), asked[-1].status, asked[-1].request_id)]


def _result(dest: str, was_there: bool, manifest: Json, names: list[str], kept: list[str]) -> Json:
    resources = []
    for name in names:
        unknown = {fact: {"known_after": RESOURCES[name].operation.name} for fact in FACTS}
        resources.append({"name": name, **(manifest["resources"].get(name) or unknown), "file": _name(name), "kept": name in kept})
    missing = [one["records"] for one in resources if isinstance(one["records"], dict)]
    return {
        "changed": True,
        "export": {
            "path": dest,
            "manifest": os.path.join(dest, MANIFEST),
            "account": manifest["wish"]["account"],
            "created_gte": manifest["wish"]["created_gte"],
            "created_lt": manifest["until"],
            "resources": resources,
            "records": missing[0] if missing else sum(one["records"] for one in resources),
        },
        "diff": {"before": {"path": dest if was_there else None}, "after": {"path": dest, "files": [_name(name) for name in names]}},
    }
