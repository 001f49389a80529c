# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of any other kind: they run a component's app, and have no interface by which anything could be asked or changed."""

from __future__ import annotations

import dataclasses

from .errors import Refused
from .service import Handler, Json, Service
from .world import Release


class Elsewhere(Service):
    name = "other"

    def calls(self) -> list[tuple[str, str, Handler]]:
        return []

    def seed(self, components: dict[str, Json]) -> None:
        """What serves is the newest release of each."""
        self._releases: dict[str, Release] = {}
        for component, facts in components.items():
            newest = facts["releases"][-1]
            bad = newest["tag"] in facts.get("bad", [])
            self._releases[component] = Release(f"other-{component}", component, newest["tag"], newest["commit"], bad, True)
        self.begin()

    def run_info(self, url: str) -> Json:
        return {"url": url}

    def component_info(self, component: str) -> Json:
        return {}

    def snapshot(self, component: str) -> Json:
        return {"serving": dataclasses.asdict(self._releases[component])}

    def serving(self, component: str) -> Release | None:
        return self._releases.get(component)

    def release(self, deployment: str) -> Release | None:
        return next((it for it in self._releases.values() if it.deployment == deployment), None)

    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        if deployment is not None or set(changes) != {"bad"}:
            raise Refused(f"a host of another kind has nothing to set but bad: {', '.join(sorted(changes))}")
        self._releases[component].bad = bool(changes["bad"])
