# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the sandbox in the background for a person at a terminal, and ends it again.

    python tests/tools/sandbox.py up [--scenario NAME] [--clock real|virtual] [--scale N]
    python tests/tools/sandbox.py down

Everything of it lies in ``.sandbox/``: ``run.json`` (ports, tokens, process id) and ``sandbox.log``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".sandbox"
RUN = FOLDER / "run.json"
LOG = FOLDER / "sandbox.log"
MODULE = "ansible_collections.saasops.runbooks.tests.sandbox"
START_DEADLINE_S = 30
STOP_DEADLINE_S = 5

USAGE = """\
The sandbox is up: scenario {scenario}, {clock} clock, {scale}process {pid}.

  Vercel    {vercel_url}
  Railway   {railway_url}
  Convex    {convex_url}
  Shopify   {shopify_url}
  Stripe    {stripe_url}
  app       {app_url}
  control   {control_url}    GET /journal, /state; POST /faults, /scenario
  clock     {clock_url}
  log       .sandbox/sandbox.log

Run a playbook on it:
{time}  ansible-playbook playbooks/rollback.yml -i inventories/sandbox.yml

Point the vendors' own clients at it (the tokens are in .sandbox/run.json and open nothing else):
  VERCEL_TELEMETRY_DISABLED=1 vercel --api {vercel_url} --token "$(jq -r .vercel.token .sandbox/run.json)" --scope {vercel_team} ls {vercel_project}
  curl -s {railway_url} -H "Project-Access-Token: $(jq -r .railway.token .sandbox/run.json)" \\
    -H 'Content-Type: application/json' -d '{{"query": "{{ projectToken {{ projectId environmentId }} }}"}}'
  CONVEX_SELF_HOSTED_URL={convex_url} CONVEX_SELF_HOSTED_ADMIN_KEY="$(jq -r .convex.admin_key .sandbox/run.json)" npx convex env list

End it: make sandbox-down
"""


def read_run() -> dict[str, Any] | None:
    """What the sandbox wrote about itself, or None when there is none, or only half of it yet."""
    try:
        run = json.loads(RUN.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return run if isinstance(run, dict) else None


def is_sandbox(pid: int) -> bool:
    """Whether this process is a sandbox: the number in an old file may belong to anybody by now."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return False
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return "tests" in command and "sandbox" in command and "--state-file" in command


def usage(run: dict[str, Any]) -> str:
    vercel_projects = [each["project"] for each in run["components"].values() if each["vendor"] == "vercel"]
    return USAGE.format(
        time=f"  export SAASOPS_CLOCK_URL={run['clock_url']}    # minutes of waiting pass in moments\n" if run["clock"] == "virtual" else "",
        **{key: run[key] for key in ("scenario", "clock", "pid", "app_url", "control_url", "clock_url")},
        scale=f"{run['scale']} times the data, " if run["scale"] > 1 else "",
        vercel_url=run["vercel"]["url"],
        vercel_team=run["vercel"]["team"],
        vercel_project=vercel_projects[0] if vercel_projects else "",
        railway_url=run["railway"]["url"],
        convex_url=run["convex"]["url"],
        shopify_url=run["shopify"]["url"],
        stripe_url=run["stripe"]["url"],
    )


def up(scenario: str, clock: str, scale: int = 1) -> int:
    run = read_run()
    if run and is_sandbox(run["pid"]):
        print("A sandbox is up already; 'make sandbox-down' ends it.\n\n" + usage(run))
        return 0
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    RUN.unlink(missing_ok=True)
    command = [sys.executable, "-m", MODULE, "--scenario", scenario, "--clock", clock, "--scale", str(scale), "--state-file", str(RUN)]
    with LOG.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        run = read_run()
        if run:
            print(usage(run))
            return 0
        time.sleep(0.05)
    if process.poll() is None:
        process.terminate()
    print(f"The sandbox did not start. What it said ({LOG}):\n{LOG.read_text(encoding='utf-8', errors='replace')[-4000:]}", file=sys.stderr)
    return 1


def down() -> int:
    run = read_run()
    if run is None or not is_sandbox(run["pid"]):
        RUN.unlink(missing_ok=True)
        print("No sandbox is up.")
        return 0
    pid = run["pid"]
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_DEADLINE_S
    while is_sandbox(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    RUN.unlink(missing_ok=True)
    print(f"The sandbox (process {pid}) has ended.")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Start or end the sandbox in the background.")
    parser.add_argument("verb", choices=["up", "down"])
    parser.add_argument("--scenario", default="bad-release")
    parser.add_argument("--clock", choices=["real", "virtual"], default="real")
    parser.add_argument("--scale", type=int, default=1)
    options = parser.parse_args()
    return up(options.scenario, options.clock, options.scale) if options.verb == "up" else down()


if __name__ == "__main__":
    sys.exit(main())
