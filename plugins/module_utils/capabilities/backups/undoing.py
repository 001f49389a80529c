# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is meant by a restore: what was asked for, what an earlier run has begun and not ended, or the way back from what was restored last.

A run that was killed leaves its saga open. The same command goes on with the very set that was chosen then: ``latest`` may have become another
one since. Another command is refused until that is ended or taken back.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Mode
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
VERB = "restore"
# Ways back are looked through, up to so many, for the restore that they are from.
REMEMBERED = 50
ASKED = ("set", "source", "parts", "tables", "to", "name", "undo")


@dataclasses.dataclass(frozen=True)
class Ask:
    """``source``: the environment whose set it is; empty: one's own. ``absent``: the place is to be gone. ``any_component``: parts of others, too."""

    set: str = "latest"
    source: str = ""
    parts: t.Sequence[str] = ()
    only: t.Sequence[str] = ()
    mode: Mode = "beside"
    name: str = ""
    absent: bool = False
    any_component: bool = False


def asked(given: t.Mapping[str, t.Any]) -> Json:
    """What makes two commands the same; written into the saga."""
    return {name: list(given[name]) if isinstance(given[name], (list, tuple)) else given[name] for name in ASKED}


def ask(task: Task, store: Store | None, component: str) -> Ask | None:
    """None when there is nothing to be done for this component."""
    params = task.params
    plain = Ask(
        params["set"],
        params["source_environment"],
        params["parts"],
        params["tables"],
        params["to"],
        params["name"],
        params["state"] == "absent",
        params["any_component"],
    )
    if store is None or (params["run"] or {}).get("verb") != VERB:
        if params["undo"]:
            raise refuse("without a ledger nobody knows what was restored last", "Restore the set that was made before: -e restore_set=<id>", "ledger")
        return plain
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas

    begun = sagas.open_one(store, VERB)
    if params["undo"]:
        last = begun or _last(sagas.latest(store, VERB, REMEMBERED), component)
        return _back(last, component) if last else None
    if begun is None:
        return plain
    wanted = asked({**params, "source": params["source_environment"]})
    if begun["data"]["asked"] != wanted:
        raise refuse(
            f"run {begun['opened_by']} began another restore ({told(begun['data']['asked'])}), and was cut off",
            f"End it with the same words ({options(begun['data']['asked'])}), or take it back: -e restore_undo=true",
            "unfinished",
        )
    return dataclasses.replace(plain, set=begun["data"]["set"])


def _last(known: t.Sequence[Json], component: str) -> Json | None:
    """The newest restore, or this component's way back from it: that others of the run went back (``--limit``) does not take this one's way."""
    return next((saga for saga in known if component in saga["members"] or not saga["data"]["asked"]["undo"]), None)


def _back(last: Json, component: str) -> Ask | None:
    """The way back of the last restore; a way back that was begun is gone on with, and one that was ended is not gone again."""
    data, member = last["data"], last["members"].get(component)
    is_undo = bool(data["asked"]["undo"])
    if member is None or (is_undo and last["closed_at"] is not None):
        return None
    names = [str(row["name"]) for row in member["to_release"]["parts"]]
    if data["to"] != "in_place":
        return Ask(data["set"], data["source"], names, data["tables"], "beside", data["name"], absent=True, any_component=True)
    # Before a set keeps what was there, nothing has been replaced.
    instead = data["set"] if is_undo else data["safety"]
    # What was put into its place from another component was kept as its own.
    own = [f"{component}/{name.partition('/')[2]}" for name in names]
    return Ask(instead, "", own, data["tables"], "in_place") if instead else None


def told(wanted: Json) -> str:
    what = f"set {wanted['set']}" if not wanted["undo"] else "the way back"
    return f"{what} {'in place' if wanted['to'] == 'in_place' else 'beside'}"


def options(wanted: Json) -> str:
    """The words to type again."""
    given = {"set": wanted["set"] if wanted["set"] != "latest" else "", "from": wanted["source"], "name": wanted["name"]}
    given |= {name: ",".join(wanted[name]) for name in ("parts", "tables")}
    given |= {"to": wanted["to"] if wanted["to"] != "beside" else "", "undo": "true" if wanted["undo"] else ""}
    return " ".join(f"-e restore_{name}={value}" for name, value in given.items() if value) or "no -e restore_… at all"
