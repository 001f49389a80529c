# SPDX-License-Identifier: GPL-3.0-or-later
"""What the room of environment variables sends when its answers are lost and somebody else is at work too."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST, Vercel
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_env_answers import ENV, item, of_env

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
WISH = {"key": "N", "value": "mine", "target": ["development"]}


def listed(*variables: t.Any) -> t.Any:
    return {"envs": list(variables), "hiddenProductionEnvCount": 0}


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [item("env_x", "N", "development", value="theirs", decrypted=True)],
        [item("env_x", "N", "development", value="mine", decrypted=True, comment="other")],
        [item("env_x", "N", "development", type="sensitive")],
    ],
)
def test_what_somebody_else_made_meanwhile_is_overwritten(vercel: Vercel, seen: list[t.Any]) -> None:
    vercel.on("GET", ENV, listed(), listed(*seen))
    vercel.on("POST", ENV, LOST, (201, {"created": [item("env_n", "N", "development")], "failed": []}))
    result = of_env(WISH)
    assert [entry["id"] for entry in result["variables"]] == ["env_n"]
    assert vercel.changes == [f"POST {ENV}"] * 2
    assert {vercel.request(index).params["upsert"] for index, asked in enumerate(vercel.asked) if asked.startswith("POST")} == {"true"}


def test_what_is_there_after_a_lost_answer_is_ours(vercel: Vercel) -> None:
    vercel.on("GET", ENV, listed(), listed(item("env_n", "N", "development", value="mine", decrypted=True)))
    vercel.on("POST", ENV, LOST)
    assert [entry["id"] for entry in of_env(WISH)["variables"]] == ["env_n"]
    assert vercel.changes == [f"POST {ENV}"]


def test_what_is_removed_meanwhile_is_gone(vercel: Vercel) -> None:
    vercel.on("GET", ENV, listed(item("env_a", "A", "production")), listed())
    vercel.on("DELETE", "/v1/projects/hydrogen/env", (404, {"error": {"code": "ENV_NOT_FOUND", "message": "gone"}}))
    assert of_env({"key": "A", "value": None, "target": ["production"], "state": "absent"})["changed"]


def test_a_deletion_that_is_refused_is_told(vercel: Vercel) -> None:
    vercel.on("GET", ENV, listed(item("env_a", "A", "production")))
    vercel.on("DELETE", "/v1/projects/hydrogen/env", (404, {"error": {"code": "ENV_NOT_FOUND", "message": "no"}}))
    assert of_env({"key": "A", "value": None, "target": ["production"], "state": "absent"})["failure"]["kind"] == "not_found"


def test_a_new_variable_is_sent_as_it_was_wished_for(vercel: Vercel) -> None:
    vercel.on("GET", ENV, listed())
    made = [item("env_1", "N", "preview", gitBranch="next"), item("env_2", "N", "development")]
    vercel.on("POST", ENV, (201, {"created": made, "failed": []}))
    branch = {"key": "N", "value": "branch", "target": ["preview"], "git_branch": "next", "comment": "c", "version": "1"}
    assert not of_env(branch, WISH).get("failed")
    assert json.loads(vercel.request(-1).body) == [
        {"key": "N", "value": "branch", "type": "sensitive", "comment": "c [saasops version:1]", "target": ["preview"], "gitBranch": "next"},
        {"key": "N", "value": "mine", "type": "encrypted", "comment": "", "target": ["development"]},
    ]
