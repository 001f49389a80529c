# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has imported Ansible once and forks a fresh child for each run of a playbook.

Nothing of Ansible runs in the zygote itself, so a child finds every module as an import leaves it: no parsed command line, no
plugin loader, no display that has shown something. What an import settles for good (Ansible's configuration) comes from the
environment that the zygote was started with; the rest is each child's own: session, standard streams, environment, folder for
temporary files.

It obeys JSON lines on its standard input and tells what happens on its standard output:
``{"do": "start", "argv", "env", "cwd", "output"}`` -> ``{"event": "started", "pid"}``; the child then waits for ``{"do": "go", "pid"}``,
so that whoever wants to kill it at a certain request can say so first; ``{"event": "ended", "pid", "code"}`` (negative: the signal).
The end of its standard input ends it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import tempfile
import typing as t

# What a run of the collection's playbooks imports on its way.
IMPORTED = (
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.executor.process.worker",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.callback.default",
    "ansible.plugins.connection.local",
    "ansible.plugins.inventory.yaml",
    "jmespath",
    "requests",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql",
    "psycopg",
    "yaml",
)
Json = dict[str, t.Any]


class Child(Exception):
    """Raised in a forked child, to leave the zygote's loop: the child ends as any process does, exit handlers included."""

    def __init__(self, wish: Json) -> None:
        super().__init__("a child")
        self.wish = wish


class Zygote:
    def __init__(self) -> None:
        self._waiting: dict[int, int] = {}  # child -> where its leave to go is written
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(0, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def serve(self) -> None:
        buffer = b""
        _tell({"event": "ready"})
        while True:
            for key, _mask in self._selector.select():
                if key.fd == self._woken:
                    os.read(self._woken, 4096)
                    self._reap()
                    continue
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, wish: Json) -> None:
        if wish["do"] == "go":
            os.close(self._waiting.pop(wish["pid"]))
            return
        hold, let_go = os.pipe()
        pid = os.fork()
        if pid:
            os.close(hold)
            self._waiting[pid] = let_go
            _tell({"event": "started", "pid": pid})
            return
        os.close(let_go)
        for others in self._waiting.values():
            os.close(others)
        os.read(hold, 1)  # ends when the zygote closes its side
        os.close(hold)
        self._selector.close()
        signal.set_wakeup_fd(-1)
        os.close(self._woken)
        os.close(self._wake)
        raise Child(wish)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._waiting:
                os.close(self._waiting.pop(pid))
            _tell({"event": "ended", "pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(event: Json) -> None:
    os.write(1, json.dumps(event).encode() + b"\n")


def _become(wish: Json) -> t.NoReturn:
    """Turn the child into what ``ansible-playbook`` would be, and run it."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(wish["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["cwd"])
    tempfile.tempdir = None
    from ansible import constants
    from ansible.cli.playbook import main
    from ansible.config import manager

    # An import has made the zygote's own folder for temporary files, and promised to remove it.
    atexit.unregister(manager.cleanup_tmp_file)
    os.makedirs(wish["env"]["ANSIBLE_LOCAL_TEMP"], exist_ok=True)
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix="ansible-local-", dir=wish["env"]["ANSIBLE_LOCAL_TEMP"])
    atexit.register(manager.cleanup_tmp_file, constants.DEFAULT_LOCAL_TMP, warn=True)
    sys.argv = wish["argv"]
    main(wish["argv"])
    raise AssertionError("Ansible's command line always exits")


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    # What is there now never becomes garbage: a child's collector must not touch, and so copy, these pages.
    gc.collect()
    gc.freeze()
    try:
        Zygote().serve()
    except Child as child:
        wanted = child.wish
    else:
        sys.exit(0)
    _become(wanted)
