# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m ...tests.sandbox``: runs in the foreground until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import sys
import typing as t
from pathlib import Path

from . import inventory, scenario
from .errors import Refused


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A simulator of the vendors and of a small app, on loopback.")
    parser.add_argument("--scenario", default="bad-release", help=f"one of: {', '.join(scenario.names())}")
    parser.add_argument("--world", type=Path, metavar="FILE", help="a world like somebody's own: YAML or JSON, its components with their inventory's variables")
    parser.add_argument("--state-file", type=Path, default=Path(".sandbox/run.json"), help="where addresses and tokens are written (0600)")
    parser.add_argument("--clock", choices=("real", "virtual"), default="virtual")
    parser.add_argument("--scale", type=int, metavar="N", help="N times the usual data at every vendor (as --set scale=N)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting of the scenario")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends (with the process that holds it)")
    return parser.parse_args(argv)


def settings(pairs: list[str]) -> dict[str, t.Any]:
    import yaml

    changes = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refused(f"--set wants NAME=VALUE, not {pair!r}")
        changes[name] = yaml.safe_load(value)
    return changes


def main() -> int:
    given = arguments()
    try:
        changes = settings(given.set)
        if given.scale is not None:
            changes["scale"] = given.scale
        found = inventory.read(given.world, given.scenario, changes) if given.world else scenario.load(given.scenario, changes)
    except Refused as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    from .server import Options, serve

    asyncio.run(serve(Options(found, given.state_file, given.clock == "virtual", given.until_eof)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
