# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rehearsal happens: its folder, its sandbox, its databases, and what of the inventory has no counterpart there."""

from __future__ import annotations

import json
import typing as t
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from ..launch import Sandbox

Json = dict[str, t.Any]


@dataclass
class Place:
    folder: Path
    sandbox: Sandbox
    components: dict[str, Json]
    # component -> the address of a database that was started for it
    databases: dict[str, str] = field(default_factory=dict)
    # What of a component is not as it is, and why: told after the summary, never hidden.
    left_out: dict[str, list[str]] = field(default_factory=dict)
    verb: str = ""

    def without(self, name: str, what: str, *verbs: str) -> None:
        """``verbs``: the ones to which it makes a difference."""
        if self.verb in verbs:
            self.left_out.setdefault(name, []).append(what)

    def log(self, component: str) -> Path:
        """What a drain would have written."""
        return self.folder / "logs" / f"{component}.log"

    def at(self, vendor: str) -> list[str]:
        return [name for name, known in self.sandbox.run["components"].items() if known["vendor"] == vendor and name in self.components]

    def convex(self, kind: str, path: str, **arguments: t.Any) -> t.Any:
        """Call a function of the app, as its users do."""
        run = self.sandbox.run["convex"]
        body = json.dumps({"path": path, "args": arguments, "format": "json"}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Convex {run['deploy_key']}"}
        with urllib.request.urlopen(urllib.request.Request(f"{run['url']}/api/{kind}", body, headers)) as answer:
            return json.load(answer).get("value")
