# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``ansible-test sanity`` or ``ansible-test units`` of the running environment on a copy of the checkout.

    python tests/tools/run_ansible_test.py sanity|units [--sample FILES] [further arguments]

``units --sample 8`` runs that many test files, others each time; ``SAASOPS_SEED`` repeats a sample.

ansible-test insists on a real folder ``ansible_collections/<namespace>/<name>`` (a link is not enough), so what git knows or
would add is copied into one. By default only the running Python is judged: the other pairs have runs of their own.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import ansible_test

ROOT = Path(__file__).resolve().parents[2]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# ansible-test builds its own environments with a get-pip script from a server of its project. Python carries an installer
# for pip already; with this in the script's place, sanity works where that server is out of reach. ensurepip must run as
# a process of its own: inside this one it would make pip forget where packages come from.
GET_PIP = '''"""Installs pip with the installer that Python carries."""
import subprocess
import sys

wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade"])
subprocess.check_call([sys.executable, "-m", "pip", "install", *wanted])
'''


# ansible-test runs one test after the other. These two take about as long as all others, and have environments of their own.
LONGEST = ("import", "pylint")
# It goes first, alone: all tests that need nothing share an environment, and two processes that make it at once break it for each other.
FIRST = "action-plugin-docs"
SANITY_HALVES = ([word for name in LONGEST for word in ("--test", name)], [word for name in (FIRST, *LONGEST) for word in ("--skip-test", name)])


def place_get_pip() -> None:
    """Put the script where ansible-test keeps the downloaded one, unless it has one already."""
    source = Path(ansible_test.__path__[0], "_internal/python_requirements.py").read_text(encoding="utf-8")
    versions = re.findall(r"""\bpip\s*=\s*['"]([\d.]+)['"]""", source)
    if not versions:
        print("run_ansible_test: this ansible-test does not say which pip it wants; it will fetch the installer itself", flush=True)
    for version in versions:
        script = Path.home() / ".ansible/test/cache" / f"get_pip_{version.replace('.', '_')}.py"
        if not script.exists():
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(GET_PIP, encoding="utf-8")


def copy_checkout() -> Path:
    """Copy the files that git tracks or would add; return the copy's folder."""
    copy = ROOT / ".ansible/scratch" / Path(sys.prefix).name / "ansible_collections/saasops/runbooks"
    shutil.rmtree(copy, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.exists() or source.is_symlink():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    # A repository of its own: else git finds the checkout's, which ignores the copy, and lists no files.
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=copy, check=True)
    return copy


def search_path() -> str:
    """This environment's programs, then the folder of the real Python: a version manager's shims may not run here."""
    real = Path(sys.executable).resolve().parent
    return os.pathsep.join([f"{sys.prefix}/bin", str(real), "/usr/local/bin", "/usr/bin", "/bin"])


def sample(copy: Path, number: int) -> list[str]:
    seed = os.environ.get("SAASOPS_SEED") or str(random.randrange(10**6))
    print(f"what is sampled was sampled with SAASOPS_SEED={seed}", flush=True)
    found = sorted(str(path.relative_to(copy)) for path in (copy / "tests/unit").rglob("test_*.py"))
    return random.Random(seed).sample(found, min(number, len(found)))


def main(arguments: list[str]) -> int:
    if arguments[:1] not in (["sanity"], ["units"]):
        raise SystemExit("Which one? python tests/tools/run_ansible_test.py sanity|units")
    place_get_pip()
    copy = copy_checkout()
    env = {**os.environ, "PATH": search_path(), "ANSIBLE_TEST_CONTENT_ROOT": str(copy)}
    kind, *others = arguments
    if others[:1] == ["--sample"]:
        others = [*sample(copy, int(others[1])), *others[2:]]
    command = [f"{sys.prefix}/bin/ansible-test", kind, "--local", "--python", PYTHON, "--color", "no", *others]
    if kind == "units" or "--test" in others:
        return subprocess.run(command, cwd=copy, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    first = side_by_side([[*command, "--test", FIRST]], copy, env)
    return max(first, side_by_side([[*command, *half] for half in SANITY_HALVES], copy, env))


def side_by_side(commands: list[list[str]], folder: Path, env: dict[str, str]) -> int:
    """The worst of their statuses; what each says is shown when all of it is there, and at the end once more what went wrong: a log may be cut."""
    with tempfile.TemporaryDirectory() as outputs:
        files = [Path(outputs, str(number)) for number in range(len(commands))]
        processes = []
        for command, file in zip(commands, files, strict=True):
            with file.open("wb") as output:
                processes.append(subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT))
        statuses, wrong = [], []
        for process, file in zip(processes, files, strict=True):
            statuses.append(process.wait())
            said = file.read_text(encoding="utf-8", errors="replace")
            wrong += [line for line in said.splitlines() if line.startswith(("ERROR", "FATAL"))]
            print(said, end="", flush=True)
        print(*wrong, sep="\n", end="\n" if wrong else "", flush=True)
    # A negative one is a signal's number.
    return max(abs(status) for status in statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
