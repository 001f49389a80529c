# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's shop at Shopify, and tasks of its modules in virtual time."""

from __future__ import annotations

import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json

NAMES = ("SHOPIFY_ACCESS_TOKEN", "SHOPIFY_API_KEY", "SHOPIFY_API_SECRET")


class Store:
    def __init__(self, sandbox: t.Any) -> None:
        self.sandbox = sandbox
        self.facts: Json = sandbox.run["shopify"]

    def run(self, module: t.Any, /, check: bool = False, **options: t.Any) -> Json:
        """The module's result for the shop."""
        given = {"token": self.facts["token"], "api_url": self.facts["url"], "shop": self.facts["shop"], **options}
        return tasks.run(module, given, check)

    def both(self, module: t.Any, **options: t.Any) -> Json:
        """Planned, made, and asked for again: the plan tells what is then made, and it is made once."""
        plan = self.run(module, check=True, **options)
        assert not plan.get("failed"), plan["msg"]
        before = self.changes
        done = self.run(module, **options)
        assert not done.get("failed"), done["msg"]
        assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and plan["changed"] and done["changed"]
        assert len(self.changes) == len(before) + len(done["changes"])
        again = self.run(module, **options)
        assert (again["changed"], again["changes"]) == (False, [])
        return done

    def credentials(self) -> Json:
        return {"token": None, "client_id": self.facts["client_id"], "client_secret": self.facts["client_secret"]}

    @property
    def changes(self) -> list[tuple[str, bool]]:
        return [(entry["operation"], entry["effect"]) for entry in self.sandbox.journal(changes=True)]

    @property
    def asked(self) -> list[str]:
        return [entry["operation"] for entry in self.sandbox.journal()]
