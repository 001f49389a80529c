# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's deployments: their normalised shape, when two are the same, and how one is found."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import normalise
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    BAD,
    DAY,
    GOOD,
    NOW,
    OLD,
    PRODUCTION,
    STAGING,
    Json,
    Railway,
    connection,
    identity,
    node,
    of_component,
    refusal,
    service,
    sha,
    when,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
SHARED = {"id", "commit", "version", "created_at", "state", "ready", "in_progress", "restorable", "served", "url", "artifact"}
DIGEST, OTHER_DIGEST = f"sha256:{'0f' * 32}", f"sha256:{'1e' * 32}"
FIRST_STATES = ["BUILDING", "CRASHED", "DEPLOYING", "FAILED", "INITIALIZING", "NEEDS_APPROVAL", "QUEUED"]
EVERY_STATE = [*FIRST_STATES, "REMOVED", "REMOVING", "SKIPPED", "SLEEPING", "SUCCESS", "WAITING"]


def with_meta(name: str, **meta: t.Any) -> Json:
    return normalise(node(name, meta=meta))


def test_the_shared_shape() -> None:
    found = normalise(BAD, {BAD["id"]})
    assert set(found) >= SHARED
    assert {key: found[key] for key in SHARED} == {
        "id": BAD["id"],
        "commit": sha("v1.4.2"),
        "version": "v1.4.2",
        "created_at": NOW - 300,
        "state": "SUCCESS",
        "ready": True,
        "in_progress": False,
        "restorable": True,
        "served": True,
        "url": None,
        "artifact": None,
    }
    assert found["active"] and not found["stopped"] and found["branch"] == "main"


@pytest.mark.parametrize(
    ("state", "ready", "in_progress", "served"),
    [
        ("INITIALIZING", False, True, False),
        ("QUEUED", False, True, False),
        ("WAITING", False, True, False),
        ("BUILDING", False, True, False),
        ("DEPLOYING", False, True, False),
        ("NEEDS_APPROVAL", False, False, False),
        ("SUCCESS", True, False, True),
        ("SLEEPING", True, False, True),
        ("CRASHED", False, False, True),
        ("FAILED", False, False, False),
        ("SKIPPED", False, False, False),
        ("REMOVING", True, False, True),
        ("REMOVED", True, False, None),
        ("CANCELLED", False, False, None),
        ("HIBERNATING", False, False, None),
    ],
)
def test_states(state: str, ready: bool, in_progress: bool, served: bool | None) -> None:
    found = normalise(node("x", "v1", status=state, canRollback=False))
    assert (found["ready"], found["in_progress"], found["served"]) == (ready, in_progress, served)


def test_every_state_of_the_schema_is_known() -> None:
    assert deployments.STATES == EVERY_STATE


@pytest.mark.parametrize(("facts", "served"), [({"canRollback": True}, True), ({"meta": {"imageDigest": DIGEST}}, True), ({}, None)])
def test_a_removed_deployment_served_when_its_image_was_published(facts: Json, served: bool | None) -> None:
    assert normalise(node("x", "v1", **{"canRollback": False, **facts}))["served"] is served


@pytest.mark.parametrize("value", [None, "true", 1])
def test_a_missing_field_that_decides_is_none(value: t.Any) -> None:
    assert normalise({**GOOD, "canRollback": value})["restorable"] is None
    without = {key: item for key, item in GOOD.items() if key not in ("canRollback", "canRedeploy")}
    found = normalise(without)
    assert found["restorable"] is None and found["redeployable"] is None


@pytest.mark.parametrize("meta", [None, "text", [], {}, {"commitHash": None, "image": 7, "imageDigest": ["x"], "branch": {}}])
def test_no_key_of_the_metadata_is_needed(meta: t.Any) -> None:
    found = normalise({**GOOD, "meta": meta})
    assert (found["commit"], found["version"], found["artifact"], found["branch"]) == (None, None, None, None)


@pytest.mark.parametrize("broken", [None, "x", {}, {"id": "x", "status": "SUCCESS"}, {**GOOD, "createdAt": "yesterday"}, {**GOOD, "createdAt": None}])
def test_a_deployment_without_its_basics_is_an_error(broken: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        normalise(broken)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize(
    ("meta", "version", "artifact"),
    [
        ({"tag": "v1", "version": "v2"}, "v1", None),
        ({"version": "v2"}, "v2", None),
        ({"image": "ghcr.io/example/api:v3"}, "v3", "ghcr.io/example/api:v3"),
        ({"image": "registry.example.com:5000/api"}, None, "registry.example.com:5000/api"),
        ({"image": "ghcr.io/example/api:latest"}, None, "ghcr.io/example/api:latest"),
        ({"image": f"ghcr.io/example/api:v3@{DIGEST}"}, "v3", DIGEST),
        ({"image": "ghcr.io/example/api:latest", "imageDigest": DIGEST}, None, DIGEST),
    ],
)
def test_versions_and_artifacts(meta: Json, version: str | None, artifact: str | None) -> None:
    found = with_meta("x", **meta)
    assert (found["version"], found["artifact"]) == (version, artifact)


@pytest.mark.parametrize("text", ["2026-11-20T03:02:00.123456789Z", "2026-11-20T03:02:00.123456+00:00", "2026-11-20T04:02:00.123456+01:00"])
def test_times_of_any_precision(text: str) -> None:
    assert deployments.epoch(text) == pytest.approx(1795143720.123456)
    assert deployments.epoch(when(NOW)) == NOW


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"imageDigest": DIGEST}, {"imageDigest": DIGEST}, "digest"),
        ({"imageDigest": DIGEST, "commitHash": "a" * 40}, {"imageDigest": OTHER_DIGEST, "commitHash": "a" * 40}, ""),
        ({"imageDigest": DIGEST, "commitHash": "a" * 40}, {"commitHash": "a" * 40}, "commit"),
        ({"commitHash": "a" * 40}, {"commitHash": "b" * 40}, ""),
        ({"image": "x:v1"}, {"image": "x:v1"}, "image"),
        ({"image": "x:v1"}, {"image": "x:v2"}, ""),
        ({}, {}, ""),
    ],
)
def test_what_proves_the_same_content(one: Json, other: Json, same: str) -> None:
    assert deployments.same_content(with_meta("one", **one), with_meta("other", **other)) == same


@pytest.mark.parametrize(
    ("candidate", "target", "possible"),
    [
        ({}, {"commitHash": "a" * 40}, True),
        ({"commitHash": "a" * 40}, {}, True),
        ({"commitHash": "a" * 40}, {"commitHash": "a" * 40}, True),
        ({"commitHash": "b" * 40}, {"commitHash": "a" * 40}, False),
    ],
)
def test_a_new_deployment_may_not_say_yet_what_it_runs(candidate: Json, target: Json, possible: bool) -> None:
    assert deployments.may_be(with_meta("new", **candidate), with_meta("target", **target)) is possible


def test_the_best_of_several() -> None:
    older, newer = normalise(node("older", "v1", 9 * DAY)), normalise(node("newer", "v1", 8 * DAY))
    expired = normalise(node("expired", "v1", DAY, canRollback=False))
    active = normalise(node("active", "v1", 10 * DAY, "SUCCESS"), {identity("active")})
    assert deployments.best([older, newer, expired], "v1") == newer
    assert deployments.best([expired], "v1") == expired
    assert deployments.best([older, newer, active], sha("v1")[:7].upper()) == active
    assert deployments.best([older], sha("v1")[:6]) is None
    assert deployments.best([older], older["id"]) == older


def found(railway: Railway, text: str, *listed: Json) -> Json:
    """What the provider finds; the first page holds the bad and the good release."""
    railway.on("serviceInstance", service([BAD], GOOD, cursor="c1"))
    railway.on("deployments", *listed)
    result = of_component(lambda room: (room.find(text) or {}).get("id"))
    return result.get("failure") or result


def test_what_was_listed_is_not_asked_again(railway: Railway) -> None:
    assert found(railway, "77ab310", {})["seen"] == GOOD["id"]
    assert railway.asked == ["projectToken", "serviceInstance"]


def test_an_old_commit_is_looked_for_page_by_page(railway: Railway) -> None:
    first, second = {"deployments": connection([BAD, GOOD], "c2")}, {"deployments": connection([OLD], "c3")}
    assert found(railway, sha("v1.4.0")[:9], first, second)["seen"] == OLD["id"]
    assert [given["after"] for given in railway.sent("deployments")] == ["c1", "c2"]


def test_the_search_has_an_end(railway: Railway) -> None:
    assert found(railway, "abcdef123456", {"deployments": connection([BAD], "c2")})["seen"] is None
    assert railway.asked.count("deployments") == deployments.FIND_MOST // deployments.FIND_PAGE


def test_an_id_outside_the_history_is_asked_for(railway: Railway) -> None:
    railway.on("deployment", {"deployment": OLD})
    assert found(railway, OLD["id"], {})["seen"] == OLD["id"]
    railway.on("deployment", refusal("Deployment not found"))
    assert found(railway, identity("nowhere"), {})["seen"] is None


@pytest.mark.parametrize("field", ["projectId", "environmentId", "serviceId"])
def test_a_deployment_of_something_else_is_refused(railway: Railway, field: str) -> None:
    railway.on("deployment", {"deployment": {**OLD, field: identity("elsewhere")}})
    failure = found(railway, OLD["id"], {})
    assert (failure["kind"], failure["code"]) == ("refused", "other_project")
    assert field.removesuffix("Id") in failure["message"]


def test_a_deployment_that_may_not_be_seen_is_refused(railway: Railway) -> None:
    railway.on("deployment", refusal("Not Authorized"))
    failure = found(railway, OLD["id"], {})
    assert (failure["kind"], failure["code"]) == ("refused", "other_project")


def test_a_vendor_that_is_down_is_not_taken_for_a_missing_deployment(railway: Railway) -> None:
    railway.on("deployment", (503, "<html>"))
    assert found(railway, OLD["id"], {})["kind"] == "vendor_down"


def test_a_failure_names_what_comes_nearest() -> None:
    scope = t.cast(t.Any, "api (Railway, example-shop/production)")
    known = [normalise(one) for one in (BAD, GOOD, OLD)]
    near = deployments.missing("v1.4.9", known, scope)
    assert near.kind == "not_found" and near.hint.startswith("Near it: v1.4.2 9c1e2f0, v1.4.1 77ab310")
    assert "at least 7" in deployments.missing("77ab", known, scope).hint
    assert deployments.missing("release-of-friday", known, scope).hint.startswith("The newest are: v1.4.2")
    assert "no deployment at all" in deployments.missing("v1", [], scope).hint


def test_metadata_is_data() -> None:
    made = with_meta("x", tag="{{ 7 * 7 }}\x1b]0;x\x07", branch="a\nb", commitHash="c" * 40, image="\u202eevil")
    assert (made["version"], made["branch"], made["artifact"]) == ("{{ 7 * 7 }}?]0;x?", "a b", "?evil")
    assert normalise(node("y", status="BAD\x00STATE"))["state"] == "BAD?STATE"


def test_the_environment_of_another_stage_is_not_ours(railway: Railway) -> None:
    railway.on("deployment", {"deployment": {**OLD, "environmentId": STAGING}})
    failure = found(railway, OLD["id"], {})
    assert STAGING in failure["message"] and PRODUCTION not in failure["message"]
