# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading scenario files: a world in YAML, which may extend another one or describe a fleet."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Refused

FOLDER = Path(__file__).parent / "scenarios"


@dataclass
class Scenario:
    name: str
    settings: dict[str, t.Any]
    components: dict[str, dict[str, t.Any]]
    # What of a vendor there is one of goes by its own name, where these have it: vercel_team, railway_project and the like.
    names: dict[str, str] = field(default_factory=dict)


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str, changes: t.Mapping[str, t.Any] | None = None) -> Scenario:
    """``changes`` override settings; a misspelt one is refused rather than ignored."""
    document = _read(name)
    settings = document.get("settings", {})
    strange = set(changes or {}) - set(settings)
    if strange:
        raise Refused(f"scenario {name!r} has no setting {', '.join(sorted(strange))}: {', '.join(sorted(settings))}")
    settings = {**settings, **(changes or {})}
    scale = settings["scale"]
    if not isinstance(scale, int) or isinstance(scale, bool) or scale < 1:
        raise Refused(f"scale is {scale!r}: give a whole number from 1 on")
    components = document.get("components", {})
    if "fleet" in document:
        components = _fleet(document["fleet"], int(settings["components"]))
    return Scenario(name, settings, copy.deepcopy(components))


def _read(name: str) -> dict[str, t.Any]:
    import yaml

    path = FOLDER / f"{name}.yml"
    if name not in names():
        raise Refused(f"no scenario {name!r}: {', '.join(names())}")
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    base = document.pop("extends", None)
    return _merged(_read(base), document) if base else document


def _merged(base: dict[str, t.Any], over: dict[str, t.Any]) -> dict[str, t.Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _fleet(fleet: dict[str, t.Any], count: int) -> dict[str, dict[str, t.Any]]:
    """``count`` components, the templates in turn; ``{name}`` in a template's text is the component's name."""
    templates: list[dict[str, t.Any]] = fleet["templates"]
    width = len(str(count))
    components = {}
    for number in range(1, count + 1):
        template = templates[(number - 1) % len(templates)]
        name = template["name"].replace("{number}", str(number).zfill(width))
        components[name] = _filled({key: value for key, value in template.items() if key != "name"}, name)
    return components


def _filled(value: t.Any, name: str) -> t.Any:
    if isinstance(value, dict):
        return {key: _filled(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, name) for item in value]
    return value.replace("{name}", name) if isinstance(value, str) else value
