# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's service ``api`` at Railway, and tasks of its modules in virtual time."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import release
from ansible_collections.saasops.runbooks.plugins.modules import railway_deployment, railway_deployment_info
from tests.integration import tasks
from tests.integration.tasks import Json


class Shop:
    """The sandbox's service ``api``, and tasks that work on it in virtual time."""

    def __init__(self, sandbox: t.Any) -> None:
        self.sandbox = sandbox
        self.facts: Json = sandbox.run["railway"]

    def run(self, module: t.Any, check: bool = False, no_log: bool = False, **options: t.Any) -> Json:
        """The module's result for the service."""
        given = {"token": self.facts["token"], "api_url": self.facts["url"], "service": "api", **options}
        return tasks.run(module, given, check, no_log)

    def deployment(self, check: bool = False, **options: t.Any) -> Json:
        return self.run(railway_deployment, check, **options)

    def info(self, **options: t.Any) -> Json:
        return self.run(railway_deployment_info, **options)

    def versions(self) -> dict[str, str]:
        return {one["version"]: one["id"] for one in reversed(self.info()["deployments"])}

    @property
    def state(self) -> Json:
        return t.cast(Json, self.sandbox.state("api"))

    @property
    def changes(self) -> list[tuple[str, bool]]:
        return [(entry["operation"], entry["effect"]) for entry in self.sandbox.journal(changes=True)]

    @property
    def asked(self) -> list[str]:
        return [entry["operation"] for entry in self.sandbox.journal()]

    def component(self, **facts: t.Any) -> Json:
        return {
            "name": "api",
            "component_vendor": "railway",
            "railway_project": self.facts["project"],
            "railway_service": "api",
            "railway_api_url": self.facts["url"],
            "saasops_environment": self.facts["environment"],
            **facts,
        }

    def release(self, do: t.Callable[[release.Release], t.Any], check: bool = False, token: Json | None = None, **facts: t.Any) -> Json:
        given = {"token": self.facts["token"]} if token is None else token
        params = {"request_timeout": 10.0, "deadline": 300.0, "allow": "change"}
        return outcome(lambda task: {"seen": do(release.open(task, self.component(**facts), given))}, params, check)
