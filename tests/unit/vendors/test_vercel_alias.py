# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_alias: a host name points to one deployment, and never is one of production's."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import alias
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, GOOD, LOST, PROJECT, Json, Vercel, error, item, of_module, project

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
NAME = "next.example.com"
NONE = (404, error("not_found", "No"))


def pointing(deployment: str, **facts: t.Any) -> Json:
    return {"uid": "alias-1", "alias": NAME, "deploymentId": deployment, "projectId": PROJECT, **facts}


def do(vercel: Vercel, *seen: t.Any, check: bool = False, answer: t.Any = None, **params: t.Any) -> Json:
    vercel.on("GET", "/v9/projects/hydrogen", project(alias=[{"domain": "app.example.com", "target": "PRODUCTION"}]))
    vercel.on("GET", f"/v4/aliases/{params.get('alias', NAME)}", *seen)
    vercel.on("POST", f"/v2/deployments/{GOOD['uid']}/aliases", answer or {"uid": "alias-1", "alias": NAME, "created": 1})
    vercel.on("DELETE", "/v2/aliases/alias-1", answer or {"status": "SUCCESS"})
    vercel.listed(BAD, GOOD, item("dpl_building", "v1.6.0", 1, readyState="BUILDING"))
    result = of_module(alias.execute, check, **{"alias": NAME, "state": "present", "deployment": "v1.4.1", **params})
    return t.cast(Json, result.get("failure") or result)


def test_an_alias_is_assigned_moved_and_left(vercel: Vercel) -> None:
    assert do(vercel, NONE, pointing(GOOD["uid"]))["alias"]["deployment"] == GOOD["uid"]
    assert len(vercel.asked) == 5
    again = do(vercel, pointing(GOOD["uid"]), deployment=GOOD["uid"])
    assert (again["changed"], len(vercel.asked)) == (False, 7)


def test_a_plan_says_what_the_apply_will(vercel: Vercel) -> None:
    result = do(vercel, NONE, check=True)
    assert result["alias"]["id"] == {"known_after": "assign_alias"}
    assert not vercel.changes


def test_an_assignment_whose_answer_was_lost_is_looked_for(vercel: Vercel) -> None:
    assert do(vercel, pointing(BAD["uid"]), pointing(BAD["uid"]), pointing(GOOD["uid"]), answer=LOST)["changed"]
    assert len(vercel.changes) == 1


def test_a_removal_is_done_once(vercel: Vercel) -> None:
    assert do(vercel, pointing(GOOD["uid"]), NONE, state="absent", deployment=None)["alias"] is None
    assert not do(vercel, NONE, state="absent", deployment=None)["changed"]
    assert vercel.changes == ["DELETE /v2/aliases/alias-1"]


def test_a_removal_whose_answer_was_lost_is_looked_for(vercel: Vercel) -> None:
    assert do(vercel, pointing(GOOD["uid"]), NONE, state="absent", deployment=None, answer=LOST)["changed"]
    assert len(vercel.changes) == 1


@pytest.mark.parametrize(
    ("seen", "params", "code"),
    [
        (NONE, {"alias": "app.example.com"}, "production"),
        (NONE, {"alias": "app.example.com", "state": "absent"}, "production"),
        (pointing("dpl_x", projectId="prj_other"), {}, "other_project"),
        (NONE, {"deployment": "v1.6.0"}, "not_ready"),
        ({"uid": 1, "alias": NAME}, {}, "missing_field"),
        (pointing("dpl_x", alias="another.example.com"), {}, "missing_field"),
    ],
)
def test_what_must_not_pass_is_refused(vercel: Vercel, seen: t.Any, params: Json, code: str) -> None:
    assert do(vercel, seen, **params)["code"] == code
    assert not vercel.changes


WRONG = ("", "app", "https://a.example.com", "A.example.com", "a..example.com", "a/b.example.com")


@pytest.mark.parametrize("params", [*({"alias": name} for name in WRONG), {"deployment": " "}])
def test_bad_input_is_refused_before_anything_is_asked(vercel: Vercel, params: Json) -> None:
    assert do(vercel, NONE, **params)["kind"] == "invalid"
    assert not vercel.asked


def test_an_assignment_that_does_not_show_ends_with_the_deadline(vercel: Vercel) -> None:
    assert do(vercel, pointing(BAD["uid"]))["kind"] == "timeout"
