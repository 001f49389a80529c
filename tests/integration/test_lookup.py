# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup for one variable that is no secret, as a playbook uses it."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
import yaml

from tests.harness.world import World

pytestmark = pytest.mark.every_pair
Json = dict[str, t.Any]


def looked_up(world: World, host: str, terms: str, *before: Json) -> subprocess.CompletedProcess[str]:
    shown = {"name": "Show it", "ansible.builtin.debug": {"msg": f"it is <{{{{ lookup('saasops.runbooks.variable', {terms}) }}}}>"}}
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"name": "Look", "hosts": host, "gather_facts": False, "connection": "local", "vars": variables, "tasks": [*before, shown]}
    playbook = world.folder / "lookup.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    command = ["ansible-playbook", str(playbook), "-i", str(world.inventory), "-vvv"]
    return subprocess.run(command, cwd=world.folder, env=world.environment(), capture_output=True, text=True, timeout=120, check=False)


def stored_at_vercel(value: str, kind: str) -> Json:
    variable = {"key": "LOG_LEVEL", "value": value, "type": kind, "target": ["production"]}
    return {"name": "Store it", "saasops.runbooks.vercel_env": {"variables": [variable]}, "no_log": True}


def test_railway(world: World) -> None:
    done = looked_up(world, "api", "'RATE_LIMIT_MAX'")
    assert done.returncode == 0 and "it is <200>" in done.stdout, done.stdout
    assert world.changes() == []
    assert world.sandbox_run["railway"]["token"] not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_vercel(world: World, kind: str) -> None:
    done = looked_up(world, "app", "'LOG_LEVEL'", stored_at_vercel("debug", kind))
    assert done.returncode == 0 and "it is <debug>" in done.stdout, done.stdout


def test_what_is_hidden_or_carries_a_password_is_refused(world: World) -> None:
    hidden = looked_up(world, "app", "'LOG_LEVEL'", stored_at_vercel("debug", "sensitive"))
    assert hidden.returncode != 0 and "keeps its value from everybody" in " ".join(hidden.stdout.split())
    address = "postgresql://shop:lookup-test-4Hd8Wq2Zx@db.example.com/shop"
    with_password = looked_up(world, "app", "'LOG_LEVEL'", stored_at_vercel(address, "encrypted"))
    told = " ".join((with_password.stdout + with_password.stderr).split())
    assert with_password.returncode != 0, told
    assert "lookup-test-4Hd8Wq2Zx" not in told


def test_a_secret_by_its_name_is_refused_before_anything_is_asked(world: World) -> None:
    done = looked_up(world, "api", "'JWT_SECRET'")
    assert done.returncode != 0 and "its name says that it is a secret" in " ".join(done.stdout.split())
    assert world.sandbox.journal() == []


def test_an_unknown_name_is_an_error_with_the_near_ones(world: World) -> None:
    done = looked_up(world, "api", "'RATE_LIMIT'")
    assert done.returncode != 0 and "Did you mean RATE_LIMIT_MAX" in " ".join(done.stdout.split())


def test_what_a_vendor_stores_is_no_template(world: World) -> None:
    done = looked_up(world, "app", "'LOG_LEVEL'", stored_at_vercel("{{ '{{ 1 + 1 }}' }}", "plain"))
    assert done.returncode == 0 and "it is <{{ 1 + 1 }}>" in done.stdout, done.stdout
