# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams to and from programs: whole, in time, and nothing left of the program when whoever started it has gone."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, piping
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

PIECE = bytes(range(256)) * 4096


def start(*command: str, seconds: float = 30.0, turn: t.Callable[[], None] = lambda: None, ask: signal.Signals = signal.SIGTERM) -> piping.Start:
    until = clock.elapsed() + seconds
    return piping.Start(command, "/", {"PATH": os.environ["PATH"]}, lambda: until - clock.elapsed(), turn, ask)


def gone(pid: int) -> bool:
    """Within half a minute, or never."""
    for _attempt in range(600):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_program_takes_the_whole_stream_and_says_what_it_has_to_say() -> None:
    with piping.feeding(start("wc", "-c")) as feed:
        for _number in range(8):
            feed.write(PIECE)
    assert feed.ended is not None
    assert (feed.ended.code, feed.ended.output.strip()) == (0, str(8 * len(PIECE)))


def test_a_stream_is_read_in_pieces_of_the_size_that_was_asked_for() -> None:
    with piping.reading(start("head", "-c", "2500000", "/dev/zero")) as (source, flow):
        sizes = [len(source.read(1_000_000)) for _number in range(4)]
    assert sizes == [1_000_000, 1_000_000, 500_000, 0]
    assert flow.ended is not None
    assert flow.ended.code == 0


def test_what_is_not_read_to_its_end_is_ended_without_a_complaint() -> None:
    with piping.reading(start("yes")) as (source, flow):
        assert source.read(4) == b"y\ny\n"
    assert flow.ended is None


def test_a_program_that_ends_early_is_told() -> None:
    with pytest.raises(Failure, match="ended before it had taken everything"), piping.feeding(start("head", "-c", "1")) as feed:
        for _number in range(64):
            feed.write(PIECE)


def test_how_a_program_failed_is_known() -> None:
    with piping.reading(start("sh", "-c", "echo half; echo why >&2; exit 3")) as (source, flow):
        assert source.read() == b"half\n"
    assert flow.ended is not None
    assert (flow.ended.code, flow.ended.errors) == (3, "why\n")


@pytest.mark.parametrize("feeds", [True, False])
def test_a_program_that_stands_still_is_stopped_when_its_time_is_over(feeds: bool) -> None:
    wish = start("sleep", "600", seconds=0.2)
    with pytest.raises(Failure, match="sleep had not ended when the time for it was over") as caught:
        if feeds:
            with piping.feeding(wish) as feed:
                while True:
                    feed.write(PIECE)
        else:
            with piping.reading(wish) as (source, _flow):
                source.read(1)
    assert caught.value.kind == "timeout"


def test_what_its_turn_raises_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piping.programs, "TURN", 0.05)

    def turn() -> None:
        raise Failure("refused", "the lease is lost")

    with pytest.raises(Failure, match="the lease is lost"), piping.reading(start("sleep", "600", turn=turn)) as (source, _flow):
        source.read(1)


def test_an_exception_ends_a_program_before_its_input_does(tmp_path: pathlib.Path) -> None:
    # One that takes the end of its input for the end of the content would keep half of it.
    kept = tmp_path / "kept"
    with pytest.raises(KeyError), piping.feeding(start("sh", "-c", f"cat > /dev/null; echo whole > {kept}")) as feed:
        feed.write(PIECE)
        raise KeyError
    assert not kept.exists()


def test_a_program_may_clean_up_behind_it(tmp_path: pathlib.Path) -> None:
    kept = tmp_path / "cleaned"
    # A shell cannot trap what was ignored when it began, as it is in a background job; restic can.
    shell = ("env", "--default-signal=INT", "sh", "-c", f"trap 'touch {kept}; exit 1' INT; echo ready; sleep 600 & wait")
    with (
        pytest.raises(KeyError),
        piping.reading(start(*shell, ask=signal.SIGINT)) as (
            source,
            _flow,
        ),
    ):
        assert source.read(6) == b"ready\n"
        raise KeyError
    assert kept.exists()


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(Failure, match="there-is-none cannot be started"), piping.reading(start("there-is-none")):
        raise AssertionError("it was started")


def test_nothing_of_a_program_is_left_when_whoever_started_it_is_killed() -> None:
    # The leader, and what it has started: it would go on for ever.
    script = (
        "import sys; from ansible_collections.saasops.runbooks.plugins.module_utils.core import piping\n"
        "s = piping.Start(['sh', '-c', 'sleep 600 & echo $$ $!; wait'], '/', {'PATH': '/usr/bin:/bin'}, lambda: 600.0)\n"
        "with piping.reading(s) as (source, flow):\n"
        "    print(source.readline().decode(), end='', flush=True); source.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        leader, child = (int(word) for word in process.stdout.readline().split())
        process.kill()
    assert (gone(leader), gone(child)) == (True, True)
