# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock's two faces; the virtual one against a tiny server that speaks its protocol."""

from __future__ import annotations

import json
import os
import socketserver
import threading
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from tests.harness.loopback import free_port

Line = dict[str, t.Any]


class Tiny:
    """Says what its ``answer`` makes of each request; ``lines`` holds (connection, request)."""

    def __init__(self, answer: t.Callable[[Line], Line | None]) -> None:
        lines: list[tuple[int, Line]] = []
        self.lines, self.gone = lines, threading.Semaphore(0)
        tiny = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    request = json.loads(line)
                    lines.append((self.client_address[1], request))
                    said = answer(request)
                    if said is None:
                        break
                    self.wfile.write(json.dumps(said).encode() + b"\n")
                tiny.gone.release()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Moving:
    """A virtual time that moves by what is slept."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self, request: Line) -> Line:
        self.now += request.get("seconds", 0)
        return {"now": self.now}


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Callable[[t.Callable[[Line], Line | None]], Tiny]]:
    made: list[Tiny] = []

    def start(answer: t.Callable[[Line], Line | None]) -> Tiny:
        made.append(Tiny(answer))
        monkeypatch.setenv(clock.ENVIRONMENT_VARIABLE, made[-1].url)
        return made[-1]

    yield start
    clock.close()
    for tiny in made:
        tiny.stop()


@pytest.fixture(autouse=True)
def nobody_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_member", None)
    monkeypatch.setattr(clock, "_group", (None, 1))


def test_the_real_clock_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.ENVIRONMENT_VARIABLE, raising=False)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    before = time.time()
    assert before <= clock.now() <= time.time()
    clock.sleep(0)
    clock.sleep(-3)
    clock.sleep(2.5)
    assert slept == [2.5]
    assert not clock.is_virtual()


def test_virtual_time_is_asked_on_one_kept_connection(serve: t.Any) -> None:
    tiny = serve(Moving())
    started = clock.elapsed()
    assert clock.now() == 1000.0
    clock.sleep(6300)
    assert clock.now() == 7300.0
    assert clock.elapsed() - started < 60, "virtual hours are not waited for"
    assert [request["do"] for _who, request in tiny.lines] == ["now", "sleep", "now"]
    assert len({who for who, _request in tiny.lines}) == 1


def test_sleeping_not_at_all_asks_nobody(serve: t.Any) -> None:
    tiny = serve(Moving())
    clock.sleep(0)
    clock.sleep(-1)
    assert tiny.lines == []


def test_a_task_says_with_whom_it_starts_and_leaves_at_its_end(serve: t.Any) -> None:
    tiny = serve(Moving())
    clock.announce("task-1", 3)
    clock.now()
    clock.close()
    assert tiny.gone.acquire(timeout=20), "the member did not leave"
    clock.now()
    assert [request for _who, request in tiny.lines if request["do"] == "join"] == [{"do": "join", "group": "task-1", "of": 3}] * 2
    assert len({who for who, _request in tiny.lines}) == 2


def test_a_child_does_not_speak_on_its_parents_connection(serve: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = serve(Moving())
    clock.now()
    parents = clock._member
    monkeypatch.setattr(os, "getpid", lambda: -1)  # as after a fork
    clock.now()
    parent, child = (who for who, _request in tiny.lines)
    assert parent != child
    clock.close()
    assert parents is not None
    assert parents.ask({"do": "now"}) == 1000.0, "the child closed its parent's connection"
    parents.close()


def test_a_deadline_counts_virtual_seconds(serve: t.Any) -> None:
    serve(Moving())
    deadline = clock.Deadline(60)
    clock.sleep(59)
    assert (deadline.left(), deadline.passed()) == (1.0, False)
    clock.sleep(1)
    assert deadline.passed()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda dummy: {"error": "fewer seats than hosts"}, "fewer seats than hosts"),
        (lambda dummy: None, "went away"),
        (lambda dummy: {"later": 1}, "went away"),
    ],
)
def test_a_clock_that_does_not_serve_is_a_clear_failure(serve: t.Any, answer: t.Any, words: str) -> None:
    serve(answer)
    with pytest.raises(Failure, match=words):
        clock.now()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "tcp://127.0.0.1", "127.0.0.1:99", "yesterday"])
def test_a_wrong_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(clock.ENVIRONMENT_VARIABLE, url)
    with pytest.raises(Failure, match=clock.ENVIRONMENT_VARIABLE) as caught:
        clock.now()
    assert caught.value.kind == "invalid"


def test_a_clock_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.ENVIRONMENT_VARIABLE, f"tcp://127.0.0.1:{free_port()}")
    with pytest.raises(Failure, match="does not answer") as caught:
        clock.now()
    assert "unset" in caught.value.hint
