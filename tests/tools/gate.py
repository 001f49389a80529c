# SPDX-License-Identifier: GPL-3.0-or-later
"""The quality gate: runs the named steps, keeps going after a failure, and counts them at the end.

    python tests/tools/gate.py [--only ruff,units] [--oldest] [--list]

The steps use the environment (venv) of the Python that runs this file. ``--oldest`` runs the few steps that must also hold
on the oldest supported pair of Python and ansible-core, and refuses to run on any other pair.
The exit status is 0 when every step passed. The counts also go to ``.cache/gate/<newest|oldest>`` as ``passed failed``.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import importlib.metadata
import itertools
import locale
import os
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = "tests/tools"
PACKAGE = "ansible_collections.saasops.runbooks"
OLDEST_PAIR = ((3, 11), "2.19.")
# No step takes nearly as long, also on a busy machine; a step that does hangs, and a gate that hangs says nothing.
STEP_DEADLINE_S = 2700

# A file stays with one worker, because its fixtures start the servers (tests/integration/conftest.py divides two that are long); the scenarios have
# one file that is half of them, and fixtures of single tests.
WORKERS = {"tests/scenarios": "worksteal"}

# Real credentials must never reach a test: one that forgot its sandbox would act on production.
VENDOR_VARIABLES = (
    *("RAILWAY_", "VERCEL_", "CONVEX_", "STRIPE_", "SHOPIFY_", "CLERK_"),
    *("SENTRY_", "SLACK_", "PAGERDUTY_", "DATADOG_", "DD_", "SUPABASE_", "UPTIMEROBOT_", "ATLAS_"),
)


@dataclass(frozen=True)
class Step:
    """One named command, run from the checkout's root; ``needs`` are paths without which it has nothing to judge.

    ``oldest``: what is added to the command on the oldest supported pair, where only steps that have this are run.
    """

    name: str
    command: Sequence[str]
    needs: Sequence[str] = ()
    # Whether it keeps all processors busy. Those that do not run two at a time where they follow each other.
    alone: bool = True
    oldest: Sequence[str] | None = None


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def pytest(folder: str, name: str = "", *, oldest: Sequence[str] | None = None) -> Step:
    # A file that cannot be collected (a schema is missing) fails the step, and does not keep the others from telling what they find.
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "-n", "2", "--dist", WORKERS.get(folder, "loadfile")]
    return Step(name or folder.split("/")[-1], python("-m", "pytest", *options, folder), needs=[folder], oldest=oldest)


MYPY = ["mypy", "-p", f"{PACKAGE}.plugins", "-p", f"{PACKAGE}.tests.tools", "-p", f"{PACKAGE}.tests.sandbox"]
DOCS = ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."]
STEPS = (
    Step("molecule", ["molecule", "test", "--all"], needs=["extensions/molecule"], alone=False),
    Step("ruff", ["ruff", "check", "."], alone=False),
    Step("mypy", MYPY, needs=["plugins", "tests/sandbox"], alone=False),
    Step("yamllint", ["yamllint", "--strict", "."], alone=False),
    Step("ansible-lint", ["ansible-lint", "--offline"], needs=["plugins", "roles", "playbooks"], alone=False),
    Step("docs", DOCS, needs=["plugins/modules"], alone=False),
    Step("changelog", ["antsibull-changelog", "lint"], alone=False),
    Step("package", python(f"{TOOLS}/package.py"), needs=["plugins/modules", "README.md"], alone=False),
    pytest("tests/unit", "units", oldest=()),
    # ansible-test forks a process for each test, and so starts again whatever a session or a file shares: some files show that it runs them.
    Step("ansible-test", python(f"{TOOLS}/run_ansible_test.py", "units", "--sample", "8"), needs=["tests/unit"], oldest=()),
    pytest("tests/contract"),
    # Most of these tests ask a module for what neither Python nor ansible-core has a part in.
    pytest("tests/integration", oldest=("--others", "15")),
    pytest("tests/scenarios"),
    pytest("tests/coverage"),
    Step("sanity", python(f"{TOOLS}/run_ansible_test.py", "sanity"), needs=["plugins"], oldest=()),
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


def run(step: Step, env: Mapping[str, str], output: t.TextIO | None = None) -> bool:
    """Whether it passed. What it prints goes to ``output``, or is shown at once."""
    missing = [path for path in step.needs if not (ROOT / path).exists()]
    if missing:
        print(f"{step.name}: {', '.join(missing)} not there: nothing to judge, which is a failure", file=output, flush=True)
        return False
    # A session of its own, so that a step that hangs is ended together with everything it started.
    process = subprocess.Popen(step.command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    try:
        return process.wait(STEP_DEADLINE_S) == 0
    except subprocess.TimeoutExpired:
        print(f"{step.name}: no end after {STEP_DEADLINE_S} s", file=output, flush=True)
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def told(step: Step, env: Mapping[str, str]) -> bool:
    """Run it, with a headline and an end."""
    started = time.monotonic()
    # What runs beside another step is shown when it has ended.
    with contextlib.nullcontext() if step.alone else tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        head = f"\n=== {step.name} ==="
        if output is None:
            print(head, flush=True)
        passed = run(step, env, output)
        end = f"=== {step.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.1f} s"
        if output is not None:
            output.seek(0)
            end = f"{head}\n{output.read()}{end}"
    print(end, flush=True)
    return passed


def run_all(steps: Sequence[Step], env: Mapping[str, str]) -> list[str]:
    """The names of the steps that failed."""
    failed = []
    for alone, group in itertools.groupby(steps, key=lambda step: step.alone):
        row = list(group)
        with concurrent.futures.ThreadPoolExecutor(2) as places:
            passed = [told(step, env) for step in row] if alone else list(places.map(lambda step: told(step, env), row))
        failed += [step.name for step, well in zip(row, passed, strict=True) if not well]
    return failed


def chosen(only: str | None, oldest: bool) -> list[Step]:
    steps = [dataclasses.replace(step, command=[*step.command, *step.oldest]) for step in STEPS if step.oldest is not None] if oldest else list(STEPS)
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
    with tempfile.TemporaryDirectory(prefix="saasops-gate-") as state:
        failed = run_all(steps, environment(os.environ, state))
    counts.write_text(f"{len(steps) - len(failed)} {len(failed)}\n", encoding="utf-8")
    print(f"\nFailed steps: {', '.join(failed) or 'none'}")
    print(f"{len(steps) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
