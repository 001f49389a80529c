# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger remembers: releases, pins, sagas, leases, and a journal that shows every tampering."""

from __future__ import annotations

import copy
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, holders, leases, releases, runs, sagas, store
from tests.harness.still_time import NOW, Time

Json = dict[str, t.Any]
ELSEWHERE = {"host": "elsewhere.example.com", "boot": "b", "process": 7, "started": "1"}
GOOD = {"id": "d2", "commit": "77ab310", "version": "v2", "created_at": NOW - 86400}
BAD = {"id": "d3", "commit": "9c1e2f0", "version": "v3", "created_at": NOW - 300}


@pytest.fixture
def ledger(tmp_path: pathlib.Path, time: Time) -> store.Store:
    made = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def row(ledger: store.Store, deployment: str) -> Json:
    return t.cast(Json, releases.about(ledger, "app")["releases"][deployment])


# -- releases
def test_a_fact_is_remembered_once(ledger: store.Store) -> None:
    assert releases.note(ledger, "r1", "app", GOOD, proved_at=NOW)
    assert not releases.note(ledger, "r2", "app", GOOD, proved_at=NOW)
    assert not releases.note(ledger, "r2", "app", GOOD)
    assert [entry["run"] for entry in chain.entries(ledger)] == ["r1"]
    known = row(ledger, "d2")
    assert (known["commit"], known["version"], known["created_at"], known["seen_at"]) == ("77ab310", "v2", NOW - 86400, NOW)


def test_the_later_knowledge_holds(ledger: store.Store, time: Time) -> None:
    releases.note(ledger, "r1", "app", GOOD, proved_at=NOW)
    time.now += 60
    releases.note(ledger, "r2", "app", GOOD, bad_at=time.now, bad_reason="leaks")
    known = row(ledger, "d2")
    assert (known["proved_at"], known["bad_at"], known["bad_reason"], known["seen_at"]) == (None, NOW + 60, "leaks", NOW)
    releases.note(ledger, "r3", "app", GOOD, proved_at=time.now)
    known = row(ledger, "d2")
    assert (known["proved_at"], known["bad_at"], known["bad_reason"]) == (NOW + 60, None, None)


def test_a_floor_stays_when_other_facts_come(ledger: store.Store) -> None:
    releases.note(ledger, "r1", "app", GOOD, schema_floor="v1")
    releases.note(ledger, "r1", "app", GOOD, proved_at=NOW)
    assert row(ledger, "d2")["schema_floor"] == "v1"


def test_rotations_are_kept_with_their_last_moment(ledger: store.Store, time: Time) -> None:
    releases.rotated(ledger, "r1", "app", ["JWT_SECRET", "API_KEY"])
    time.now += 10
    releases.rotated(ledger, "r2", "app", ["API_KEY"])
    assert releases.about(ledger, "app")["rotations"] == {"JWT_SECRET": NOW, "API_KEY": NOW + 10}
    assert releases.about(ledger, "api")["rotations"] == {}


# -- pins
def test_an_open_pin_keeps_what_was_true_before_it(ledger: store.Store, time: Time) -> None:
    releases.pin(ledger, "r1", "app", BAD, GOOD, "checkout 500s", pinned_before=False)
    time.now += 60
    releases.pin(ledger, "r2", "app", BAD, {**GOOD, "id": "d1"}, "further back", pinned_before=True)
    (pin,) = releases.open_pins(ledger)
    assert (pin["since"], pin["pinned_before"], pin["serving"]["id"], pin["run"], pin["reason"]) == (NOW, False, "d1", "r2", "further back")
    assert releases.about(ledger, "app")["pin"]["bad"] == BAD


def test_a_pin_is_closed_once(ledger: store.Store) -> None:
    releases.pin(ledger, "r1", "app", BAD, GOOD, "", pinned_before=None)
    assert [releases.unpin(ledger, "r2", "app"), releases.unpin(ledger, "r2", "app")] == [True, False]
    assert releases.open_pins(ledger) == []
    assert [entry["kind"] for entry in chain.entries(ledger)] == ["pinned", "unpinned"]


# -- sagas
def members(*names: str) -> list[Json]:
    return [{"component": name, "wave": number, "from_release": BAD, "to_release": GOOD, "before": {"pinned": False}} for number, name in enumerate(names)]


def test_a_saga_is_open_until_it_is_ended(ledger: store.Store) -> None:
    assert sagas.open_one(ledger, "rollback") is None
    saga = sagas.begin(ledger, "rollback", "r1", members("app", "api"), {"to": "", "reason": "500s"})
    found = sagas.open_one(ledger, "rollback")
    assert found is not None
    assert (found["id"], found["opened_by"], found["opened_at"], found["data"]) == (saga, "r1", NOW, {"to": "", "reason": "500s"})
    assert {name: (member["wave"], member["from_release"], member["intents"]) for name, member in found["members"].items()} == {
        "app": (0, BAD, []),
        "api": (1, BAD, []),
    }
    assert sagas.open_one(ledger, "roll_forward") is None
    sagas.end(ledger, saga, "r2", "done")
    assert sagas.open_one(ledger, "rollback") is None
    assert [entry["kind"] for entry in chain.entries(ledger)] == ["saga_opened", "saga_closed"]


def test_intents_are_kept_in_their_order(ledger: store.Store) -> None:
    saga = sagas.begin(ledger, "rollback", "r1", members("app"), {})
    for kind in ("intent", "outcome"):
        with ledger.write() as connection:
            sagas.note(connection, saga, "app", {"kind": kind})
            sagas.note(connection, saga, "stranger", {"kind": kind})
    found = sagas.open_one(ledger, "rollback")
    assert found is not None
    assert found["members"]["app"]["intents"] == [{"kind": "intent"}, {"kind": "outcome"}]


# -- leases
def test_one_run_holds_it_and_the_other_is_told_who(ledger: store.Store) -> None:
    first = leases.acquire(ledger, "change", "r1", ELSEWHERE, "rollback: 500s")
    assert (first.generation, first.taken_over_from) == (1, None)
    with pytest.raises(Failure) as caught:
        leases.acquire(ledger, "change", "r2", ELSEWHERE)
    assert (caught.value.kind, caught.value.code) == ("refused", "leased")
    for word in ("r1", "elsewhere.example.com", "7", "rollback: 500s"):
        assert word in caught.value.message
    assert "120 s" in caught.value.hint
    assert leases.acquire(ledger, "other", "r2", ELSEWHERE).generation == 1


def test_what_another_run_holds_cannot_be_planned_either(ledger: store.Store) -> None:
    leases.would_acquire(ledger, "change", "first")
    leases.acquire(ledger, "change", "first", holders.describe(os.getpid()))
    leases.would_acquire(ledger, "change", "first")
    with pytest.raises(Failure) as refused:
        leases.would_acquire(ledger, "change", "second")
    assert refused.value.code == "leased"
    held = leases.current(ledger, "change")
    assert held is not None
    assert held["run"] == "first"


def test_the_same_run_renews_it(ledger: store.Store, time: Time) -> None:
    leases.acquire(ledger, "change", "r1", ELSEWHERE)
    time.now += 100
    assert leases.acquire(ledger, "change", "r1", ELSEWHERE).generation == 1
    time.now += 100
    with pytest.raises(Failure, match="at work here"):
        leases.acquire(ledger, "change", "r2", ELSEWHERE)


def test_a_holder_elsewhere_is_believed_for_its_time_only(ledger: store.Store, time: Time) -> None:
    leases.acquire(ledger, "change", "r1", ELSEWHERE)
    time.now += leases.SECONDS - 1
    with pytest.raises(Failure, match="at work here"):
        leases.acquire(ledger, "change", "r2", ELSEWHERE)
    time.now += 1
    taken = leases.acquire(ledger, "change", "r2", ELSEWHERE)
    assert (taken.generation, taken.taken_over_from) == (2, "r1")


def test_a_holder_that_has_ended_here_is_taken_over_at_once(ledger: store.Store) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    leases.acquire(ledger, "change", "r1", holders.describe(process.pid))
    with pytest.raises(Failure, match="at work here"):
        leases.acquire(ledger, "change", "r2", ELSEWHERE)
    process.communicate()
    assert leases.acquire(ledger, "change", "r2", ELSEWHERE).taken_over_from == "r1"


def test_a_late_holder_is_fenced(ledger: store.Store, time: Time) -> None:
    late = leases.acquire(ledger, "change", "r1", ELSEWHERE)
    with ledger.write() as connection:
        leases.renew(connection, ledger, "change", "r1", late.generation)
    time.now += leases.SECONDS
    leases.acquire(ledger, "change", "r2", ELSEWHERE)
    with pytest.raises(Failure, match="run r2 does") as caught, ledger.write() as connection:
        leases.renew(connection, ledger, "change", "r1", late.generation)
    assert caught.value.code == "fenced"
    assert not leases.release(ledger, "change", "r1"), "a late holder must not give away what is another's"
    assert leases.current(ledger, "change") is not None


def test_an_old_generation_is_fenced_even_with_the_same_name(ledger: store.Store) -> None:
    leases.acquire(ledger, "change", "r1", ELSEWHERE)
    leases.release(ledger, "change", "r1")
    assert leases.acquire(ledger, "change", "r1", ELSEWHERE).generation == 2
    with pytest.raises(Failure, match="no longer holds"), ledger.write() as connection:
        leases.renew(connection, ledger, "change", "r1", 1)


def test_what_was_given_back_is_free(ledger: store.Store) -> None:
    leases.acquire(ledger, "change", "r1", ELSEWHERE)
    held = leases.current(ledger, "change")
    assert held is not None
    assert (held["run"], held["free"], held["expires_at"]) == ("r1", False, NOW + leases.SECONDS)
    assert leases.release(ledger, "change", "r1")
    assert leases.current(ledger, "change") is None
    taken = leases.acquire(ledger, "change", "r2", ELSEWHERE)
    assert (taken.generation, taken.taken_over_from) == (2, None)


# -- who holds
def test_a_process_is_known_by_its_start() -> None:
    mine = holders.describe(os.getpid())
    assert holders.is_gone(mine) is False
    assert holders.is_gone({**mine, "started": "1"}) is True, "another process has its number now"
    assert holders.is_gone({**mine, "host": "elsewhere.example.com"}) is None
    assert holders.is_gone({**mine, "boot": "another"}) is None
    assert holders.is_gone(holders.describe(None)) is None


def test_a_zombie_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "print(1, flush=True)"], stdout=subprocess.PIPE)
    mine = holders.describe(process.pid)
    assert process.stdout is not None
    process.stdout.read()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert holders.is_gone(mine) is True
    process.communicate()


# -- the recorder of a run
def run_of(generation: int, **facts: t.Any) -> Json:
    holder = holders.describe(os.getpid())
    return {
        "id": "r1",
        "environment": "shop/production",
        "purpose": "change",
        "generation": generation,
        "holder": holder,
        "saga": None,
        "ledger": True,
        **facts,
    }


CHANGE = Change("vercel", "request_rollback", "project hydrogen", "0123456789abcdef")


def test_a_recorder_writes_intent_and_outcome(ledger: store.Store) -> None:
    saga = sagas.begin(ledger, "rollback", "r1", members("app"), {})
    lease = leases.acquire(ledger, "change", "r1", holders.describe(os.getpid()))
    recorder = runs.Recorder(run_of(lease.generation, saga=saga), ledger, "app")
    recorder.before(CHANGE)
    recorder.after(CHANGE, Failure("timeout", "no answer"))
    kinds = [(entry["kind"], entry["data"].get("operation")) for entry in chain.entries(ledger, "r1")]
    assert kinds == [("saga_opened", None), ("intent", "request_rollback"), ("outcome", "request_rollback")]
    found = sagas.open_one(ledger, "rollback")
    assert found is not None
    assert [intent["kind"] for intent in found["members"]["app"]["intents"]] == ["intent", "outcome"]
    assert found["members"]["app"]["intents"][1]["failure"]["kind"] == "timeout"


def test_a_recorder_without_the_lease_lets_nothing_pass(ledger: store.Store) -> None:
    leases.acquire(ledger, "change", "r2", ELSEWHERE)
    with pytest.raises(Failure) as caught:
        runs.Recorder(run_of(1), ledger, "app").before(CHANGE)
    assert caught.value.code == "fenced"
    assert chain.entries(ledger) == [], "an intent that was refused is none"


def test_the_outcome_of_what_was_sent_is_written_even_without_the_lease(ledger: store.Store) -> None:
    runs.Recorder(run_of(1), ledger, "app").after(CHANGE, None)
    assert [entry["kind"] for entry in chain.entries(ledger)] == ["outcome"]


@pytest.mark.parametrize("with_ledger", [True, False])
def test_what_is_left_of_a_run_that_ended_changes_nothing(ledger: store.Store, with_ledger: bool) -> None:
    gone = {**holders.describe(os.getpid()), "started": "1"}
    lease = leases.acquire(ledger, "change", "r1", gone)
    recorder = runs.Recorder(run_of(lease.generation, holder=gone), ledger if with_ledger else None, "app")
    with pytest.raises(Failure) as caught:
        recorder.before(CHANGE)
    assert (caught.value.kind, caught.value.code) == ("refused", "orphan")


def test_a_plan_holds_no_lease_and_writes_nothing(ledger: store.Store) -> None:
    recorder = runs.Recorder(run_of(0, check_mode=True), ledger, "app")
    recorder.before(CHANGE)
    recorder.after(CHANGE, None)
    assert chain.entries(ledger) == []


def test_a_turn_renews_the_lease_now_and_then(ledger: store.Store, time: Time) -> None:
    lease = leases.acquire(ledger, "change", "r1", holders.describe(os.getpid()))
    recorder = runs.Recorder(run_of(lease.generation), ledger, "app")
    for seconds, expires in ((runs.RENEW_EVERY - 1, NOW + leases.SECONDS), (1, NOW + runs.RENEW_EVERY + leases.SECONDS)):
        time.now += seconds
        recorder.turn()
        held = leases.current(ledger, "change")
        assert held is not None
        assert held["expires_at"] == expires


# -- the journal
def journal(ledger: store.Store, length: int = 5) -> list[Json]:
    for number in range(length):
        with ledger.write() as connection:
            chain.append(connection, ledger, "r1", "note", {"number": number, "text": "ä"})
    return chain.entries(ledger)


def test_an_untouched_journal_holds(ledger: store.Store) -> None:
    assert chain.first_broken([]) is None
    assert chain.first_broken(journal(ledger)) is None


@pytest.mark.parametrize("field", ["environment", "number", "at", "run", "kind", "data", "previous", "hash"])
def test_every_field_is_sealed(ledger: store.Store, field: str) -> None:
    rows = journal(ledger)
    value = rows[2][field]
    rows[2][field] = value + 1 if isinstance(value, (int, float)) else {**value, "number": 9} if isinstance(value, dict) else value[:-1] + "x"
    assert chain.first_broken(rows) == 3


def test_an_entry_that_is_sealed_anew_breaks_the_next(ledger: store.Store) -> None:
    rows = journal(ledger)
    rows[2]["data"] = {"number": 9}
    rows[2]["hash"] = chain.seal(rows[2]["previous"], rows[2])
    assert chain.first_broken(rows) == 4


@pytest.mark.parametrize("position", range(4))
def test_a_removed_entry_is_missed(ledger: store.Store, position: int) -> None:
    rows = journal(ledger)
    del rows[position]
    assert chain.first_broken(rows) == position + 1


@pytest.mark.parametrize("position", range(4))
def test_two_entries_in_each_others_place_are_noticed(ledger: store.Store, position: int) -> None:
    rows = journal(ledger)
    rows[position], rows[position + 1] = rows[position + 1], rows[position]
    assert chain.first_broken(rows) == position + 1
    for number, row in enumerate(copied := copy.deepcopy(rows), start=1):
        row["number"] = number
    assert chain.first_broken(copied) == position + 1


def test_a_cut_journal_is_continued_visibly(ledger: store.Store) -> None:
    # The last entries alone can be taken away unseen by the chain itself; what is appended after that hangs on what is left.
    rows = journal(ledger)
    with ledger.write() as connection:
        connection.execute(store.journal.delete().where(store.journal.c.number > 3))
        chain.append(connection, ledger, "r2", "note", {})
    now = chain.entries(ledger)
    assert chain.first_broken(now) is None
    assert now[3]["hash"] != rows[3]["hash"], "who has kept a hash can tell"


def test_secrets_are_scrubbed_before_they_are_sealed(ledger: store.Store) -> None:
    secret = "journal-test-4Rf3Ed2Ws1Qa5Tg6Yh7Uj"
    redaction.register(secret)
    try:
        with ledger.write() as connection:
            chain.append(connection, ledger, "r1", "note", {"why": f"token {secret} was refused"})
    finally:
        redaction.forget()
    (entry,) = rows = chain.entries(ledger)
    assert secret not in str(entry)
    assert chain.first_broken(rows) is None
