# SPDX-License-Identifier: GPL-3.0-or-later
"""Several launchers (cron, CI, a colleague) and one environment: one works, the others are told who does. On both kinds of ledger."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import verdict
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, holders, leases, runs
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store as store_room
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, meta, upsert
from tests.harness import postgresql
from tests.harness.launcher import Launcher, Started
from tests.harness.ledgers import ledger
from tests.harness.matrix import OLD, ROLLBACK, quiet
from tests.harness.world import Run, World
from tests.sandbox.kill import parents, signal_one
from tests.scenarios.conftest import NewWorld

# Who cannot be looked at from this machine.
ELSEWHERE = {"host": "build-7.example.com", "boot": "5d1f", "process": 4242, "started": "1"}
PATIENCE = 60.0


# -- at the same moment
def check_one_effect(new_world: NewWorld, launcher: Launcher, ledger_url: str, launchers: int) -> None:
    world = new_world(ledger_url=ledger_url)
    started = [launcher.start(world, "rollback") for _number in range(launchers)]
    for run in started:
        run.go()
    ended = [run.wait() for run in started]
    assert world.effects() == list(ROLLBACK.effects)
    winners = [run for run in ended if "ROLLED BACK" in run.headline]
    assert len(winners) == 1 and winners[0].code == 0
    winner = winners[0].stats["run"]
    pid = started[ended.index(winners[0])].pid
    for run in ended:
        if run is winners[0]:
            continue
        if run.code == 0:
            assert "NOTHING TO DO" in run.headline, run.output
        else:
            assert "REFUSED" in run.headline and names(run, winner, pid), run.output
    assert quiet(world) == {"app": OLD, "api": OLD}


def names(refused: Run, run: str, pid: int) -> bool:
    return f"run {run} on {socket.gethostname()} (process {pid}) is at work here: rollback" in " ".join(refused.summary.split())


def test_two_launchers_at_the_same_moment_make_one_effect(new_world: NewWorld, launcher: Launcher, ledger_url: str) -> None:
    check_one_effect(new_world, launcher, ledger_url, 2)


@pytest.mark.soak
@pytest.mark.parametrize("round_number", range(3))
def test_eight_launchers_at_the_same_moment_make_one_effect(new_world: NewWorld, launcher: Launcher, ledger_url: str, round_number: int) -> None:
    check_one_effect(new_world, launcher, ledger_url, 8)


def test_who_comes_while_another_works_is_told_who_that_is(new_world: NewWorld, launcher: Launcher, ledger_url: str) -> None:
    world = new_world(ledger_url=ledger_url)
    with ledger(world) as store:
        clock.now()  # a member that does not sleep: virtual time stands, and the first run with it
        first = launcher.start(world, "rollback", "-e", '{"rollback_reason": "checkout 500s"}').go()
        holder = until(lambda: leases.current(store, "change"))
        second = launcher.play(world, "rollback")
    assert second.code != 0 and "REFUSED - nothing was changed" in second.headline
    assert names(second, holder["run"], first.pid) and "checkout 500s" in second.summary
    assert "Wait for it to end, or, if it hangs, stop that process" in " ".join(second.summary.split())
    done = first.wait()
    assert done.code == 0 and done.stats["run"] == holder["run"], done.output
    assert world.effects() == list(ROLLBACK.effects)


# -- holders that are gone
def test_a_dead_holder_is_taken_over_at_once_and_what_it_sent_may_settle(new_world: NewWorld, launcher: Launcher, ledger_url: str) -> None:
    world = new_world(ledger_url=ledger_url)
    run = launcher.start(world, "rollback", "-e", "rollback_request_timeout=17")
    world.sandbox.arm_kill(run.pid, 1, "after")
    assert run.go().wait().code == -signal.SIGKILL
    with ledger(world) as store:
        dead = t.cast("dict[str, t.Any]", leases.current(store, "change"))
    assert dead["free"] and dead["holder"]["process"] == run.pid
    killed_at, seen = world.sandbox.clock()["now"], len(world.sandbox.journal())
    again = launcher.play(world, "rollback", "-e", "rollback_request_timeout=17")
    assert again.code == 0, again.output
    assert f"took over from run {dead['run']}, which had ended" in " ".join(again.summary.split())
    waited = world.sandbox.journal()[seen]["at"] - killed_at
    assert 17 <= waited < leases.SECONDS, "not before a request of the dead run must have arrived, and not only when its lease expires"
    assert world.effects() == list(ROLLBACK.effects)


def test_a_holder_elsewhere_is_respected_until_its_lease_expires(new_world: NewWorld, launcher: Launcher, ledger_url: str) -> None:
    world = new_world(ledger_url=ledger_url)
    with ledger(world) as store:
        leases.acquire(store, "change", "c0ffee42", ELSEWHERE, "deploy v1.4.3")
    early = launcher.play(world, "rollback")
    told = " ".join(early.summary.split())
    assert early.code != 0 and "REFUSED" in early.headline
    assert "run c0ffee42 on build-7.example.com (process 4242) is at work here: deploy v1.4.3" in told
    assert re.search(r"without a sign of life it is given up in 1[12]\d s", told), told
    assert world.changes() == []
    world.sandbox.advance(leases.SECONDS + 1)
    late = launcher.play(world, "rollback")
    assert late.code == 0 and "took over from run c0ffee42" in " ".join(late.summary.split()), late.output
    assert world.effects() == list(ROLLBACK.effects)


# -- holders that are late
def a_run(store: Store, identity: str, holder: dict[str, t.Any]) -> runs.Recorder:
    lease = leases.acquire(store, "change", identity, holder)
    facts = {"id": identity, "purpose": "change", "generation": lease.generation, "holder": holder, "saga": None, "check_mode": False}
    return runs.Recorder(facts, store, "app")


def test_a_late_holder_is_fenced_before_its_next_change(new_world: NewWorld, ledger_url: str) -> None:
    world = new_world(ledger_url=ledger_url)
    change = Change("vercel", "request_rollback", "shop production", "0123456789abcdef")
    with ledger(world) as store:
        late = a_run(store, "late", holders.describe(os.getpid()))
        late.before(change)
        late.after(change, None)
        world.sandbox.advance(leases.SECONDS + 1)
        heir = a_run(store, "heir", ELSEWHERE)
        for attempt in (lambda: late.before(change), late.again, late.turn):
            with pytest.raises(Failure) as refused:
                attempt()
            assert refused.value.code == "fenced" and "run heir" in refused.value.message
        heir.before(change)
        heir.after(change, None)
        written = [(entry["run"], entry["kind"]) for entry in chain.entries(store)]
        assert written == [("late", "intent"), ("late", "outcome"), ("heir", "intent"), ("heir", "outcome")]
        assert not leases.release(store, "change", "late"), "a late holder gave back what is not its own"
        assert t.cast("dict[str, t.Any]", leases.current(store, "change"))["run"] == "heir"


@pytest.mark.parametrize("changes", [0, 1])
def test_a_run_that_slept_through_its_lease_changes_nothing_more(new_world: NewWorld, launcher: Launcher, ledger_url: str, changes: int) -> None:
    """Its machine was suspended, before its first change or after it; meanwhile another launcher took over."""
    world = new_world(ledger_url=ledger_url)
    with ledger(world) as store:
        clock.now()
        run = launcher.start(world, "rollback").go()
        # Asleep, it is in no transaction: one that was stopped within it would keep the ledger from everybody.
        pace(world, run, lambda: len(world.changes()) == changes and leases.current(store, "change") and asleep(world))
        with suspended(run.pid):
            world.sandbox.advance(leases.SECONDS + 1)
            leases.acquire(store, "change", "c0ffee42", ELSEWHERE, "rollback")
    done = run.wait()
    assert done.code > 0, done.output
    assert "this run" in done.summary and "no longer holds the lease" in " ".join(done.summary.split()), done.output
    assert world.effects() == list(ROLLBACK.effects[:changes])
    with ledger(world) as store:
        assert t.cast("dict[str, t.Any]", leases.current(store, "change"))["run"] == "c0ffee42"
        leases.release(store, "change", "c0ffee42")
    again = launcher.play(world, "rollback")
    assert again.code == 0 and world.effects() == list(ROLLBACK.effects), again.output


def test_a_change_that_had_to_wait_is_not_sent_again_by_a_late_holder(new_world: NewWorld, launcher: Launcher, ledger_url: str) -> None:
    """The vendor asked for a pause that was longer than the lease."""
    world = new_world(ledger_url=ledger_url)
    world.sandbox.fault("rate_limited", changes=True, retry_after=int(leases.SECONDS) + 30)
    with ledger(world) as store:
        clock.now()
        run = launcher.start(world, "rollback").go()
        pace(world, run, lambda: bool(world.changes()) and asleep(world))
        world.sandbox.advance(leases.SECONDS + 1)
        leases.acquire(store, "change", "c0ffee42", ELSEWHERE, "rollback")
    done = run.wait()
    assert done.code > 0 and "no longer holds the lease" in " ".join(done.summary.split()), done.output
    assert len(world.changes()) == 1 and world.effects() == []


def test_who_stands_still_within_a_transaction_loses_it(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a suspended machine would keep the ledger from all the others until the network gives its connection up."""
    monkeypatch.setattr(store_room, "STANDING_SECONDS", 1)
    url = postgresql.fresh_database(postgresql_url)
    standing, other = Store(url, "shop/production"), Store(url, "shop/production")
    standing.prepare()
    with pytest.raises(Failure) as lost, standing.write() as connection:
        upsert(connection, meta, {"name": "who"}, {"value": "standing"})
        with other.write() as others:
            upsert(others, meta, {"name": "who"}, {"value": "other"})
    assert lost.value.code == "ledger"
    with other.read() as connection:
        assert connection.execute(sa.select(meta.c.value).where(meta.c.name == "who")).scalar() == "other"


def test_a_late_holder_does_not_claim_to_know_how_things_stand() -> None:
    """Else it would end the saga under the hands of the run that took over."""
    fenced = {"failed": True, "changes": [], "failure": {"kind": "refused", "code": "fenced", "operation": ""}}
    assert verdict.of_component({"changes": []}, fenced, None, None) == "unknown"
    assert verdict.overall({"app": "unknown", "api": "waiting"}, check_mode=False) == "unknown"


# -- letting time go, step by step
Answer = t.TypeVar("Answer")


def until(ask: t.Callable[[], Answer | None]) -> Answer:
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
    return answer


def asleep(world: World) -> bool:
    """Whether a run sleeps on the world's clock, with all its tasks; this process is the member that does not."""
    members = world.sandbox.clock()["members"]
    return len(members) > 1 and [member["asleep_until"] for member in members].count(None) == 1


def pace(world: World, run: Started, reached: t.Callable[[], t.Any]) -> None:
    """Let virtual time go on only while the run sleeps, a second at a time, until ``reached``; then it stands."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert not run.ended() and time.monotonic() < end, f"it did not come so far:\n{run.output.read_text()}"
        if asleep(world):
            clock.sleep(1.0)
        else:
            time.sleep(0.01)


@contextlib.contextmanager
def suspended(root: int) -> t.Iterator[None]:
    """A process and its descendants stand still, each stopped before its children are looked for."""
    stopped = [root]
    signal_one(root, signal.SIGSTOP)
    try:
        while found := [pid for pid, parent in parents().items() if parent in stopped and pid not in stopped]:
            stopped += [pid for pid in found if signal_one(pid, signal.SIGSTOP)]
        yield
    finally:
        for pid in stopped:
            signal_one(pid, signal.SIGCONT)
