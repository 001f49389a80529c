# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves a run: not through what is shown at the highest verbosity, nor through any file that is left behind, nor through
ansible-runner; whether the run ends well or badly, and whichever way its tasks take."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import secrets as randomness
import signal
import subprocess
import sys
import tempfile
import time
import typing as t

import ansible_runner
import pytest

from ansible_collections.saasops.runbooks.plugins.plugin_utils import interruption
from tests.harness.launcher import Launcher
from tests.harness.sweep import guises, leaks
from tests.harness.world import ROOT, TIMEOUT, Run, World

NewWorld = t.Callable[..., World]
LOUD = ("-vvvv", "--diff")


def unique() -> str:
    return randomness.token_hex(24)


class Watched:
    """A world of which every secret is known. What the operator wrote lies apart; the home, too, is the world's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.outputs: dict[str, str] = {}
        run, railway = world.sandbox_run, world.sandbox_run["railway"]
        self.secrets = {
            "Vercel token": run["vercel"]["token"],
            "Vercel project token": run["vercel"]["project_token"],
            "Railway project token": railway["token"],
            "Railway account token": railway["account_token"],
        }
        assert len(set(self.secrets.values())) == len(self.secrets), "two secrets are equal: a leak could not be told"
        self.learn()
        assert {"railway.variable.api.JWT_SECRET", "convex.variable.EMAIL_API_KEY", "convex.deploy"} <= set(self.secrets)
        (world.folder / "home").mkdir()

    def learn(self) -> None:
        """Every other secret that the sandbox has now."""
        for name, secret in self.world.sandbox.secrets().items():
            if secret not in self.secrets.values():
                self.secrets[name] = secret

    def environment(self, **changes: str | None) -> dict[str, str]:
        return self.world.environment(HOME=str(self.world.folder / "home"), ANSIBLE_HOME=str(self.world.folder / "home" / ".ansible"), **changes)

    def written(self) -> set[pathlib.Path]:
        return {*self.world.folder.glob("*.yml")}

    def found(self, *folders: pathlib.Path) -> list[str]:
        """Leaks in what was shown and in every file of the world and of ``folders``."""
        self.learn()
        return leaks(self.secrets, [self.world.folder, *folders], self.outputs, self.written())

    def play(self, launcher: Launcher, name: str, verb: str, *arguments: str, environment: dict[str, str] | None = None, **inventory: t.Any) -> Run:
        """``inventory``: variables of the group, and ``without``."""
        path = self.world.write_inventory(f"{len(self.outputs)}.yml", **inventory)
        run = launcher.play(self.world, verb, *LOUD, *arguments, inventory=path, environment=environment or self.environment())
        self.outputs[name] = run.output
        assert "ansible-playbook [core" in run.output, "it was not loud"
        return run


@pytest.fixture
def watched(new_world: NewWorld) -> Watched:
    return Watched(new_world())


# -- the command line


@pytest.mark.parametrize("direct", [True, False], ids=["in-process", "as modules"])
def test_runs_that_succeed_leak_nothing(watched: Watched, launcher: Launcher, direct: bool) -> None:
    assert watched.play(launcher, "rollback", "rollback", "-e", "rollback_reason=a reason", saasops_direct=direct).code == 0
    if direct:
        assert watched.play(launcher, "roll forward", "roll_forward").code == 0
    way = "in-process" if direct else "as a module (saasops_direct is false)"
    assert f"component_release: {way}" in watched.outputs["rollback"]
    assert watched.found() == []


def test_tokens_from_the_process_environment_do_not_leak(watched: Watched, launcher: Launcher) -> None:
    names = {"VERCEL_TOKEN": watched.secrets["Vercel project token"], "RAILWAY_API_TOKEN": watched.secrets["Railway account token"]}
    for direct in (True, False):
        plan = watched.play(
            launcher,
            f"plan, direct {direct}",
            "rollback",
            "--check",
            # Those that a token for one project sees.
            "--limit",
            "app,api",
            environment=watched.environment(**names),
            without=("vercel_token", "railway_token"),
            saasops_direct=direct,
        )
        assert plan.code == 0, plan.output
    assert watched.found() == []


def test_tokens_given_as_extra_variables_do_not_leak_into_the_line_to_type_next(watched: Watched, launcher: Launcher) -> None:
    """In a file: Ansible itself shows the command line at this verbosity."""
    extra = watched.world.folder / "extra.yml"
    extra.write_text(f"vercel_token: {watched.secrets['Vercel token']}", encoding="utf-8")
    plan = watched.play(launcher, "plan", "rollback", "--check", "--limit", "app", "-e", f"@{extra}", without=("vercel_token",))
    assert plan.code == 0, plan.output
    assert "to do it: ansible-playbook" in plan.output
    assert watched.found() == []


@pytest.mark.parametrize("direct", [True, False], ids=["in-process", "as modules"])
def test_runs_that_fail_leak_nothing_even_when_a_vendor_repeats_the_token(watched: Watched, launcher: Launcher, direct: bool) -> None:
    sandbox, known = watched.world.sandbox, watched.secrets
    sandbox.fault("status", vendor="railway", operation="deploymentRollback", status=500, message=f"{known['Railway project token']} failed", times=0)
    split = watched.play(launcher, "split", "rollback", saasops_direct=direct)
    assert "SPLIT" in split.headline, split.summary
    sandbox.clear_faults()
    sandbox.fault("body", vendor="vercel", status=403, times=0, body={"error": {"code": "forbidden", "message": f"Bearer {known['Vercel token']} is dead"}})
    sandbox.fault("graphql_error", vendor="railway", times=0, message=f"Not Authorized: {known['Railway project token']}")
    refused = watched.play(launcher, "refused", "rollback", saasops_direct=direct)
    assert "REFUSED" in refused.headline
    assert "is dead" in refused.summary, "the vendor's words were not shown at all"
    assert watched.found() == []


def test_a_token_that_cannot_be_one_does_not_leak(watched: Watched, launcher: Launcher) -> None:
    """The HTTP library's own complaint would show it."""
    watched.secrets["broken token"] = unique()
    run = watched.play(
        launcher, "broken", "rollback", vercel_token=f"{watched.secrets['broken token']}\n", railway_token=f"{watched.secrets['broken token']} x"
    )
    assert run.code != 0
    watched.secrets["misplaced token"] = unique()
    run = watched.play(launcher, "in the address", "rollback", vercel_api_url=f"https://ops:{watched.secrets['misplaced token']}@api.example.com")
    assert run.code != 0
    assert "vercel_api_url holds a user name or a password" in run.output
    assert watched.found() == []


def test_the_ledger_s_password_does_not_leak(watched: Watched, launcher: Launcher) -> None:
    """Neither when the ledger cannot be reached, nor when its address is malformed, nor from the mark that a run leaves for Ctrl-C."""
    watched.secrets["ledger password"] = unique()
    for name, url in (
        ("a parameter", "postgresql://127.0.0.1:1/x?user=ops&password={}"),
        ("unreachable", "postgresql://ops:{}@127.0.0.1:1/x"),
        ("unknown kind", "mysql://ops:{}@127.0.0.1/x"),
        ("malformed", "postgresql://ops:{}@[x"),
    ):
        run = watched.play(launcher, name, "rollback", saasops_ledger_url=url.format(watched.secrets["ledger password"]))
        assert "no ledger" in run.output or run.code != 0
    assert watched.found() == []


def test_the_mark_that_waits_for_ctrl_c_holds_no_password(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.secrets["ledger password"] = unique()
    monkeypatch.setattr(tempfile, "tempdir", str(watched.world.temporary()))
    run = {"id": "1", "verb": "rollback", "banner": "PRODUCTION", "system": "shop", "environment": "shop/production", "check_mode": False, "ledger": True}
    for number, url in enumerate(("postgresql://ops:{}@example.com/x", "postgresql://example.com/x?password={}", "postgresql://ops@example.com/x"), start=1):
        interruption.mark(-number, run, url.format(watched.secrets["ledger password"]))
    assert len(list(watched.world.temporary().glob("saasops-*"))) == 3
    assert watched.found() == []


def test_an_interrupted_run_leaves_nothing_behind(watched: Watched, launcher: Launcher) -> None:
    world = watched.world
    world.sandbox.fault("timeout", vendor="railway", operation="deploymentRollback", seconds=60)
    inventory = world.write_inventory("i.yml", saasops_ledger_url=f"sqlite:///{world.folder}/ledger.sqlite3")
    options = [*LOUD, "-e", "rollback_request_timeout=60"]
    started = launcher.start(world, "rollback", *options, inventory=inventory, environment=watched.environment()).go()
    end = time.monotonic() + TIMEOUT
    while not any(entry["operation"] == "deploymentRollback" for entry in world.sandbox.journal()):
        assert time.monotonic() < end, started.output.read_text(encoding="utf-8")
        assert not started.ended(), started.output.read_text(encoding="utf-8")
        time.sleep(0.05)
    # While it hangs, its files are there: the mark, the ledger, Ansible's own.
    assert watched.found() == []
    os.killpg(started.pid, signal.SIGINT)
    watched.outputs["interrupted"] = started.wait().output
    assert "SENT, AND NO ANSWER SEEN" in watched.outputs["interrupted"]
    assert watched.found() == []


@pytest.mark.parametrize("direct", [True, False], ids=["in-process", "as a module"])
def test_a_header_that_opens_what_is_closed_to_strangers_does_not_leak(watched: Watched, direct: bool) -> None:
    watched.secrets["protection token"] = unique()
    endpoint = {"url": watched.world.components()["app"]["component_url"], "headers": {"x-vercel-protection-bypass": watched.secrets["protection token"]}}
    arguments = json.dumps({"endpoints": [endpoint], "in_a_row": 1})
    command = ["ansible", "localhost", "-c", "local", "-m", "saasops.runbooks.http_probe", "-a", arguments, "-vvvv", "-e", f"saasops_direct={direct}"]
    interpreter = ["-e", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run(
        [*command, *interpreter], cwd=ROOT, env=watched.environment(), capture_output=True, text=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL
    )
    watched.outputs["probe"] = done.stdout + done.stderr
    assert done.returncode == 0, watched.outputs["probe"]
    assert '"verdict": "fail"' in watched.outputs["probe"]
    assert watched.found() == []


# -- ansible-runner


def test_ansible_runner_keeps_no_secret_in_its_artifacts(watched: Watched) -> None:
    world = watched.world
    private = world.folder / "private"
    private.mkdir()
    environment = {**watched.environment(), "ANSIBLE_LOCAL_TEMP": str(world.folder / "ansible-tmp")}
    codes = []
    for name, fault in (("good", False), ("bad", True)):
        world.sandbox.scenario("bad-release")
        watched.learn()
        if fault:
            message = f"Bearer {watched.secrets['Vercel token']} is dead"
            world.sandbox.fault("body", vendor="vercel", changes=True, status=403, times=0, body={"error": {"code": "forbidden", "message": message}})
        inventory = World(world.folder / name, world.sandbox, world.sandbox.run).inventory
        written = world.folder / f"{name}.yml"
        inventory.rename(written)
        result = ansible_runner.run(
            private_data_dir=str(private),
            project_dir=str(ROOT),
            playbook="playbooks/rollback.yml",
            inventory=str(written),
            cmdline=" ".join(LOUD),
            envvars=environment,
            ident=name,
            quiet=True,
        )
        codes.append(result.rc)
        watched.outputs[name] = "".join(event["stdout"] for event in result.events)
        assert "ROLLED BACK" in watched.outputs[name] or fault
    assert codes == [0, 2]
    assert list((private / "artifacts" / "bad" / "job_events").iterdir())
    assert watched.found() == []


# -- the sweep itself


@pytest.mark.parametrize("guise", ["plain", "base64", "inside base64", "in a URL", "in the middle of bytes", "as a file's name", "in an output"])
def test_the_sweep_finds_a_leak_planted_on_purpose(watched: Watched, guise: str) -> None:
    secret = watched.secrets["Vercel token"]
    place = watched.world.temporary() / "deep" / "down"
    place.mkdir(parents=True)
    assert watched.found() == []
    content = {
        "plain": secret.encode(),
        "base64": base64.b64encode(secret.encode()),
        "inside base64": base64.b64encode(f'{{"token": "{secret}", "other": 1}}'.encode()),
        "in a URL": f"https://ops:{secret}@example.com".encode(),
        "in the middle of bytes": os.urandom(5000) + secret.encode() + os.urandom(5000),
    }
    if guise == "as a file's name":
        (place / secret).touch()
    elif guise == "in an output":
        watched.outputs["shown"] = f"before {secret} after"
    else:
        (place / "leak").write_bytes(content[guise])
    found = watched.found()
    assert len(found) == 1, found
    assert found[0].startswith("Vercel token in ")


def test_the_sweep_refuses_to_sweep_nothing(watched: Watched) -> None:
    with pytest.raises(AssertionError, match="nothing would be swept"):
        watched.found(watched.world.folder / "nosuch")
    with pytest.raises(AssertionError, match="by chance"):
        guises("short")
