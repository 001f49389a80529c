# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether sets of backups would bring a component back: the age to the second, counts, schema, watermark, and what was read back."""

from __future__ import annotations

import copy
import random
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backup_sets, backups
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import DAY, HOUR, Rules, Seen

Json = dict[str, t.Any]
NOW = 1795000000.0
NAME = "database/postgres.dump"


def part(at: float, **facts: t.Any) -> Json:
    told: Json = {
        "name": NAME,
        "component": "database",
        "vendor": "postgres",
        "kind": "postgres",
        "state": "whole",
        "why": "",
        "snapshot": f"s{at:.0f}",
        "bytes": 200_000,
        "sha256": "ab" * 32,
        "moment": at,
        "counts": {"public.orders": 400, "public.users": 200},
        "hashes": {},
        "schema": "one",
        "watermark": {"at": at - 2, "value": f"mark {at:.0f}"},
        "tools": {"pg_dump": "16.2"},
    }
    return {**told, **facts}


def one_set(at: float, *parts: Json, **facts: t.Any) -> Json:
    held = list(parts) or [part(at)]
    told = {
        "set": f"set-{at:.0f}",
        "environment": "shop/production",
        "why": "daily",
        "began": at - 5,
        "ended": at + 60,
        "complete": all(one["state"] != "failed" for one in held),
        "releases": {"app": {"deployment": "dpl_1"}},
        "parts": held,
    }
    return {**told, **facts}


def days(number: int, newest: Json | None = None) -> list[Json]:
    """Sets of so many days, newest first; the newest is an hour old."""
    made = [one_set(NOW - HOUR - day * DAY) for day in range(number)]
    return [newest, *made[1:]] if newest else made


def seen(of: Json, **facts: t.Any) -> dict[str, Seen]:
    return {of["name"]: Seen(**{"bytes": of["bytes"], "sha256": of["sha256"], "counts": of["counts"], "watermark": True, **facts})}


def judged(sets: list[Json], rules: Rules | None = None, **facts: t.Any) -> dict[str, Json]:
    read = seen(sets[0]["parts"][0], **facts) if sets and sets[0]["parts"] else None
    made = backups.of_component("database", sets, NOW, rules or Rules(), read)
    assert all("\n" not in one["reason"] for one in made)
    return {one["name"]: one for one in made}


def bad(checks: dict[str, Json]) -> dict[str, str]:
    return {name: one["verdict"] for name, one in checks.items() if one["verdict"] not in ("pass", "skipped")}


def newest(**facts: t.Any) -> Json:
    return one_set(NOW - HOUR, part(NOW - HOUR, **facts))


def test_a_set_of_an_hour_ago_is_well_in_every_way() -> None:
    checks = judged(days(3))
    assert bad(checks) == {}
    assert sorted(checks) == [f"backup {name}" for name in ("age", "content", "counts", "parts", "schema", "size", "watermark")]
    assert checks["backup age"]["reason"] == "1 h old"


@pytest.mark.parametrize(
    ("age", "verdict", "reason"),
    [
        (DAY - 0.001, "pass", "23 h 59 old"),
        (DAY, "fail", "24 h old (limit 24 h)"),
        (DAY + 0.001, "fail", "24 h old (limit 24 h)"),
        (0.0, "pass", "0 min old"),
        (-60.0, "pass", "0 min old"),
    ],
)
def test_a_backup_has_to_be_younger_than_its_limit(age: float, verdict: str, reason: str) -> None:
    found = backups.age("database", [one_set(NOW - age)], NOW, Rules())
    assert (found["verdict"], found["reason"]) == (verdict, reason)


def test_a_backup_from_the_future_is_no_fresh_one() -> None:
    found = backups.age("database", [one_set(NOW + 2 * HOUR)], NOW, Rules())
    assert found["verdict"] == "fail"
    assert "2 h from now" in found["reason"]


def test_the_oldest_part_says_how_old_a_component_is() -> None:
    late = part(NOW - HOUR, name="database/globals.sql", moment=NOW - 30 * HOUR)
    assert backups.age("database", [one_set(NOW - HOUR, part(NOW - HOUR), late)], NOW, Rules())["verdict"] == "fail"


def test_freshness_counts_for_each_component() -> None:
    """A set of which another component failed keeps this one fresh; one in which it failed itself does not."""
    other = part(NOW - HOUR, name="cache/redis.rdb", component="cache", state="failed", why="no answer")
    then = NOW - 25 * HOUR
    sets = [one_set(NOW - HOUR, part(NOW - HOUR), other), one_set(then, part(then), {**other, "state": "whole", "moment": then})]
    assert backups.age("database", sets, NOW, Rules())["verdict"] == "pass"
    assert backups.age("cache", sets, NOW, Rules())["verdict"] == "fail"
    assert backups.age("cache", sets, NOW, Rules(max_age=25 * HOUR + 1))["verdict"] == "pass"
    assert backups.age("api", sets, NOW, Rules())["reason"] == "it was never backed up"


def test_a_part_that_failed_or_is_gone_fails() -> None:
    failed = judged(days(2, newest(state="failed", why="no answer")))
    assert bad(failed)["backup parts"] == "fail"
    assert "no answer" in failed["backup parts"]["reason"]
    gone = judged(days(2, one_set(NOW - HOUR, part(NOW - HOUR, name="database/other.dump"))))
    assert gone["backup parts"]["reason"] == f"set set-{NOW - HOUR:.0f}: {NAME} is not in it"
    # The whole component is not in the newest set.
    lost = backups.of_component("cache", [one_set(NOW - HOUR), one_set(NOW - DAY, part(NOW - DAY, component="cache"))], NOW, Rules(), None)
    assert [one["verdict"] for one in lost if one["name"] == "backup parts"] == ["fail"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"bytes": 199_999}, "199999 bytes where 200000 were written"),
        ({"sha256": "cd" * 32}, "other bytes than were written"),
        ({"problem": "pg_restore: could not read"}, "could not read"),
        ({"counts": {"public.users": 200}}, "without public.orders"),
        ({"counts": {"public.orders": 401, "public.users": 200}}, "public.orders has 401 rows instead of 400"),
        ({"counts": {"public.orders": 400, "public.users": 200, "public.x": 1}}, "with public.x, of which"),
        ({"watermark": False}, "without the watermark"),
    ],
)
def test_content_that_is_not_what_the_manifest_says_fails(facts: Json, reason: str) -> None:
    checks = judged(days(2), **facts)
    assert bad(checks) == {"backup content": "fail"}
    assert reason in checks["backup content"]["reason"]


def test_what_could_not_be_read_for_another_reason_is_an_error_and_no_pass() -> None:
    assert bad(judged(days(2), unknown=True, problem="there is no program pg_restore")) == {"backup content": "error"}
    unread = backups.of_component("database", days(2), NOW, Rules(), {})
    assert [one["verdict"] for one in unread if one["name"] == "backup content"] == ["error"]


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({"public.orders": 400, "public.users": 100}, None),  # half of it
        ({"public.orders": 400, "public.users": 99}, "fail"),
        ({"public.orders": 0, "public.users": 200}, "fail"),
        ({"public.users": 200}, "fail"),
        ({"public.orders": 9000, "public.users": 200, "public.new": 1}, None),  # growth is no fault where nobody has declared it
    ],
)
def test_a_table_may_not_vanish_or_lose_more_than_half(counts: Json, verdict: str | None) -> None:
    assert bad(judged(days(3, newest(counts=counts)))).get("backup counts") == verdict


def test_a_table_that_shrinks_day_by_day_is_told_by_the_most_that_it_has_held_lately() -> None:
    sizes = [60, 80, 100, 120, 140]
    sets = [one_set(NOW - HOUR - day * DAY, part(NOW - HOUR - day * DAY, counts={"public.users": size})) for day, size in enumerate(sizes)]
    found = judged(sets)["backup counts"]
    assert (found["verdict"], found["reason"]) == ("fail", "public.users fell from 140 to 60 (more than half)")


@pytest.mark.parametrize(
    ("users", "verdict"),
    [(190, None), (189, "fail"), (210, None), (211, "warn")],
)
def test_a_watched_table_moves_within_its_share_to_the_row(users: int, verdict: str | None) -> None:
    rules = Rules(watch=backups.watched({"database.public.users": "5%"}))
    assert bad(judged(days(3, newest(counts={"public.orders": 400, "public.users": users})), rules)).get("backup counts") == verdict


def test_a_table_that_nobody_wants_watched_may_vanish() -> None:
    rules = Rules(watch=backups.watched({"public.users": False, "public.orders": {"growth": 10}}))
    assert bad(judged(days(3, newest(counts={"public.orders": 1})), rules)) == {}


@pytest.mark.parametrize("given", [{"users": "many"}, {"users": {"shrink": 5}}, {"users": {}}, {"users": True}, {"users": -1}, {"users": None}])
def test_a_rule_that_cannot_be_right_is_refused(given: Json) -> None:
    with pytest.raises(backups.BadRule, match="users"):
        backups.watched(given)


def test_keys_of_a_cache_may_go_but_not_all_of_them() -> None:
    def cache(keys: int) -> Json:
        return newest(kind="redis", counts={"0": keys})

    then = [one_set(NOW - DAY, part(NOW - DAY, kind="redis", counts={"0": 5000}))]
    assert bad(judged([cache(20), *then])) == {}
    assert bad(judged([cache(0), *then])) == {"backup counts": "warn"}


def test_a_structure_changes_with_a_release_or_a_migration() -> None:
    changed = newest(schema="two")
    assert bad(judged(days(3, changed))) == {"backup schema": "warn"}
    assert bad(judged(days(3, {**changed, "releases": {"app": {"deployment": "dpl_2"}}}))) == {}
    assert bad(judged(days(3, newest(schema="two", tools={"migration": "0042"})))) == {}


def test_a_structure_that_goes_back_fails() -> None:
    sets = [newest(schema="zero"), one_set(NOW - DAY), one_set(NOW - 2 * DAY, part(NOW - 2 * DAY, schema="zero"))]
    found = judged(sets)["backup schema"]
    assert found["verdict"] == "fail"
    assert f"of set set-{NOW - 2 * DAY:.0f} again" in found["reason"]


def test_a_watermark_is_there_fresh_and_its_own() -> None:
    at = NOW - HOUR
    stale = {"at": at - HOUR - 1, "value": "old"}
    assert bad(judged(days(2, newest(watermark=stale)))) == {"backup watermark": "fail"}
    assert bad(judged(days(2, newest(watermark={"at": at - HOUR, "value": "new"})))) == {}
    assert bad(judged(days(2, newest(watermark=None)))) == {"backup watermark": "fail"}
    again = {"at": at - 1, "value": f"mark {NOW - HOUR - DAY:.0f}"}
    assert bad(judged(days(2, newest(watermark=again)))) == {"backup watermark": "fail"}
    none = [one_set(at, part(at, watermark=None)), one_set(at - DAY, part(at - DAY, watermark=None))]
    assert bad(judged(none)) == {}


def test_few_bytes_where_there_were_many_are_told() -> None:
    assert bad(judged(days(2, newest(bytes=99_999)))) == {"backup size": "warn"}
    assert bad(judged(days(2, newest(bytes=100_000)))) == {}
    assert bad(judged(days(2, newest(bytes=0)))) == {"backup size": "fail"}


# -- the sets of an environment


def test_the_newest_set_is_whole_of_this_environment_and_of_one_moment() -> None:
    def completed(*sets: Json) -> Json:
        return backup_sets.completed(sets, "shop/production", NOW, Rules())

    assert completed(*days(2))["verdict"] == "pass"
    assert completed()["reason"] == "there is no set at all"
    assert completed(one_set(NOW, environment="shop/staging"))["verdict"] == "fail"
    assert completed(newest(state="failed", why="no answer"))["verdict"] == "fail"
    assert completed({**newest(), "complete": False})["reason"].endswith("its manifest says so")
    assert completed({**newest(), "parts": []})["verdict"] == "fail"
    assert completed({**newest(), "ended": NOW + 2 * HOUR})["verdict"] == "fail"
    left_out = {**one_set(NOW, part(NOW), part(NOW, name="cache", component="cache", state="skipped", why="left out by --limit")), "complete": False}
    assert completed(left_out, *days(2))["reason"].startswith(f"set {days(2)[0]['set']}: ")
    assert completed(left_out)["verdict"] == completed(left_out, newest(state="failed"))["verdict"] == "fail"
    assert completed({**left_out, "parts": [*left_out["parts"], part(NOW, state="failed")]}, *days(2))["verdict"] == "fail"
    far = part(NOW - 3 * HOUR, name="cache/redis.rdb", component="cache")
    assert completed(one_set(NOW - HOUR, part(NOW - HOUR), far))["verdict"] == "warn"


def test_a_manifest_is_the_one_that_was_written() -> None:
    written = newest()
    kept = backup_sets.Kept(written["set"], "aa", "aa", written)
    assert backup_sets.manifest(kept)["verdict"] == "pass"
    assert backup_sets.manifest(backup_sets.Kept(written["set"], "ab", "aa", written))["verdict"] == "fail"
    assert backup_sets.manifest(backup_sets.Kept(written["set"], "aa", "", written))["verdict"] == "inconclusive"
    assert backup_sets.manifest(backup_sets.Kept("another", "aa", "aa", written))["verdict"] == "fail"
    assert backup_sets.manifest(backup_sets.Kept(written["set"], "", "aa", None))["verdict"] == "fail"
    assert backup_sets.manifest(None)["verdict"] == "skipped"


def test_every_part_of_every_set_is_in_the_repository_under_its_own_name() -> None:
    sets = days(3)
    there = [{"id": row["snapshot"], "tags": ["saasops", f"part:{row['name']}", f"set:{one['set']}"]} for one in sets for row in one["parts"]]
    found = backup_sets.inventory(sets, there, [])
    assert (found["verdict"], found["value"]) == ("pass", 3)
    assert backup_sets.inventory(sets, there[1:], [])["reason"] == f"not in the repository: {NAME} of set {sets[0]['set']}"
    swapped = copy.deepcopy(there)
    swapped[0]["tags"], swapped[1]["tags"] = swapped[1]["tags"], swapped[0]["tags"]
    assert "another's snapshot" in backup_sets.inventory(sets, swapped, [])["reason"]
    assert backup_sets.inventory(sets, there, ["set-1"])["verdict"] == "fail"


def test_a_proof_gets_old_and_may_have_taken_too_long() -> None:
    def proof(age: float, seconds: float | None = 360.0) -> Json:
        proofs = [{"at": NOW - age, "backup": "x", "seconds": seconds}, {"at": NOW - 90 * DAY, "backup": "y", "seconds": None}]
        return backup_sets.proof(proofs, NOW, Rules(), HOUR)

    assert (proof(12 * DAY)["verdict"], proof(12 * DAY)["reason"]) == ("pass", "last proven restore 12 d ago, RTO 6 min")
    assert proof(35 * DAY)["verdict"] == "pass"
    assert proof(35 * DAY + 1)["verdict"] == "warn"
    assert proof(DAY, HOUR + 1)["verdict"] == "warn"
    assert proof(DAY, None)["verdict"] == "pass"
    assert backup_sets.proof([], NOW, Rules(), HOUR)["verdict"] == "warn"


def test_a_week_reads_all_of_the_data() -> None:
    assert sorted(backup_sets.turn("1/7", day) for day in range(20000, 20007)) == [f"{number}/7" for number in range(1, 8)]
    assert (backup_sets.turn("", 5), backup_sets.turn("1/1", 5)) == ("", "1/1")
    for wrong in ("7", "0/7", "8/7", "1/x", "1/0"):
        with pytest.raises(ValueError, match=wrong):
            backup_sets.turn(wrong, 1)


def test_the_line_says_what_one_could_fall_back_on() -> None:
    told = backup_sets.line(4.5 * HOUR, DAY, "off-site", [{"at": NOW - 12 * DAY, "seconds": 360.0}], NOW)
    assert told == "backup 4 h 30 old (limit 24 h), off-site; last proven restore 12 d ago, RTO 6 min"
    assert backup_sets.line(None, DAY, "", [], NOW) == "no whole backup; never proved by a restore"


def test_a_shop_that_lives_raises_no_alarm_in_400_days() -> None:
    """Tables grow and shrink a little each day, releases bring other structures, and every backup is made at about the same hour."""
    rng = random.Random(11)
    counts, schema, release, sets, alarms = {"public.orders": 400, "public.users": 200, "public.jobs": 5}, 1, 1, [], []
    for day in range(400):
        at = NOW - (400 - day) * DAY + rng.uniform(0, 1800)
        counts = {name: max(0, round(size * rng.uniform(0.98, 1.05))) for name, size in counts.items()}
        if day % 30 == 29:
            schema, release = schema + 1, release + 1
        row = part(at, counts=dict(counts), schema=str(schema), bytes=1000 + 50 * sum(counts.values()))
        sets.insert(0, one_set(at, row, releases={"app": {"deployment": str(release)}}))
        made = backups.of_component("database", sets[:14], at + HOUR, Rules(watch=backups.watched({"public.users": "10%"})), seen(row))
        alarms += [(day, one["name"], one["reason"]) for one in made if one["verdict"] != "pass"]
    assert alarms == []
