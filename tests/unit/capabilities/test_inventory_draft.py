# SPDX-License-Identifier: GPL-3.0-or-later
"""A drafted inventory: its text, the questions that are asked instead of guessed, and a file that is whole or not there."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import inventory_draft, inventory_text
from ansible_collections.saasops.runbooks.plugins.module_utils.core import drafting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

Json = dict[str, t.Any]
WISH = Wish("shop", "production")


def component(name: str, vendor: str = "railway", **variables: str | None) -> Json:
    return {"name": name, "vendor": vendor, "variables": variables}


def written(*components: Json, notes: t.Sequence[str] = (), **given: str) -> tuple[Json, list[str]]:
    """(what Ansible reads, the lines)."""
    text = inventory_text.render("shop", "production", inventory_text.named(components), given, notes)
    return yaml.safe_load(text)["components"], text.splitlines()


@pytest.mark.parametrize(
    "value",
    [
        *("api", "yes", "No", "null", "1e3", "0x1f", "2026-10", "a: b", "a #b", "", "-", "*x", "&x", "it's", '"', "a,b", "{a}", "[a]", "käse", "x:", "@x", "~"),
        *("railway:Postgres/DATABASE_PUBLIC_URL", "https://www.example.com:8443/a?b=c&d", "/api/health", "a\\b", "true", "off", "12:30", "🙂", "%x"),
        *("a  b", "a\u2028b", "!x"),
    ],
)
def test_a_text_is_read_as_it_was_meant(value: str) -> None:
    found, _lines = written(component("api", railway_service=value), saasops_banner=value)
    assert found["hosts"]["api"]["railway_service"] == value
    assert found["vars"]["saasops_banner"] == value


def test_what_all_have_in_common_stands_once() -> None:
    same = {"railway_project": "shop", "railway_environment": "production"}
    found, _lines = written(component("api", railway_service="api", **same), component("db", "postgres", component_dsn_from="railway:db/X", **same))
    assert found["vars"] == {"saasops_system": "shop", "saasops_environment": "production", "railway_project": "shop"}
    assert found["hosts"]["db"] == {"component_vendor": "postgres", "component_dsn_from": "railway:db/X"}
    other = {"railway_project": "blog", "railway_environment": "live"}
    found, _lines = written(component("api", **same), component("blog", **other), component("api", "vercel", vercel_team="shop"))
    assert found["vars"]["vercel_team"] == "shop" and "railway_project" not in found["vars"]
    assert found["hosts"]["api"] == {"component_vendor": "railway", "railway_project": "shop"}
    assert found["hosts"]["blog"] == {"component_vendor": "railway", **other}
    assert found["hosts"]["api-2"] == {"component_vendor": "vercel"}
    found, _lines = written(component("api", railway_project="shop", railway_environment="live"))
    assert found["vars"]["railway_environment"] == "live"


def test_thirty_lines_are_enough_or_it_is_said() -> None:
    notes = [f"note {number} " + "word " * 50 for number in range(20)]
    _found, lines = written(*(component(f"c{number}", railway_service="x" * 130) for number in range(6)), notes=notes)
    assert len(lines) == inventory_text.LINES and max(map(len, lines)) <= 160
    assert [line for line in lines if line.startswith("# !")][-1] == "# ! and more, which the screen of init told"
    _found, lines = written(*(component(f"c{number}") for number in range(23)), notes=["one"])
    assert len(lines) == inventory_text.LINES and "# ! one" in lines
    with pytest.raises(Failure, match="24 components do not fit into the 30 lines") as refused:
        written(*(component(f"c{number}") for number in range(24)), notes=["one"])
    assert "-e init_projects=" in refused.value.hint


def test_names_mean_nothing_else_to_ansible() -> None:
    found, _lines = written(component("All"), component("Components"), component("{{ x }}"))
    assert list(found["hosts"]) == ["all-2", "components-2", "x"]
    assert not inventory_text.is_safe(component("api", railway_service="{{ lookup('pipe', 'id') }}"))
    assert not inventory_text.is_safe(component("api", component_url="https://{% if 1 %}"))
    assert inventory_text.is_safe(component("api", railway_service="a}b{c", component_url=None))


def test_nobody_guesses_which_projects_are_meant() -> None:
    assert drafting.choose("vercel", ["site"], WISH) == ["site"]
    assert drafting.choose("vercel", [], WISH) == []
    assert drafting.choose("vercel", ["shop-web", "workshop", "old_shop", "Shop"], WISH) == ["shop-web", "old_shop", "Shop"]
    assert drafting.choose("railway", ["shop-old", "shop"], WISH, whole=True) == ["shop"]
    assert drafting.choose("vercel", ["shop-web", "site"], Wish("shop", "production", ("site",))) == ["site"]
    for whole, listed in ((True, ["shop-old", "shop-new"]), (False, ["workshop", "site"])):
        with pytest.raises(Failure) as asked:
            drafting.choose("railway", listed, WISH, whole)
        assert (asked.value.code, asked.value.state) == (drafting.WHICH, listed)


def test_the_file_is_whole_or_not_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a/b/production.yml"
    child = os.fork()
    if not child:
        # Killed when all is written, and before it has its name.
        monkeypatch.setattr(os, "fsync", lambda _handle: os._exit(9))
        inventory_draft._write(path, "text\n")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert not path.exists() and all(left.name.startswith(".") for left in path.parent.iterdir())
    inventory_draft._write(path, "text\n")
    assert path.read_text(encoding="utf-8") == "text\n"
    with pytest.raises(Failure, match="cannot be used: File exists"):
        inventory_draft._write(path, "another\n")
    assert path.read_text(encoding="utf-8") == "text\n"
    with pytest.raises(Failure, match="cannot be used"):
        inventory_draft._write(path / "below.yml", "text\n")


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o644)])
def test_the_umask_holds(tmp_path: pathlib.Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        inventory_draft._write(tmp_path / "production.yml", "text\n")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert (tmp_path / "production.yml").stat().st_mode & 0o777 == mode


def test_a_password_of_the_ledger_is_not_written_down() -> None:
    given: Json = {vendor: dict.fromkeys((*asked.secrets, *asked.options)) for vendor, asked in inventory_draft.VENDORS.items()}
    for url, kept in (("postgresql://u@db.example.com/l", True), ("postgresql://u:p4ss@db.example.com/l", False), ("postgresql:///l?password=p4ss", False)):
        assert ("saasops_ledger_url" in inventory_draft._shared({"ledger_url": url}, given)) is kept
