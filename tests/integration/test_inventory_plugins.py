# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendors list becomes an inventory that the verbs accept: through ansible-inventory, as an operator looks at it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest
import yaml

from tests.harness.world import ROOT, World

pytestmark = pytest.mark.every_pair
Json = dict[str, t.Any]
CACHED = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_timeout": 600}


def listed(world: World, vendor: str, **options: t.Any) -> tuple[Json, str]:
    """(the inventory, what was said)."""
    folder = world.folder / "listed"
    folder.mkdir(exist_ok=True)
    path = folder / f"{vendor}.yml"
    run = world.sandbox_run[vendor]
    given: Json = {"plugin": f"saasops.runbooks.{vendor}", "system": "shop", "environment": "production", "api_url": run["url"], **options}
    path.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}), encoding="utf-8")
    done = subprocess.run(
        ["ansible-inventory", "-i", str(path), "--list"],
        cwd=ROOT,
        env=world.environment(**{f"{vendor.upper()}_TOKEN": run["token"]}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run["token"] not in done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def hosts(inventory: Json) -> Json:
    """The hosts' variables. What came from a vendor is marked as no template, and that mark is taken off here."""

    def plain(value: t.Any) -> t.Any:
        return value["__ansible_unsafe"] if isinstance(value, dict) and "__ansible_unsafe" in value else value

    return {host: {name: plain(value) for name, value in facts.items()} for host, facts in inventory["_meta"]["hostvars"].items()}


def test_vercel_lists_the_projects_of_the_team(world: World) -> None:
    inventory, said = listed(world, "vercel", team="example-team")
    assert set(inventory["components"]["hosts"]) == set(inventory["vercel"]["hosts"]) == set(inventory["production"]["hosts"]) == set(hosts(inventory))
    assert hosts(inventory)["hydrogen"] == {
        "saasops_system": "shop",
        "saasops_environment": "production",
        "component_vendor": "vercel",
        "component_url": "https://app.example.com",
        "vercel_project": "hydrogen",
        "vercel_team": "example-team",
    }
    assert "dashboard" in hosts(inventory), said


def test_a_large_fleet_is_listed_with_one_request_for_each_hundred(world: World) -> None:
    world.sandbox.scenario("fleet", components=402)
    for vendor, options, names in (("vercel", {"team": "example-team"}, []), ("railway", {}, ["projectToken"])):
        found = hosts(listed(world, vendor, **options)[0])
        asked = [entry["operation"] for entry in world.sandbox.journal(vendor=vendor)]
        assert len(found) == 201 and len(asked) == len(names) + 3, asked
        assert asked[: len(names)] == names and len(set(asked[len(names) :])) == 1


@pytest.mark.parametrize("project", [None, "example"])
def test_railway_lists_the_services_of_the_environment(world: World, project: str | None) -> None:
    inventory, said = listed(world, "railway", project=project)
    assert hosts(inventory) != {}, said
    found = hosts(inventory)["api"]
    assert found.pop("component_url").startswith("https://")
    assert found == {
        "saasops_system": "shop",
        "saasops_environment": "production",
        "component_vendor": "railway",
        "railway_service": "api",
        "railway_project": "example",
        "railway_environment": "production",
    }
    assert set(inventory["railway"]["hosts"]) == set(inventory["production"]["hosts"]) == set(hosts(inventory))
    assert hosts(listed(world, "railway", services=["nobody"])[0]) == {}


def test_an_account_token_needs_the_projects_name(world: World) -> None:
    account = world.sandbox_run["railway"]["account_token"]
    assert "api" in hosts(listed(world, "railway", project="example", api_token=account, token="")[0])
    inventory, said = listed(world, "railway", api_token=account, token="")
    assert hosts(inventory) == {} and "Give project" in " ".join(said.split())
    inventory, said = listed(world, "railway", project="exampel", api_token=account, token="")
    assert hosts(inventory) == {} and "Did you mean example" in " ".join(said.split())


def test_the_token_of_another_environment_is_refused(world: World) -> None:
    inventory, said = listed(world, "railway", environment="staging")
    assert hosts(inventory) == {} and "belongs to environment production" in " ".join(said.split())


def test_only_the_named_ones(world: World) -> None:
    assert list(hosts(listed(world, "vercel", team="example-team", projects=["dashboard"])[0])) == ["dashboard"]


def test_the_cache_spares_the_vendor(world: World) -> None:
    kept = {**CACHED, "cache_connection": str(world.folder / "cache"), "team": "example-team"}
    first = hosts(listed(world, "vercel", **kept)[0])
    asked = len(world.sandbox.journal())
    assert asked > 0
    assert hosts(listed(world, "vercel", **kept)[0]) == first
    assert len(world.sandbox.journal()) == asked
    texts = [path.read_text(encoding="utf-8") for path in (world.folder / "cache").iterdir()]
    assert texts and not [text for text in texts if world.sandbox_run["vercel"]["token"] in text]


def test_groups_of_ones_own(world: World) -> None:
    inventory, _said = listed(
        world, "vercel", team="example-team", keyed_groups=[{"key": "component_vendor", "prefix": "at"}], compose={"component_health": "'/up'"}
    )
    assert "hydrogen" in inventory["at_vercel"]["hosts"]
    assert hosts(inventory)["hydrogen"]["component_health"] == "/up"


@pytest.mark.parametrize("vendor", ["railway", "vercel"])
def test_a_refused_token_is_told(world: World, vendor: str) -> None:
    inventory, said = listed(world, vendor, token="inventory-test-wrong-7Gh2Kd9Wq4Zx")
    assert hosts(inventory) == {}
    assert "token" in said and "inventory-test-wrong" not in said


def test_what_a_vendor_says_is_no_template(world: World) -> None:
    world.sandbox.fault("body", vendor="vercel", status=200, body={"projects": [{"name": "{{ 1 + 1 }}"}], "pagination": {"next": None}})
    inventory, _said = listed(world, "vercel", team="example-team")
    assert inventory["_meta"]["hostvars"]["1-1"]["vercel_project"] == {"__ansible_unsafe": "{{ 1 + 1 }}"}


def test_a_list_that_never_ends_is_an_error(world: World) -> None:
    world.sandbox.fault("body", vendor="vercel", times=0, status=200, body={"projects": [], "pagination": {"next": 5}})
    inventory, said = listed(world, "vercel", team="example-team")
    assert hosts(inventory) == {} and "repeats its page" in " ".join(said.split())


def test_the_verbs_accept_it(world: World, tmp_path: pathlib.Path) -> None:
    """Beside a file that adds what the vendor does not know."""
    listed(world, "vercel", team="example-team", projects=["dashboard"])
    folder = world.folder / "listed"
    known = {"vercel_api_url": world.sandbox_run["vercel"]["url"], "vercel_token": world.sandbox_run["vercel"]["token"]}
    url = {"component_url": world.components()["dashboard"]["component_url"]}
    (folder / "zz.yml").write_text(yaml.safe_dump({"components": {"vars": known, "hosts": {"dashboard": url}}}), encoding="utf-8")
    run = world.play("rollback", inventory=folder, environment=world.environment(VERCEL_TOKEN=world.sandbox_run["vercel"]["token"]))
    assert run.code == 0 and "NOTHING TO DO" in run.headline, run.output
