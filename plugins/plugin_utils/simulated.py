# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""A program that is told by one line of JSON what to do, answers in lines of JSON, and ends when nobody listens any more."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import selectors
import shutil
import subprocess
import sys
import typing as t

from ansible.utils.collection_loader import AnsibleCollectionConfig

Json = dict[str, t.Any]
# Of the process environment nothing else is passed on: a token may have any name.
ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TERM", "TMPDIR", "TZ", "USER")
# How often it is looked whether Ansible itself is still there, in seconds.
PATIENCE = 0.5


def places() -> Json:
    """Where this process finds what it runs, for one without its environment."""
    paths = [str(path) for path in sys.path if path]
    return {"python_path": paths, "collections": [str(pathlib.Path(path).resolve()) for path in AnsibleCollectionConfig.collection_paths]}


def run(program: str, folder: pathlib.Path, request: Json) -> Json:
    """Everything that the program said, in one mapping. Called in a worker: it ends with Ansible's main process."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), *request["python_path"]])
    main = os.getppid()
    said: Json = {}
    with subprocess.Popen(  # pylint: disable=ansible-bad-function
        [sys.executable, "-m", program], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            return said
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            for line in _lines(process.stdout.fileno(), main):
                said.update(json.loads(line))
        except BrokenPipeError:
            pass
        finally:
            # It is the end of its standard input that has it end.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            if said.keys().isdisjoint({"ended", "refused"}) and "begun" in said and os.getppid() == main:
                shutil.rmtree(said["begun"], ignore_errors=True)
    return said


def _lines(source: int, main: int) -> t.Iterator[bytes]:
    """Until the other side has closed, or Ansible's main process is gone."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while os.getppid() == main:
            if not selector.select(PATIENCE):
                continue
            data = os.read(source, 65536)
            if not data:
                return
            *whole, rest = (rest + data).split(b"\n")
            yield from whole
