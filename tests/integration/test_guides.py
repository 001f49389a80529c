# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that the guides print, played as they are printed."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest

from tests.harness.world import ROOT, World

pytestmark = pytest.mark.every_pair
PRINTED = re.compile(r"```yaml\n# (\w+\.yml)\n(.*?)```", re.DOTALL)


def write_out(guide: str, folder: pathlib.Path) -> None:
    for name, text in PRINTED.findall((ROOT / "docs" / guide).read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")


def play(world: World, name: str, *more: str) -> str:
    """What it printed. It went well."""
    done = subprocess.run(
        # The builtin modules run as this Python, and not as whichever is found first on this machine.
        ["ansible-playbook", name, "-i", str(world.inventory), "-e", f"ansible_python_interpreter={sys.executable}", *more],
        cwd=world.folder,
        env=world.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def changes(output: str) -> int:
    return int(re.findall(r"changed=(\d+)", output)[0])


def last_task(output: str) -> str:
    return "TASK [" + output.rpartition("TASK [")[2].partition("PLAY RECAP")[0].strip()


def test_the_guide_to_webhooks(world: World) -> None:
    write_out("webhooks.md", world.folder)
    sandbox, address = world.sandbox, f"stripe_webhook_url={world.sandbox_run['receiver_url']}/stripe"
    plan = play(world, "webhooks.yml", "-e", address, "--check", "--diff")
    guide = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")
    assert last_task(plan) in guide
    assert [changes(play(world, "webhooks.yml", "-e", address)) for _time in range(2)] == [3, 0]
    sandbox.deliver(webhook_receiver_status=503)
    for number in range(3):
        sandbox.emit("stripe", type="invoice.paid", mode="live", object={"id": f"in_{number}", "object": "invoice"})
        sandbox.advance(5)
    sandbox.deliver(webhook_receiver_status=200)
    first, second = (play(world, "after_outage.yml") for _time in range(2))
    assert last_task(first) in guide
    assert (changes(first), changes(second)) == (1, 0)
    assert [changes(play(world, "rotate.yml")) for _time in range(2)] == [2, 0]
    assert [changes(play(world, "rotated.yml")) for _time in range(2)] == [1, 0]


def test_the_guide_to_health(world: World) -> None:
    write_out("health.md", world.folder)
    world.sandbox.scenario("healthy")
    well = play(world, "before_a_deploy.yml")
    assert "app is healthy" in well and "api is healthy" in well
    assert changes(well) == 0
    world.sandbox.patch("app", word="degraded")
    assert "app is degraded: /health: says 'degraded'" in play(world, "before_a_deploy.yml")
