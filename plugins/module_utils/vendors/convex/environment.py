# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The environment variables of a Convex deployment: as wanted, in one batch of what really differs.

Vendor facts (Convex's open-source backend): an update is one transaction, takes effect with the next function run, and makes every
live query run again, so nothing is sent that does not differ. Names are ``[A-Za-z][A-Za-z0-9_]*``, values at most 8 KiB. Values come
back in clear; Convex warns that secret ones may one day be left out of the list.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, without
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, malformed, read

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LARGEST_VALUE = 8192
# Convex gives them; they change with the deployment's address, not here.
BUILT_IN = ("CONVEX_CLOUD_URL", "CONVEX_SITE_URL")


def listed(place: Place) -> dict[str, str]:
    """One request."""
    answer = read(place, operations.LIST_ENVIRONMENT_VARIABLES)
    variables = answer.get("environmentVariables") if isinstance(answer, dict) else None
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise malformed("environmentVariables")
    return t.cast("dict[str, str]", variables)


def readable(task: Task, target: str) -> dict[str, str | None]:
    """What the capability reads. A deployment is one place, so ``target`` says nothing more. One request."""
    return dict(listed(connect(task, task.params)))


def wanted(variables: t.Mapping[str, t.Any], absent: t.Sequence[str]) -> dict[str, str | None]:
    """What shall be, checked: a text for each variable, None for what shall not be there."""
    wish: dict[str, str | None] = {name: _text(name, value) for name, value in variables.items()}
    both = sorted(set(wish).intersection(absent))
    if both:
        raise Failure("invalid", f"{both[0]} is in variables and in absent", "Say one of both", VENDOR)
    wish.update(dict.fromkeys(absent))
    for name in wish:
        if not NAME.fullmatch(name):
            raise Failure("invalid", f"{plain(name, 80)!r} cannot be the name of a variable", "Use letters, digits and _, beginning with a letter", VENDOR)
        if name in BUILT_IN:
            raise Failure("invalid", f"{name} is given by Convex", "It follows the deployment's address: change that in the dashboard", VENDOR)
    return wish


def _text(name: str, value: t.Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        # How true, null or 1.10 would be written is not for us to guess.
        raise Failure("invalid", f"the value of {plain(name, 80)} is no text", "Put it in quotes; what shall not be there belongs into absent", VENDOR)
    if len(value.encode("utf-8", "surrogatepass")) > LARGEST_VALUE:
        raise Failure("invalid", f"the value of {plain(name, 80)} is larger than {LARGEST_VALUE >> 10} KiB", "Convex takes no larger values", VENDOR)
    return value


def ensure(place: Place, current: t.Mapping[str, str], wish: t.Mapping[str, str | None]) -> list[str]:
    """Send what differs, in one batch; its names. Sends nothing when nothing differs."""
    differs = {name: value for name, value in wish.items() if current.get(name) != value}
    if not differs:
        return []

    def look() -> dict[str, t.Any] | None:
        now = listed(place)
        return {} if all(now.get(name) == value for name, value in differs.items()) else None

    sets, removes = (sorted(name for name, value in differs.items() if (value is None) is gone) for gone in (False, True))
    what = "; ".join(f"{verb} {', '.join(names)}" for verb, names in (("set", sets), ("remove", removes)) if names)
    try:
        place.client.change(
            operations.UPDATE_ENVIRONMENT_VARIABLES,
            f"{place.where} {what}",
            body={"changes": [{"name": name, "value": value} for name, value in sorted(differs.items())]},
            look=look,
        )
    except Failure as failure:
        # The vendor may repeat what it was sent.
        failure.message = without(failure.message, differs.values())
        raise
    return sorted(differs)


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_env does; its documentation tells options and result."""
    wish = wanted(task.params["variables"] or {}, task.params["absent"] or [])
    if not wish:
        raise Failure("invalid", "neither variables nor absent names a variable", "Name at least one", VENDOR)
    place = connect(task, task.params)
    current = listed(place)
    differs = ensure(place, current, wish)

    def fingerprints(of: t.Mapping[str, str | None]) -> dict[str, str]:
        return {name: place.client.fingerprint(value) for name in sorted(wish) if (value := of.get(name)) is not None}

    before, after = fingerprints(current), fingerprints({**current, **wish})
    return {
        "changed": bool(differs),
        "env": {
            "deployment": place.name,
            "set": [name for name in differs if wish[name] is not None],
            "removed": [name for name in differs if wish[name] is None],
            "fingerprints": after,
        },
        "diff": {"before": before, "after": after},
    }


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module convex_env_info does; its documentation tells options and result."""
    if task.params["values"]:
        task.returns_secret("the values of environment variables")
    place = connect(task, task.params)
    variables = listed(place)
    result: dict[str, t.Any] = {
        "deployment": place.name,
        "names": sorted(variables),
        "fingerprints": {name: place.client.fingerprint(variables[name]) for name in sorted(variables)},
    }
    if task.params["values"]:
        result["variables"] = {name: variables[name] for name in sorted(variables)}
    return {"env": result}
