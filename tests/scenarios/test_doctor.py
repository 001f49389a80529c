# SPDX-License-Identifier: GPL-3.0-or-later
"""doctor as it is run before the night in which something breaks: each thing that is missing is named, and no other."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, leases, releases, restores, sagas, schedules
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from tests.harness import postgresql
from tests.harness.launcher import Launcher
from tests.harness.loopback import Loopback, certificate, each, free_port
from tests.harness.loopback import said as answer
from tests.harness.screens import check_fits, check_refused
from tests.harness.sweep import leaks
from tests.harness.world import Run, World

Json = dict[str, t.Any]
Wrong = dict[tuple[str, str], str]
NewWorld = t.Callable[..., World]
PASSWORD = "scenario-doctor-5Tn8Kd2Xq7Zw4Vm9Pj1Lh6"
DAY = 86400
NODE = "#!/bin/sh\necho v22.11.0\n"
# A process id that no machine has.
NOBODY = 2**22 + 1


@dataclasses.dataclass
class Shop:
    """A shop whose every part is there, and which nothing is wrong with. ``hosts`` and ``variables`` are the inventory's."""

    world: World
    programs: pathlib.Path
    hosts: dict[str, Json]
    variables: Json = dataclasses.field(default_factory=dict)
    without: list[str] = dataclasses.field(default_factory=list)
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    servers: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    def ledger(self) -> Store:
        made = Store(f"sqlite:///{self.world.state}/saasops/shop-production.sqlite3", "shop/production")
        made.prepare()
        return made

    def program(self, name: str, text: str) -> None:
        file = self.programs / name
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def now(self) -> float:
        return float(self.world.sandbox.clock()["now"])

    def ran(self, run: str) -> None:
        """The daily run has been there when it was due, at 7."""
        due = (self.now() - 7 * 3600) // DAY * DAY + 7 * 3600
        schedules.begin(self.ledger(), run, ["daily"], due, 600)
        schedules.end(self.ledger(), run, due + 60, "pass", [])

    def play(self, launcher: Launcher, *arguments: str) -> Run:
        inventory = self.world.write_inventory("doctor.yml", self.hosts, tuple(self.without), **self.variables)
        environment = {**self.world.environment(PATH=f"{self.programs}{os.pathsep}{self.world.environment()['PATH']}"), **self.environment}
        return launcher.play(self.world, "doctor", *arguments, inventory=inventory, environment=environment)


@pytest.fixture
def shop(new_world: NewWorld, postgresql_url: str, redis_url: str, tmp_path: pathlib.Path) -> t.Iterator[Shop]:
    world = new_world("healthy")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        (programs / name).symlink_to(postgresql.programs() / name)
    migrate = {"tool": "prisma", "argv": ["npx", "prisma", "migrate", "deploy"], "backup_folder": str(tmp_path / "backups")}
    slack = {"name": "on call", "kind": "slack", "channel": "#incidents", "token": world.sandbox_run["slack"]["token"]}
    made = Shop(
        world,
        programs,
        {
            "functions": {"component_vendor": "convex"},
            "store": {"component_vendor": "shopify"},
            "billing": {"component_vendor": "stripe"},
            "database": {
                "component_vendor": "postgres",
                "component_dsn": postgresql_url.replace("postgres@", f"postgres:{PASSWORD}@"),
                "component_migrate": migrate,
            },
            "sessions": {"component_vendor": "redis", "component_dsn": redis_url},
        },
        {
            "notify_routes": [{**slack, "api_url": world.sandbox_run["slack"]["api_url"]}],
            "schedule_runs": [{"tags": ["daily"], "cron": "0 7 * * *"}],
            "scheduled_items": [{"name": "health", "tags": ["daily"], "do": "health"}],
        },
    )
    made.program("node", NODE)
    made.program("npx", NODE)
    made.ran("r0")
    for component in ("database", "functions"):
        restores.note(made.ledger(), "r0", component, "2026-11-12", made.now() - 12 * DAY, 360)
    with made.servers:
        yield made


def bad(run: Run) -> Wrong:
    """(component, check): verdict of everything that is not as it should be."""
    return {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def reason(run: Run, component: str, name: str) -> str:
    return str(next(one["reason"] for one in run.stats["checks"] if (one["component"], one["name"]) == (component, name)))


@dataclasses.dataclass(frozen=True)
class Defect:
    """``plant`` changes a healthy shop. ``wrong`` is everything that is then found, ``words`` is said of the first."""

    plant: t.Callable[[Shop], object]
    wrong: Wrong
    words: str
    code: int = 2
    alone: bool = False  # it hides others, or moves the time


def variable(**given: t.Any) -> t.Callable[[Shop], object]:
    return lambda shop: shop.variables.update(given)


def of_host(host: str, **given: t.Any) -> t.Callable[[Shop], object]:
    return lambda shop: shop.hosts.setdefault(host, {}).update(given)


def told(shop: Shop, vendor: str, *keys: str) -> t.Any:
    value: t.Any = shop.world.sandbox_run[vendor]
    for key in keys:
        value = value[key]
    return value


def held_back(shop: Shop) -> None:
    state = shop.world.sandbox.state("app")
    deployment = {"id": state["serving"]["id"], "commit": state["serving"]["commit"], "version": state["serving"]["tag"]}
    releases.pin(shop.ledger(), "r1", "app", deployment, deployment, "checkout 500s", False)


def lease_of_a_dead_run(shop: Shop) -> None:
    leases.acquire(shop.ledger(), "change", "r1", holders.describe(NOBODY), "rollback: checkout 500s")


def later(seconds: float) -> t.Callable[[Shop], object]:
    """So much time goes by, in which the schedule is kept, on a plan that keeps images for 72 h."""

    def plant(shop: Shop) -> None:
        shop.world.sandbox.scenario("healthy", railway_plan="hobby")
        shop.world.sandbox.advance(seconds)
        shop.ran("r9")

    return plant


def cut_off(shop: Shop) -> None:
    sagas.begin(shop.ledger(), "rollback", "r1", [], {})


def ends_soon(shop: Shop) -> None:
    shop.world.sandbox.patch("app", token_facts={"expiresAt": (shop.now() + 9.5 * DAY) * 1000})


def forget_restores(shop: Shop) -> None:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store

    with shop.ledger().write() as connection:
        connection.execute(store.restores.delete().where(store.restores.c.component == "database"))


def ends_with_its_certificate(shop: Shop) -> None:
    """Whatever the sandbox's clock says: it is to last longer than any certificate does."""
    file, context = certificate(shop.programs.parent)
    server = shop.servers.enter_context(Loopback(each(answer({"status": "ok"})), context))
    shop.environment["SSL_CERT_FILE"] = shop.environment["REQUESTS_CA_BUNDLE"] = file
    shop.hosts["dashboard"] = {"component_url": server.url, "component_limits": {"certificate_days": 36500}}


def old_programs(shop: Shop) -> None:
    shop.program("pg_dump", "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")


MONITOR = [{"name": "api", "url": "https://api.example.com/health"}]
BOTH = {("app", "doctor: token"): "fail", ("dashboard", "doctor: token"): "fail"}
DEFECTS: dict[str, Defect] = {
    "Railway: a token of another environment": Defect(
        lambda shop: shop.variables.update(railway_token=told(shop, "railway", "other", "token")), {("api", "doctor: token"): "fail"}, "staging"
    ),
    "Railway: two tokens": Defect(
        lambda shop: shop.variables.update(railway_api_token=told(shop, "railway", "account_token")), {("api", "doctor: token"): "fail"}, "both token"
    ),
    "Railway: a dead token": Defect(variable(railway_token="dead"), {("api", "doctor: token"): "fail"}, "not found"),
    "Railway: no token": Defect(lambda shop: shop.without.append("railway_token"), {("api", "doctor: token"): "fail"}, "no token"),
    "Vercel: a token of another team": Defect(lambda shop: shop.variables.update(vercel_token=told(shop, "vercel", "other", "token")), BOTH, "token"),
    "Vercel: a token that leaked": Defect(lambda shop: shop.world.sandbox.patch("app", token_facts={"leakedAt": 1763521320000}), BOTH, "found in public"),
    "Vercel: a token that ends soon": Defect(ends_soon, {("app", "doctor: token"): "warn", ("dashboard", "doctor: token"): "warn"}, "ends in 9 d", 0),
    "Convex: a key of another deployment": Defect(
        lambda shop: shop.variables.update(convex_deploy_key=told(shop, "convex", "other", "deploy_key")),
        {("functions", "doctor: token"): "fail"},
        "brisk-heron",
    ),
    "Convex: a key without a permission": Defect(
        lambda shop: shop.variables.update(convex_deploy_key=told(shop, "convex", "ci_key")),
        {("functions", "doctor: permissions"): "warn"},
        "deployment:data:view",
        0,
    ),
    "Stripe: a test key where money is meant": Defect(
        lambda shop: shop.variables.update(stripe_api_key=told(shop, "stripe", "test_key"), stripe_mode=None), {("billing", "doctor: token"): "fail"}, "test"
    ),
    "Stripe: a test key beside stripe_mode live": Defect(
        lambda shop: shop.variables.update(stripe_api_key=told(shop, "stripe", "test_key")), {("billing", "doctor: token"): "fail"}, "test"
    ),
    "Shopify: another shop": Defect(variable(shopify_shop="another-shop.myshopify.com"), {("store", "doctor: token"): "fail"}, "it belongs to example-shop"),
    "Shopify: a version that ends soon": Defect(
        of_host("store", shopify_api_version="2026-01"), {("store", "health: api_version"): "warn"}, "2026-01 is served for", 0
    ),
    "a rollback window that closes": Defect(later(62 * 3600), {("api", "rollback: window"): "warn"}, "can be returned to for 9 h", 0, True),
    "a rollback window that is closed": Defect(later(72 * 3600), {("api", "rollback: target"): "warn"}, "no earlier release", 0, True),
    "nothing to go back to": Defect(
        lambda shop: [shop.world.sandbox.patch("api", tag, can_rollback=False) for tag in ("v1.4.0", "v1.4.1")],
        {("api", "rollback: target"): "warn"},
        "no earlier release",
        0,
    ),
    "a rollback that was cut off": Defect(cut_off, {("", "rollback: unfinished"): "warn"}, "run r1 began", 0),
    "an open pin": Defect(held_back, {("app", "roll_forward: pin"): "warn"}, "checkout 500s", 0),
    "a lease of a dead run": Defect(lease_of_a_dead_run, {("", "doctor: lease"): "warn"}, "run r1", 0),
    "a component that does not answer": Defect(
        lambda shop: shop.hosts.update(dashboard={"component_url": f"http://127.0.0.1:{free_port()}"}),
        {("dashboard", "health: reachable"): "fail"},
        "the connection failed",
    ),
    "a ledger that does not answer": Defect(
        lambda shop: shop.variables.update(saasops_ledger_url=f"postgresql://saasops@127.0.0.1:{free_port()}/saasops"),
        {("", "doctor: ledger"): "error"},
        "cannot be used",
        alone=True,
    ),
    "PostgreSQL that does not answer": Defect(
        lambda shop: shop.hosts["database"].update(component_dsn=f"postgresql://postgres:{PASSWORD}@127.0.0.1:{free_port()}/shop"),
        {("database", "db_integrity: reachable"): "fail"},
        "refused",
    ),
    "Redis that does not answer": Defect(
        lambda shop: shop.hosts["sessions"].update(component_dsn=f"redis://127.0.0.1:{free_port()}/0"), {("sessions", "db_integrity: reachable"): "fail"}, ""
    ),
    "a restore that was never proved": Defect(forget_restores, {("database", "db_integrity: proven restore"): "warn"}, "was ever restored", 0),
    "pg_dump older than the server": Defect(old_programs, {("database", "db_migrate: pg_dump"): "fail"}, "is 9.6.24, older than the server"),
    "a program that is not there": Defect(
        lambda shop: shop.hosts["database"]["component_migrate"].update(argv=["gone-tool"]),
        {("database", "db_migrate: command"): "fail"},
        "no program gone-tool",
    ),
    "Node that is too old": Defect(lambda shop: shop.program("node", "#!/bin/sh\necho v16.20.2\n"), {("database", "db_migrate: command"): "fail"}, "16.20.2"),
    "a route without its key": Defect(
        lambda shop: shop.variables["notify_routes"].append({"name": "pager", "kind": "pagerduty"}), {("", "notify_test: route pager"): "fail"}, "no key"
    ),
    "a schedule that nothing starts": Defect(
        lambda shop: shop.variables["scheduled_items"].append({"name": "report", "tags": ["weekly"], "do": "report"}),
        {("", "schedule: weekly"): "warn"},
        "nothing starts report",
        0,
    ),
    "a run that did not come": Defect(
        lambda shop: shop.world.sandbox.advance(2 * DAY), {("", "heartbeat: daily"): "fail"}, "did not run when it was due", alone=True
    ),
    "a certificate that ends soon": Defect(ends_with_its_certificate, {("dashboard", "health: certificate"): "warn"}, "ends in", 0),
    "an incident at a vendor": Defect(
        lambda shop: shop.world.sandbox.status_page("vercel", {"name": "Builds fail"}), {("vendors", "health: vercel status page"): "warn"}, "Builds fail", 0
    ),
    "monitors without a key": Defect(
        lambda shop: (shop.hosts.update(api={"component_monitors": MONITOR}), shop.without.append("uptimerobot_api_key")),
        {("api", "monitors: key of uptimerobot"): "warn"},
        "there is no token",
        0,
    ),
    "what contradicts itself": Defect(of_host("sessions", component_health="/health"), {("sessions", "doctor: variables"): "warn"}, "without component_url", 0),
    "limits that mean nothing": Defect(
        of_host("api", component_limits={"response_ms": {"wran": 1}}), {("api", "health: asked"): "error"}, "component_limits: response_ms says 'wran'"
    ),
    "webhooks that mean nothing": Defect(
        of_host("store", component_webhooks=[{"topic": "orders/paid"}]), {("store", "restore: asked"): "error"}, "entry 1 has no uri"
    ),
    "a remedy that means nothing": Defect(of_host("api", component_remedies=[{"when": "memory"}]), {("api", "restart: asked"): "error"}, "is no condition"),
}


def test_where_nothing_is_missing_nothing_is_found(shop: Shop, launcher: Launcher) -> None:
    first = shop.play(launcher)
    assert (bad(first), first.code) == ({}, 0), first.output
    check_fits(first)
    plan, second = shop.play(launcher, "--check"), shop.play(launcher)
    assert bad(plan) == bad(second) == {}
    assert (plan.code, second.code, second.changed) == (0, 0, 0)
    assert first.stats["seconds"] < 15
    assert shop.world.changes() == []


def together() -> list[tuple[str, ...]]:
    """The defects in as few shops as can be: in one shop no component has two of them, so that none hides another."""
    made: list[list[str]] = []
    for name, defect in DEFECTS.items():
        mine = {component for component, _check in defect.wrong} - {""}
        for group in made:
            others = [DEFECTS[other] for other in group]
            if not any(other.alone or defect.alone or mine & {component for component, _check in other.wrong} for other in others):
                group.append(name)
                break
        else:
            made.append([name])
    return [tuple(group) for group in made]


def check_named(shop: Shop, launcher: Launcher, names: t.Sequence[str]) -> None:
    planted = [DEFECTS[name] for name in names]
    for defect in planted:
        defect.plant(shop)
    run = shop.play(launcher)
    wrong = {place: verdict for defect in planted for place, verdict in defect.wrong.items()}
    assert bad(run) == wrong, run.summary
    assert run.code == max(defect.code for defect in planted), run.output
    for defect in planted:
        assert defect.words in reason(run, *next(iter(defect.wrong)))
    steps = [one for one in run.stats["checks"] if (one["component"], one["name"]) in wrong and not one.get("next")]
    assert steps == [], "it does not say what to do"
    check_fits(run)
    assert shop.world.changes() == []


@pytest.mark.parametrize("names", together(), ids=lambda names: names[0])
def test_exactly_what_is_planted_is_named(names: tuple[str, ...], shop: Shop, launcher: Launcher) -> None:
    check_named(shop, launcher, names)
    assert len(DEFECTS) >= 25


@pytest.mark.soak
@pytest.mark.parametrize("name", DEFECTS)
def test_each_is_named_alone(name: str, shop: Shop, launcher: Launcher) -> None:
    check_named(shop, launcher, [name])
    assert DEFECTS[name].wrong


@pytest.mark.parametrize("direct", ["true", "false"])
def test_no_secret_is_shown_and_a_plan_says_the_same(direct: str, shop: Shop, launcher: Launcher) -> None:
    """What is wrong is the worst moment for care: a key that lacks something, a token of another place, and two at once."""
    for name in ("Convex: a key without a permission", "Railway: two tokens", "Stripe: a test key beside stripe_mode live", "a route without its key"):
        DEFECTS[name].plant(shop)
    loud = ("-vvvv", "--diff", "-e", f"saasops_direct={direct}")
    plan, run = shop.play(launcher, "--check", *loud), shop.play(launcher, *loud)
    assert bad(plan) == bad(run) != {}, run.output
    secrets = {**shop.world.sandbox.secrets(), "password": PASSWORD}
    outputs = {"plan": plan.output, "run": run.output}
    # What the operator wrote lies in the inventory.
    assert leaks(secrets, [shop.world.folder], outputs, {*shop.world.folder.glob("*.yml")}) == []
    assert shop.world.changes() == []


def test_a_name_that_nobody_knows_is_refused_with_the_one_that_was_meant(shop: Shop, launcher: Launcher) -> None:
    shop.hosts["store"]["shopify_shp"] = "example-shop.myshopify.com"
    run = shop.play(launcher)
    check_refused(shop.world, run, "store: there is no inventory variable shopify_shp", "Did you mean shopify_shop?")
    assert shop.world.sandbox.journal() == []
