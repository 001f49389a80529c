# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Vercel against the vendor's documents, and its quirks one by one."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Json, Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control, Sandbox
from ansible_collections.saasops.runbooks.tests.sandbox.vercel.routes import ROUTES

PROJECT = "/v9/projects/hydrogen"


# -- the documents

CANARY: Json = {"enabled": True, "advancementType": "manual-approval", "stages": [{"targetPercentage": 10}, {"targetPercentage": 100}]}
CALLS: dict[tuple[str, str], tuple[int, Json | None]] = {
    ("POST", "/v2/deployments/{deployment}/aliases"): (200, {"alias": "beta.example.com"}),
    ("PATCH", "/v9/projects/{project}"): (200, {"autoAssignCustomDomains": False}),
    ("POST", "/v1/projects/{project}/pause"): (200, None),
    ("POST", "/v1/projects/{project}/unpause"): (200, None),
    ("POST", "/v13/deployments"): (200, {"name": "hydrogen", "deploymentId": "{deployment}", "target": "production"}),
    ("PATCH", "/v12/deployments/{deployment}/cancel"): (200, None),
    ("POST", "/v1/projects/{project}/rollback/{deployment}"): (201, {}),
    ("POST", "/v9/projects/{project}/rollback/{deployment}"): (201, {}),
    ("PATCH", "/v1/projects/{project}/rollback/{deployment}/update-description"): (200, {"description": "checkout 500s"}),
    ("POST", "/v10/projects/{project}/promote/{deployment}"): (201, {}),
    ("PATCH", "/v1/projects/{project}/rolling-release/config"): (200, CANARY),
    ("POST", "/v1/projects/{project}/rolling-release/start"): (200, {"canaryDeploymentId": "{deployment}"}),
    ("POST", "/v1/projects/{project}/rolling-release/approve-stage"): (200, {"canaryDeploymentId": "{deployment}", "nextStageIndex": 1}),
    ("POST", "/v1/projects/{project}/rolling-release/complete"): (200, {"canaryDeploymentId": "{deployment}"}),
}


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _operation in ROUTES])
def test_every_operation_answers_as_the_vendor_s_document_says(sandbox: Control, vercel: Vercel, method: str, path: str) -> None:
    deployment = vercel.tagged("v1.4.1")
    if path.endswith("/cancel"):
        deployment = sandbox.push("app", tag="v1.4.3")
    if path.startswith("/v1/projects/{project}/rolling-release"):
        sandbox.patch("app", rolling_release={"canary": "v1.4.1"})
    if path.endswith("/aliases") and "/projects/" in path:
        vercel.rollback(deployment)
    names = {"project": "hydrogen", "deployment": deployment, "alias": "app.example.com", "team": vercel.team}
    status, body = CALLS.get((method, path), (200, None))
    body = body and {name: deployment if value == "{deployment}" else value for name, value in body.items()}
    answered, _document, _answer = vercel.ask(method, path.format(**names), body)
    assert answered == status
    assert [entry["status"] for entry in sandbox.journal(vendor="vercel")][-1] == status


def test_what_the_vendor_does_not_publish_is_one_call_of_its_own_client(vercel: Vercel) -> None:
    documents = (vendor_schemas.vercel(), vendor_schemas.vercel_2025())
    unpublished = [path for method, path, _operation in ROUTES if not any(document.template(method, path) for document in documents)]
    assert unpublished == ["/teams/{team}", "/v11/deployments/{deployment}/builds"]
    deployment = vercel.tagged("v1.4.1")
    assert [build["deploymentId"] for build in vercel.get(f"/v11/deployments/{deployment}/builds")["builds"]] == [deployment]


@pytest.mark.parametrize("state", ["QUEUED", "INITIALIZING", "BUILDING", "READY", "ERROR", "CANCELED", "BLOCKED"])
def test_deployments_are_valid_in_every_state(sandbox: Control, vercel: Vercel, state: str) -> None:
    sandbox.patch("app", "v1.4.2", state=state, alias_error={"code": "checks_failed", "message": "a check failed"}, error={"code": "E", "message": "e"})
    deployment = vercel.tagged("v1.4.2")
    assert vercel.get(f"/v13/deployments/{deployment}")["readyState"] == state
    assert vercel.get("/v7/deployments", projectId="hydrogen", state=state)["deployments"][0]["uid"] == deployment


def test_every_query_that_lists_deployments_is_the_vendor_s(vercel: Vercel) -> None:
    used = {"projectId", "projectIds", "app", "target", "state", "sha", "branch", "rollbackCandidate", "since", "until", "from", "to", "limit"}
    assert used <= vendor_schemas.vercel().parameters("GET", "/v7/deployments")
    assert used <= vendor_schemas.vercel_2025().parameters("GET", "/v6/deployments")


# -- who asks


def test_a_wrong_token_is_forbidden(vercel: Vercel) -> None:
    vercel.token = "a-token-that-was-never-given-to-anyone-by-anyone"
    status, document, _answer = vercel.ask("GET", PROJECT)
    assert (status, document["error"]["code"], document["error"]["invalidToken"]) == (403, "forbidden", True)


def test_another_team_is_out_of_reach(running: Sandbox, vercel: Vercel) -> None:
    other = running.run["vercel"]["other"]
    assert vercel.ask("GET", PROJECT, teamId=other["team_id"])[0] == 403
    vercel.token, vercel.team = other["token"], other["team_id"]
    assert vercel.ask("GET", PROJECT)[0] == 404
    assert vercel.get("/v10/projects")["projects"][0]["name"] == "elsewhere"


def test_without_a_team_nothing_is_found(vercel: Vercel) -> None:
    deployment = vercel.tagged("v1.4.1")
    vercel.team = None
    assert vercel.ask("GET", PROJECT)[0] == 404
    assert vercel.ask("GET", f"/v13/deployments/{deployment}")[0] == 404


def test_the_team_s_slug_is_as_good_as_its_id(running: Sandbox, vercel: Vercel) -> None:
    vercel.team = None
    assert vercel.get(PROJECT, slug=running.run["vercel"]["team"])["name"] == "hydrogen"


def test_a_project_s_token_knows_no_user_and_needs_no_team(running: Sandbox, vercel: Vercel) -> None:
    vercel.token, vercel.team = running.run["vercel"]["project_token"], None
    status, document, _answer = vercel.ask("GET", PROJECT)
    assert (status, document["name"]) == (200, "hydrogen")
    answer = requests.get(running.run["vercel"]["url"] + "/v2/user", headers={"Authorization": f"Bearer {vercel.token}"}, timeout=20)
    assert answer.status_code == 404
    assert vercel.ask("GET", "/v9/projects/dashboard")[0] == 404
    assert [project["name"] for project in vercel.get("/v10/projects")["projects"]] == ["hydrogen"]


def test_an_unknown_project_is_not_found(vercel: Vercel) -> None:
    answer = vercel.ask("GET", "/v9/projects/hydrogne")
    assert (answer[0], answer[1]["error"]["code"]) == (404, "not_found")


def test_every_answer_tells_the_rate_limit(vercel: Vercel) -> None:
    first, second = vercel.ask("GET", PROJECT)[2].headers, vercel.ask("GET", PROJECT)[2].headers
    assert int(second["X-RateLimit-Remaining"]) == int(first["X-RateLimit-Remaining"]) - 1
    assert "X-RateLimit-Limit" in first and "X-RateLimit-Reset" in first


# -- lists


def test_lists_page_by_creation_time(vercel: Vercel) -> None:
    everything = [it["uid"] for it in vercel.get("/v7/deployments", projectId="hydrogen", limit=100)["deployments"]]
    seen: list[str] = []
    query: Json = {}
    while True:
        page = vercel.get("/v7/deployments", projectId="hydrogen", limit=2, **query)
        seen += [it["uid"] for it in page["deployments"]]
        if page["pagination"]["next"] is None:
            break
        query = {"until": page["pagination"]["next"]}
    assert seen == everything and len(seen) == 5
    assert vercel.ask("GET", "/v7/deployments", limit=101)[0] == 400


def test_lists_filter(vercel: Vercel) -> None:
    def tags(**query: t.Any) -> list[str]:
        return [it["meta"]["tag"] for it in vercel.get("/v7/deployments", **query)["deployments"]]

    assert tags(app="hydrogen", target="production", state="READY") == ["v1.4.2", "v1.4.1", "v1.4.0"]
    assert tags(projectId="hydrogen", rollbackCandidate="true") == ["v1.4.1", "v1.4.0"]
    assert tags(projectId="hydrogen", state="ERROR,CANCELED") == ["v1.4.2-rc1"]
    assert tags(projectId="hydrogen", target="preview") == ["next"]
    sha = vercel.get("/v7/deployments", projectId="hydrogen")["deployments"][0]["meta"]["githubCommitSha"]
    assert tags(projectId="hydrogen", sha=sha) == ["v1.4.2"]
    assert "v0.8.1" in tags() and "v1.4.2" in tags()


def test_times_are_milliseconds_and_ids_have_two_names(vercel: Vercel, member: ClockMember) -> None:
    item = vercel.get("/v7/deployments", projectId="hydrogen")["deployments"][0]
    single = vercel.get(f"/v13/deployments/{item['uid']}")
    assert "id" not in item and "uid" not in single and single["id"] == item["uid"]
    assert single["createdAt"] == round((member.now() - 300) * 1000)
    assert vercel.get(f"/v13/deployments/{single['url']}")["id"] == item["uid"]


# -- rollback and promote


def test_a_rollback_is_a_job_and_switches_auto_assign_off(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    target, bad = vercel.tagged("v1.4.1"), vercel.tagged("v1.4.2")
    asked = round(member.now() * 1000)
    assert vercel.rollback(target, description="checkout 500s") == (201, None)
    request = vercel.get(PROJECT)["lastAliasRequest"]
    assert request == {"type": "rollback", "jobStatus": "pending", "requestedAt": asked, "fromDeploymentId": bad, "toDeploymentId": target}
    member.sleep(1.5)
    project = vercel.get(PROJECT)
    assert (project["lastAliasRequest"]["jobStatus"], project["autoAssignCustomDomains"]) == ("in-progress", True)
    assert project["lastRollbackTarget"] == {"id": target}
    assert project["targets"]["production"]["id"] == bad
    member.sleep(2)
    project = vercel.get(PROJECT)
    assert (project["lastAliasRequest"]["jobStatus"], project["autoAssignCustomDomains"]) == ("succeeded", False)
    assert project["lastRollbackTarget"] is None
    assert project["targets"]["production"]["id"] == target
    assert project["rollbackDescription"]["description"] == "checkout 500s"
    assert vercel.get("/v4/aliases/app.example.com")["deploymentId"] == target
    assert sandbox.state("app")["effects"] == {"rollbacks": {target: 1}, "promotes": {}, "domain_switches": 1, "builds": 0}


def test_an_older_job_is_what_a_project_shows_first(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    before = vercel.get(PROJECT)["lastAliasRequest"]
    assert (before["type"], before["jobStatus"]) == ("promote", "succeeded")
    assert before["requestedAt"] < (member.now() - 86400) * 1000
    sandbox.scenario("bad-release", alias_request_lag=2)
    before = vercel.get(PROJECT)["lastAliasRequest"]
    target = vercel.tagged("v1.4.1")
    assert vercel.rollback(target)[0] == 201
    assert vercel.get(PROJECT)["lastAliasRequest"] == before
    member.sleep(2.5)
    assert vercel.get(PROJECT)["lastAliasRequest"]["toDeploymentId"] == target


def test_a_rollback_to_what_serves_is_a_conflict(sandbox: Control, vercel: Vercel) -> None:
    status, document = vercel.rollback(vercel.tagged("v1.4.2"))
    assert (status, document["error"]["code"]) == (409, "conflict")
    assert [entry["effect"] for entry in sandbox.journal(changes=True)] == [False]


def test_a_second_job_waits_for_nobody(vercel: Vercel) -> None:
    assert vercel.rollback(vercel.tagged("v1.4.1"))[0] == 201
    assert vercel.rollback(vercel.tagged("v1.4.0"))[0] == 409
    assert vercel.rollback(vercel.tagged("v1.4.1"))[0] == 409


@pytest.mark.parametrize(("tag", "status"), [("v1.4.2-rc1", 422), ("next", 422)])
def test_what_never_served_cannot_be_rolled_back_to(vercel: Vercel, tag: str, status: int) -> None:
    assert vercel.rollback(vercel.tagged(tag))[0] == status


def test_a_staged_build_and_a_marked_one_cannot_be_rolled_back_to(sandbox: Control, vercel: Vercel) -> None:
    staged = sandbox.add("app", tag="v1.3.9", created="10d")
    assert vercel.get(f"/v13/deployments/{staged}")["readySubstate"] == "STAGED"
    assert vercel.rollback(staged)[0] == 422
    sandbox.patch("app", "v1.4.1", can_rollback=False)
    assert vercel.rollback(vercel.tagged("v1.4.1"))[0] == 422


def test_another_project_s_deployment_is_not_found(vercel: Vercel) -> None:
    foreign = vercel.get("/v7/deployments", projectId="dashboard")["deployments"][0]["uid"]
    assert vercel.rollback(foreign)[0] == 404


def test_hobby_goes_back_one_step_only(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sandbox.patch("app", plan="hobby")
    status, document = vercel.rollback(vercel.tagged("v1.4.0"))
    assert (status, document["error"]["code"]) == (402, "payment_required")
    assert vercel.rollback(vercel.tagged("v1.4.1"))[0] == 201


def test_promote_switches_auto_assign_on_even_where_it_was_off_on_purpose(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sandbox.patch("app", auto_assign=False)
    target = vercel.tagged("v1.4.1")
    assert vercel.promote(target) == (201, None)
    member.sleep(4)
    project = vercel.get(PROJECT)
    assert project["autoAssignCustomDomains"] is True
    assert project["targets"]["production"]["id"] == target
    assert vercel.promote(target)[0] == 409


def test_a_promote_waits_behind_a_rolling_release_and_a_rollback_ends_it(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    assert vercel.get("/v1/projects/hydrogen/rolling-release") == {"rollingRelease": None}
    sandbox.patch("app", rolling_release={"canary": "v1.4.1"})
    target = vercel.tagged("v1.4.0")
    assert vercel.promote(target) == (202, None)
    release = vercel.get("/v1/projects/hydrogen/rolling-release")["rollingRelease"]
    assert (release["state"], release["queuedDeploymentId"]) == ("ACTIVE", target)
    assert vercel.rollback(target)[0] == 201
    assert vercel.get("/v1/projects/hydrogen/rolling-release")["rollingRelease"]["state"] == "ABORTED"


def test_a_job_may_move_some_domains_only(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sandbox.patch("app", failing_aliases=["www.example.com"])
    target, bad = vercel.tagged("v1.4.1"), vercel.tagged("v1.4.2")
    assert vercel.rollback(target)[0] == 201
    member.sleep(4)
    assert vercel.get(PROJECT)["lastAliasRequest"]["jobStatus"] == "failed"
    assert vercel.get("/v4/aliases/app.example.com")["deploymentId"] == target
    assert vercel.get("/v4/aliases/www.example.com")["deploymentId"] == bad
    failed = vercel.get("/v9/projects/hydrogen/rollback/aliases", failedOnly="true")["aliases"]
    assert [(alias["alias"], alias["status"]) for alias in failed] == [({"alias": "www.example.com", "deploymentId": bad}, "failed")]
    assert vercel.get("/v1/projects/hydrogen/promote/aliases")["aliases"] == []
    assert vercel.promote(vercel.tagged("v1.4.0"))[0] == 201
    member.sleep(4)
    failed = vercel.get("/v1/projects/hydrogen/promote/aliases", failedOnly="true")["aliases"]
    assert [(alias["alias"], alias["status"]) for alias in failed] == [("www.example.com", "failed")]


# -- builds


def test_a_build_passes_its_states_and_serves_while_auto_assign_is_on(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    built = sandbox.push("app", tag="v1.4.3", build_seconds=100)
    seen = []
    for _turn in range(3):
        seen.append(vercel.get(f"/v13/deployments/{built}")["readyState"])
        member.sleep(5)
    assert seen == ["QUEUED", "INITIALIZING", "BUILDING"]
    member.sleep(86)
    # READY is not live: the domains follow.
    single = vercel.get(f"/v13/deployments/{built}")
    assert (single["readyState"], single["aliasAssigned"]) == ("READY", False)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] != built
    member.sleep(5)
    single = vercel.get(f"/v13/deployments/{built}")
    assert (single["readyState"], single["readySubstate"], single["aliasAssigned"]) == ("READY", "PROMOTED", True)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == built


def test_after_a_rollback_a_push_is_only_staged(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    target = vercel.tagged("v1.4.1")
    vercel.rollback(target)
    member.sleep(4)
    built = sandbox.push("app", tag="v1.4.3", build_seconds=10)
    member.sleep(20)
    single = vercel.get(f"/v13/deployments/{built}")
    assert (single["readyState"], single["readySubstate"], single["aliasAssigned"]) == ("READY", "STAGED", False)
    assert vercel.get(PROJECT)["targets"]["production"]["id"] == target


def test_a_commit_can_be_built_again(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sha = vercel.get(f"/v13/deployments/{vercel.tagged('v1.4.1')}")["meta"]["githubCommitSha"]
    body = {"name": "hydrogen", "project": "hydrogen", "target": "production", "gitSource": {"type": "github", "repoId": 100200300, "ref": "main", "sha": sha}}
    status, document, _answer = vercel.ask("POST", "/v13/deployments", body, forceNew=1)
    assert (status, document["readyState"]) == (200, "QUEUED")
    member.sleep(200)
    assert vercel.get(f"/v13/deployments/{document['id']}")["readyState"] == "READY"
    assert sandbox.state("app")["serving"]["tag"] == "v1.4.1"
    body["gitSource"] = {**t.cast(Json, body["gitSource"]), "sha": "0" * 40}
    assert vercel.ask("POST", "/v13/deployments", body)[0] == 400


def test_a_build_can_fail_and_can_be_cancelled(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    sandbox.patch("app", build_result="ERROR")
    failed = sandbox.push("app", tag="v1.4.3", build_seconds=10)
    member.sleep(20)
    assert vercel.get(f"/v13/deployments/{failed}")["errorCode"] == "BUILD_FAILED"
    cancelled = sandbox.push("app", tag="v1.4.4", build_seconds=10)
    member.sleep(3)
    assert vercel.ask("PATCH", f"/v12/deployments/{cancelled}/cancel")[1]["readyState"] == "CANCELED"
    member.sleep(60)
    assert vercel.get(f"/v13/deployments/{cancelled}")["readyState"] == "CANCELED"
    assert vercel.ask("PATCH", f"/v12/deployments/{failed}/cancel")[0] == 400


# -- projects


def test_a_field_can_be_missing(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", auto_assign=None)
    assert "autoAssignCustomDomains" not in vercel.get(PROJECT)
    sandbox.patch("app", "v1.4.1", omit=["readySubstate"])
    assert "readySubstate" not in vercel.get(f"/v13/deployments/{vercel.tagged('v1.4.1')}")


def test_auto_assign_can_be_set_and_nonsense_cannot(sandbox: Control, vercel: Vercel) -> None:
    assert vercel.ask("PATCH", PROJECT, {"autoAssignCustomDomains": False})[1]["autoAssignCustomDomains"] is False
    assert vercel.ask("PATCH", PROJECT, {"autoAssignCustomDomains": False})[0] == 200
    assert vercel.ask("PATCH", PROJECT, {"autoAssignDomains": False})[0] == 400
    assert vercel.ask("PATCH", PROJECT, {"autoAssignCustomDomains": "no"})[0] == 400
    assert [entry["effect"] for entry in sandbox.journal(changes=True)] == [True, False, False, False]


def test_a_paused_project_answers_nobody(sandbox: Control, running: Sandbox, vercel: Vercel) -> None:
    project = vercel.get(PROJECT)["id"]
    assert vercel.ask("POST", f"/v1/projects/{project}/pause")[0] == 200
    assert (vercel.get(PROJECT)["paused"], vercel.get(PROJECT)["autoAssignCustomDomains"]) == (True, False)
    assert requests.get(running.run["components"]["app"]["url"], timeout=10).status_code == 502
    assert vercel.ask("POST", "/v1/projects/prj_unknown/pause")[0] == 400


def test_the_patch_refuses_what_does_not_exist(sandbox: Control) -> None:
    with pytest.raises(RuntimeError, match="can_rolback"):
        sandbox.patch("app", "v1.4.1", can_rolback=False)
    with pytest.raises(RuntimeError, match="no deployment 'v9'"):
        sandbox.patch("app", "v9", bad=True)
    with pytest.raises(RuntimeError, match="no component 'ap'"):
        sandbox.patch("ap", auto_assign=True)
