# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_project: what is not said stays, a pause and its end move the assignment, and what was accepted is seen to hold."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import project as room
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST, PROJECT, Json, Vercel, error, of_module, project

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
ABSENT: Json = dict.fromkeys(("paused", "auto_assign", *room.SETTINGS))


def do(check: bool = False, **params: t.Any) -> Json:
    """The result with the names of its ``changes``, or the failure."""
    result = of_module(room.execute, check, **{**ABSENT, **params})
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})


def bodies(vercel: Vercel) -> list[Json]:
    return [json.loads(vercel.request(index).body) for index, request in enumerate(vercel.asked) if request.startswith("PATCH")]


def test_what_holds_takes_one_request(vercel: Vercel) -> None:
    vercel.project(project(nodeVersion="22.x"))
    assert not do(auto_assign=True, paused=False, node_version="22.x", build_command="")["changed"]
    assert len(vercel.asked) == 1


def test_only_what_differs_is_sent_and_an_empty_text_is_null(vercel: Vercel) -> None:
    vercel.project(project(nodeVersion="22.x", buildCommand="make"), project(auto=False, nodeVersion="22.x"))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project())
    result = do(node_version="22.x", build_command="", auto_assign=False)
    assert bodies(vercel) == [{"buildCommand": None, "autoAssignCustomDomains": False}]
    assert (result["changed"], result["diff"]["after"]["build_command"], len(vercel.asked)) == (True, "", 3)


def test_a_pause_says_what_it_does_to_the_assignment(vercel: Vercel) -> None:
    vercel.project(project(), project(auto=False, paused=True))
    vercel.on("POST", f"/v1/projects/{PROJECT}/pause", None)
    result = do(paused=True)
    assert result["changes"] == ["pause_project"]
    assert result["diff"]["after"]["auto_assign"] is False
    assert "503" in result["notes"][0]


def test_the_end_of_a_pause_keeps_the_assignment_off_when_asked_to(vercel: Vercel) -> None:
    vercel.project(project(auto=False, paused=True), project(auto=False))
    vercel.on("POST", f"/v1/projects/{PROJECT}/unpause", None)
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(auto=False))
    assert do(paused=False, auto_assign=False)["changes"] == ["unpause_project", "update_project"]


@pytest.mark.parametrize("check", [True, False])
def test_the_end_of_a_pause_tells_that_new_builds_go_live(vercel: Vercel, check: bool) -> None:
    vercel.project(project(auto=False, paused=True), project())
    vercel.on("POST", f"/v1/projects/{PROJECT}/unpause", None)
    result = do(check, paused=False)
    assert result["diff"]["after"]["auto_assign"] is True and "go live again" in result["notes"][1]


@pytest.mark.parametrize("params", [{"paused": True, "auto_assign": True}, {"node_version": ""}])
def test_bad_input_is_refused_before_anything_is_asked(vercel: Vercel, params: Json) -> None:
    assert do(**params)["kind"] == "invalid"
    assert not vercel.asked


def test_a_paused_project_is_not_told_to_assign(vercel: Vercel) -> None:
    vercel.project(project(auto=False, paused=True))
    assert do(auto_assign=True)["kind"] == "invalid"


def test_an_assignment_that_vercel_does_not_say_is_not_guessed(vercel: Vercel) -> None:
    vercel.project(project(auto=None))
    assert do(auto_assign=False)["kind"] == "protocol"


def test_what_does_not_hold_is_named(vercel: Vercel) -> None:
    vercel.project(project(nodeVersion="22.x"))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project())
    failure = do(node_version="24.x")
    assert (failure["kind"], failure["code"]) == ("failed", "not_held") and "node_version" in failure["message"]


def test_a_pause_whose_answer_was_lost_is_looked_for(vercel: Vercel) -> None:
    vercel.project(project(), project(auto=False, paused=True))
    vercel.on("POST", f"/v1/projects/{PROJECT}/pause", LOST)
    assert do(paused=True)["changed"]
    assert len(vercel.changes) == 1


def test_a_refusal_is_told(vercel: Vercel) -> None:
    vercel.project(project())
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", (400, error("bad_request", "Invalid request: `nodeVersion`\x1b[2J")))
    failure = do(node_version="2.x")
    assert failure["kind"] == "invalid" and "\x1b" not in failure["message"]
