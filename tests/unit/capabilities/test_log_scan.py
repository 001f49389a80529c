# SPDX-License-Identifier: GPL-3.0-or-later
"""The module log_scan: what it says of logs, and that it never says that all is well of what it has not seen."""

from __future__ import annotations

import datetime
import json
import pathlib
import resource
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.modules import log_scan
from tests.integration.tasks import run

Json = dict[str, t.Any]
NOW = 1_795_269_600.0  # 2026-11-21T14:00:00Z
BOOM: Json = {"patterns": [{"name": "boom", "regex": "boom"}], "limits": [{"pattern": "boom", "most": 1}]}


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def line(minutes: float, text: str) -> str:
    return f"{datetime.datetime.fromtimestamp(NOW + minutes * 60, datetime.UTC).isoformat()} {text}\n"


@pytest.fixture
def log(tmp_path: pathlib.Path) -> t.Callable[..., str]:
    def write(*lines: str, name: str = "app.log") -> str:
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
        return str(tmp_path / name)

    return write


def scan(options: Json, **more: t.Any) -> Json:
    result = run(log_scan, {**options, **more})
    assert not result.get("failed"), result["msg"]
    return result


def told(result: Json, pattern: str = "boom") -> tuple[t.Any, bool, t.Any, int]:
    return result["verdict"], result["complete"], result["patterns"][pattern]["count"], result["patterns"][pattern]["seen"]


# -- three values
def test_enough_is_a_pass_and_too_many_a_fail(log: t.Callable[..., str]) -> None:
    good, bad = log(line(0, "boom"), line(1, "fine"), name="good"), log(line(0, "boom"), line(1, "boom"), name="bad")
    assert told(scan(BOOM, files=[good])) == ("pass", True, 1, 1)
    assert told(scan(BOOM, files=[bad])) == ("fail", True, 2, 2)
    assert scan(BOOM, files=[bad])["reason"] == "boom: 2 lines, at most 1 are good"
    assert told(scan({"patterns": BOOM["patterns"]}, files=[bad])) == (None, True, 2, 2)


def test_what_was_not_seen_is_never_taken_for_nothing(log: t.Callable[..., str], tmp_path: pathlib.Path) -> None:
    good, bad = log(line(0, "fine"), name="good"), log(line(0, "boom"), line(1, "boom"), name="bad")
    gone, empty = str(tmp_path / "gone.log"), log(name="empty")
    assert told(scan(BOOM, files=[gone])) == ("error", False, None, 0)
    assert scan(BOOM, files=[gone])["reason"] == f"{gone}: there is no such file"
    assert told(scan(BOOM, files=[str(tmp_path / "none*")])) == ("error", False, None, 0)
    assert told(scan(BOOM, files=[good, gone])) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, files=[bad, gone])) == ("fail", False, None, 2)
    assert told(scan({"patterns": BOOM["patterns"]}, files=[good, gone])) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, files=[empty])) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, files=[empty], when_silent="pass")) == ("pass", True, 0, 0)
    assert told(scan(BOOM, lines=[])) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, lines=["fine"], lines_complete=False)) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, command=["false"])) == ("inconclusive", False, None, 0)
    assert told(scan(BOOM, command=["/nonexistent/command"])) == ("error", False, None, 0)
    assert told(scan(BOOM, files=[good], count_lines=False)) == ("pass", True, 0, 0)
    assert scan(BOOM, files=[good], count_lines=False)["lines"] is None


def test_a_line_that_is_too_long_leaves_a_doubt(log: t.Callable[..., str]) -> None:
    long = log(line(0, "x" * 70_000 + " boom"), line(0, "fine"))
    assert told(scan(BOOM, files=[long])) == ("inconclusive", False, None, 0)
    assert scan(BOOM, files=[long])["reason"] == "1 lines were too long to be looked at whole"


def test_a_log_must_reach_back_to_since_and_not_have_ended_before(log: t.Callable[..., str]) -> None:
    whole = log(line(-90, "boom"), line(-30, "fine"), line(-1, "fine"), name="whole")
    young, old, timeless = log(line(-30, "fine"), name="young"), log(line(-90, "fine"), name="old"), log("fine\n", name="timeless")
    assert told(scan(BOOM, files=[whole], since="1h")) == ("pass", True, 0, 0)
    for path, reason in (
        (young, "the files begin after since; add the rotated ones, such as app.log*"),
        (old, "the newest line is older than since"),
        (timeless, "no line has a moment that can be read as time says"),
    ):
        result = scan(BOOM, files=[path], since="1h")
        assert (*told(result), result["reason"]) == ("inconclusive", False, None, 0, reason)
    assert told(scan(BOOM, files=[young, old], since="1h")) == ("pass", True, 0, 0)
    # What a vendor was asked for begins where it begins.
    assert told(scan(BOOM, lines=[line(-30, "fine")], since="1h")) == ("pass", True, 0, 0)


def test_what_has_no_moment_leaves_a_doubt_where_moments_count(log: t.Callable[..., str]) -> None:
    path = log("boom\n", line(-70, "fine"), line(0, "fine"))
    result = scan(BOOM, files=[path], since="1h")
    assert result["patterns"]["boom"] == {**result["patterns"]["boom"], "count": None, "seen": 0, "untimed": 1}
    assert (result["verdict"], result["reason"]) == ("inconclusive", "boom: 1 of its lines have no moment")
    assert told(scan(BOOM, files=[path])) == ("pass", True, 1, 1)
    within = {**BOOM, "limits": [{"pattern": "boom", "most": 1, "within": "5m"}]}
    assert scan(within, files=[path])["verdict"] == "inconclusive"


def test_a_pattern_that_would_never_end_is_given_up(log: t.Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.saasops.runbooks.plugins.module_utils.core.bounded.bounded.__wrapped__.__defaults__", (0.2,))
    evil = {"patterns": [*BOOM["patterns"], {"name": "evil", "regex": "(a+)+b"}], "limits": [*BOOM["limits"], {"pattern": "evil", "most": 0}]}
    result = scan(evil, files=[log("a" * 60 + "\n", "boom\n")])
    assert [(one["pattern"], one["verdict"], one["reason"]) for one in result["limits"]] == [
        ("boom", "pass", ""),
        ("evil", "inconclusive", "the pattern took too long and was given up"),
    ]
    assert (result["verdict"], result["complete"], result["patterns"]["boom"]["count"], result["patterns"]["evil"]["count"]) == ("inconclusive", False, 1, None)


# -- windows
def test_a_limit_within_a_time_looks_at_every_window(log: t.Callable[..., str]) -> None:
    path = log(*(line(at, "boom") for at in (0, 4, 4.5, 8.9, 9, 30)))
    found = {within: scan({**BOOM, "limits": [{"pattern": "boom", "most": 3, "within": within}]}, files=[path])["limits"][0] for within in ("5m", "6m", "1h")}
    assert {within: (one["found"], one["verdict"]) for within, one in found.items()} == {"5m": (3, "pass"), "6m": (4, "fail"), "1h": (6, "fail")}
    assert found["6m"]["at"] == NOW + 240


def test_windows_are_counted_between_since_and_until(log: t.Callable[..., str]) -> None:
    path = log(*(line(at, "boom") for at in (-61, -60, -31, -1, 0)))
    result = scan(BOOM, files=[path], since="2026-11-21T13:00:00Z", until="2026-11-21T14:00:00Z", interval="30m")
    assert [(one["at"] - NOW, one["count"]) for one in result["patterns"]["boom"]["windows"]] == [(-3600.0, 2), (-1800.0, 1)]
    assert (result["patterns"]["boom"]["count"], result["window"]["since"], result["window"]["until"]) == (3, NOW - 3600, NOW)


# -- what vendors return
def test_rows_of_the_vendors_modules_are_read() -> None:
    railway = {
        "timestamp": "2026-11-21T14:00:10.000000003Z",
        "at": NOW + 10,
        "severity": "error",
        "message": "checkout failed",
        "attributes": {"level": "error"},
    }
    http = {"timestamp": "2026-11-21T14:00:11Z", "at": NOW + 11, "method": "GET", "path": "/api/cart", "status": 503, "duration_ms": 12, "ip": "10.0.0.1"}
    vercel = {"at": NOW + 12, "level": "error", "type": "stderr", "text": 'Command "npm run build" exited with 1', "request": None}
    convex = {
        "at": NOW + 13,
        "kind": "Completion",
        "function": "reports:broken",
        "error": "Uncaught Error: rows",
        "log_lines": ["[ERROR] 'about to fail'", "fine"],
    }
    result = scan({"packs": ["errors"], "samples": 9}, lines=[railway, http, vercel, convex, "2026-11-21T14:00:14Z plain error\nfine"])
    found = result["patterns"]
    assert [(one["at"] - NOW, one["text"]) for one in found["error_line"]["samples"]] == [
        (10, "level=error checkout failed"),
        (12, 'level=error Command "npm run build" exited with 1'),
        (13, "reports:broken Uncaught Error: rows"),
        (13, "reports:broken [ERROR] 'about to fail'"),
        (14, "2026-11-21T14:00:14Z plain error"),
    ]
    assert found["server_error"]["fields"]["status"]["values"] == [{"value": "503", "count": 1}]
    assert (result["lines"], result["window"]["first_at"], result["window"]["last_at"]) == (8, NOW + 10, NOW + 14)


# -- hostile content
HOSTILE = b"\x1b]0;owned\x07 boom {{ lookup('pipe', 'id') }} \xff\xfe \x00 jane@example.com sk_live_1234567890abcdef \xe2\x80\xae\n"


def test_hostile_lines_are_harmless_and_shown_only_when_asked(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_bytes(HOSTILE)
    result = scan(BOOM, files=[str(tmp_path / "app.log")])
    assert result["patterns"]["boom"]["samples"] == []
    shown = scan(BOOM, files=[str(tmp_path / "app.log")], samples=5)
    for text in (json.dumps(result, ensure_ascii=False), json.dumps(shown, ensure_ascii=False)):
        assert "jane" not in text and "1234567890abcdef" not in text and text.isprintable()
    assert len(shown["patterns"]["boom"]["samples"]) == 1


def test_samples_are_the_last_ones(log: t.Callable[..., str]) -> None:
    path = log(*(line(at, f"boom {at}") for at in range(9)))
    assert [one["text"][-1] for one in scan(BOOM, files=[path], samples=3)["patterns"]["boom"]["samples"]] == ["6", "7", "8"]


def test_a_line_of_a_hundred_megabytes_needs_no_memory(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.write(b"boom ")
        for _megabyte in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\nboom\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert told(scan(BOOM, files=[str(path)])) == ("fail", False, None, 2)
    # Kilobytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


# -- what is refused
BAD: list[tuple[Json, str]] = [
    ({"files": []}, "there is nothing to look through"),
    ({"files": [""]}, "a file or command has no name"),
    ({"files": None, "command": []}, "there is nothing to look through"),
    ({"patterns": [], "limits": []}, "there is nothing to look for"),
    ({"patterns": [{"name": "boom", "regex": "("}]}, "is no regular expression"),
    ({"patterns": [{"name": "boom", "regex": "a"}, {"name": "boom", "regex": "b"}]}, "two patterns are named boom"),
    ({"packs": ["errors"], "patterns": [{"name": "memory", "regex": "b"}], "limits": []}, "two patterns are named memory"),
    ({"limits": [{"pattern": "bom", "most": 1}]}, "Near or other names here: boom"),
    ({"limits": [{"pattern": "boom", "most": -1}]}, "the limit of boom cannot be kept"),
    ({"limits": [{"pattern": "boom", "most": 1, "within": "0"}]}, "the limit of boom cannot be kept"),
    ({"limits": [{"pattern": "boom", "most": 1, "within": "soon"}]}, "within is 'soon'"),
    ({"since": "yesterday"}, "since is 'yesterday'"),
    ({"since": "2026-13-01T00:00:00Z"}, "since is '2026-13-01T00:00:00Z'"),
    ({"since": "1h", "until": "2h"}, "since is not before until"),
    ({"interval": "0"}, "interval is 0"),
    ({"top": 101}, "top is 101"),
    ({"samples": -1}, "samples is -1"),
    ({"time": {"zone": "Mars/Olympus"}}, "time.zone is 'Mars/Olympus'"),
    ({"time": {"zone": "../../etc/passwd"}}, "time.zone is '../../etc/passwd'"),
    ({"files": None, "lines": [7]}, "lines[0] is neither text nor a dictionary"),
    ({"deadline": "0"}, "deadline is 0"),
]


@pytest.mark.parametrize(("more", "words"), BAD)
def test_what_cannot_be_right_is_refused_with_what_to_do(more: Json, words: str) -> None:
    result = run(log_scan, {**BOOM, "files": ["/nonexistent"], **more})
    assert result["failed"] and not result["changed"] and words in result["msg"]
    assert result["failure"]["hint"]


def test_a_zone_by_its_name_or_offset(log: t.Callable[..., str]) -> None:
    path = log("2026-11-21 18:00:00 boom\n")
    for zone in ("Asia/Dubai", "+04:00"):
        assert scan(BOOM, files=[path], time={"zone": zone})["patterns"]["boom"]["first_at"] == NOW
