# SPDX-License-Identifier: GPL-3.0-or-later
"""From an empty folder to an inventory: what the vendors tell is written down, what they do not tell is said, and nothing else is touched."""

from __future__ import annotations

import json
import pathlib
import stat
import subprocess
import sys
import typing as t
import urllib.parse
import urllib.request

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, releases
from tests.harness import postgresql, systems
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import said, text_fits
from tests.harness.world import PLAYBOOKS, ROOT, Run, World
from tests.sandbox.launch import Sandbox
from tests.sandbox.rehearsal import overlay

Json = dict[str, t.Any]
MOST_LINES = 30
SHOP = ("-e", "init_system=shop", "-e", "init_environment=production", "-e", "init_projects=hydrogen,dashboard")


def tokens(world: World) -> dict[str, str]:
    """One for each vendor, where a person has them."""
    run = world.sandbox_run
    return {
        "RAILWAY_TOKEN": run["railway"]["token"],
        "VERCEL_TOKEN": run["vercel"]["token"],
        "CONVEX_DEPLOY_KEY": run["convex"]["deploy_key"],
        "SHOPIFY_ACCESS_TOKEN": run["shopify"]["token"],
        "STRIPE_API_KEY": run["stripe"]["api_key"],
    }


def addresses(world: World) -> list[str]:
    """Where the simulated vendors are, and what no token tells."""
    run = world.sandbox_run
    said = {f"{vendor}_api_url": run[vendor]["url"] for vendor in ("railway", "vercel", "shopify", "stripe")}
    said |= {"convex_url": run["convex"]["url"], "shopify_shop": run["shopify"]["shop"]}
    return [word for name, value in said.items() for word in ("-e", f"{name}={value}")]


def init(world: World, launcher: Launcher, *more: str, **environment: str | None) -> Run:
    """Typed in an empty folder, without any inventory."""
    folder = world.folder / "empty"
    folder.mkdir(exist_ok=True)
    command = ["ansible-playbook", str(PLAYBOOKS / "init.yml"), *more, *addresses(world)]
    given = world.environment(**{**tokens(world), **environment})
    return launcher.command(command, given, folder).go().wait()


def drafted(world: World) -> pathlib.Path:
    return world.folder / "empty/inventories/shop/production.yml"


def lint(path: pathlib.Path) -> str:
    """What yamllint says, as strictly as here."""
    done = subprocess.run([sys.executable, "-m", "yamllint", "--strict", "-c", str(ROOT / ".yamllint"), str(path)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def reachable(world: World, path: pathlib.Path) -> pathlib.Path:
    """The drafted file with the addresses of the sandbox where the vendors say public ones."""
    text = path.read_text(encoding="utf-8")
    serving = {known.get("service") or known.get("project"): known["url"] for known in world.sandbox_run["components"].values()}
    for host in yaml.safe_load(text)["components"]["hosts"].values():
        if "component_url" in host:
            text = text.replace(host["component_url"], serving[host.get("railway_service") or host["vercel_project"]])
    made = world.folder / "reachable.yml"
    made.write_text(text, encoding="utf-8")
    return made


def looked(world: World, launcher: Launcher, verb: str, path: pathlib.Path) -> Run:
    pages = json.dumps({"saasops_status_pages": overlay.status_pages(world.sandbox_run["status_url"])})
    return launcher.play(world, verb, "-e", pages, inventory=reachable(world, path), environment=world.environment(**tokens(world)))


def hook(world: World, address: str) -> None:
    """Stripe reports to this address."""
    run = world.sandbox_run["stripe"]
    form = urllib.parse.urlencode({"url": address, "enabled_events[]": "invoice.paid"}).encode()
    asked = urllib.request.Request(f"{run['url']}/v1/webhook_endpoints", form, {"Authorization": f"Bearer {run['api_key']}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 200


def test_an_inventory_out_of_nothing(world: World, launcher: Launcher) -> None:
    world.sandbox.scenario("healthy")
    world.sandbox.clear_journal()
    run = init(world, launcher, *SHOP)
    assert run.code == 0, run.output
    assert "WRITTEN - inventories/shop/production.yml" in run.headline
    text_fits(run.summary)
    assert f"ansible-playbook {PLAYBOOKS}/doctor.yml -i inventories/shop/production.yml" in said(run)
    text = drafted(world).read_text(encoding="utf-8")
    found = yaml.safe_load(text)["components"]
    assert len(text.splitlines()) <= MOST_LINES and lint(drafted(world)) == ""
    assert stat.S_IMODE(drafted(world).stat().st_mode) == 0o644
    assert {name: host["component_vendor"] for name, host in found["hosts"].items()} == {
        "api": "railway",
        "dashboard": "vercel",
        "hydrogen": "vercel",
        "functions": "convex",
        "store": "shopify",
        "billing": "stripe",
    }
    assert found["hosts"]["api"] == {"component_vendor": "railway", "railway_service": "api", "component_url": "https://api-production.up.railway.app"}
    assert (found["vars"]["railway_project"], found["vars"]["vercel_team"]) == ("example", "example-team")
    assert not [name for name, secret in world.sandbox.secrets().items() if secret in text + run.output]
    assert world.changes() == []
    # What is not known is told in both places.
    assert "# ! billing: Stripe has no webhook endpoint in this mode: stripe_webhook_url" in text
    assert "! billing: Stripe has no webhook endpoint in this mode" in said(run)
    # The guide shows it, with the vendors where they usually are.
    shown = [line for line in text.splitlines() if "_api_url: " not in line]
    public = "\n".join(shown).replace(world.sandbox_run["convex"]["url"], "https://happy-otter-123.convex.example.com")
    assert f"```yaml\n{public}\n```" in (ROOT / "docs/init.md").read_text(encoding="utf-8")
    # What serves is seen, which is less than proved.
    with ledger(world) as opened:
        rows = {row["component"]: row for row in releases.known(opened)}
        assert {name: (row["version"], row["proved_at"], row["bad_at"]) for name, row in rows.items()} == {
            "api": ("v1.4.2", None, None),
            "dashboard": ("v0.8.1", None, None),
            "hydrogen": ("v1.4.2", None, None),
        }
        assert [entry["kind"] for entry in chain.entries(opened)] == ["adopted"] * 3
    health = looked(world, launcher, "health", drafted(world))
    assert health.code == 0, health.output
    again = init(world, launcher, *SHOP)
    assert (again.code, again.changed) == (0, 0), again.output
    assert "NOTHING TO DO" in again.headline and "nothing new" in said(again)


TOKPULSE = {
    "dashboard": {"component_vendor": "vercel", "vercel_project": "dashboard"},
    "hydrogen": {"component_vendor": "vercel", "vercel_project": "hydrogen"},
    "postgres": {"component_vendor": "postgres", "component_dsn_from": "railway:Postgres/DATABASE_PUBLIC_URL"},
    "redis": {"component_vendor": "redis", "component_dsn_from": "railway:Redis/REDIS_PUBLIC_URL"},
    "tokpulse-partner-app": {"component_vendor": "railway", "railway_service": "tokpulse-partner-app"},
    "billing": {"component_vendor": "stripe", "stripe_mode": "live", "stripe_webhook_url": "https://app.tokpulse.example.com/webhooks/stripe"},
}
DERRIMUT = {
    "derrimut-platform": {"component_vendor": "vercel", "vercel_project": "derrimut-platform", "component_url": "https://derrimut.example.com"},
    "functions": {"component_vendor": "convex", "convex_deployment": "happy-animal-123"},
    "billing": {"component_vendor": "stripe", "stripe_mode": "live", "stripe_webhook_url": "https://derrimut.example.com/webhooks/stripe"},
}


@pytest.mark.parametrize(
    ("system", "expected", "more", "without"),
    [
        ("tokpulse", TOKPULSE, ("-e", "init_projects=hydrogen,dashboard"), ("CONVEX_DEPLOY_KEY",)),
        ("derrimut", DERRIMUT, (), ("RAILWAY_TOKEN", "SHOPIFY_ACCESS_TOKEN")),
    ],
)
def test_from_an_empty_folder_to_a_first_look(
    world: World,
    launcher: Launcher,
    postgresql_url: str,
    redis_url: str,
    system: str,
    expected: dict[str, Json],
    more: tuple[str, ...],
    without: tuple[str, ...],
) -> None:
    """Worlds like two of the five systems: what a person has written of them is what the vendors tell."""
    databases = {"database": postgresql.fresh_database(postgresql_url), "sessions": redis_url}
    world.sandbox.scenario("healthy", world={"components": systems.variables(system), "addresses": databases})
    world.sandbox_run = t.cast(Sandbox, world.sandbox).run
    hook(world, expected["billing"]["stripe_webhook_url"])
    world.sandbox.clear_journal()
    run = init(world, launcher, "-e", f"init_system={system}", "-e", "init_environment=production", *more, **dict.fromkeys(without))
    assert run.code == 0, run.output
    path = world.folder / f"empty/inventories/{system}/production.yml"
    text = path.read_text(encoding="utf-8")
    hosts = yaml.safe_load(text)["components"]["hosts"]
    assert len(text.splitlines()) <= MOST_LINES and lint(path) == ""
    for name, facts in expected.items():
        assert facts.items() <= hosts[name].items(), text
    assert set(hosts) - set(expected) <= {"store"}
    assert not [name for name, secret in {**world.sandbox.secrets(), **databases}.items() if secret in text + run.output]
    for verb in ("doctor", "health"):
        seen = looked(world, launcher, verb, path)
        assert seen.code == 0, seen.output
    assert world.changes() == []


def test_a_file_that_is_there_is_left_alone(world: World, launcher: Launcher) -> None:
    mine = "components:\n  hosts: {}\n"
    drafted(world).parent.mkdir(parents=True)
    drafted(world).write_text(mine, encoding="utf-8")
    for more in ((), ("--check",)):
        run = init(world, launcher, *SHOP, *more)
        assert run.code != 0 and "REFUSED - nothing was written" in run.headline
        assert "says something else than the vendors do" in said(run) and "-e init_path=compare.yml --check" in said(run)
        assert drafted(world).read_text(encoding="utf-8") == mine
    with ledger(world) as opened:
        assert releases.known(opened) == []
    # The printed way to compare shows the other file, and leaves none.
    compared = init(world, launcher, *SHOP, "-e", "init_path=compare.yml", "--check")
    assert compared.code == 0 and "+    saasops_system: shop" in compared.output
    assert not (world.folder / "empty/compare.yml").exists()


def test_a_plan_is_the_file_and_writes_nothing(world: World, launcher: Launcher) -> None:
    plan = init(world, launcher, *SHOP, "--check")
    assert plan.code == 0, plan.output
    assert "PLAN ONLY - nothing was written" in plan.headline and "(planned): api v1.4.2, dashboard v0.8.1, hydrogen v1.4.2" in said(plan)
    assert not (world.folder / "empty/inventories").exists() and not world.state.exists()
    shown = [line.removeprefix("+") for line in plan.output.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert init(world, launcher, *SHOP).code == 0
    assert drafted(world).read_text(encoding="utf-8").splitlines() == shown


def test_whose_projects_is_asked_and_not_guessed(world: World, launcher: Launcher) -> None:
    asked = init(world, launcher, *SHOP[:4])
    assert asked.code != 0 and "REFUSED" in asked.headline
    assert "Vercel has 2 projects, and none is called like shop: dashboard, hydrogen" in said(asked)
    assert "Name those that belong to it: -e init_projects=dashboard,hydrogen" in said(asked)
    unknown = init(world, launcher, *SHOP[:4], "-e", "init_projects=hydrogn")
    assert unknown.code != 0 and "REFUSED" in unknown.headline
    assert not (world.folder / "empty/inventories").exists()
    # One that is called like the system needs no question; the other one is told.
    alike = init(world, launcher, "-e", "init_system=dashboard", "-e", "init_environment=production", STRIPE_API_KEY=None, SHOPIFY_ACCESS_TOKEN=None)
    assert alike.code == 0, alike.output
    assert "left out of Vercel: hydrogen" in said(alike)
    assert "not asked, no token: Shopify (SHOPIFY_ACCESS_TOKEN), Stripe (STRIPE_API_KEY)" in said(alike)
    text = (world.folder / "empty/inventories/dashboard/production.yml").read_text(encoding="utf-8")
    assert "# ! not asked, no token: Shopify (SHOPIFY_ACCESS_TOKEN)" in text and "hydrogen}" not in text


@pytest.mark.parametrize(
    ("more", "environment", "reason"),
    [
        ((), {}, "missing required arguments: init_environment, init_system"),
        (("-e", "init_sytem=shop", "-e", "init_environment=production"), {}, "Did you mean init_system"),
        (("-e", "init_system=My Shop", "-e", "init_environment=production"), {}, "Give init_system in lower case"),
        (SHOP, dict.fromkeys(("RAILWAY_TOKEN", "VERCEL_TOKEN", "CONVEX_DEPLOY_KEY", "SHOPIFY_ACCESS_TOKEN", "STRIPE_API_KEY")), "no token of any vendor"),
        (SHOP, {"VERCEL_TOKEN": "init-test-wrong-7Gh2Kd9Wq4Zx"}, "Give a valid token"),
        ((*SHOP[:2], "-e", "init_environment=staging", *SHOP[4:]), {}, "belongs to environment production, and environment staging was asked for"),
    ],
)
def test_what_cannot_be_is_refused(world: World, launcher: Launcher, more: tuple[str, ...], environment: dict[str, str | None], reason: str) -> None:
    run = init(world, launcher, *more, **environment)
    assert run.code not in (0, None) and "REFUSED" in run.headline, run.output
    assert reason in said(run), run.summary
    assert "init-test-wrong" not in run.output
    assert not (world.folder / "empty/inventories").exists()


def test_without_a_ledger_the_file_is_written_all_the_same(world: World, launcher: Launcher) -> None:
    run = init(world, launcher, *SHOP, "-e", "saasops_ledger_url=postgresql://saasops@127.0.0.1:1/ledger")
    assert run.code == 0, run.output
    assert "no ledger:" in said(run) and "Adopted into the ledger: nothing new" in said(run)
    # Where it is was said, and is said in the file too.
    assert yaml.safe_load(drafted(world).read_text(encoding="utf-8"))["components"]["vars"]["saasops_ledger_url"] == "postgresql://saasops@127.0.0.1:1/ledger"
    assert "the record was not written" not in said(run)


def test_an_inventory_that_is_there_does_not_matter(world: World, launcher: Launcher) -> None:
    run = init(world, launcher, *SHOP, "-i", str(world.inventory), "--check")
    assert run.code == 0, run.output
    assert "PLAN ONLY" in run.headline


def test_a_name_that_would_be_run_is_left_out(world: World, launcher: Launcher) -> None:
    wicked = "{{ lookup('pipe', 'touch ran') }}"
    world.sandbox.fault("body", vendor="vercel", operation="/v10/projects", status=200, body={"projects": [{"name": wicked}], "pagination": {"next": None}})
    run = init(world, launcher, *SHOP[:4])
    assert run.code == 0, run.output
    assert "left out, its name would be run as a template" in said(run)
    assert "lookup" not in str(yaml.safe_load(drafted(world).read_text(encoding="utf-8")))
    assert not (world.folder / "empty/ran").exists()
