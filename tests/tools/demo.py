# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: a bad release on Vercel and Railway, rolled back by one command, in a simulated world on loopback."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.sandbox.launch import Sandbox  # noqa: E402

COMMAND = ["ansible-playbook", "playbooks/rollback.yml", "-i", "inventories/sandbox.yml"]


def say(text: str) -> None:
    print(f"\n>>> {text}", flush=True)


def play(environment: dict[str, str], *arguments: str) -> str:
    """Run the playbook, showing its output as it comes; returns what it printed."""
    print(f"$ {' '.join([*COMMAND, *(repr(word) if ' ' in word else word for word in arguments)])}", flush=True)
    process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(line)
    if process.wait() != 0:
        sys.exit(f"the playbook ended with {process.returncode}")
    return "".join(lines)


def main() -> None:
    say("Starting a simulated Vercel, Railway and shop, in which release v1.4.2 is bad: app and api answer 503, dashboard is well.")
    with tempfile.TemporaryDirectory(prefix="saasops-demo-") as folder, Sandbox("bad-release", "virtual", pathlib.Path(folder) / "run.json") as sandbox:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "SAASOPS_", "VERCEL_", "RAILWAY_"))},
            "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "SAASOPS_SANDBOX_FILE": str(sandbox.state_file),
            # Minutes of waiting pass in virtual time.
            "SAASOPS_CLOCK_URL": sandbox.run["clock_url"],
            "XDG_STATE_HOME": str(pathlib.Path(folder) / "state"),
        }
        play(environment, "-e", "rollback_reason=checkout 500s")
        say("The same command again: it has nothing to do.")
        second = play(environment)
        say("What the vendors saw of both runs (requests that change something):")
        changes = sandbox.journal(changes=True)
        for entry in changes:
            print(f"{entry['component']:<10} {entry['vendor']:<8} {entry['operation']}", flush=True)
        vendors = sorted(entry["vendor"] for entry in changes if entry["effect"])
        changed = sum(int(number) for number in re.findall(r"changed=(\d+)", second))
        if vendors != ["railway", "vercel"] or changed:
            sys.exit(f"expected one rollback for each vendor and no change by the second run; saw {vendors} and changed={changed}")
    say("Both vendors were rolled back once, the second run changed nothing, and the simulated world is gone.")


if __name__ == "__main__":
    main()
