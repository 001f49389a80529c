# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk exports of a shop against the sandbox: one operation is begun at most, and the file is whole or not there."""

from __future__ import annotations

import gzip
import hashlib
import json
import pathlib
import stat
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.modules import shopify_bulk_export
from tests.harness.faults import CHANGE_ONCE, GRAPHQL_ONCE
from tests.harness.writes import Act, Child
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked, sent

CUSTOMERS = "{ customers { edges { node { id tags } } } }"
MEMBERS = "{ customers(query: \"tag:'member'\") { edges { node { id metafields { edges { node { key value } } } } } } }"
NOBODY = "{ customers(query: \"tag:'nobody'\") { edges { node { id } } } }"
FILE = "GET /bulk-operation-outputs"
RUN, CANCEL = "bulkOperationRunQuery", "bulkOperationCancel"


@pytest.fixture
def dest(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "customers.jsonl.gz"


def export(store: Store, dest: pathlib.Path, check: bool = False, **options: t.Any) -> Json:
    query = {} if "operation" in options else {"query": CUSTOMERS}
    return store.run(shopify_bulk_export, check, **{**query, "dest": str(dest), **options})


def by_hand(store: Store, query: str = CUSTOMERS) -> str:
    """An operation that somebody else began with the same app."""
    document = "mutation($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id } userErrors { message } } }"
    answer = requests.post(
        f"{store.facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": document, "variables": {"q": query}},
        headers={"X-Shopify-Access-Token": store.facts["token"]},
        timeout=10,
    )
    return str(answer.json()["data"][RUN]["bulkOperation"]["id"])


def setting(store: Store, **changes: t.Any) -> None:
    store.sandbox.ask("POST", "/world", {"vendor": "shopify", "set": changes})


def begun(store: Store) -> int:
    return sum(effect for operation, effect in store.changes if operation == RUN)


def lines(dest: pathlib.Path) -> list[Json]:
    return [json.loads(line) for line in gzip.decompress(dest.read_bytes()).splitlines()]


def test_plan_apply_and_see(store: Store, dest: pathlib.Path) -> None:
    plan = export(store, dest, check=True)
    assert (plan["changed"], store.changes, list(dest.parent.iterdir())) == (True, [], [])
    done = export(store, dest)
    assert not done.get("failed"), done["msg"]
    assert plan["changes"] == done["changes"] and sent(done) == [RUN] and plan["diff"]["before"] == done["diff"]["before"]
    told, held = done["export"], dest.read_bytes()
    assert set(plan["export"]) == set(told) and plan["export"]["sha256"] == {"known_after": RUN}
    assert (told["records"], told["root_records"], told["adopted"]) == (2000, 2000, False)
    assert (told["sha256"], told["size"], told["bytes"]) == (hashlib.sha256(held).hexdigest(), len(held), len(gzip.decompress(held)))
    assert len({line["id"] for line in lines(dest)}) == 2000
    manifest = pathlib.Path(told["manifest"])
    assert [stat.S_IMODE(path.stat().st_mode) for path in (dest, manifest)] == [0o600, 0o600]
    written = json.loads(manifest.read_text(encoding="utf-8"))
    assert {name: written[name] for name in ("id", "records", "sha256", "size", "bytes")} == {
        name: told[name] for name in ("id", "records", "sha256", "size", "bytes")
    }
    assert (written["query"], written["file"], written["api_version"]) == (CUSTOMERS, dest.name, "2026-10")
    assert asked(done)[:2] == ["bulkOperations", RUN] and asked(done)[-1] == "bulk_result" and set(asked(done)[2:-1]) == {"bulkOperation"}
    assert sorted(path.name for path in dest.parent.iterdir()) == [dest.name, manifest.name]


def test_a_file_that_is_there_is_replaced_only_when_that_is_meant(store: Store, dest: pathlib.Path) -> None:
    dest.write_text("before")
    assert export(store, dest)["failure"]["code"] == "file_exists" and store.asked == []
    done = export(store, dest, overwrite=True)
    assert done["diff"]["before"] == {"path": str(dest)} and len(lines(dest)) == 2000


def test_the_address_of_the_result_is_shown_nowhere_and_gets_no_token(store: Store, dest: pathlib.Path) -> None:
    done = export(store, dest)
    secrets = [value for name, value in store.sandbox.secrets().items() if name.startswith("shopify.bulk")]
    assert secrets and not [secret for secret in secrets if secret in json.dumps(done) or secret in pathlib.Path(done["export"]["manifest"]).read_text()]
    assert [entry["auth"] for entry in store.sandbox.journal() if entry["operation"].startswith(FILE)] == [None]


def test_children_are_counted_and_keep_their_parents(store: Store, dest: pathlib.Path) -> None:
    told = export(store, dest, query=MEMBERS)["export"]
    assert (told["records"], told["root_records"]) == (1000, 500)
    assert {line["__parentId"] for line in lines(dest) if "__parentId" in line} == {line["id"] for line in lines(dest) if "id" in line}


def test_nothing_found_is_an_empty_file(store: Store, dest: pathlib.Path) -> None:
    done = export(store, dest, query=NOBODY)
    assert (done["export"]["records"], lines(dest)) == (0, []) and "bulk_result" not in asked(done)


# -- once
def test_what_runs_already_is_taken_over_or_refused(store: Store, dest: pathlib.Path) -> None:
    identity = by_hand(store, f"\n  {CUSTOMERS}\n")
    for check in (True, False):
        assert export(store, dest, check, in_progress="refuse")["failure"]["code"] == "busy"
    plan, done = export(store, dest, check=True), export(store, dest)
    assert plan["changes"] == done["changes"] == []
    assert (done["export"]["adopted"], done["export"]["id"], plan["export"]["id"], begun(store)) == (True, identity, identity, 1)


def test_another_query_is_another_operation(store: Store, dest: pathlib.Path) -> None:
    by_hand(store, MEMBERS)
    assert export(store, dest)["export"]["adopted"] is False and begun(store) == 2


def test_a_young_result_is_fetched_again(store: Store, dest: pathlib.Path) -> None:
    first = export(store, dest, max_age="1h")
    again = export(store, dest, max_age="1h", overwrite=True)
    assert (again["changes"], again["export"]["sha256"], begun(store)) == ([], first["export"]["sha256"], 1)
    assert asked(again) == ["bulkOperations", "bulk_result"]
    store.sandbox.advance(3700)
    assert export(store, dest, max_age="1h", overwrite=True)["export"]["adopted"] is False
    # What is a week old has no file any more, however old it may be.
    store.sandbox.advance(7 * 86400)
    assert export(store, dest, max_age="30d", overwrite=True)["export"]["adopted"] is False


@pytest.mark.parametrize(("kind", "options"), [*CHANGE_ONCE, *GRAPHQL_ONCE], ids=[f"{kind} {options}" for kind, options in (*CHANGE_ONCE, *GRAPHQL_ONCE)])
def test_whatever_happens_to_the_beginning_one_operation_is_begun(store: Store, dest: pathlib.Path, kind: str, options: Json) -> None:
    store.sandbox.fault(kind, vendor="shopify", operation=RUN, **options)
    done = export(store, dest, request_timeout="1s")
    assert not done.get("failed"), done["msg"]
    assert (done["export"]["records"], begun(store)) == (2000, 1)


def test_there_is_room_for_five(store: Store, dest: pathlib.Path) -> None:
    others = [by_hand(store, f"{NOBODY} # {number}") for number in range(5)]
    done = export(store, dest, deadline="5m")
    assert not done.get("failed"), done["msg"]
    assert sent(done) == [RUN] and asked(done).count(RUN) > 1 and done["export"]["id"] not in others
    setting(store, bulk_stalls=True)
    for number in range(5):
        by_hand(store, f"{NOBODY} # {number}")
    failure = export(store, dest, overwrite=True, deadline="1m")
    assert (failure["failure"]["kind"], failure["failure"]["code"], failure["changes"]) == ("conflict", "LIMIT_REACHED", [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_was_killed_is_gone_on_with(store: Store, dest: pathlib.Path, when: str) -> None:
    act = Act("shopify_bulk_export", {"query": CUSTOMERS, "dest": str(dest)})
    child = Child(store.sandbox, act, dest.parent)
    store.sandbox.arm_kill(child.pid, 1, when)
    assert child.go() == -9 and not dest.exists()
    done = export(store, dest)
    assert (done["export"]["records"], done["export"]["adopted"], begun(store)) == (2000, when == "after", 1)


# -- an operation that is named
def test_one_that_is_named_is_waited_for_and_fetched(store: Store, dest: pathlib.Path) -> None:
    identity = by_hand(store, MEMBERS)
    done = export(store, dest, operation=identity.rpartition("/")[2])
    assert (done["export"]["id"], done["changes"], done["export"]["records"]) == (identity, [], 1000)
    again = export(store, dest, operation=identity, overwrite=True)
    assert asked(again) == ["bulkOperation", "bulk_result"]
    assert export(store, dest, operation="1", overwrite=True)["failure"]["kind"] == "not_found"
    store.sandbox.advance(8 * 86400)
    assert export(store, dest, operation=identity, overwrite=True)["failure"]["code"] == "expired"


# -- what does not end well
def test_one_that_takes_too_long_goes_on_and_is_taken_over(store: Store, dest: pathlib.Path) -> None:
    failure = export(store, dest, deadline="10s")["failure"]
    assert failure["kind"] == "timeout" and "objects" in failure["message"]
    assert export(store, dest)["export"]["adopted"] and begun(store) == 1
    assert (CANCEL, True) not in store.changes


@pytest.mark.parametrize("stalls", [False, True])
def test_what_this_task_began_is_cancelled_when_that_is_asked_for(store: Store, dest: pathlib.Path, stalls: bool) -> None:
    setting(store, bulk_stalls=stalls)
    options = {"deadline": "1h", "stalled_after": "5m"} if stalls else {"deadline": "10s", "request_timeout": "1s"}
    failed = export(store, dest, cancel_on_timeout=True, **options)
    assert (failed["failure"]["kind"], failed["failure"]["code"]) == ("timeout", "stalled" if stalls else "")
    assert "it was cancelled" in failed["msg"] and sent(failed) == [RUN, CANCEL] and store.changes[-1] == ("bulkOperationCancel", True)
    assert not list(dest.parent.iterdir())


@pytest.mark.parametrize(("kind", "options"), [*CHANGE_ONCE, *GRAPHQL_ONCE], ids=[f"{kind} {options}" for kind, options in (*CHANGE_ONCE, *GRAPHQL_ONCE)])
def test_whatever_happens_to_the_cancelling_it_is_cancelled(store: Store, dest: pathlib.Path, kind: str, options: Json) -> None:
    setting(store, bulk_stalls=True)
    store.sandbox.fault(kind, vendor="shopify", operation=CANCEL, **options)
    failed = export(store, dest, cancel_on_timeout=True, deadline="1h", stalled_after="5m", request_timeout="1s")
    assert "it was cancelled" in failed["msg"] and store.changes.count((CANCEL, True)) == 1


def test_one_that_ended_meanwhile_cannot_be_cancelled(store: Store, dest: pathlib.Path) -> None:
    store.sandbox.fault(
        "body", vendor="shopify", operation=CANCEL, body={"data": {CANCEL: {"bulkOperation": None, "userErrors": [{"message": "is completed"}]}}}
    )
    setting(store, bulk_stalls=True)
    failed = export(store, dest, cancel_on_timeout=True, deadline="1h", stalled_after="5m")
    assert "it could not be cancelled (is completed)" in failed["msg"]


def test_what_others_began_is_never_cancelled(store: Store, dest: pathlib.Path) -> None:
    setting(store, bulk_stalls=True)
    by_hand(store)
    failed = export(store, dest, cancel_on_timeout=True, deadline="1h", stalled_after="5m")
    assert failed["failure"]["code"] == "stalled" and sent(failed) == []


@pytest.mark.parametrize(("error", "kind"), [("ACCESS_DENIED", "permission"), ("TIMEOUT", "failed"), ("INTERNAL_SERVER_ERROR", "failed")])
def test_one_that_failed_leaves_no_file(store: Store, dest: pathlib.Path, error: str, kind: str) -> None:
    setting(store, bulk_result="FAILED", bulk_error=error)
    failure = export(store, dest)["failure"]
    assert failure["kind"] == kind and error in failure["message"] and "not the whole" in failure["message"]
    assert not list(dest.parent.iterdir())


def test_one_that_somebody_cancelled_is_told(store: Store, dest: pathlib.Path) -> None:
    identity = by_hand(store)
    document = "mutation($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"
    store.sandbox.advance(5)
    requests.post(
        f"{store.facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": document, "variables": {"id": identity}},
        headers={"X-Shopify-Access-Token": store.facts["token"]},
        timeout=10,
    )
    failure = export(store, dest, operation=identity)["failure"]
    assert failure["kind"] == "failed" and "CANCELED" in failure["message"]


def test_a_state_that_nobody_has_heard_of_is_no_success(store: Store, dest: pathlib.Path) -> None:
    store.sandbox.fault("unknown_status", vendor="shopify", changes=False, operation="^bulkOperation$", times=0)
    failed = export(store, dest)
    assert failed["failure"]["kind"] == "unknown" and not list(dest.parent.iterdir())


def test_a_query_that_shopify_refuses_changes_nothing(store: Store, dest: pathlib.Path) -> None:
    failed = export(store, dest, query="{ shop { name } }")
    assert (failed["failure"]["kind"], failed["failure"]["code"]) == ("invalid", "INVALID")
    assert (failed["changed"], failed["changes"], begun(store)) == (False, [], 0)
    before = len(store.asked)
    assert export(store, dest, query="mutation { x }")["failure"]["kind"] == "invalid" and len(store.asked) == before


# -- the file
@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "lost"])
def test_a_fault_of_the_file_does_not_get_into_it(store: Store, dest: pathlib.Path, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify", operation=FILE)
    done = export(store, dest)
    assert not done.get("failed"), done["msg"]
    assert len(lines(dest)) == 2000 and asked(done).count("bulk_result") == 2


def test_what_broke_off_goes_on_there(store: Store, dest: pathlib.Path) -> None:
    store.sandbox.fault("truncated", vendor="shopify", operation=FILE)
    export(store, dest)
    assert [entry["status"] for entry in store.sandbox.journal() if entry["operation"].startswith(FILE)] == [200, 206]


@pytest.mark.parametrize("kind", ["garbage", "big"])
def test_a_file_that_is_none_is_not_kept(store: Store, dest: pathlib.Path, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify", operation=FILE, times=0)
    failure = export(store, dest)["failure"]
    assert (failure["kind"], failure["code"]) == ("protocol", "counts") and not list(dest.parent.iterdir())


def test_a_file_that_always_breaks_off_is_not_kept(store: Store, dest: pathlib.Path) -> None:
    store.sandbox.fault("truncated", vendor="shopify", operation=FILE, times=0)
    dest.write_text("before")
    failure = export(store, dest, overwrite=True)["failure"]
    assert failure["kind"] == "vendor_down" and dest.read_text() == "before" and [dest] == list(dest.parent.iterdir())
