# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_deployment: made once, waited for until it is what was wanted, and never deleted while production needs it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployment
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    BAD,
    BROKEN_OFF,
    DAY,
    GOOD,
    LOST,
    OLD,
    Json,
    Vercel,
    item,
    job,
    of_module,
    project,
    single,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
ABSENT: Json = {"state": "present", "ref": None, "sha": None, "target": None, "deployment": None, "key": None, "keep": 3, "wait": True}
LINK = {"type": "github", "repoId": 7, "productionBranch": "main"}
SHA = "5" * 40


def do(check: bool = False, **params: t.Any) -> Json:
    """The result with the names of its ``changes``, or the failure."""
    result = of_module(deployment.execute, check, **{**ABSENT, **params})
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})


def build(state: str = "BUILDING", **facts: t.Any) -> Json:
    meta = {"githubCommitSha": SHA, "saasopsKey": "-", **facts.pop("meta", {})}
    return item("dpl_new", "", 1, readyState=state, meta=meta, **facts)


@pytest.fixture
def linked(vercel: Vercel) -> Vercel:
    vercel.on("GET", "/v9/projects/hydrogen", project(link=LINK))
    return vercel


def making(vercel: Vercel, *states: Json, answer: t.Any = None) -> None:
    vercel.listed(BAD)
    vercel.on("POST", "/v13/deployments", answer or single(build("QUEUED")))
    vercel.on("GET", "/v13/deployments/dpl_new", *(single(state) for state in states))


def test_a_commit_is_deployed_and_waited_for_until_the_domains_follow(linked: Vercel) -> None:
    making(linked, build(), build("READY", aliasAssigned=False), build("READY", aliasAssigned=True))
    result = do(sha=SHA)
    assert (result["how"], result["changed"], result["deployment"]["serving"]) == ("created", True, True)
    sent = linked.request(2)
    assert json.loads(sent.body) == {
        "name": "hydrogen",
        "project": "prj_exampleHydrogen000000000",
        "gitSource": {"type": "github", "repoId": 7, "ref": "main", "sha": SHA},
        "target": "production",
        "meta": {"saasopsKey": "-"},
    }
    assert sent.params["forceNew"] == "1"
    assert len(linked.asked) == 6


@pytest.mark.parametrize(
    ("whole", "note"),
    [
        (project(auto=False, link=LINK), "it is staged, not live"),
        (project(link=LINK, rollingRelease={"target": "production"}), "it rolls out"),
        (project(link=LINK, auto=False, paused=True), "it is staged, not live"),
    ],
)
def test_where_the_domains_do_not_follow_ready_is_the_end(vercel: Vercel, whole: Json, note: str) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", whole)
    making(vercel, build("READY", readySubstate="STAGED", aliasAssigned=False))
    result = do(sha=SHA)
    assert result["notes"][0].startswith(note)
    assert result["deployment"]["serving"] is False


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (build("ERROR", errorMessage="it broke"), "build"),
        (build("CANCELED"), "build"),
        (build("BLOCKED"), "blocked"),
        (build("HIBERNATING"), "build"),
        (build("READY", aliasError={"code": "x", "message": "no domain"}), "domains"),
        (build("READY", checksConclusion="failed"), "domains"),
        (build("READY", checks={"deployment-alias": {"state": "failed"}}), "domains"),
        (build("READY", softDeletedByRetention=True), "build"),
    ],
)
def test_an_end_that_is_not_good_is_told(linked: Vercel, end: Json, code: str) -> None:
    making(linked, build(), end)
    failure = do(sha=SHA)
    assert (failure["kind"], failure["code"]) == ("failed", code)
    assert len(linked.changes) == 1


def test_a_wait_that_never_ends_ends_with_the_deadline(linked: Vercel) -> None:
    making(linked, build("READY", aliasAssigned=False))
    assert do(sha=SHA)["kind"] == "timeout"


@pytest.mark.parametrize("broken", [LOST, BROKEN_OFF, (503, None), (200, "<html>")])
def test_a_deployment_whose_answer_was_lost_is_found_and_not_doubled(linked: Vercel, broken: t.Any) -> None:
    # Somebody else's push of another commit, and an older one of the same, are not taken for it.
    foreign = item("dpl_foreign", "", 1, readyState="BUILDING", meta={"githubCommitSha": SHA})
    linked.on("GET", "/v7/deployments", listing(), listing(foreign), listing(foreign, build()))
    linked.on("POST", "/v13/deployments", broken)
    linked.on("GET", "/v13/deployments/dpl_new", single(build("READY", aliasAssigned=True)))
    assert do(sha=SHA)["deployment"]["id"] == "dpl_new"
    assert len(linked.changes) == 1


def listing(*items: Json) -> Json:
    return {"deployments": list(items), "pagination": {"count": len(items), "next": None, "prev": None}}


def test_a_commit_that_is_deployed_is_left_alone(linked: Vercel) -> None:
    linked.listed(build("READY"))
    result = do(sha=SHA)
    assert (result["how"], result["changes"], len(linked.asked)) == ("already", [], 2)
    assert result["diff"]["before"] == result["diff"]["after"]


def test_a_build_that_is_under_way_is_waited_for(linked: Vercel) -> None:
    linked.listed(build())
    linked.on("GET", "/v13/deployments/dpl_new", single(build()), single(build("READY", aliasAssigned=True)))
    result = do(sha=SHA)
    assert (result["how"], result["changes"], result["deployment"]["state"]) == ("already", [], "READY")


@pytest.mark.parametrize("state", ["ERROR", "CANCELED", "BLOCKED"])
def test_a_commit_whose_build_failed_is_built_again(linked: Vercel, state: str) -> None:
    linked.listed({**build(state), "uid": "dpl_failed"})
    linked.on("POST", "/v13/deployments", single(build("QUEUED")))
    linked.on("GET", "/v13/deployments/dpl_new", single(build("READY", aliasAssigned=True)))
    assert do(sha=SHA)["changes"] == ["create_deployment"]


def test_a_key_tells_one_act_from_another(linked: Vercel) -> None:
    linked.listed(build("READY", meta={"saasopsKey": "pipeline-1"}))
    assert do(ref="main", key="pipeline-1")["how"] == "already"
    assert do(state="redeployed", deployment="dpl_bad", key="pipeline-1")["how"] == "already"
    linked.on("POST", "/v13/deployments", single(build("QUEUED")))
    assert do(ref="main", key="pipeline-2", wait=False)["how"] == "created"
    # Another act means another deployment, though it is of the same commit.
    assert do(sha=SHA, key="pipeline-2", wait=False)["how"] == "created"
    assert json.loads(linked.request(-1).body)["meta"] == {"saasopsKey": "pipeline-2"}


def test_a_redeploy_is_of_the_same_source_and_for_the_same_target(linked: Vercel) -> None:
    preview = item("dpl_preview", "next", DAY, target=None)
    linked.listed(preview)
    linked.on("GET", "/v13/deployments/dpl_preview", single(preview))
    linked.on("POST", "/v13/deployments", single(build("QUEUED", target=None)))
    assert do(state="redeployed", deployment="dpl_preview", wait=False)["how"] == "redeployed"
    body = json.loads(linked.request(-1).body)
    assert "target" not in body
    assert (body["deploymentId"], body["meta"]) == ("dpl_preview", {"action": "redeploy", "saasopsRebuildOf": "dpl_preview", "saasopsKey": "-"})


@pytest.mark.parametrize(
    ("link", "source"),
    [
        ({"type": "gitlab", "projectId": 9, "productionBranch": "trunk"}, {"type": "gitlab", "projectId": 9, "ref": "trunk", "sha": SHA}),
        (
            {"type": "bitbucket", "uuid": "{a}", "workspaceUuid": "{b}", "productionBranch": "main"},
            {"type": "bitbucket", "repoUuid": "{a}", "workspaceUuid": "{b}", "ref": "main", "sha": SHA},
        ),
    ],
)
def test_every_git_host_names_its_source(vercel: Vercel, link: Json, source: Json) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project(link=link))
    making(vercel)
    do(sha=SHA, wait=False)
    assert json.loads(vercel.request(-1).body)["gitSource"] == source


@pytest.mark.parametrize(("link", "kind"), [(None, "refused"), ({"type": "svn"}, "refused"), ({"type": "github", "productionBranch": "main"}, "protocol")])
def test_a_project_without_a_usable_link_deploys_nothing_by_name(vercel: Vercel, link: Json | None, kind: str) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project(link=link))
    assert do(sha=SHA)["kind"] == kind
    assert not vercel.changes


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sha": "77ab310"},
        {"ref": "main", "deployment": "d"},
        {"state": "absent", "deployment": "d", "sha": SHA},
        {"state": "canceled"},
        {"state": "absent", "deployment": " "},
        {"ref": "main", "key": " "},
        {"ref": "main", "key": "k" * 201},
        {"state": "absent", "deployment": "d", "keep": 0},
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(linked: Vercel, params: Json) -> None:
    failure = do(**params)
    assert failure["kind"] == "invalid" and failure["hint"]
    assert not linked.asked


# --- ended --------------------------------------------------------------------------------------------------------------


def named(vercel: Vercel, listed: Json) -> str:
    vercel.listed(BAD, GOOD, OLD, listed)
    vercel.on("GET", f"/v13/deployments/{listed['uid']}", single(listed))
    return str(listed["uid"])


def test_a_build_is_canceled_once(linked: Vercel) -> None:
    identity = named(linked, build())
    linked.on("PATCH", f"/v12/deployments/{identity}/cancel", single(build("CANCELED")))
    result = do(state="canceled", deployment=identity)
    assert (result["how"], result["deployment"]["state"], len(linked.asked)) == ("canceled", "CANCELED", 4)


def test_a_cancellation_whose_answer_was_lost_is_looked_for(linked: Vercel) -> None:
    linked.listed(build())
    linked.on("GET", "/v13/deployments/dpl_new", single(build()), single(build("CANCELED")))
    linked.on("PATCH", "/v12/deployments/dpl_new/cancel", LOST)
    assert do(state="canceled", deployment="dpl_new")["how"] == "canceled"
    assert len(linked.changes) == 1


@pytest.mark.parametrize(("state", "outcome"), [("CANCELED", "already"), ("ERROR", "already"), ("READY", "not_building"), ("BLOCKED", "not_building")])
def test_what_has_ended_is_not_canceled(linked: Vercel, state: str, outcome: str) -> None:
    result = do(state="canceled", deployment=named(linked, build(state)))
    assert outcome in (result.get("how"), result.get("code"))
    assert not linked.changes


def test_a_build_that_was_quicker_is_told(linked: Vercel) -> None:
    identity = named(linked, build())
    linked.on("PATCH", f"/v12/deployments/{identity}/cancel", single(build("READY")))
    assert do(state="canceled", deployment=identity)["code"] == "overtaken"


def deleting(vercel: Vercel, listed: Json, *aliases: str, **params: t.Any) -> Json:
    identity = named(vercel, listed)
    vercel.on("GET", f"/v2/deployments/{identity}/aliases", {"aliases": [{"uid": name, "alias": name, "created": 1} for name in aliases]})
    vercel.on("DELETE", f"/v13/deployments/{identity}", {"uid": identity, "state": "DELETED"})
    return do(state="absent", deployment=identity, **{"allow": "destroy", **params})


def test_a_deployment_is_deleted(linked: Vercel) -> None:
    result = deleting(linked, item("dpl_oldest", "v1.3.0", 20 * DAY), "hydrogen-oldest.vercel.app", keep=2)
    assert (result["how"], result["deployment"], result["diff"]["after"], len(linked.asked)) == ("deleted", None, {}, 6)


@pytest.mark.parametrize(
    ("listed", "params", "code"),
    [
        (BAD, {}, "serving"),
        (GOOD, {}, "kept"),
        (OLD, {"keep": 2}, "kept"),
        (item("dpl_oldest", "v1.3.0", 20 * DAY), {}, "kept"),
        (item("dpl_oldest", "v1.3.0", 20 * DAY), {"keep": 2, "allow": "change"}, "allow"),
    ],
)
def test_what_production_needs_is_not_deleted(linked: Vercel, listed: Json, params: Json, code: str) -> None:
    assert deleting(linked, listed, **params)["code"] == code
    assert not linked.changes


def test_what_a_domain_points_to_is_not_deleted(linked: Vercel) -> None:
    failure = deleting(linked, item("dpl_preview", "next", DAY, target=None), "hydrogen-preview.vercel.app", "beta.example.com")
    assert failure["code"] == "aliased" and "beta.example.com" in failure["message"]


def test_what_takes_part_in_a_release_or_is_on_its_way_is_not_deleted(vercel: Vercel) -> None:
    staged = item("dpl_canary", "v1.5.0", 60, readySubstate="ROLLING", isRollbackCandidate=False)
    vercel.on("GET", "/v9/projects/hydrogen", project(last=job("dpl_canary", "in-progress")), project())
    release = {"state": "ACTIVE", "canaryDeployment": {"id": "dpl_canary"}, "currentDeployment": {"id": "dpl_bad"}}
    vercel.on("GET", "/v1/projects/prj_exampleHydrogen000000000/rolling-release", {"rollingRelease": release})
    assert deleting(vercel, staged)["code"] == "busy"
    assert do(state="absent", deployment="dpl_canary", allow="destroy")["code"] == "rolling_release"
    assert not vercel.changes


def test_what_is_gone_is_gone_and_what_is_misspelt_is_told(linked: Vercel) -> None:
    linked.listed(BAD, GOOD)
    linked.on("GET", "/v13/deployments/dpl_gone", (404, {"error": {"code": "not_found", "message": "No"}}))
    assert do(state="absent", deployment="dpl_gone", allow="destroy")["how"] == "already"
    failure = do(state="absent", deployment="v1.4.9", allow="destroy")
    assert failure["kind"] == "not_found" and "v1.4" in failure["hint"]


def test_a_deletion_whose_answer_was_lost_is_looked_for(linked: Vercel) -> None:
    old = item("dpl_oldest", "v1.3.0", 20 * DAY)
    linked.listed(BAD, GOOD, OLD, old)
    linked.on("GET", "/v13/deployments/dpl_oldest", single(old), (404, {"error": {"code": "not_found", "message": "No"}}))
    linked.on("GET", "/v2/deployments/dpl_oldest/aliases", {"aliases": []})
    linked.on("DELETE", "/v13/deployments/dpl_oldest", LOST)
    assert do(state="absent", deployment="dpl_oldest", keep=2, allow="destroy")["how"] == "deleted"
    assert len(linked.changes) == 1
