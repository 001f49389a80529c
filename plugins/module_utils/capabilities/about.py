# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the questions of ``questions/<verb>.py`` are about: one component, or the environment as a whole. What costs something to know is asked
once, when the first question wants it, and what could not be had is told to every question that wants it."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access, component_release, databases, permissions, release
from ansible_collections.saasops.runbooks.plugins.module_utils.core import programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
# Whose API a verb of the collection may ask for a component. The others are reached by an address of their own, or not at all.
WITH_TOKEN = ("atlas", "convex", "railway", "shopify", "stripe", "supabase", "vercel")
# They hold what cannot be made again.
WITH_DATA = ("atlas", "convex", "mongodb", "postgres", "supabase")
# A program says its version at once.
PATIENCE = 5.0
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


class About:
    """``component``: its inventory variables without secrets, empty for the environment; ``store``: the run's ledger, or None;
    ``verbs``: those that ask."""

    def __init__(self, task: Task, component: t.Mapping[str, t.Any], store: Store | None, verbs: tuple[str, ...]) -> None:
        self.task = task
        self.verbs = verbs
        self.component = dict(component)
        self.store = store
        self.name = str(component.get("name") or "")
        self.vendor = str(component.get("component_vendor") or "")
        self._had: dict[str, t.Any] = {}

    def _once(self, what: str, ask: t.Callable[[], t.Any]) -> t.Any:
        if what not in self._had:
            try:
                self._had[what] = ask()
            except Failure as failure:
                self._had[what] = failure
        if isinstance(self._had[what], Failure):
            raise self._had[what]
        return self._had[what]

    # -- the vendor
    def access(self) -> Access:
        """What the vendor tells of the token."""
        return t.cast(Access, self._once("access", lambda: access.of(self.task, self.component)))

    def may_ask(self) -> bool:
        """Whether the token is one that the vendor takes here; when not, that is told once, and nothing else is asked with it."""
        if self.vendor not in WITH_TOKEN:
            return False
        try:
            told = self.access()
        except Failure:
            return False
        return told["fits"] is not False

    def lacking(self, verb: str) -> list[str]:
        """The permissions that the verb needs there, and the token surely has not."""
        can = self.access()["can"]
        return [name for name in permissions.needed(verb, self.vendor, self.component) if can.get(name) is False]

    def provider(self) -> release.Provider | None:
        """Only for a vendor whose releases can be moved, and a token that it takes."""
        return t.cast(
            "release.Provider | None", self._once("provider", lambda: release.provider(self.task, self.component, component_release.token_of(self.task)))
        )

    def state(self) -> Json | None:
        """What serves, and what has served; None where there is nothing that could be rolled back."""

        def ask() -> Json | None:
            found = self.provider() if self.may_ask() else None
            return found.read() if found else None

        return t.cast("Json | None", self._once("state", ask))

    # -- what is remembered
    def known(self) -> Json | None:
        """What the ledger knows of the component's releases; None without one."""
        return t.cast("Json | None", self._once("known", lambda: component_release.known_of(self.store, self.name)))

    def unfinished(self, what: str) -> Json | None:
        """What a run has begun and nobody has ended."""
        if self.store is None:
            return None
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas

        return sagas.open_one(self.store, what)

    # -- the database
    def database(self) -> list[Check]:
        """Whether it can be reached; the names are those of ``component_database_info``."""
        asked = {"health": False, "limits": {}, "rules": [], "seed": None, "slow_query_calls": 5, "statement_timeout": 5.0, "lock_timeout": 1.0}
        kept = ("component", "deploy_key", "dsn", "ledger_url", "pooler_dsn", "run", "source", "sslmode")
        given = {**{name: self.task.params[name] for name in kept}, **asked}
        return t.cast("list[Check]", self._once("database", lambda: databases.execute(self.task.given(given))["checks"]))

    # -- programs of this machine
    def version(self, program: str) -> tuple[int, ...] | None:
        """What ``<program> --version`` says; None when it is not there or says nothing of the kind."""

        def ask() -> tuple[int, ...] | None:
            if not programs.there(program, "/"):
                return None
            given = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH") if name in os.environ}
            found = _NUMBERS.search(programs.run([program, "--version"], "/", given, lambda: PATIENCE).output)
            return tuple(int(part) for part in found.group().split(".")) if found else None

        return t.cast("tuple[int, ...] | None", self._once(f"program {program}", ask))

    # -- what is told
    def told(self, name: str, verdict: str, reason: str, value: float | str | None = None, unit: str = "", **more: t.Any) -> Check:
        return check(name, self.name, verdict, reason, value, unit, **more)
