# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due for which tags, and what of the inventory's schedule is refused with which next step."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, scheduled_procedures, scheduled_runs

COMPONENTS: dict[str, dict[str, t.Any]] = {"app": {"audit": {}, "lint": {}}, "api": {}}
HEALTH = {"name": "beat", "tags": ["morning", "daily"], "do": "heartbeat", "budget": "5m"}
AUDIT = {"name": "audit", "tags": ["weekly"], "do": "command", "components": ["app"], "commands": ["audit", "lint"]}


@pytest.mark.parametrize(
    ("item", "reason", "hint"),
    [
        ({"do": "hartbeat"}, "nothing does 'hartbeat'", "heartbeat"),
        ({"do": "rollback"}, "nothing does 'rollback'", "Give one of"),
        ({"tags": ["dayly"]}, "there is no tag dayly", "Did you mean daily?"),
        ({"tags": []}, "it has no tags", "Give some of"),
        ({"tags": "daily"}, "tags is 'daily'", "as a list"),
        ({"components": ["appp"]}, "there is no component appp", "Did you mean app?"),
        ({"budgt": "5m"}, "an item has no budgt", "Did you mean budget?"),
        ({"budget": "soon"}, "budget is 'soon'", "15m"),
        ({"budget": 0}, "budget is 0", "a second or more"),
        ({"do": "command"}, "commands belongs to do: command", "nowhere else"),
        ({"do": "command", "components": ["app"], "commands": ["nosuch"]}, "app declares no command nosuch", "audit, lint"),
        ({"do": "command", "components": ["api"], "commands": ["audit"]}, "api declares no command audit", "none"),
        ({"do": "command", "commands": ["audit"]}, "says not whose commands", "components: [app]"),
        ({"ask": ["x"]}, "ask belongs to do: person", "nowhere else"),
        ({"do": "person"}, "ask belongs to do: person", "nowhere else"),
        ({"what": ["restore"]}, "what belongs to do: drill", "nowhere else"),
        ({"do": "drill", "what": ["restor"]}, "there is no drill of restor", "Did you mean restore?"),
        ({"do": "backup", "components": ["app"]}, "backup is of the environment as a whole", "Leave components out"),
        ({"do": "restore"}, "nothing does 'restore'", "Give one of"),
        ({"period": "week"}, "period belongs to do: report", "nowhere else"),
        ({"do": "report"}, "period belongs to do: report", "day, "),
        ({"do": "report", "period": "weak"}, "there is no period weak", "Did you mean week?"),
    ],
)
def test_an_item_that_cannot_be_right_is_refused(item: dict[str, t.Any], reason: str, hint: str) -> None:
    with pytest.raises(Failure) as refused:
        scheduled_runs.read_items([HEALTH, {**HEALTH, **item}], COMPONENTS)
    assert reason in refused.value.message
    assert hint in refused.value.hint


@pytest.mark.parametrize("given", [None, [], "daily", ["daily"], [{}]])
def test_a_schedule_that_is_none_is_refused(given: t.Any) -> None:
    with pytest.raises(Failure, match="scheduled_items"):
        scheduled_runs.read_items(given, COMPONENTS)


def test_what_is_due_comes_in_the_inventorys_order_and_a_verb_looks_once() -> None:
    again = {**HEALTH, "name": "beat of the api", "components": ["api"], "tags": ["weekly"], "budget": "1m"}
    one = {**HEALTH, "components": ["app"]}
    more = {**AUDIT, "name": "more", "tags": ["daily", "weekly"]}
    items = scheduled_runs.read_items([AUDIT, one, again, more], COMPONENTS)
    assert [item["name"] for item in scheduled_runs.due(items, ["daily"], "shop/production")] == ["beat", "more"]
    assert [item["name"] for item in scheduled_runs.due(items, ["quarterly"], "shop/production")] == []
    both = scheduled_runs.due(items, ["daily", "weekly"], "shop/production")
    assert [(item["name"], item["components"], item["budget"]) for item in both] == [
        ("audit", ["app"], 600),
        ("beat, beat of the api", ["app", "api"], 360),
        ("more", ["app"], 600),
    ]


def test_reports_of_several_times_are_each_made_and_health_looks_at_what_is_shared_first() -> None:
    reports = [{"name": f"of the {period}", "tags": ["daily"], "do": "report", "period": period} for period in ("day", "week")]
    found = scheduled_runs.due(scheduled_runs.read_items([{**HEALTH, "do": "health"}, HEALTH, *reports], COMPONENTS), ["daily"], "shop/production")
    assert [(item["do"], item["period"], item["is_role"], item["looks_once"]) for item in found] == [
        ("health", "", True, True),
        ("heartbeat", "", True, False),
        ("report", "day", False, False),
        ("report", "week", False, False),
    ]


def test_tags_are_those_that_are_known() -> None:
    items = scheduled_runs.read_items([HEALTH, AUDIT], COMPONENTS)
    assert scheduled_runs.wanted_tags(["weekly", "daily"], [], items) == ["daily", "weekly"]
    assert scheduled_runs.wanted_tags(["weekly", "daily"], ["daily"], items) == ["weekly"]
    for given, hint in ((["all"], "there are items for morning, daily, weekly"), (["dail"], "Did you mean daily?"), (["nightly"], "Tags are: morning")):
        with pytest.raises(Failure) as refused:
            scheduled_runs.wanted_tags(given, [], items)
        assert hint in refused.value.hint


def test_verbs_that_only_look_are_offered_and_no_other() -> None:
    assert {"command", "db_integrity", "health", "heartbeat", "logs", "monitors", "person", "report"} <= set(scheduled_runs.offered())
    assert {"backup", "backup_verify", "drill", "maintenance"} <= set(scheduled_runs.offered())
    assert not {"restore", "rollback", "roll_forward", "scheduled", "notify"} & set(scheduled_runs.offered())


def test_what_is_for_one_environment_is_due_there_alone() -> None:
    drill = {"name": "back and forth", "tags": ["weekly"], "do": "drill", "what": ["rollback"], "environments": ["staging"]}
    more = {"name": "test restore", "tags": ["weekly"], "do": "drill", "what": ["restore"]}
    items = scheduled_runs.read_items([drill, more], COMPONENTS)
    told = {place: [(item["name"], item["what"]) for item in scheduled_runs.due(items, ["weekly"], f"shop/{place}")] for place in ("staging", "production")}
    assert told == {"staging": [("back and forth, test restore", ["rollback", "restore"])], "production": [("test restore", ["restore"])]}


def test_backups_looks_at_them_and_drills_are_watched_where_they_are_due() -> None:
    verbs = ("health", "backup", "backup_verify", "drill", "maintenance")
    items = [{"name": f"the {do}", "do": do, "tags": ["daily"]} for do in verbs] + [{"do": "drill", "tags": ["weekly"], "environments": ["staging"]}]
    assert [one["name"] for one in schedule_info.watched(items, "shop/production")] == ["the backup", "the backup_verify", "the drill"]
    assert schedule_info.watched(items, "shop/staging")[-1] == {"name": "drill", "do": "drill", "tags": ["weekly"]}
    assert schedule_info.watched(None, "shop/staging") == []


def _steps(tasks: list[dict[str, t.Any]]) -> list[str]:
    """Task files and actions in their order, those inside blocks too."""
    found: list[str] = []
    for task in tasks:
        found += _steps(task.get("block", []))
        for key, value in task.items():
            if key in ("ansible.builtin.import_role", "ansible.builtin.import_tasks"):
                found.append(str(value["tasks_from"] if isinstance(value, dict) else value).removesuffix(".yml"))
            elif key.startswith("saasops.runbooks."):
                found.append(key.removeprefix("saasops.runbooks."))
    return found


@pytest.mark.parametrize("verb", ["backup", "drill"])
def test_a_scheduled_procedure_has_the_steps_of_its_playbook_in_their_order(verb: str) -> None:
    plays = yaml.safe_load((guard.ROOT / "playbooks" / f"{verb}.yml").read_text(encoding="utf-8"))
    every = [step for play in plays for step in _steps(play["tasks"])]
    # The scheduled run has a beginning and an end of its own.
    assert [step for step in every if step not in ("guard", "ended", "tell", "summary")] == _steps(
        yaml.safe_load((guard.ROOT / "roles" / verb / "tasks" / "whole.yml").read_text(encoding="utf-8"))
    )


def test_nothing_that_is_scheduled_restores_into_anything_but_a_place_of_its_own() -> None:
    files = [path for verb in scheduled_procedures.PROCEDURES for path in (guard.ROOT / "roles" / verb / "tasks").glob("*.yml")]
    restores = [(path.name, text) for path in files for text in path.read_text(encoding="utf-8").split("saasops.runbooks.component_restore:")[1:]]
    assert {name for name, _text in restores} == {"apply.yml", "left.yml", "plan.yml"}
    assert [name for name, text in restores if "\n        to: disposable\n" not in text.partition("register:")[0]] == []
