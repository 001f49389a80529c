# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_export against the sandbox: every record once, each file whole, and a run that ended early goes on."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import signal
import stat
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import export
from ansible_collections.saasops.runbooks.plugins.modules import stripe_export, stripe_payment_info, stripe_refund
from tests.harness.stripe_hooks import hook
from tests.integration.stripe_shop import run
from tests.integration.tasks import Json, asked

FAST = {"requests_per_second": 100}


@pytest.fixture
def dest(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "stripe"


def bring(sandbox: t.Any, dest: pathlib.Path, check: bool = False, **options: t.Any) -> Json:
    return run(sandbox, stripe_export, check, dest=str(dest), **{**FAST, **options})


def lines(dest: pathlib.Path, name: str) -> list[Json]:
    return [json.loads(line) for line in gzip.decompress((dest / f"{name}.jsonl.gz").read_bytes()).splitlines()]


def listed(sandbox: t.Any, name: str, **query: t.Any) -> list[Json]:
    """All that the vendor has, asked for one page after the other."""
    known = sandbox.run["stripe"]
    found: list[Json] = []
    while True:
        more = {"starting_after": found[-1]["id"]} if found else {}
        headers = {"Authorization": f"Bearer {known['api_key']}"}
        page = requests.get(f"{known['url']}/v1/{name}", params={"limit": "100", **query, **more}, headers=headers, timeout=10).json()
        found += page["data"]
        if not page["has_more"]:
            return found


def check(dest: pathlib.Path, told: Json) -> None:
    """The manifest and the result tell what the files hold, and nobody else reads them."""
    manifest = json.loads((dest / "manifest.json").read_text())
    assert manifest["complete"] and stat.S_IMODE(dest.stat().st_mode) == 0o700
    for one in told["resources"]:
        file = dest / one["file"]
        raw = file.read_bytes()
        facts = {"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(gzip.decompress(raw)), "records": len(lines(dest, one["name"]))}
        assert {name: one[name] for name in facts} == facts == {name: manifest["resources"][one["name"]][name] for name in facts}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in dest.iterdir()} == {"manifest.json", *(one["file"] for one in told["resources"])}
    assert told["records"] == sum(one["records"] for one in told["resources"])


# -- what is written
def test_everything_is_there_once(sandbox: t.Any, dest: pathlib.Path) -> None:
    hook(sandbox, "https://app.example.com/hook")
    plan = bring(sandbox, dest, check=True)
    assert plan["changed"] and not dest.exists() and plan["export"]["resources"][0]["records"] == {"known_after": "list_balance_transactions"}
    done = bring(sandbox, dest)
    assert not done.get("failed"), done["msg"]
    check(dest, done["export"])
    assert (plan["diff"], set(plan["export"])) == (done["diff"], set(done["export"]))
    for name in export.RESOURCES:
        found = listed(sandbox, name, **({"status": "all"} if name == "subscriptions" else {}))
        assert found and lines(dest, name) == found, name
    assert done["export"]["records"] > 10_000 and asked(done)[0] == "get_account" and len(asked(done)) == 1 + len(export.RESOURCES)


@pytest.mark.parametrize(("parallel", "extra"), [(1, 0), (4, 40), (10, 60)])
def test_no_more_requests_than_pages(sandbox: t.Any, dest: pathlib.Path, parallel: int, extra: int) -> None:
    told = bring(sandbox, dest, resources=["customers"], parallel=parallel)["export"]["resources"][0]
    sent = [entry for entry in sandbox.journal(vendor="stripe") if entry["path"] == "/v1/customers"]
    assert len(sent) == told["requests"] and 20 <= len(sent) <= 20 + extra
    assert lines(dest, "customers") == listed(sandbox, "customers")
    bounds = {entry["query"].get("created[lt]") for entry in sent}
    assert (len(bounds) > 1) == (parallel > 1)


def test_a_window_has_two_ends(sandbox: t.Any, dest: pathlib.Path) -> None:
    every = listed(sandbox, "charges")
    first, last = every[-700]["created"], every[300]["created"]
    told = bring(sandbox, dest, resources=["charges"], created_gte=first, created_lt=last)["export"]
    assert (told["created_gte"], told["created_lt"]) == (first, last)
    assert lines(dest, "charges") == [one for one in every if first <= one["created"] < last]


def test_what_comes_meanwhile_is_of_the_next_export(sandbox: t.Any, dest: pathlib.Path) -> None:
    payment = run(sandbox, stripe_payment_info, limit=1)["payments"][0]
    run(sandbox, stripe_refund, payment_intent=payment["id"], key="now", amount=100)
    now = int(sandbox.clock()["now"])
    told = bring(sandbox, dest, resources=["refunds"])["export"]
    assert told["created_lt"] == now and all(one["created"] < now for one in lines(dest, "refunds"))
    assert len(listed(sandbox, "refunds")) == len(lines(dest, "refunds")) + 1


def test_vendor_text_is_kept_as_it_is(sandbox: t.Any, dest: pathlib.Path) -> None:
    odd = {"id": "we_1", "object": "webhook_endpoint", "description": "{{ 7 * 7 }}\x1b[2J\u202e\ud800 ☃", "created": 1}
    sandbox.fault("body", vendor="stripe", operation="GET /v1/webhook_endpoints", body={"data": [odd], "has_more": False})
    assert not bring(sandbox, dest, resources=["webhook_endpoints"]).get("failed")
    assert lines(dest, "webhook_endpoints") == [odd]


# -- again
def test_a_whole_export_is_refused_or_replaced(sandbox: t.Any, dest: pathlib.Path) -> None:
    bring(sandbox, dest, resources=["payouts"])
    for mode in (True, False):
        failure = bring(sandbox, dest, mode, resources=["payouts"])["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "file_exists") and "overwrite" in failure["hint"]
    again = bring(sandbox, dest, resources=["payouts", "disputes"], overwrite=True)
    assert [one["kept"] for one in again["export"]["resources"]] == [False, False]
    check(dest, again["export"])


def test_a_run_that_ended_early_goes_on_to_the_same_moment(sandbox: t.Any, dest: pathlib.Path) -> None:
    wish = {"resources": ["charges", "customers", "payouts"]}
    sandbox.fault("status", vendor="stripe", operation="GET /v1/customers", times=0, skip=5, status=403, message="rak_customer_read")
    failed = bring(sandbox, dest, **wish)
    assert failed["failure"]["kind"] == "permission" and "goes on with customers" in failed["failure"]["hint"]
    assert sorted(path.name for path in dest.iterdir()) == ["charges.jsonl.gz", "manifest.json"]
    assert not json.loads((dest / "manifest.json").read_text())["complete"]
    sandbox.clear_faults()
    sandbox.clear_journal()
    sandbox.advance(3600)
    first = json.loads((dest / "manifest.json").read_text())["until"]
    done = bring(sandbox, dest, **wish)["export"]
    assert done["created_lt"] == first
    assert {one["name"]: one["kept"] for one in done["resources"]} == {"charges": True, "customers": False, "payouts": False}
    assert not [entry for entry in sandbox.journal(vendor="stripe") if entry["path"] == "/v1/charges"]
    check(dest, done)


def test_a_file_that_is_not_whole_is_written_again(sandbox: t.Any, dest: pathlib.Path) -> None:
    bring(sandbox, dest, resources=["charges", "payouts"])
    manifest = json.loads((dest / "manifest.json").read_text())
    (dest / "manifest.json").write_text(json.dumps({**manifest, "complete": False}))
    (dest / "charges.jsonl.gz").write_bytes(b"half")
    done = bring(sandbox, dest, resources=["charges", "payouts"])["export"]
    assert [one["kept"] for one in done["resources"]] == [False, True]
    check(dest, done)


@pytest.mark.parametrize("manifest", [None, "[]", "{", '{"format": 2}', '{"format": 1, "complete": false, "wish": {}, "resources": {}, "until": 1}'])
def test_a_folder_of_somebody_else_s_is_left_alone(sandbox: t.Any, dest: pathlib.Path, manifest: str | None) -> None:
    dest.mkdir()
    (dest / "customers.jsonl.gz").write_bytes(b"theirs")
    if manifest is not None:
        (dest / "manifest.json").write_text(manifest)
    assert bring(sandbox, dest, resources=["customers"])["failure"]["code"] == "file_exists"
    assert (dest / "customers.jsonl.gz").read_bytes() == b"theirs"
    assert not bring(sandbox, dest, resources=["customers"], overwrite=True).get("failed")


def test_two_at_once_are_refused(sandbox: t.Any, dest: pathlib.Path) -> None:
    dest.mkdir()
    folder = os.open(dest, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    assert bring(sandbox, dest)["failure"]["code"] == "busy"
    os.close(folder)


def test_a_run_that_is_killed_leaves_no_half_file(sandbox: t.Any, dest: pathlib.Path) -> None:
    sandbox.fault("slow", vendor="stripe", operation="GET /v1/customers", times=0, skip=6, delay_ms=20_000)
    pid = os.fork()
    if not pid:
        bring(sandbox, dest, resources=["charges", "customers"], request_timeout="60s", parallel=2)
        os._exit(0)
    while not (dest / "charges.jsonl.gz").exists() or not list(dest.glob(".customers*")):
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert [path.name for path in dest.iterdir() if not path.name.startswith(".")] != [] and not (dest / "customers.jsonl.gz").exists()
    sandbox.clear_faults()
    done = bring(sandbox, dest, resources=["charges", "customers"])["export"]
    assert [one["kept"] for one in done["resources"]] == [True, False]
    check(dest, done)


# -- what goes wrong on the way
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "truncated"},
        {"kind": "garbage"},
        {"kind": "big", "mb": 65},
        {"kind": "status", "status": 503},
        {"kind": "rate_limited", "retry_after": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("skip", [0, 9])
def test_a_fault_changes_nothing(sandbox: t.Any, dest: pathlib.Path, fault: Json, skip: int) -> None:
    sandbox.fault(**{"vendor": "stripe", "operation": "GET /v1/customers", "skip": skip, **fault})
    done = bring(sandbox, dest, resources=["customers"])
    assert not done.get("failed"), done["msg"]
    assert lines(dest, "customers") == listed(sandbox, "customers")


PAGE = [{"id": "cus_1", "object": "customer", "created": 1}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"data": PAGE, "has_more": "no"}, "missing_field"),
        ({"data": [], "has_more": True}, "missing_field"),
        ({"data": [{"id": 1}], "has_more": False}, "missing_field"),
        ({"data": [{"id": "cus_1", "created": "soon"}], "has_more": False}, "missing_field"),
        ({"data": [{"id": "cus_1", "created": 99_999_999_999}], "has_more": False}, "missing_field"),
        ({"data": PAGE, "has_more": True}, ""),
    ],
)
def test_a_list_that_is_none_is_not_written(sandbox: t.Any, dest: pathlib.Path, body: Json, code: str) -> None:
    sandbox.fault("body", vendor="stripe", operation="GET /v1/customers", times=0, body=body)
    failure = bring(sandbox, dest, resources=["customers"])["failure"]
    assert (failure["kind"], failure["code"]) == ("protocol", code)
    assert [path.name for path in dest.iterdir()] == ["manifest.json"]


def test_a_key_that_may_not_see_the_account_exports_what_it_may(sandbox: t.Any, dest: pathlib.Path) -> None:
    key = sandbox.run["stripe"]["restricted_key"]
    done = bring(sandbox, dest, resources=["customers"], api_key=key)["export"]
    assert (done["account"], done["records"]) == (None, 2000)


def test_requests_keep_their_pace(sandbox: t.Any, dest: pathlib.Path) -> None:
    before = sandbox.clock()["now"]
    told = bring(sandbox, dest, resources=["customers"], requests_per_second=2)["export"]["resources"][0]
    assert sandbox.clock()["now"] - before >= (told["requests"] - 1) / 2 - 0.01


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"resources": ["customer"]}, "invalid"),
        ({"resources": []}, "invalid"),
        ({"parallel": 0}, "invalid"),
        ({"requests_per_second": 1001}, "invalid"),
        ({"created_gte": 5, "created_lt": 5}, "invalid"),
        ({"created_gte": -1}, "invalid"),
        ({"dest": "/no/such/folder/stripe"}, "invalid"),
        ({"dest": __file__}, "invalid"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_request(sandbox: t.Any, dest: pathlib.Path, options: Json, kind: str) -> None:
    result = run(sandbox, stripe_export, **{"dest": str(dest), **options})
    assert result["failure"]["kind"] == kind and result["failure"]["hint"] and result["steps"] == [] and not dest.exists()
