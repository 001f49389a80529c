# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How a component is put into maintenance: what ``component_maintenance`` of the inventory declares, checked, and the switch that does it.

Another way is one more line in ``WAYS``, and a room that has a ``core.switches.Switch`` for it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.switches import OFF, ON, READ_ONLY, Switch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

Json = dict[str, t.Any]
VARIABLE = "component_maintenance"
SIDES = (ON, READ_ONLY, OFF)
# Of every way.
SHARED = ("how", "for", "health", "mute")
DEFAULT_LENGTH, SHORTEST, LONGEST = "1h", 60.0, 7 * 86400.0


class Way(t.NamedTuple):
    """``vendor``: where the component lives, "" for any. ``settings``: what it may say beside SHARED. ``values``: what stands for on and off where
    nothing is said. ``hides``: its own pages answer nobody meanwhile. ``can_read_only``: whether it could let readers in, where that is declared."""

    vendor: str
    settings: tuple[str, ...]
    needs: tuple[str, ...] = ()
    values: t.Mapping[str, t.Any] = {}
    hides: bool = False
    can_read_only: bool = False


WAYS: dict[str, Way] = {
    "vercel_global_config": Way("vercel", ("config", "item", *SIDES), ("config",), {ON: True, OFF: False}, can_read_only=True),
    "vercel_pause": Way("vercel", (), hides=True),
    "convex_pause": Way("convex", (), hides=True),
    "railway_variable": Way("railway", ("variable", *SIDES), ("variable",), {ON: "true", OFF: "false"}, can_read_only=True),
    "http": Way("", (*SIDES, "state", "token_from"), (ON, OFF), can_read_only=True),
    "command": Way("", (*SIDES, "state", "pass_environment", "timeout"), (ON, OFF), can_read_only=True),
    "monitors": Way("", ()),
}
CALL = ("url", "method", "json", "status", "headers")
READ = ("url", "value")


@dataclasses.dataclass(frozen=True)
class Declared:
    """``asks``: pages that tell whether it is well while it is on; None: its health page. ``mutes``: whether alerts of its monitors are held back."""

    name: str
    how: str
    settings: Json
    states: tuple[str, ...]
    seconds: float
    asks: t.Optional[tuple[str, ...]]  # noqa: UP045 - evaluated, where pylint cannot see that it is a type
    mutes: bool

    @property
    def hides(self) -> bool:
        return self.asks == ()


def read(component: t.Mapping[str, t.Any]) -> Declared | None:
    """What the component declares; None when it declares nothing. Nothing is asked."""
    name, given = str(component.get("name") or ""), component.get(VARIABLE)
    if not given:
        return None

    def wrong(what: str, hint: str) -> Failure:
        return Failure("invalid", f"{name}: {VARIABLE} {what}", hint, code=VARIABLE)

    if not isinstance(given, t.Mapping):
        raise wrong("is no mapping", f"Give how: one of {', '.join(WAYS)}")
    # Without quotes YAML reads on and off as true and false.
    said = {{True: ON, False: OFF, "true": ON, "false": OFF}.get(key, str(key)): value for key, value in given.items()}
    how = str(said.get("how") or "")
    if how not in WAYS:
        raise wrong(f"says how: {plain(how, 60)!r}" if how else "does not say how", f"Give how: one of {', '.join(WAYS)}")
    way = WAYS[how]
    for strange in sorted(set(said) - {*SHARED, *way.settings}):
        raise wrong(f"says {strange}", f"With how: {how} it may say {', '.join((*SHARED, *way.settings))}")
    for needed in way.needs:
        if said.get(needed) in (None, ""):
            raise wrong(f"does not say {needed}", f"With how: {how} it needs {' and '.join(way.needs)}")
    if way.vendor and component.get("component_vendor") != way.vendor:
        raise wrong(f"says how: {how}, and it lives at {component.get('component_vendor')}", f"That way is for components at {way.vendor}")
    settings = _settings(wrong, how, way, said)
    states = tuple(state for state in SIDES if state in settings.get("values", {})) if way.can_read_only else (ON, OFF)
    seconds = length(str(said.get("for") or DEFAULT_LENGTH), f"{name}: {VARIABLE}: for")
    return Declared(name, how, settings, states, seconds, _asks(wrong, way, said), bool(said.get("mute", True)))


def length(text: str, option: str) -> float:
    seconds = durations.seconds(text, option)
    if not SHORTEST <= seconds <= LONGEST:
        raise Failure("invalid", f"{option} is {plain(text, 40)}", "Give it from 1m to 7d: what nobody ends must end some day")
    return seconds


def _asks(wrong: t.Callable[[str, str], Failure], way: Way, said: Json) -> tuple[str, ...] | None:
    given = said.get("health")
    if way.hides or given is None:
        return () if way.hides else None
    if not isinstance(given, list) or not all(isinstance(path, str) and path.startswith("/") for path in given):
        raise wrong(f"has health {plain(given, 80)}", "Give a list of paths that answer as ever while it is on, such as [/api/health]; [] when none does")
    return tuple(given)


def _settings(wrong: t.Callable[[str, str], Failure], how: str, way: Way, said: Json) -> Json:
    own = {name: said[name] for name in way.settings if name in said and name not in SIDES}
    sides = {side: said[side] for side in SIDES if side in way.settings and said.get(side) is not None}
    if how == "railway_variable" and not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in sides.values()):
        raise wrong("has a value that is no text", "Variables are text: put the values of on, read_only and off into quotes")
    if how == "command":
        for side, command in {**sides, **({"state": own["state"]} if "state" in own else {})}.items():
            if not isinstance(command, list) or not command or not all(isinstance(word, (str, int)) and str(word) for word in command):
                raise wrong(f"has {side} {plain(command, 80)}", "Give a list: the program and its arguments, each as a word of its own")
    if how == "http":
        for side, call in {**sides, **({"state": own["state"]} if "state" in own else {})}.items():
            fields = READ if side == "state" else CALL
            if not isinstance(call, t.Mapping) or not call.get("url") or set(call) - set(fields):
                raise wrong(f"has {side} {plain(call, 80)}", f"Give url, and as you need them {', '.join(fields[1:])}")
    values = {**way.values, **sides}
    if len({str(value) for value in values.values()}) < len(values):
        raise wrong("says the same for two states", "Give on, read_only and off values of their own")
    return {"item": "maintenance", **own, "values": values} if how == "vercel_global_config" else {**own, "values": values}


def switch(task: Task, declared: Declared, component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Switch:
    """Rooms are imported where they are used. By statements: what they name is all that Ansible sends along with a module."""
    if declared.how in ("vercel_global_config", "vercel_pause"):
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import maintenance as vercel

        return (vercel.Flag if declared.how == "vercel_global_config" else vercel.Pause)(task, component, secrets, declared.settings)
    if declared.how == "convex_pause":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import maintenance as convex

        return convex.Pause(task, component, secrets, declared.settings)
    if declared.how == "railway_variable":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import maintenance as railway

        return railway.Variable(task, component, secrets, declared.settings)
    from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import maintenance_own as own

    if declared.how == "http":
        return own.Http(task, component, declared.settings)
    return (own.Command if declared.how == "command" else own.Monitors)(task, component, declared.settings)
