# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables at Vercel: planned, set, seen and left alone; what parts, what is refused, and what goes wrong on the way."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_env, vercel_env_info
from tests.integration.tasks import Json, asked
from tests.integration.vercel_shop import changes, check_planned_and_done, run

SECRET = "env-test-5Kq8Wm2Zx9Vt3Lc7Bn4Pd6Rj1Hg"
OTHER = "env-test-9Yt4Gh7Jk2Ws6Xe1Qa8Zp3Ui5Oc"
LIST, POST, PATCH, DELETE = "filter_project_envs", "create_project_env", "edit_project_env", "batch_remove_project_env"


@pytest.fixture
def world(sandbox: t.Any) -> t.Any:
    return sandbox


def seed(world: t.Any, *variables: Json, **project: t.Any) -> None:
    world.patch("app", env=list(variables), **project)


def variable(key: str = "API_KEY", value: str | None = SECRET, *target: str, **more: t.Any) -> Json:
    return {"key": key, "target": list(target or ("production",)), **({} if value is None else {"value": value}), **more}


def ensure(world: t.Any, *variables: Json, **options: t.Any) -> Json:
    return check_planned_and_done(world, vercel_env, variables=list(variables), **options)


def refused(world: t.Any, *variables: Json, **options: t.Any) -> Json:
    """Why it is refused, in the plan and in the run, and nothing was changed."""
    failures = [run(world, vercel_env, check, variables=list(variables), **options)["failure"] for check in (True, False)]
    assert (failures[0]["kind"], failures[0]["message"]) == (failures[1]["kind"], failures[1]["message"])
    assert failures[0]["hint"]
    assert changes(world) == []
    return t.cast(Json, failures[1])


def seen(world: t.Any, **options: t.Any) -> list[Json]:
    found = run(world, vercel_env_info, no_log=True, **{"values": True, **options})
    assert not found.get("failed"), found["msg"]
    return t.cast("list[Json]", found["variables"])


def brief(world: t.Any) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(it["key"], tuple(it["target"]), it["value"]) for it in seen(world)]


def hows(result: Json) -> list[str]:
    return [entry["how"] for entry in result["variables"]]


# -- the ordinary way
def test_several_new_variables_are_two_requests(world: t.Any) -> None:
    done = ensure(world, variable(), variable("MODE", "production", "production", "preview", type="plain"), variable("DEBUG", "1", "development"))
    assert hows(done) == ["created"] * 4
    assert asked(done) == [LIST, POST]
    # Every place has a variable of its own.
    assert brief(world) == [
        ("API_KEY", ("production",), None),
        ("DEBUG", ("development",), "1"),
        ("MODE", ("preview",), "production"),
        ("MODE", ("production",), "production"),
    ]
    assert [it["type"] for it in seen(world)] == ["sensitive", "encrypted", "plain", "plain"]
    assert done["notes"] == ["no running deployment sees this: it holds from the next one on"]
    assert SECRET not in json.dumps(done)
    # Masking must not eat what has nothing to do with a value.
    assert {entry["target"] for entry in done["variables"]} == {"production", "preview", "development"}


def test_a_run_that_changes_nothing_is_one_request(world: t.Any) -> None:
    wishes = [variable(), variable("MODE", "production", "production", "preview", type="plain")]
    ensure(world, *wishes)
    assert asked(run(world, vercel_env, variables=wishes)) == [LIST]


def test_a_value_changes_by_an_edit_without_the_key(world: t.Any) -> None:
    ensure(world, variable(comment="of the shop"))
    before = seen(world)[0]
    world.clear_journal()
    done = ensure(world, variable(value=OTHER))
    assert (hows(done), asked(done)) == (["edited"], [LIST, PATCH])
    assert [set(entry["body"]) for entry in world.journal(changes=True)] == [{"value", "comment"}]
    after = seen(world)[0]
    assert (after["id"], after["comment"], after["type"]) == (before["id"], "of the shop", "sensitive")
    assert after["mark"] != before["mark"]
    assert OTHER not in json.dumps(done) and SECRET not in json.dumps(done)


def test_a_version_tells_a_value_as_a_fingerprint_does(world: t.Any) -> None:
    ensure(world, variable(version="1"))
    assert seen(world)[0]["mark"] == "version:1"
    # Another value under the same version is the same value.
    assert not run(world, vercel_env, variables=[variable(value=OTHER, version="1")])["changed"]
    assert hows(ensure(world, variable(value=OTHER, version="2"))) == ["edited"]
    done = run(world, vercel_env, check=True, variables=[variable(value=OTHER, version="3")])
    assert done["diff"]["before"]["API_KEY (production)"]["value"] == "version:2"
    assert done["diff"]["after"]["API_KEY (production)"]["value"] == "version:3"


def test_a_fingerprint_goes_with_its_key(world: t.Any) -> None:
    ensure(world, variable(), fingerprint_key="first-9Kd2Lw7Qx")
    assert not run(world, vercel_env, variables=[variable()], fingerprint_key="first-9Kd2Lw7Qx")["changed"]
    assert hows(ensure(world, variable(), fingerprint_key="second-4Tz8Mn1Vb")) == ["edited"]


def test_what_was_made_elsewhere_is_written_once(world: t.Any) -> None:
    seed(world, variable(type="sensitive"), variable("MODE", "fast", type="encrypted"))
    done = ensure(world, variable(), variable("MODE", "fast"))
    # The one that can be read is compared.
    assert hows(done) == ["edited", "already"]


def test_a_value_that_the_list_leaves_encrypted_is_asked_for(world: t.Any) -> None:
    seed(world, variable("MODE", "fast"), variable("OTHER", "x"), env_list_decrypts=False)
    result = run(world, vercel_env, variables=[variable("MODE", "fast")])
    assert (result["changed"], asked(result)) == (False, [LIST, "get_project_env"])
    assert hows(ensure(world, variable("MODE", "slow"))) == ["edited"]


def test_only_a_comment_may_be_wanted(world: t.Any) -> None:
    ensure(world, variable())
    mark = seen(world)[0]["mark"]
    assert hows(ensure(world, variable(value=None, comment="of the shop"))) == ["edited"]
    assert (seen(world)[0]["comment"], seen(world)[0]["mark"]) == ("of the shop", mark)
    assert not run(world, vercel_env, variables=[variable()])["changed"]


# -- places
def test_a_variable_of_several_places_is_edited_as_one_when_all_change(world: t.Any) -> None:
    seed(world, variable("MODE", "fast", "production", "preview"))
    done = ensure(world, variable("MODE", "slow", "production", "preview"))
    assert (hows(done), asked(done)) == (["edited", "edited"], [LIST, PATCH])
    assert brief(world) == [("MODE", ("production", "preview"), "slow")]


def test_a_place_that_parts_leaves_the_others_as_they_are(world: t.Any) -> None:
    seed(world, variable("MODE", "fast", "production", "preview", "development"))
    done = ensure(world, variable("MODE", "slow", "production"))
    assert asked(done) == [LIST, PATCH, POST]
    assert brief(world) == [("MODE", ("preview", "development"), "fast"), ("MODE", ("production",), "slow")]


def test_places_may_part_from_each_other(world: t.Any) -> None:
    seed(world, variable("MODE", "fast", "production", "preview"))
    done = ensure(world, variable("MODE", "slow", "production"), variable("MODE", "slower", "preview"))
    # The first keeps what was stored, so nothing has to be deleted.
    assert asked(done) == [LIST, PATCH, POST]
    assert brief(world) == [("MODE", ("preview",), "slower"), ("MODE", ("production",), "slow")]


def test_a_branch_and_a_custom_environment_are_places_of_their_own(world: t.Any) -> None:
    world.patch("app", environments=[{"id": "env_qa", "slug": "qa", "type": "preview", "createdAt": 1, "updatedAt": 1}])
    wishes = [
        variable("MODE", "preview", "preview", type="plain"),
        variable("MODE", "next", "preview", git_branch="feature/next", type="plain"),
        {"key": "MODE", "value": "qa", "custom_environments": ["qa"], "type": "plain"},
    ]
    done = ensure(world, *wishes)
    assert asked(done) == ["get_custom_environments", LIST, POST]
    assert [(entry["target"], entry["git_branch"], entry["custom_environment"]) for entry in done["variables"]] == [
        ("preview", None, None),
        ("preview", "feature/next", None),
        (None, None, "qa"),
    ]
    found = seen(world)
    assert {(it["git_branch"], *it["custom_environments"]): it["value"] for it in found} == {(None,): "preview", ("feature/next",): "next", (None, "qa"): "qa"}
    assert "Near or other names here: qa" in refused_again(world, {"key": "MODE", "value": "x", "custom_environments": ["qu"]})["hint"]


def refused_again(world: t.Any, *variables: Json) -> Json:
    world.clear_journal()
    return refused(world, *variables)


# -- gone
def test_absent_leaves_the_other_places(world: t.Any) -> None:
    seed(world, variable("MODE", "fast", "production", "preview"))
    done = ensure(world, variable("MODE", None, "preview", state="absent"))
    assert (hows(done), asked(done)) == (["removed"], [LIST, PATCH])
    assert brief(world) == [("MODE", ("production",), "fast")]


def test_what_has_no_place_left_is_deleted_where_that_is_allowed(world: t.Any) -> None:
    seed(world, variable("MODE", "fast"), variable("OLD", "x"), variable("KEPT", "y"))
    gone = [variable("MODE", None, state="absent"), variable("OLD", None, state="absent"), variable("NEVER", None, state="absent")]
    assert refused(world, *gone)["code"] == "allow"
    done = ensure(world, *gone, allow="destroy")
    assert (hows(done), asked(done)) == (["removed", "removed", "already"], [LIST, DELETE])
    assert brief(world) == [("KEPT", ("production",), "y")]


# -- types
def test_another_type_is_a_deletion_that_must_be_meant(world: t.Any) -> None:
    seed(world, variable("MODE", "fast", type="plain"))
    failure = refused(world, variable("MODE", "fast", type="sensitive"))
    assert failure["code"] == "type" and "replace: true" in failure["hint"]
    assert refused(world, variable("MODE", "fast", type="sensitive", replace=True))["code"] == "allow"
    done = ensure(world, variable("MODE", "fast", type="sensitive", replace=True), allow="destroy")
    assert (hows(done), asked(done)) == (["replaced"], [LIST, DELETE, POST])
    assert [(it["type"], it["value"]) for it in seen(world)] == [("sensitive", None)]


def test_a_policy_that_makes_sensitive_is_no_drift(world: t.Any) -> None:
    world.patch("app", sensitive_policy=True)
    done = ensure(world, variable("MODE", "fast", type="plain"))
    assert (hows(done), done["variables"][0]["type"]) == (["created"], "sensitive")
    again = run(world, vercel_env, variables=[variable("MODE", "fast", type="plain")])
    assert again["notes"] == ["MODE (production) is stored as sensitive, which is stricter than plain"]
    assert hows(ensure(world, variable("MODE", "slow", type="plain"))) == ["edited"]


# -- what must not pass
@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (variable("1ST"), "usable key"),
        (variable("A B"), "usable key"),
        ({"key": "A", "value": "x"}, "no place"),
        ({"key": "A", "value": "x", "target": []}, "no place"),
        (variable("A", "x", "production", "production"), "twice"),
        (variable("A", "x", "production", git_branch="main"), "git_branch"),
        (variable("A", "x", "production", "development", type="sensitive"), "development"),
        (variable("A", "x", state="absent"), "absent"),
        (variable("A", None, version="1"), "version"),
        (variable("A", "x", version="a b"), "version"),
        (variable("A", "x", comment="c" * 430), "comment"),
        (variable("A", "x", comment="c [saasops hash:abc]"), "mark"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(world: t.Any, wish: Json, words: str) -> None:
    failure = refused(world, wish)
    assert failure["kind"] == "invalid" and words in failure["message"]
    assert world.journal(vendor="vercel") == []


def test_a_key_is_named_once_for_each_place(world: t.Any) -> None:
    failure = refused(world, variable("A", "x", "production", "preview"), variable("A", "y", "preview"))
    assert (failure["kind"], failure["message"]) == ("invalid", "A is there twice for preview")


@pytest.mark.parametrize(
    ("stored", "kind", "words"),
    [
        ([], "invalid", "there is no A for production"),
        ([variable("A", "x", "production", "preview", type="sensitive")], "invalid", "cannot be read"),
        ([variable("A", "x", configuration="icfg_example")], "refused", "an integration"),
        ([variable("A", "x", type="system")], "refused", "Vercel itself"),
    ],
)
def test_what_is_not_known_or_not_ours_is_left(world: t.Any, stored: list[Json], kind: str, words: str) -> None:
    seed(world, *stored)
    failure = refused(world, variable("A", None, comment="mine"))
    assert failure["kind"] == kind and words in failure["message"]


def test_variables_that_are_kept_from_the_token_are_not_made_a_second_time(world: t.Any) -> None:
    seed(world, variable("A", "x"), env_hides_production=True)
    assert (refused(world, variable("A", "y"))["kind"], refused(world, variable("A", "y"))["code"]) == ("permission", "hidden")
    assert hows(ensure(world, variable("A", "y", "preview"))) == ["created"]
    assert run(world, vercel_env_info)["hidden_production"] == 1


def test_what_vercel_will_not_show_without_a_person_is_told(world: t.Any) -> None:
    world.patch("app", step_up=True)
    failure = refused(world, variable("A", "x"))
    assert (failure["kind"], failure["code"]) == ("auth", "challenge_required")
    assert "browser" in failure["hint"] and "sensitive" in failure["hint"]
    # Nothing has to be read for what cannot be read.
    assert hows(ensure(world, variable("A", "x", type="sensitive"))) == ["created"]


@pytest.mark.parametrize(
    ("patch", "key", "kind", "code"),
    [
        ({}, "VERCEL_URL", "invalid", "KEY_RESERVED"),
        ({"env_limit": 1}, "SECOND", "plan", "MAX_ENVS_EXCEEDED"),
        ({"env_failing": ["SECOND"]}, "SECOND", "failed", "UNKNOWN_ERROR"),
    ],
)
def test_a_failure_inside_a_success_says_which(world: t.Any, patch: Json, key: str, kind: str, code: str) -> None:
    world.patch("app", **patch)
    result = run(world, vercel_env, variables=[variable("FIRST"), variable(key, OTHER)])
    failure = result["failure"]
    assert (failure["kind"], failure["code"], failure["status"]) == (kind, code, 201)
    assert f"took 1 of 2 new variables, and not {key} (production)" in failure["message"]
    assert result["changed"] and [it["key"] for it in seen(world)] == ["FIRST"]
    assert OTHER not in json.dumps(result)
    # What is right is there, and a rerun goes on from there.
    assert hows(run(world, vercel_env, check=True, variables=[variable("FIRST"), variable("THIRD")])) == ["already", "created"]


def test_words_that_repeat_a_value_are_masked(world: t.Any) -> None:
    world.fault("status", vendor="vercel", changes=True, status=400, code="INVALID_VALUE", message=f"{{{{ bad }}}} \x1b[2J {SECRET}")
    result = run(world, vercel_env, variables=[variable()])
    assert "{{ bad }} ?[2J ********" in result["msg"] and SECRET not in json.dumps(result)


@pytest.mark.parametrize(
    ("options", "kind"), [({"project": "hydrogem"}, "not_found"), ({"team": "example-staging"}, "permission"), ({"allow": "read"}, "refused")]
)
def test_bad_surroundings_get_one_clear_message(world: t.Any, options: Json, kind: str) -> None:
    assert refused(world, variable(), **options)["kind"] == kind


def test_a_project_that_is_not_there_has_near_names(world: t.Any) -> None:
    assert "hydrogen" in refused(world, variable(), project="hydrogem")["hint"]
    assert "hydrogen" in refused(world, {"key": "A", "value": "x", "custom_environments": ["qa"]}, project="hydrogem")["hint"]


# -- what can go wrong on the way
FAULTS = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 500, "body_html": True},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}")
@pytest.mark.parametrize("kind", ["sensitive", "encrypted"])
def test_whatever_happens_to_a_request_it_has_one_effect(world: t.Any, fault: Json, kind: str) -> None:
    seed(world, variable("OLD", "x"), variable("TURNED", "old-value", type=kind))
    wishes = [variable("OLD", None, state="absent"), variable("TURNED", OTHER), variable("NEW", SECRET, "production", "preview", type=kind)]
    for method in ("POST", "PATCH", "DELETE"):
        world.fault(**{"vendor": "vercel", "operation": f"^{method} ", "changes": True, **fault})
    done = run(world, vercel_env, variables=wishes, allow="destroy", request_timeout=1.0)
    assert not done.get("failed"), done["msg"]
    assert hows(done) == ["removed", "edited", "created", "created"]
    assert changes(world) == ["PATCH /v9/projects/{id}/env/{id}", "DELETE /v1/projects/{id}/env", "POST /v10/projects/{id}/env"]
    assert not run(world, vercel_env, variables=wishes)["changed"]
    assert [(it["key"], it["target"]) for it in seen(world)] == [("NEW", ["preview"]), ("NEW", ["production"]), ("TURNED", ["production"])]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}")
def test_a_value_without_a_mark_is_looked_for_itself(world: t.Any, fault: Json) -> None:
    seed(world, variable("MODE", "fast", "development"))
    world.fault(**{"vendor": "vercel", "changes": True, **fault})
    assert hows(run(world, vercel_env, variables=[variable("MODE", "slow", "development")], request_timeout=1.0)) == ["edited"]
    assert (brief(world), len(changes(world))) == ([("MODE", ("development",), "slow")], 1)


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited", "garbage"])
def test_a_fault_while_reading_changes_nothing_for_the_worse(world: t.Any, kind: str) -> None:
    world.fault(kind, vendor="vercel", changes=False)
    assert hows(run(world, vercel_env, variables=[variable()])) == ["created"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"envs": None},
        {"envs": [None]},
        {"envs": [{"id": "x"}]},
        {"envs": [{"id": 1, "key": "A", "type": "plain"}]},
        {"envs": [], "pagination": {"next": 5}},
        [],
    ],
)
def test_a_list_that_is_none_is_told_and_nothing_is_made(world: t.Any, body: t.Any) -> None:
    world.fault("body", vendor="vercel", changes=False, body=body, times=10)
    failure = refused(world, variable())
    assert failure["kind"] == "protocol"


@pytest.mark.parametrize("body", [{}, {"created": []}, {"created": [], "failed": []}, {"created": [{"id": "x"}], "failed": []}])
def test_an_answer_that_does_not_say_what_was_made_is_told(world: t.Any, body: Json) -> None:
    world.fault("body", vendor="vercel", changes=True, body=body, status=201)
    assert run(world, vercel_env, variables=[variable()])["failure"]["kind"] == "protocol"


def test_a_single_variable_may_be_the_whole_answer(world: t.Any) -> None:
    world.fault("body", vendor="vercel", changes=False, body={"id": "x", "key": "API_KEY", "type": "plain", "value": "v", "target": "production"})
    assert hows(run(world, vercel_env, variables=[variable(value="v")])) == ["already"]
    world.patch("app", env_paged=True)
    assert hows(ensure(world, variable())) == ["created"]


def test_a_large_answer_is_not_read(world: t.Any) -> None:
    world.fault("big", vendor="vercel", changes=False, mb=65, times=10)
    assert refused(world, variable())["kind"] == "protocol"


def test_what_is_stored_in_an_unknown_way_is_left(world: t.Any) -> None:
    body = {"envs": [{"id": "x", "key": "API_KEY", "type": "quantum", "value": "v", "target": ["production"]}]}
    world.fault("body", vendor="vercel", changes=False, body=body, times=0)
    for wish in (variable(), variable(type="encrypted"), variable(value=None, state="absent")):
        assert (refused(world, wish)["kind"], "quantum" in refused(world, wish)["message"]) == ("protocol", True)


# -- looking
def test_values_are_shown_only_where_the_task_hides_them(world: t.Any) -> None:
    seed(world, variable("MODE", "fast"), variable(type="sensitive"))
    failure = run(world, vercel_env_info, values=True)["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "no_log")
    assert world.journal(vendor="vercel") == []
    assert [("value" in it) for it in run(world, vercel_env_info)["variables"]] == [False, False]
    assert [(it["key"], it["value"]) for it in seen(world)] == [("API_KEY", None), ("MODE", "fast")]
    world.patch("app", env_list_decrypts=False)
    assert [(it["key"], it["value"]) for it in seen(world, keys=["MODE"])] == [("MODE", "fast")]


def test_the_list_can_be_narrowed(world: t.Any) -> None:
    seed(world, variable("A", "1"), variable("B", "2", "preview"), variable("C", "3", "production", "preview"))
    assert [it["key"] for it in seen(world, target="preview")] == ["B", "C"]
    assert [it["key"] for it in seen(world, keys=["A", "NONE"])] == ["A"]
