# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report makes of a ledger: every section from what was measured, and of what was not, that it was not measured."""

from __future__ import annotations

import html.parser
import json
import pathlib
import re
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import findings, history, notifications, releases, remediations, schedules, store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import report_data, report_pages
from tests.harness.still_time import NOW, Time

Json = dict[str, t.Any]
DAY, HOUR = 86400.0, 3600.0
RUN = {"environment": "shop/production"}
# HTML elements that have no end.
EMPTY = {"meta", "br", "hr", "img", "input", "link"}


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> store.Store:
    made = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def look(ledger: store.Store, ago: float, *checks: Json) -> None:
    """What a run of so long ago has found."""
    history.note(ledger, f"r{ago:g}", NOW - ago, checks)
    findings.note(ledger, f"r{ago:g}", NOW - ago, checks)


def told(ledger: store.Store, period: str = "week") -> Json:
    data = report_data.gather(ledger, NOW, report_data.begins(ledger, period, NOW), {}, {})
    return t.cast(Json, json.loads(json.dumps(data)))


def section(data: Json, heading: str) -> report_pages.Table:
    return next(one for one in report_pages.tables(data) if one.heading == heading)


def of(rows: t.Iterable[t.Mapping[str, t.Any]], **wanted: t.Any) -> Json:
    """The one row that has these values."""
    [found] = [dict(row) for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


class Page(html.parser.HTMLParser):
    """Reads a page, and fails where an element is not closed, or in another one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        parents = {"td": "tr", "th": "tr", "tr": ("thead", "tbody"), "thead": "table", "tbody": "table", "table": "div"}
        if tag in parents and not (self.open and self.open[-1] in parents[tag]):
            self.wrong.append(f"{tag} in {self.open[-1:]}")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


def test_of_what_was_not_measured_nothing_else_is_said(ledger: store.Store, time: Time) -> None:
    data = told(ledger)
    rows = {one.heading: one.rows for one in report_pages.tables(data)}
    assert rows.pop("Usage and cost") == [["", "cost", "not measured", "-"]]
    assert not any(rows.values()) and not any(data["measured"].values()), "an empty ledger tells of nothing"
    empty = {one.heading: one.empty for one in report_pages.tables(data)}
    others = {"Scheduled runs", "What was done", "Limits that history suggests", "Who and where"}
    assert {heading: text for heading, text in empty.items() if heading not in others} == dict.fromkeys(set(empty) - others, "not measured")
    assert report_pages.title(RUN, data) == "shop/production: INCONCLUSIVE, 0 of 0 checks not well"
    text = report_pages.markdown(RUN, data)
    assert "Nothing." not in text and "None was" not in text, "silence is no good news"


def test_a_look_that_found_nothing_says_nothing_and_not_that_it_was_not_measured(ledger: store.Store, time: Time) -> None:
    look(
        ledger,
        HOUR,
        check("/health", "api", "pass", "4 ms", 4, "ms"),
        check("release", "api", "pass", "v1", "dpl_1"),
        check("log", "api", "pass", "0 lines", 0),
    )
    data = told(ledger)
    empty = {heading: section(data, heading).empty for heading in ("What needs a person", "Deployments", "Incidents", "Most frequent in the logs")}
    assert list(empty.values()) == ["Nothing.", "None was seen.", "None was told.", "No kind of line was told."]
    assert section(data, "Backups").empty == "not measured"


def test_backups_are_told_by_their_age_and_verdict(ledger: store.Store, time: Time) -> None:
    look(ledger, HOUR, check("backup", "database", "fail", "26 h old, at most 24 h", 93600, "s"), check("backup members", "app", "pass", "restored"))
    data = told(ledger)
    assert [(one["component"], one["verdict"], one["value"]) for one in data["backups"]] == [("app", "pass", None), ("database", "fail", 93600)]
    assert section(data, "Backups").rows[0][3] == "restored" and section(data, "Backups").rows[1][2:4] == ["FAIL", "93,600 s"]
    assert of(data["bad"], name="backup")["reason"] == "26 h old, at most 24 h"


def test_a_certificate_is_told_by_the_day_of_its_end(ledger: store.Store, time: Time) -> None:
    look(
        ledger,
        DAY,
        check("certificate", "api", "warn", "ends in 29 d", 29.0, "days"),
        check("certificate a.example.com", "app", "pass", "200 d", 200.0, "days"),
    )
    look(ledger, HOUR, check("certificates_counted", "api", "pass", "", 3))
    data = told(ledger)
    assert [(one["component"], one["ends_at"]) for one in data["certificates"]] == [("api", NOW + 28 * DAY), ("app", NOW + 199 * DAY)]


@pytest.mark.parametrize(("left", "can", "words"), [(30.0, True, "21 Nov 2026 08:02 UTC"), (0.5, False, "no: the window is over")])
def test_a_window_is_open_until_its_end(ledger: store.Store, time: Time, left: float, can: bool, words: str) -> None:
    open_one = [check("rollback", "api", "pass", "yes -> v1.4.1", "v1.4.1 77ab310"), check("rollback_window", "api", "pass", "", left, "h")]
    endless = [check("rollback", "app", "pass", "yes -> v2", "v2"), check("rollback", "site", "warn", "no: there is no earlier release")]
    look(ledger, HOUR, *open_one, *endless)
    data = told(ledger)
    api = of(data["windows"], component="api")
    assert (api["can"], api["ends_at"]) == (can, NOW - HOUR + left * HOUR)
    rows = section(data, "Open windows for a rollback").rows
    assert words in " ".join(rows[0])
    assert [row[1:3] for row in rows[1:]] == [["v2", "the vendor tells no end"], ["no: there is no earlier release", "-"]]


def test_the_end_of_an_earlier_target_is_not_that_of_the_present_one(ledger: store.Store, time: Time) -> None:
    look(ledger, 2 * HOUR, check("rollback", "api", "pass", "yes", "v1"), check("rollback_window", "api", "pass", "", 9.0, "h"))
    look(ledger, HOUR, check("rollback", "api", "pass", "yes", "v2"))
    assert of(told(ledger)["windows"], component="api")["ends_at"] is None


def test_deployments_are_what_began_to_serve_was_proved_or_marked_bad(ledger: store.Store, time: Time) -> None:
    for ago, serving in ((12 * DAY, "d0"), (9 * DAY, "d1"), (3 * DAY, "d1"), (2 * DAY, "d2"), (DAY, "d2")):
        look(ledger, ago, check("release", "api", "pass", "", serving))
    seen = {"id": "d2", "commit": "77ab310b22", "version": "v1.4.1", "created_at": NOW - 2 * DAY}
    releases.note(ledger, "r", "api", seen, proved_at=NOW - DAY)
    releases.note(ledger, "r", "api", {**seen, "id": "d0", "version": "v1.3"}, bad_at=NOW - 30 * DAY, bad_reason="old")
    assert [(one["at"], one["deployment"], one["what"]) for one in told(ledger)["releases"]] == [
        (NOW - 2 * DAY, "d2", "serves now"),
        (NOW - DAY, "v1.4.1 77ab310", "proved"),
    ]


def test_incidents_are_told_once_however_many_were_told_of_them(ledger: store.Store, time: Time) -> None:
    message = {"fingerprint": "f", "state": "raised", "severity": "critical", "title": "api FAIL", "text": "x"}
    with ledger.write() as connection:
        for route in ("slack", "mail"):
            notifications.note(connection, ledger, route, message, "sent", 1, {})
        notifications.note(connection, ledger, "slack", {**message, "severity": "info", "title": "all is well"}, "sent", 1, {})
    remediations.end(ledger, "r", remediations.begin(ledger, "r", "api", {}, "memory_percent > 90"), "done")
    look(ledger, HOUR, check("vercel status page", "vendors", "warn", "Builds fail (minor)", "minor"), check("stripe status page", "vendors", "pass", ""))
    time.now += 1
    assert [(one["what"], one["state"]) for one in told(ledger)["incidents"]] == [
        ("vercel status page: Builds fail (minor)", "posted"),
        ("api FAIL", "raised"),
        ("restart: memory_percent > 90", "done"),
    ]


def test_findings_of_databases_are_told_the_clean_ones_too(ledger: store.Store, time: Time) -> None:
    unused = check("unused_indexes", "db", "warn", "2 indexes that nobody reads: orders_old (12 MB), x", 2.0)
    clean = check("missing_indexes", "db", "pass", "none", 0.0)
    look(ledger, HOUR, check("reachable", "db", "pass", "PostgreSQL 16", 3.0, "ms"), unused, clean, check("slow_queries", "web", "pass", "no database's"))
    data = told(ledger)
    assert [(one["name"], one["verdict"], one["reason"]) for one in data["databases"]] == [
        ("missing_indexes", "pass", "none"),
        ("unused_indexes", "warn", "2 indexes that nobody reads: orders_old (12 MB), x"),
    ]


def kinds(*counts: tuple[str, int]) -> Json:
    return check("log", "api", "pass", "", 100, "lines", kinds=[{"fingerprint": name, "count": count} for name, count in counts])


def test_kinds_of_lines_are_compared_with_the_week_before_by_look(ledger: store.Store, time: Time) -> None:
    look(ledger, 10 * DAY, kinds(("timeout of <n> ms", 10), ("gone", 99)))
    for days in (1, 2):
        look(ledger, days * DAY, kinds(("timeout of <n> ms", 20), ("refused <id>", 3)))
    data = told(ledger)
    timeouts, refused = data["logs"]
    assert (timeouts["fingerprint"], timeouts["count"], timeouts["a_look"], timeouts["change"]) == ("timeout of <n> ms", 40, 20, 1.0)
    assert (refused["fingerprint"], refused["word"], refused["change"]) == ("refused <id>", "new", None)
    assert [row[4] for row in section(data, "Most frequent in the logs").rows] == ["+100%", "new"]


def test_without_a_week_before_no_kind_is_called_new(ledger: store.Store, time: Time) -> None:
    look(ledger, DAY, kinds(("refused <id>", 3)))
    assert [one["word"] for one in told(ledger)["logs"]] == ["not looked at before"]


def test_usage_is_told_and_cost_is_not_made_up(ledger: store.Store, time: Time) -> None:
    look(ledger, 10 * DAY, check("memory_percent", "api", "pass", "", 40.0, "%"))
    look(ledger, DAY, check("memory_percent", "api", "pass", "", 60.0, "%"), check("database_size", "db", "pass", "", 5e6, "bytes"))
    rows = section(told(ledger), "Usage and cost").rows
    assert rows == [["api", "memory_percent", "60 %", "+50%"], ["db", "database_size", "5,000,000 bytes", "-"], ["", "cost", "not measured", "-"]]


def test_limits_are_suggested_by_the_longer_reports_alone(ledger: store.Store, time: Time) -> None:
    for number in range(25):
        look(ledger, HOUR * (number + 1), check("/health", "api", "pass", "", 100.0 + number, "ms"))
    assert [(one["name"], one["warn"], one["fail"], one["samples"]) for one in told(ledger)["suggested"]] == [("/health", 160, 320, 25)]
    assert told(ledger, "day")["suggested"] == []


@pytest.mark.parametrize(
    ("period", "since"),
    [("morning", 13 * HOUR), ("evening", 4 * HOUR), ("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY)],
)
def test_a_morning_begins_with_the_last_evening(ledger: store.Store, time: Time, period: str, since: float) -> None:
    for tags, hours in ((["evening"], 37), (["evening", "daily"], 13), (["morning"], 28), (["morning"], 4)):
        schedules.begin(ledger, f"r{hours}", tags, NOW - hours * HOUR, 60)
    assert report_data.begins(ledger, period, NOW) == NOW - since


def test_without_a_known_evening_a_morning_is_a_day_long(ledger: store.Store, time: Time) -> None:
    schedules.begin(ledger, "r", ["evening"], NOW - 30 * HOUR, 60)
    assert report_data.begins(ledger, "morning", NOW) == NOW - DAY


def test_the_three_forms_tell_the_same(ledger: store.Store, time: Time) -> None:
    look(ledger, 8 * DAY, kinds(("slow <n>", 3)), check("/health", "api", "pass", "", 90.0, "ms"))
    look(ledger, HOUR, kinds(("slow <n>", 9)), check("/health", "api", "fail", "503 | <b>", 120.0, "ms"), check("certificate", "api", "warn", "", 29.0, "days"))
    data = told(ledger)
    text, page = report_pages.markdown(RUN, data), report_pages.page(RUN, data)
    for table in report_pages.tables(data):
        assert f"\n## {table.heading}\n" in text and f"<h2>{table.heading}</h2>" in page
        for cell in (cell for row in table.rows for cell in row):
            assert re.sub(r"([\\`*_{}\[\]()<>#|!~])", r"\\\1", cell) in text, cell
            assert cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page, cell


def test_the_page_is_well_formed_loads_nothing_and_is_narrow(ledger: store.Store, time: Time) -> None:
    look(
        ledger, HOUR, kinds(("a" * 90, 9)), check("/health", "api", "fail", '503 "quoted" <script>', 120.0, "ms"), check("certificate", "api", "warn", "", 29.0)
    )
    page = report_pages.page(RUN, told(ledger))
    read = Page(page)
    assert (read.wrong, read.open) == ([], []), "every element is closed where it belongs"
    assert page.startswith('<!doctype html><html lang="en">') and "<title>" in page
    assert not {"script", "link", "img", "iframe", "object", "a", "base", "form", "video", "source"} & set(read.tags)
    assert not re.search(r"url\(|@import|https?://|//\w", page), "nothing is loaded from anywhere"
    assert not [name for name, dummy in read.attributes if name.startswith("on") or name in ("src", "href", "style")]
    # On a telephone each row is a list: no cell is without the name of its column, and nothing has a width that a narrow page has not.
    assert read.tags.count("td") == sum(name == "data-label" and bool(value) for name, value in read.attributes)
    assert ("name", "viewport") in read.attributes and ("content", "width=device-width,initial-scale=1") in read.attributes
    assert "@media(max-width:40rem)" in page and "attr(data-label)" in page and "overflow-wrap:anywhere" in page
    assert not re.search(r"(?<!max-)width:\d+(px|rem|em)", re.sub(r"@media\([^)]*\)", "", page))
    assert read.tags.count("table") == page.count('<div class="scroll"><table>')
