# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds what is published and looks inside: the Galaxy archive, and the wheel, installed into a fresh environment.

    python tests/tools/package.py

The fresh environment sees the running one's dependencies, but not its editable install: what works there works from PyPI.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "saasops.runbooks"
# What must never be published: environments, caches, schemas of vendors, and whatever a run leaves behind.
UNWANTED = (".venv", ".ansible", ".cache", ".git", ".sandbox", "specs", "captures", "node_modules", "__pycache__")


class PackageError(Exception):
    """Something published would be broken; the message says what."""


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=None if env is None else dict(env), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def programs(env_dir: str) -> str:
    return os.path.join(env_dir, "bin")


def modules_of(folder: Path) -> set[str]:
    return {f"{COLLECTION}.{file.stem}" for file in folder.glob("*.py") if file.stem != "__init__"}


def check_archive(scratch: Path) -> str:
    """Build the Galaxy archive and check that it holds the content and nothing else."""
    run([f"{programs(sys.prefix)}/ansible-galaxy", "collection", "build", "--output-path", str(scratch), "--force"], ROOT)
    archive = next(scratch.glob("saasops-runbooks-*.tar.gz"))
    with tarfile.open(archive) as content:
        names = content.getnames()
    unwanted = sorted({name for name in names if set(Path(name).parts) & set(UNWANTED)})
    if unwanted:
        raise PackageError(f"the archive holds what is not content: {', '.join(unwanted[:5])}")
    packed = {f"{COLLECTION}.{Path(name).stem}" for name in names if name.startswith("plugins/modules/") and name.endswith(".py")}
    missing = sorted(modules_of(ROOT / "plugins/modules") - packed)
    if missing:
        raise PackageError(f"the archive lacks modules: {', '.join(missing)}")
    return f"{archive.name}: {len(names)} entries, {archive.stat().st_size // 1024} KiB"


def check_wheel(scratch: Path) -> str:
    """Build the wheel, install it without the checkout in sight, and ask Ansible for its modules."""
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(scratch), str(ROOT)], scratch)
    wheel = next(scratch.glob("*.whl"))
    fresh = scratch / "venv"
    venv.create(fresh, with_pip=False, symlinks=True)
    interpreter = f"{programs(str(fresh))}/python"
    site = Path(run([interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], scratch).strip())
    # A folder named in a .pth file is put on the path, but the .pth files inside it are not read: no editable install.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    run([sys.executable, "-m", "pip", "--python", interpreter, "install", "--quiet", "--no-deps", str(wheel)], scratch)

    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    env["ANSIBLE_COLLECTIONS_PATH"] = str(scratch / "none")
    modules = sorted(modules_of(ROOT / "plugins/modules"))
    documents = json.loads(run([interpreter, "-m", "ansible.cli.doc", "-t", "module", "--json", *modules], scratch, env))
    missing = sorted(set(modules) - set(documents))
    if missing:
        raise PackageError(f"ansible-doc does not find in the installed wheel: {', '.join(missing)}")
    elsewhere = sorted(name for name, document in documents.items() if not Path(document["doc"]["filename"]).resolve().is_relative_to(fresh.resolve()))
    if elsewhere:
        raise PackageError(f"found outside the installed wheel: {', '.join(elsewhere)}")
    for playbook in sorted((ROOT / "playbooks").glob("*.yml")):
        run([interpreter, "-m", "ansible.cli.playbook", "--syntax-check", "-i", "localhost,", f"{COLLECTION}.{playbook.stem}"], scratch, env)
    run([interpreter, "-m", f"ansible_collections.{COLLECTION}.tests.sandbox", "--help"], scratch, env)
    check_short_line(scratch, fresh, env)
    return f"{wheel.name}: {len(modules)} modules found once installed, playbooks parse, the sandbox is there, saasops runs them"


def check_short_line(scratch: Path, fresh: Path, env: Mapping[str, str]) -> None:
    """What saasops prints, once installed and from a folder elsewhere, is what runs, also when it is typed."""
    ansible = Path(programs(str(fresh)), "ansible-playbook")
    ansible.write_text(f'#!/bin/sh\nexec {programs(str(fresh))}/python -m ansible.cli.playbook "$@"\n', encoding="utf-8")
    ansible.chmod(0o755)
    elsewhere = scratch / "elsewhere"
    (elsewhere / "inventories/shop").mkdir(parents=True)
    (elsewhere / "inventories/shop/production.yml").write_text("components: {hosts: {}}\n", encoding="utf-8")
    short = f"{programs(str(fresh))}/saasops"
    told = run([short, "list"], elsewhere, env)
    missing = [playbook.stem for playbook in (ROOT / "playbooks").glob("*.yml") if f"\n  {playbook.stem} " not in told]
    if missing or "shop/production" not in told:
        raise PackageError(f"saasops list does not tell of {', '.join(missing) or 'shop/production'}:\n{told}")
    line = f"{shlex.quote(short)} health shop/production probes=2 -- --syntax-check"
    # What Ansible warns of comes after it.
    printed = run(["sh", "-c", f"{line} 2>&1 >/dev/null"], elsewhere, env).splitlines()[0]
    if run(["sh", "-c", printed], elsewhere, env) != run(["sh", "-c", line], elsewhere, env):
        raise PackageError(f"the line that saasops prints does something else: {printed}")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="saasops-package-") as folder:
        try:
            print(check_archive(Path(folder)), flush=True)
            print(check_wheel(Path(folder)), flush=True)
        except PackageError as error:
            print(f"package: {error}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
