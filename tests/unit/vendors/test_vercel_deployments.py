# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments: one shape out of the vendor's three, paging, and finding one by what people call it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployment_info, deployments
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    BAD,
    GOOD,
    NOW,
    OLD,
    PROJECT,
    SHAS,
    STAGED,
    Json,
    Vercel,
    error,
    item,
    of_module,
    of_project,
    project,
    single,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
KEYS = ["id", "commit", "version", "created_at", "state", "ready", "in_progress", "restorable", "served", "url", "artifact"]


def info(**filters: t.Any) -> Json:
    defaults = {"deployment": None, "target": None, "state": None, "commit": None, "limit": 20}
    return of_module(deployment_info.execute, **{**defaults, **filters})


def find(text: str, serving: Json | None = None, any_target: bool = False) -> Json:
    known = deployments.normalise(serving) if serving else None
    return of_project(lambda place: deployments.find(place, PROJECT, text, known, any_target))


# -- one shape
def test_the_list_and_the_single_deployment_have_one_shape() -> None:
    listed, alone = deployments.normalise(GOOD), deployments.normalise(single(GOOD))
    assert list(listed)[: len(KEYS)] == KEYS
    assert list(listed) == list(alone)
    assert {key for key in listed if listed[key] != alone[key]} == {"restorable"}
    assert listed["created_at"] == NOW - 3 * 86400
    assert (listed["id"], listed["version"], listed["commit"]) == ("dpl_good", "v1.4.1", SHAS["v1.4.1"])
    assert listed["url"] == "https://hydrogen-good.vercel.app"
    assert listed["artifact"] is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {"ready": True, "in_progress": False, "restorable": True, "served": True}),
        ({"readyState": "BUILDING", "readySubstate": None}, {"ready": False, "in_progress": True}),
        ({"readyState": "QUEUED"}, {"ready": False, "in_progress": True}),
        ({"readyState": "INITIALIZING"}, {"ready": False, "in_progress": True}),
        ({"readyState": "ERROR"}, {"ready": False, "in_progress": False}),
        ({"readyState": "CANCELED"}, {"ready": False, "in_progress": False}),
        ({"readyState": "BLOCKED"}, {"ready": False, "in_progress": False}),
        ({"readyState": "HIBERNATING"}, {"ready": False, "in_progress": False, "state": "HIBERNATING"}),
        ({"readyState": None, "state": None}, {"ready": False, "in_progress": False, "state": "UNKNOWN"}),
        ({"expiration": 1795057320000}, {"expires_at": 1795057320.0}),
        ({"expiration": None}, {"expires_at": None}),
        ({"expiration": True}, {"expires_at": None}),
        ({"isRollbackCandidate": None}, {"restorable": None, "served": True}),
        ({"isRollbackCandidate": "yes"}, {"restorable": None}),
        ({"isRollbackCandidate": False}, {"restorable": False, "served": True}),
        ({"softDeletedByRetention": True}, {"restorable": False, "ready": False}),
        ({"deleted": 1795143420000}, {"restorable": False, "ready": False}),
        ({"readySubstate": "STAGED", "isRollbackCandidate": False}, {"served": False, "substate": "STAGED"}),
        ({"readySubstate": "ROLLING", "isRollbackCandidate": False}, {"served": None, "substate": "ROLLING"}),
        ({"readySubstate": None, "isRollbackCandidate": True}, {"served": True}),
        ({"readySubstate": None, "isRollbackCandidate": False}, {"served": None, "substate": None}),
        ({"target": None}, {"target": "preview"}),
        ({"url": ""}, {"url": None}),
        ({"errorMessage": "exit 1"}, {"error": "exit 1"}),
        ({"aliasError": {"code": "x", "message": "no domain"}}, {"error": "no domain"}),
        ({"aliasError": None, "errorCode": "BUILD_FAILED"}, {"error": "BUILD_FAILED"}),
        ({"meta": {}}, {"commit": None, "version": None}),
        ({"meta": "strange"}, {"commit": None, "version": None}),
        ({"meta": {}, "gitSource": {"sha": "a" * 40}}, {"commit": "a" * 40}),
        ({"meta": {"gitlabCommitSha": "b" * 40, "gitlabCommitRef": "v2.0"}}, {"commit": "b" * 40, "version": "v2.0"}),
        ({"meta": {"bitbucketCommitSha": "c" * 40, "bitbucketCommitRef": "main"}}, {"commit": "c" * 40, "version": None}),
        ({"meta": {"githubCommitRef": "refs/tags/spring"}}, {"version": "spring"}),
        ({"meta": {"githubCommitRef": "v1.2.3-rc.1"}}, {"version": "v1.2.3-rc.1"}),
        ({"meta": {"version": "7"}}, {"version": "7"}),
        ({"meta": {"tag": "{{ 1 + 1 }}\x07"}}, {"version": "{{ 1 + 1 }}?"}),
        ({"meta": {deployments.REBUILD_MARK: "dpl_old"}}, {"rebuild_of": "dpl_old"}),
        ({"project": {"id": "prj_other"}, "projectId": None}, {"project_id": "prj_other"}),
    ],
)
def test_what_the_vendor_says_is_told(facts: Json, expected: Json) -> None:
    told = deployments.normalise({**GOOD, **facts})
    assert {key: told[key] for key in expected} == expected


@pytest.mark.parametrize("raw", [None, [], "text", {}, {"uid": 7}, {"uid": ""}, {"uid": "dpl_x"}, {"uid": "dpl_x", "createdAt": "yesterday"}])
def test_without_an_id_or_a_time_it_is_no_deployment(raw: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        deployments.normalise(raw)
    assert (caught.value.kind, caught.value.code) == ("protocol", "missing_field")


def test_its_own_address_may_be_another() -> None:
    assert deployments.normalise(GOOD, "http://127.0.0.1:1/deployments/{id}")["url"] == "http://127.0.0.1:1/deployments/dpl_good"


# -- lists
def test_pages_are_read_only_as_far_as_needed(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.listed(BAD, following=1000)
    vercel.listed(GOOD, following=900)
    vercel.listed(OLD)
    assert [found["id"] for found in info(limit=2)["deployments"]] == ["dpl_bad", "dpl_good"]
    assert len(vercel.asked) == 3
    assert "until" not in vercel.request(1).params
    assert vercel.request(2).params["until"] == "1000"
    assert vercel.request(1).params["limit"] == "2"


def test_a_list_that_repeats_itself_ends(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.listed(BAD, following=1000)
    failure = info(limit=500)["failure"]
    assert (failure["kind"], len(vercel.asked)) == ("protocol", 3)
    assert "repeats" in failure["message"]


@pytest.mark.parametrize("answer", [{}, {"deployments": None}, {"deployments": {}}, {"deployments": [None]}, {"deployments": [{"uid": 1}]}])
def test_a_list_of_another_shape_is_an_error(vercel: Vercel, answer: Json) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.on("GET", "/v7/deployments", answer)
    assert info()["failure"]["kind"] == "protocol"


def test_a_list_without_pagination_is_one_page(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.on("GET", "/v7/deployments", {"deployments": [BAD]})
    assert [(found["id"], found["serving"]) for found in info()["deployments"]] == [("dpl_bad", True)]


def test_filters_go_to_the_vendor(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.listed(GOOD)
    result = info(target="production", state=["READY", "ERROR"], commit=SHAS["v1.4.1"], limit=5)
    assert [found["id"] for found in result["deployments"]] == ["dpl_good"]
    sent = vercel.request(1).params
    assert (sent["target"], sent["state"], sent["sha"], sent["projectId"]) == ("production", "READY,ERROR", SHAS["v1.4.1"], PROJECT)


def test_the_beginning_of_a_commit_is_compared_here(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.listed(BAD, GOOD, OLD)
    assert [found["id"] for found in info(commit="77ab310")["deployments"]] == ["dpl_good"]
    assert "sha" not in vercel.request(1).params


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_below_one_is_refused(vercel: Vercel, limit: int) -> None:
    assert info(limit=limit)["failure"]["kind"] == "invalid"
    assert vercel.asked == []


def test_info_finds_one_by_name(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.listed(BAD, GOOD)
    assert [found["id"] for found in info(deployment="v1.4.1")["deployments"]] == ["dpl_good"]
    assert info(deployment="v9.9.9")["deployments"] == []


# -- finding
def test_what_serves_is_found_without_asking(vercel: Vercel) -> None:
    for text in ("v1.4.2", "9c1e2f0", SHAS["v1.4.2"], "dpl_bad", "https://hydrogen-bad.vercel.app"):
        assert find(text, BAD)["seen"]["id"] == "dpl_bad"
    assert vercel.asked == []


@pytest.mark.parametrize("text", ["v1.4.1", "77ab310", SHAS["v1.4.1"]])
def test_a_tag_or_a_commit_is_searched_among_production(vercel: Vercel, text: str) -> None:
    vercel.listed(BAD, following=1000)
    vercel.listed(GOOD)
    assert find(text)["seen"]["id"] == "dpl_good"
    assert vercel.request(0).params["target"] == "production"


@pytest.mark.parametrize("text", ["77ab31", "77AB310", "", "v1.4", "77ab310b2281af3309300aaa0020d161371dbe9900"])
def test_less_than_a_name_finds_nothing(vercel: Vercel, text: str) -> None:
    vercel.listed(BAD, GOOD)
    assert find(text)["seen"] is None


def test_of_two_the_newest_that_can_be_returned_to_wins(vercel: Vercel) -> None:
    expired, failed = item("dpl_expired", "v1.4.1", 60, isRollbackCandidate=False), item("dpl_failed", "v1.4.1", 90, readyState="ERROR")
    older = item("dpl_older", "v1.4.1", 900000)
    vercel.listed(expired, failed, GOOD, older)
    assert find("v1.4.1")["seen"]["id"] == "dpl_good"
    assert find("v1.4.1", {**older, "uid": "dpl_older"})["seen"]["id"] == "dpl_older"


def test_of_two_that_cannot_the_newest_ready_one_wins(vercel: Vercel) -> None:
    vercel.listed(item("dpl_failed", "v1.4.1", 60, readyState="ERROR", isRollbackCandidate=False), {**GOOD, "isRollbackCandidate": False})
    assert find("v1.4.1")["seen"]["id"] == "dpl_good"


@pytest.mark.parametrize("text", ["dpl_good", "https://hydrogen-good.vercel.app/", "hydrogen-good.vercel.app"])
def test_an_id_or_an_address_is_asked_for_and_completed_by_the_list(vercel: Vercel, text: str) -> None:
    name = "dpl_good" if text.startswith("dpl_") else "hydrogen-good.vercel.app"
    vercel.on("GET", f"/v13/deployments/{name}", single(GOOD))
    vercel.listed(GOOD)
    assert find(text)["seen"]["restorable"] is True
    sent = vercel.request(1).params
    assert int(sent["until"]) - int(sent["since"]) == 2


def test_what_the_list_does_not_show_stays_undecided(vercel: Vercel) -> None:
    vercel.on("GET", "/v13/deployments/dpl_good", single(GOOD))
    vercel.listed()
    assert find("dpl_good")["seen"]["restorable"] is None


def test_an_unknown_id_finds_nothing(vercel: Vercel) -> None:
    vercel.on("GET", "/v13/deployments/dpl_none", (404, error("not_found", "No such deployment")))
    assert find("dpl_none")["seen"] is None


def test_an_id_that_may_not_be_read_is_an_error(vercel: Vercel) -> None:
    vercel.on("GET", "/v13/deployments/dpl_none", (403, error("forbidden", "No")))
    assert find("dpl_none")["failure"]["kind"] == "permission"


@pytest.mark.parametrize("facts", [{"projectId": "prj_other"}, {"projectId": None}, {"target": None}, {"target": "staging"}])
def test_an_id_of_elsewhere_is_refused(vercel: Vercel, facts: Json) -> None:
    vercel.on("GET", "/v13/deployments/dpl_good", single({**GOOD, **facts}))
    failure = find("dpl_good")["failure"]
    assert (failure["kind"], failure["code"]) == ("refused", "other_project")
    assert failure["hint"]


def test_a_preview_is_found_where_any_target_will_do(vercel: Vercel) -> None:
    preview = {**GOOD, "target": None}
    vercel.on("GET", "/v13/deployments/dpl_good", single(preview))
    vercel.listed(preview)
    assert find("dpl_good", any_target=True)["seen"]["target"] == "preview"


def test_near_names_are_those_that_resemble() -> None:
    known = [deployments.normalise(raw) for raw in (BAD, GOOD, OLD, STAGED, {**GOOD, "meta": {}})]
    assert set(deployments.near("v1.4.22", known)) == {"v1.4.2", "v1.4.1", "v1.4.0"}
    assert deployments.near("77ab311", known) == ["77ab310"]
    assert deployments.near("something else", known) == []
