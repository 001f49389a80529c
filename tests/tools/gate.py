# SPDX-License-Identifier: GPL-3.0-or-later
"""The quality gate: runs the named steps one after the other, keeps going after a failure, and counts them at the end.

    python tests/tools/gate.py [--only ruff,units] [--oldest] [--list]

The steps use the environment (venv) of the Python that runs this file. ``--oldest`` runs the few steps that must also hold
on the oldest supported pair of Python and ansible-core, and refuses to run on any other pair.
The exit status is 0 when every step passed. The counts also go to ``.cache/gate/<newest|oldest>`` as ``passed failed``.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import locale
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = "tests/tools"
PACKAGE = "ansible_collections.saasops.runbooks"
OLDEST_PAIR = ((3, 11), "2.19.")
# No step takes nearly as long, also on a busy machine; a step that does hangs, and a gate that hangs says nothing.
STEP_DEADLINE_S = 1800

# Most of these tests wait for a process they started. A file stays with one worker, because its fixtures start the servers; the scenarios
# have one file that is half of them, and fixtures of single tests.
WORKERS = {"tests/scenarios": ("-n", "2", "--dist", "worksteal")}
WORKERS_BY_FILE = ("-n", "2", "--dist", "loadfile")

# Real credentials must never reach a test: one that forgot its sandbox would act on production.
VENDOR_VARIABLES = (
    *("RAILWAY_", "VERCEL_", "CONVEX_", "STRIPE_", "SHOPIFY_", "CLERK_"),
    *("SENTRY_", "SLACK_", "PAGERDUTY_", "DATADOG_", "DD_", "SUPABASE_", "UPTIMEROBOT_"),
)


@dataclass(frozen=True)
class Step:
    """One named command, run from the checkout's root; ``needs`` are paths without which it has nothing to judge."""

    name: str
    command: Sequence[str]
    needs: Sequence[str] = ()
    oldest: bool = False


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def pytest(folder: str, *, oldest: bool = False) -> Step:
    # A file that cannot be collected (a schema is missing) fails the step, and does not keep the others from telling what they find.
    command = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", *WORKERS.get(folder, WORKERS_BY_FILE), folder)
    return Step(folder.split("/")[-1], command, needs=[folder], oldest=oldest)


STEPS = (
    Step("ruff", ["ruff", "check", "."]),
    Step("mypy", ["mypy", "-p", f"{PACKAGE}.plugins", "-p", f"{PACKAGE}.tests.tools", "-p", f"{PACKAGE}.tests.sandbox"], needs=["plugins", "tests/sandbox"]),
    Step("yamllint", ["yamllint", "--strict", "."]),
    Step("ansible-lint", ["ansible-lint", "--offline"], needs=["plugins", "roles", "playbooks"]),
    Step("docs", ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."], needs=["plugins/modules"]),
    Step("changelog", ["antsibull-changelog", "lint"]),
    Step("units", python(f"{TOOLS}/run_ansible_test.py", "units"), needs=["tests/unit"], oldest=True),
    pytest("tests/contract"),
    pytest("tests/integration", oldest=True),
    pytest("tests/scenarios"),
    pytest("tests/coverage"),
    Step("molecule", ["molecule", "test", "--all"], needs=["extensions/molecule"]),
    Step("sanity", python(f"{TOOLS}/run_ansible_test.py", "sanity"), needs=["plugins"], oldest=True),
    Step("package", python(f"{TOOLS}/package.py"), needs=["plugins/modules", "README.md"]),
)


def environment(base: Mapping[str, str], state: str) -> dict[str, str]:
    """The environment of every step: this venv first, no vendor's credentials, a UTF-8 locale, state in a folder of its own."""
    env = {name: value for name, value in base.items() if not name.startswith(VENDOR_VARIABLES)}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), base.get("PATH", os.defpath)])
    env["XDG_STATE_HOME"] = state
    env.setdefault("SAASOPS_SPECS", str(ROOT.parent / "shared/specs"))
    env.setdefault("SAASOPS_COVERAGE", str(ROOT.parent / "shared/runbooks/coverage.json"))
    if locale.getpreferredencoding(False).upper().replace("-", "") != "UTF8" or "LC_ALL" not in env:
        env["LC_ALL"] = "C.UTF-8"  # Ansible refuses to start in any other encoding
    if not sys.stdout.isatty():
        env["NO_COLOR"] = "1"  # some tools colour a log file, too
    return env


def run(step: Step, env: Mapping[str, str]) -> bool:
    missing = [path for path in step.needs if not (ROOT / path).exists()]
    if missing:
        print(f"{step.name}: {', '.join(missing)} not there: nothing to judge, which is a failure", flush=True)
        return False
    # A session of its own, so that a step that hangs is ended together with everything it started.
    process = subprocess.Popen(step.command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(STEP_DEADLINE_S) == 0
    except subprocess.TimeoutExpired:
        print(f"{step.name}: no end after {STEP_DEADLINE_S} s", flush=True)
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def chosen(only: str | None, oldest: bool) -> list[Step]:
    steps = [step for step in STEPS if step.oldest or not oldest]
    if only is None:
        return steps
    names = only.split(",")
    unknown = sorted(set(names) - {step.name for step in steps})
    if unknown:
        raise SystemExit(f"No such step: {', '.join(unknown)}. There are: {', '.join(step.name for step in steps)}")
    return [step for step in steps if step.name in names]


def check_oldest_pair() -> None:
    core = importlib.metadata.version("ansible-core")
    if sys.version_info[:2] != OLDEST_PAIR[0] or not core.startswith(OLDEST_PAIR[1]):
        running = f"{sys.version_info[0]}.{sys.version_info[1]} with ansible-core {core}"
        raise SystemExit(f"--oldest needs Python 3.11 with ansible-core 2.19, this is {running}: use 'make test-oldest'")


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the steps of the quality gate.")
    parser.add_argument("--only", metavar="STEP,STEP", help="run these steps alone")
    parser.add_argument("--oldest", action="store_true", help="the steps that must also hold on the oldest supported pair")
    parser.add_argument("--list", action="store_true", help="print the names of the steps")
    options = parser.parse_args()
    steps = chosen(options.only, options.oldest)
    if options.list:
        print("\n".join(step.name for step in steps))
        return 0
    if options.oldest:
        check_oldest_pair()

    counts = ROOT / ".cache/gate" / ("oldest" if options.oldest else "newest")
    counts.parent.mkdir(parents=True, exist_ok=True)
    counts.unlink(missing_ok=True)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="saasops-gate-") as state:
        env = environment(os.environ, state)
        for step in steps:
            print(f"\n=== {step.name} ===", flush=True)
            started = time.monotonic()
            passed = run(step, env)
            if not passed:
                failed.append(step.name)
            print(f"=== {step.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
    counts.write_text(f"{len(steps) - len(failed)} {len(failed)}\n", encoding="utf-8")
    print(f"\nFailed steps: {', '.join(failed) or 'none'}")
    print(f"{len(steps) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
