# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a service of monitors is for the monitors capability, and what all of them share."""

from __future__ import annotations

import abc
import dataclasses
import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

Json = dict[str, t.Any]
Component = t.Mapping[str, t.Any]
VARIABLE = "component_monitors"
AGAIN = "make the monitors as declared: ansible-playbook playbooks/monitors.yml"
UNMUTE = "when you are done: the same command with -e monitors_mute=off"


@dataclasses.dataclass
class Found:
    """What one service told or did: its monitors, checks, the windows in which alerts are held back, and what was or would be changed."""

    monitors: list[Json] = dataclasses.field(default_factory=list)
    checks: list[Check] = dataclasses.field(default_factory=list)
    windows: list[Json] = dataclasses.field(default_factory=list)
    before: Json = dataclasses.field(default_factory=dict)
    after: Json = dataclasses.field(default_factory=dict)
    triage: list[Json] = dataclasses.field(default_factory=list)


class Service(abc.ABC):
    """One service for one component. ``NAME`` is what ``provider`` says; ``CONNECTION`` are the options that reach it, with its own names for them."""

    NAME = ""
    TITLE = ""
    ARGUMENTS: t.ClassVar[dict[str, dict[str, t.Any]]] = {}
    CONNECTION: t.ClassVar[dict[str, str]] = {}
    # Without these it cannot be asked.
    NEEDED: t.ClassVar[tuple[str, ...]] = ()
    # Whether it has monitors that can be made.
    MAKES: t.ClassVar[bool] = True

    def __init__(self, task: Task, component: Component, declared: t.Sequence[Json]) -> None:
        """``declared``: the checked fields of every monitor that the component has there."""
        self.task = task
        self.component = component
        self.name = str(component["name"])
        self.declared = declared

    @classmethod
    def lacking(cls, params: t.Mapping[str, t.Any]) -> list[str]:
        return [name for name in cls.NEEDED if not params.get(name)]

    @classmethod
    @abc.abstractmethod
    def wanted(cls, one: t.Mapping[str, t.Any]) -> Json:
        """The fields of a monitor that the inventory declares; refuses what cannot be."""

    def given(self) -> Json:
        """The options that reach the service, by its own names."""
        return {own: self.task.params[name] for name, own in self.CONNECTION.items()}

    @abc.abstractmethod
    def apply(self, mute: float | None) -> Found:
        """Make and change monitors, and hold their alerts back where ``mute`` says so."""

    @abc.abstractmethod
    def look(self) -> Found:
        """What they say."""


class Monitors(Service):
    """A service that has monitors, which can be made and held back."""

    @abc.abstractmethod
    def every(self) -> list[Json]:
        """All that are there, whoever made them."""

    @abc.abstractmethod
    def find(self, known: t.Sequence[Json], fields: Json) -> Json | None:
        """The one that is declared so."""

    @abc.abstractmethod
    def ensure(self, before: Json | None, fields: Json) -> Json:
        """The monitor as it then is."""

    @abc.abstractmethod
    def differing(self, monitor: Json, fields: Json) -> list[str]:
        """The fields that are not as declared."""

    @abc.abstractmethod
    def managed(self, monitor: Json, fields: Json) -> Json:
        """The fields that are declared, as they are."""

    @abc.abstractmethod
    def hold(self, seconds: float, monitors: t.Sequence[Json]) -> Json | None:
        """Hold the alerts of the component's monitors back for so long, by a window that ends by itself; with 0 seconds let them out again."""

    @abc.abstractmethod
    def windows(self, monitors: t.Sequence[Json]) -> list[Json]:
        """What holds the alerts of these monitors back now, each with ``ends_at`` and ``own``."""

    @abc.abstractmethod
    def said(self, monitor: Json, fields: Json) -> tuple[str, str]:
        """(verdict, reason) of what a monitor says."""

    def strays(self, known: t.Sequence[Json], found: t.Sequence[Json]) -> list[Json]:
        """Monitors of this component that are not declared any more."""
        return []

    # -- what is done with them
    def apply(self, mute: float | None) -> Found:
        told, gate, known = Found(), self.task.gate, self.every()
        for fields in self.declared:
            before = self.find(known, fields)
            count = len(gate.changes)
            made = self.ensure(before, fields)
            known = [*(one for one in known if one["id"] != made["id"]), made]
            told.monitors.append(made)
            if len(gate.changes) == count:
                continue
            told.before |= {fields["name"]: self.managed(before, fields)} if before else {}
            told.after[fields["name"]] = self.managed(made, fields)
            if self.task.check_mode:
                reason = "is not there yet" if before is None else f"differs: {', '.join(self.differing(before, fields))}"
                told.checks.append(check(fields["name"], self.name, "warn", reason, next="make it so: the same command without --check"))
        if mute is not None:
            window = self.hold(mute, told.monitors)
            told.windows = [window] if window else []
        return told

    def look(self) -> Found:
        known = self.every()
        found = [self.find(known, fields) for fields in self.declared]
        there = [one for one in found if one is not None]
        checks = [self._check(fields, one) for fields, one in zip(self.declared, found, strict=True)]
        for stray in self.strays(known, there):
            reason = "is not declared any more; it is left as it is"
            checks.append(check(stray["name"], self.name, "warn", reason, next=f"declare it in {VARIABLE}, or delete it at {self.TITLE}"))
        windows = self.windows(there)
        checks += [self._held(window) for window in windows]
        return Found(there, checks, windows)

    def _check(self, fields: Json, found: Json | None) -> Check:
        if found is None:
            return check(fields["name"], self.name, "fail", "there is no such monitor: nobody would be told", next=AGAIN)
        verdict, reason = self.said(found, fields)
        differing = self.differing(found, fields)
        if not differing:
            return check(fields["name"], self.name, verdict, reason, found["status"], "", self.limit())
        verdict = verdict if verdict in ("fail", "inconclusive") else "warn"
        return check(fields["name"], self.name, verdict, f"{reason}; not as declared: {', '.join(differing)}", found["status"], "", self.limit(), next=AGAIN)

    @abc.abstractmethod
    def limit(self) -> str:
        """The status that is well."""

    def _held(self, window: Json) -> Check:
        if window["ends_at"] is None:
            reason = f"alerts are held back for ever by {plain(window['name'], 100)!r}"
            return check("muted", self.name, "warn", reason, next=f"end it at {self.TITLE}, or give it an end")
        minutes = round((window["ends_at"] - clock.now()) / 60)
        reason = f"alerts are held back until {moment(window['ends_at'])}, {minutes} more minutes"
        if window["own"]:
            return check("muted", self.name, "warn", reason, minutes, "min", next=UNMUTE)
        return check("muted", self.name, "warn", f"{reason}, by {plain(window['name'], 100)!r}", minutes, "min")


def key(component: Component) -> str:
    """The component in its environment."""
    return "/".join(str(component[part]) for part in ("saasops_system", "saasops_environment", "name") if component.get(part))


def window_name(component: Component) -> str:
    """One for each component, which is used again, so that no old ones are left behind."""
    return f"{key(component)} (saasops)"


def moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%H:%M UTC")


def point(text: str, option: str) -> float | None:
    """The moment that a text such as 2026-11-21T14:00:00Z names; None when it is no moment."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        raise Failure("invalid", f"{option} is {plain(text, 60)!r}, without a zone", f"Give {option} like 2026-11-21T14:00:00Z")
    return at.timestamp()


def told(seconds: float) -> str:
    return f"{seconds / 86400:.0f} d" if seconds >= 2 * 86400 else f"{seconds / 3600:.0f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"
