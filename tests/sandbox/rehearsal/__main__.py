# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m sandbox.rehearsal``: one line of JSON in, a few lines of JSON out, and nothing left behind.

In: ``{verb, scenario, components, extra, arguments, playbook, inventory, collections}``; see ``Request``. Out: ``{"begun": folder}``, then
``{"refused": [message, hint]}`` or ``{"ended": {...}}``. It ends what it has begun and removes its folder when standard input ends, whoever
held the other end and however that one died; it leaves the process tree of its caller for that.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
import threading
import typing as t

NEEDED = ("aiohttp", "graphql")


def say(**event: t.Any) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def leave() -> None:
    """Away from the caller's process tree, session and terminal: who kills all of these does not kill what tidies up."""
    if os.fork():
        os._exit(0)
    os.setsid()


def watch() -> None:
    """Standard input says nothing more; when it ends, so does this process, by the way that tidies up."""

    def until_it_ends() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=until_it_ends, daemon=True).start()


def read_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(0, 65536)
        if not more:
            break
        line += more
    return line


def main() -> int:
    request = json.loads(read_line())
    if not all(importlib.util.find_spec(name) for name in NEEDED):
        say(refused=["the sandbox is not installed", f"{sys.executable} -m pip install 'saasops-runbooks[sandbox]'"])
        return 0
    leave()
    from ..errors import Refused
    from . import run

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, run.stop)
    watch()
    try:
        say(ended=run.rehearse(request, lambda folder: say(begun=folder)))
    except Refused as error:
        say(refused=[str(error.args[0]), str(error.args[1]) if len(error.args) > 1 else ""])
    except run.Stopped:
        return 0
    except Exception as error:
        say(broken=f"{type(error).__name__}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
