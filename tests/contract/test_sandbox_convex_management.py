# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex: the management API, and what its deploy keys open."""

from __future__ import annotations

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.sandbox.convex.routes import MANAGER, table
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

DEPLOYMENT = "/v1/deployments/happy-otter-123"
KEYS = f"{DEPLOYMENT}/list_deploy_keys"


def key_names(convex: Convex) -> list[str]:
    return [key["name"] for key in convex.get(KEYS)]


@pytest.mark.parametrize("token", ["nonsense", None])
def test_every_call_needs_a_token(control: Sandbox, convex: Convex, token: str | None) -> None:
    convex.token = token
    for route in table():
        if route.needs == MANAGER:
            path = route.path.format(team="4001", project="5001", deployment="happy-otter-123")
            assert convex.refused(route.method, path) == (401, "Unauthorized"), route


def test_a_deploy_key_is_no_token(convex: Convex) -> None:
    convex.token = convex.run["deploy_key"]
    assert convex.refused("GET", "/v1/token_details") == (401, "Unauthorized")


def test_a_token_knows_its_team(convex: Convex) -> None:
    details = convex.get("/v1/token_details")
    assert (details["type"], details["teamId"]) == ("teamToken", convex.run["team_id"])
    convex.token = convex.run["personal_token"]
    assert convex.refused("GET", "/v1/token_details")[0] == 400


def test_a_deployment_is_found_by_ids_slugs_and_references(convex: Convex) -> None:
    project, team = convex.run["project_id"], convex.run["team_id"]
    found = convex.get(f"/v1/projects/{project}/deployment", defaultProd="true")
    assert (found["name"], found["deploymentUrl"], found["deploymentType"]) == ("happy-otter-123", convex.run["url"], "prod")
    by_slugs = convex.get("/v1/teams/example-team/projects/shop/deployment", defaultProd="true")
    assert by_slugs == found == convex.get(DEPLOYMENT)
    assert convex.get(f"/v1/projects/{project}/deployment", reference="production") == found
    assert convex.refused("GET", f"/v1/projects/{project}/deployment", reference="nothing") == (404, "DeploymentNotFound")
    assert convex.refused("GET", "/v1/deployments/no-such-1") == (404, "DeploymentNotFound")
    assert convex.refused("GET", "/v1/teams/other/projects/shop") == (404, "TeamNotFound")
    assert convex.refused("GET", "/v1/projects/1") == (404, "ProjectNotFound")
    (project_document,) = convex.get(f"/v1/teams/{team}/projects")["items"]
    assert project_document == convex.get("/v1/teams/example-team/projects/shop") == convex.get(f"/v1/projects/{project}")
    assert project_document["prodDeploymentName"] == "happy-otter-123"


def test_lists_are_not_alike(convex: Convex) -> None:
    plain = convex.get(f"/v1/projects/{convex.run['project_id']}/list_deployments")
    assert [it["name"] for it in plain] == ["happy-otter-123", "brisk-heron-456"]
    path = f"/v1/teams/{convex.run['team_id']}/list_deployments"
    first = convex.get(path, limit=1)
    second = convex.get(path, limit=1, cursor=first["pagination"]["nextCursor"])
    assert [*first["items"], *second["items"]] == plain
    assert (first["pagination"]["hasMore"], second["pagination"]) == (True, {"hasMore": False, "nextCursor": None})
    assert [it["name"] for it in convex.get(path, deploymentType="dev")["items"]] == ["brisk-heron-456"]


# -- deploy keys


def test_a_new_key_is_shown_once_and_works_until_it_is_deleted(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    wish = {"name": "ansible-2026-11", "allowedActions": ["deployment:env:view", "deployment:data:view"]}
    key = convex.post(f"{DEPLOYMENT}/create_deploy_key", wish)["deployKey"]
    assert key.startswith("prod:happy-otter-123|") and key not in convex.send("GET", KEYS).text
    listed = next(each for each in convex.get(KEYS) if each["name"] == wish["name"])
    assert (listed["allowedActions"], listed["lastUsedTime"]) == (wish["allowedActions"], None)
    clock.sleep(5)
    convex.key = key
    assert convex.get("/api/check_admin_key")["allowedOps"] == ["ViewEnvironmentVariables", "ViewData"]
    used = next(each["lastUsedTime"] for each in convex.get(KEYS) if each["name"] == wish["name"])
    assert used == int(clock.now() * 1000)
    convex.post(f"{DEPLOYMENT}/delete_deploy_key", {"id": wish["name"]})
    assert wish["name"] not in key_names(convex)
    assert convex.refused("GET", "/api/check_admin_key") == (401, "BadAdminKey")
    assert control.state("functions")["effects"]["keys_created"] == {wish["name"]: 1}


@pytest.mark.parametrize("named_by", ["name", "key", "secret"])
def test_a_key_is_deleted_by_name_or_by_itself(convex: Convex, named_by: str) -> None:
    key = convex.post(f"{DEPLOYMENT}/create_deploy_key", {"name": "old"})["deployKey"]
    convex.post(f"{DEPLOYMENT}/delete_deploy_key", {"id": {"name": "old", "key": key, "secret": key.rpartition("|")[2]}[named_by]})
    assert key_names(convex) == ["ansible", "ci"]
    assert convex.refused("POST", f"{DEPLOYMENT}/delete_deploy_key", {"id": "old"}) == (404, "AccessTokenNotFound")


def test_what_a_key_cannot_be(convex: Convex, clock: ClockMember) -> None:
    create = f"{DEPLOYMENT}/create_deploy_key"
    assert convex.refused("POST", create, {"name": "ci"}) == (400, "DuplicateAccessTokenName")
    assert convex.refused("POST", create, {"name": "x", "allowedActions": ["deployment:tea"]}) == (400, "BadJsonBody")
    assert convex.refused("POST", create, {}) == (400, "BadJsonBody")
    soon = int((clock.now() + 29 * 60) * 1000)
    assert convex.refused("POST", create, {"name": "x", "expiresAt": soon}) == (400, "InvalidExpirationTime")
    assert key_names(convex) == ["ansible", "ci"]


def test_a_key_expires(convex: Convex, clock: ClockMember) -> None:
    convex.key = convex.post(f"{DEPLOYMENT}/create_deploy_key", {"name": "short", "expiresAt": int((clock.now() + 3600) * 1000)})["deployKey"]
    assert convex.get("/api/check_admin_key")["success"]
    clock.sleep(3601)
    assert convex.refused("GET", "/api/check_admin_key") == (401, "BadAdminKey")


def test_a_lost_answer_leaves_a_key_that_nobody_has(control: Sandbox, convex: Convex) -> None:
    control.fault("lost", operation="create_deploy_key")
    with pytest.raises(requests.ConnectionError):
        convex.post(f"{DEPLOYMENT}/create_deploy_key", {"name": "lost"})
    assert key_names(convex) == ["ansible", "ci", "lost"]


def test_preview_keys_belong_to_the_project(convex: Convex) -> None:
    path = f"/v1/projects/{convex.run['project_id']}"
    key = convex.post(f"{path}/create_preview_deploy_key", {"name": "previews"})["previewDeployKey"]
    assert key.startswith("preview:example-team:shop|")
    assert [each["name"] for each in convex.get(f"{path}/list_preview_deploy_keys")["items"]] == ["previews"]
    convex.post(f"{path}/delete_preview_deploy_key", {"id": key})
    assert convex.get(f"{path}/list_preview_deploy_keys") == {"items": []}


# -- tokens, deployments, variables


def test_tokens_are_made_and_deleted(convex: Convex) -> None:
    team = f"/v1/teams/{convex.run['team_id']}"
    status, made = convex.ask("POST", f"{team}/create_access_token", {"name": "new"})
    assert status == 201
    convex.token = made["accessToken"]
    assert [token["name"] for token in convex.get(f"{team}/list_access_tokens")["items"]] == ["ansible", "new"]
    convex.key = made["accessToken"]
    assert convex.get("/api/check_admin_key")["success"]
    convex.post(f"{team}/delete_access_token", {"id": "new"})
    assert convex.refused("GET", "/v1/token_details")[0] == 401
    convex.token = convex.run["personal_token"]
    secret = convex.post("/v1/create_personal_access_token", {"name": "tablet"})["accessToken"]
    assert [token["name"] for token in convex.get("/v1/list_personal_access_tokens")["items"]] == ["laptop", "tablet"]
    convex.post("/v1/delete_personal_access_token", {"id": secret})
    assert convex.refused("POST", "/v1/delete_personal_access_token", {"id": secret}) == (404, "AccessTokenNotFound")


def test_deployments_are_made_changed_and_deleted(convex: Convex) -> None:
    project = f"/v1/projects/{convex.run['project_id']}"
    made = convex.post(f"{project}/create_deployment", {"type": "preview", "reference": "feature-x"})
    assert (made["deploymentType"], made["reference"], made["isDefault"]) == ("preview", "feature-x", False)
    assert convex.refused("POST", f"{project}/create_deployment", {"type": "preview", "reference": "feature-x"})[0] == 400
    assert convex.ask("PATCH", f"/v1/deployments/{made['name']}", {"reference": "feature-y"}) == (200, None)
    assert convex.get(f"/v1/deployments/{made['name']}")["reference"] == "feature-y"
    convex.post(f"/v1/deployments/{made['name']}/delete")
    assert convex.refused("GET", f"/v1/deployments/{made['name']}") == (404, "DeploymentNotFound")


def test_default_variables_are_by_type(convex: Convex) -> None:
    project = f"/v1/projects/{convex.run['project_id']}"
    changes = [{"name": "A", "deploymentType": kind, "value": "1"} for kind in ("dev", "preview")]
    convex.post(f"{project}/update_default_environment_variables", {"changes": changes})
    listed = convex.get(f"{project}/list_default_environment_variables")["items"]
    assert listed == [{"name": "A", "value": "1", "deploymentTypes": ["dev", "preview"]}]
    convex.post(f"{project}/update_default_environment_variables", {"changes": [{"name": "A", "deploymentType": "dev", "value": None}]})
    assert convex.get(f"{project}/list_default_environment_variables", deploymentType="dev")["items"] == []
    bad = {"changes": [{"name": "1", "deploymentType": "dev", "value": "x"}]}
    assert convex.refused("POST", f"{project}/update_default_environment_variables", bad)[0] == 400
