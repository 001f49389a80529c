# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in a module's documentation, run as it is printed, one after the other, against ``make sandbox``.

An inventory host gives addresses and tokens, as it does for an operator. ``BEFORE`` brings about what an example takes for granted;
``VARIABLES`` are the values that its reader would put in.
"""

from __future__ import annotations

import contextlib
import importlib
import typing as t

import pytest
import yaml

from tests.harness import postgresql, restic
from tests.harness.both_ways import COLLECTION, Json
from tests.harness.convex_project import GUARD, project
from tests.harness.launcher import Launcher
from tests.harness.stripe_hooks import undelivered
from tests.harness.world import ROOT, World
from tests.integration.database_fixtures import make_shop
from tests.integration.restore_fixtures import programs

pytestmark = pytest.mark.every_pair
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if "def main" in path.read_text(encoding="utf-8"))
VARIABLES: Json = {
    "app_folder": "{{ playbook_dir }}/app",
    "backup_folder": "{{ playbook_dir }}",
    "shop_folder": "{{ playbook_dir }}/shop",
    "vault_backup_password": restic.PASSWORD,
    "vault_checkout_secret": "whsec_examplesTest4Vn8Kd2Xq6Zt9Wm",
    "vault_pagerduty_key": "examples-test-3Wn8Kd5Zq9Lx2Tv7",
    "vault_payment_key": "examples-test-9Rk4Wd7Zq2Lx8Tn5Vb3Hm6",
    "vault_slack_token": "examples-test-6Hq2Rk9Wd4Zx7Tn",
}


def push(world: World) -> None:
    world.sandbox.push("api", tag="v1.4.3", commit="5" * 40)


def write_a_migration(world: World) -> None:
    folder = world.folder / "shop/prisma/migrations/20260101_first"
    folder.mkdir(parents=True)
    (folder / "migration.sql").write_text("CREATE TABLE carts (id int)", encoding="utf-8")


def miss_an_event(world: World) -> None:
    undelivered(world.sandbox)


def keep_backups(world: World) -> None:
    restic.repository(world.folder / "backups")


def application(world: World) -> None:
    folder = world.folder / "app"
    folder.mkdir()
    (folder / "health.sh").write_text("""echo '{"status": "ok", "failed": 0}'""", encoding="utf-8")
    (folder / "clear.sh").write_text("""echo '{"removed": 3}'""", encoding="utf-8")


# module: what must be there before its first example.
BEFORE: dict[str, t.Callable[[World], object]] = {
    "app_command": application,
    "backup_proof": keep_backups,
    "backup_set": keep_backups,
    "backup_set_info": keep_backups,
    "component_backup": keep_backups,
    "component_backup_verify": keep_backups,
    "component_restore": keep_backups,
    "convex_deploy": lambda world: project(world.folder / "shop"),
    "database_migration": write_a_migration,
    "railway_deployment": push,
    "stripe_event_replay": miss_an_event,
    "stripe_event_resend": miss_an_event,
    "vercel_env_info": lambda world: world.sandbox.patch("app", env=[{"key": "PUBLIC_API_URL", "value": "https://api.example.com", "type": "plain"}]),
    "vercel_deployment": lambda world: world.sandbox.push("app", tag="v1.4.3"),
    "vercel_production": lambda world: world.sandbox.add("app", tag="v1.5.0"),
    "vercel_rolling_release": lambda world: [world.sandbox.add("app", tag=tag) for tag in ("v1.5.0", "v1.5.1")],
}
# Modules whose examples need a database.
DATABASES = {"component_database_info", "component_restore", "database_migration"}


@pytest.fixture
def database_url(module: str) -> t.Iterator[str | None]:
    with postgresql.server() if module in DATABASES else contextlib.nullcontext() as url:
        yield make_shop(url) if url else None


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run_as_printed(module: str, world: World, launcher: Launcher, database_url: str | None) -> None:
    text = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}").EXAMPLES
    # Public addresses of the components stand for where the sandbox serves them.
    for component in world.components().values():
        text = text.replace(f"https://{component['component_url'].rpartition('/')[2]}.example.com", component["component_url"])
    text = text.replace("https://status.example.com", world.sandbox_run["status_url"])
    tasks = yaml.safe_load(text)
    BEFORE.get(module, lambda _world: None)(world)
    variables = {
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        **VARIABLES,
        "vault_database_url": database_url,
        # Where a database is asked, its client programs are those of the server.
        **({"backup_programs": str(programs(world.folder / "programs"))} if module == "component_restore" else {}),
        "vault_railway_api_token": world.sandbox_run["railway"]["account_token"],
    }
    play = {"name": module, "hosts": "app", "gather_facts": False, "connection": "local", "vars": variables, "tasks": tasks}
    playbook = world.folder / "examples.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    environment = world.environment(CONVEX_VERSION_API_ORIGIN=world.sandbox_run["convex"]["url"], **GUARD)
    done = launcher.command(["ansible-playbook", str(playbook), "-i", str(world.inventory)], environment, world.folder).go().wait(300)
    assert done.code == 0, done.output
    # A task that was skipped has shown nothing.
    assert f"ok={len(tasks)} " in done.output and "skipped=0" in done.output, done.output
