# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of what was seen: what needs a person first, its trends, and no page that anything from elsewhere could enter."""

from __future__ import annotations

import html.parser
import json
import pathlib
import re
import stat
import typing as t

import yaml

from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, said
from tests.harness.world import World

EVIL = "<script>alert(1)</script>"


def inventory(world: World) -> pathlib.Path:
    commands = {
        "orders": {"argv": ["cat", "orders.json"], "reads_only": True, "value": "late", "unit": "orders"},
        f"evil {EVIL} | [x](https://example.com)": {"argv": ["false"], "reads_only": True},
    }
    variables = {
        "saasops_system": "shop",
        "saasops_environment": "production",
        "saasops_ledger_url": f"sqlite:///{world.folder}/ledger.sqlite3",
        "saasops_links": {"dashboard": f"https://shop.example.com/{EVIL}"},
        "saasops_contacts": {"on call": "on-call@example.com"},
        "scheduled_items": [{"name": "look", "tags": ["daily"], "do": "command", "components": ["app"], "commands": list(commands)}],
    }
    app = {"component_vendor": "other", "component_folder": str(world.folder), "component_commands": commands}
    path = world.folder / "report.yml"
    path.write_text(yaml.safe_dump({"components": {"vars": variables, "hosts": {"app": app}}}, sort_keys=False), encoding="utf-8")
    return path


class Page(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_a_report_tells_what_was_seen_and_nothing_else_enters_it(launcher: Launcher, world: World) -> None:
    place, folder = inventory(world), world.folder / "told"
    for late in (3, 5, 9):
        (world.folder / "orders.json").write_text(json.dumps({"late": late}), encoding="utf-8")
        assert launcher.play(world, "scheduled", "--tags", "daily", inventory=place).code == 2
        world.sandbox.advance(3600)
    given = ("-e", f"report_folder={folder}", "-e", "report_html=true")
    plan = launcher.play(world, "report", *given, "--check", inventory=place)
    assert plan.code == 0 and not folder.exists(), plan.output
    run = launcher.play(world, "report", *given, inventory=place)
    assert (run.code, run.changed) == (0, 0), run.output
    check_fits(run)
    assert "REPORT of the day - 1 of 2 not well" in run.headline and "3 scheduled runs" in said(run)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {f"report.{kind}": 0o600 for kind in ("json", "md", "html")}
    data: dict[str, t.Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert ([one["times"] for one in data["bad"]], [one["verdict"] for one in data["runs"]]) == ([3], ["fail"] * 3)
    [trend] = [one for one in data["trends"] if one["name"] == "orders"]
    assert (trend["last"], trend["unit"], [point[1] for point in trend["points"]]) == (9, "orders", [3, 5, 9])
    page = (folder / "report.html").read_text(encoding="utf-8")
    read = Page(page)
    assert not {"script", "link", "img", "iframe", "object", "a", "base"} & read.tags and {"svg", "polyline", "table"} <= read.tags
    assert not [name for name, value in read.attributes if name.startswith("on") or "//" in value]
    assert EVIL not in page and "&lt;script&gt;" in page and "width=device-width" in page and "default-src 'none'" in page
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)<", text) and not re.search(r"(?<!\\)\[x", text)
    assert all(line.count(" | ") == 5 for line in text.splitlines() if "evil" in line)


def test_a_report_of_nothing_says_so_and_a_misspelt_period_is_refused(launcher: Launcher, world: World) -> None:
    place, folder = inventory(world), world.folder / "told"
    run = launcher.play(world, "report", "-e", f"report_folder={folder}", "-e", "report_period=week", inventory=place)
    assert run.code == 0 and "0 of 0 not well" in run.headline, run.output
    assert (folder / "report.md").read_text(encoding="utf-8").count("\nnot measured\n") == 10
    wrong = launcher.play(world, "report", "-e", "report_period=year", inventory=place)
    assert wrong.code not in (0, None) and "must be one of: morning, evening, day, week, month" in said(wrong), wrong.output
