# SPDX-License-Identifier: GPL-3.0-or-later
"""The quirks of the sandbox's Railway about variables, settings, patches and tokens, one by one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import Json, Railway
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

VARIABLES = """
query Variables($projectId: String!, $environmentId: String!, $serviceId: String, $unrendered: Boolean) {
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: $unrendered)
  environment(id: $environmentId) { variables(first: 100) { edges { node { name serviceId isSealed references updatedAt } } } }
}
"""
UPSERT = "mutation($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }"
DELETE = "mutation($input: VariableDeleteInput!) { variableDelete(input: $input) }"
COMMIT = "mutation($e: String!, $patch: EnvironmentConfig!) { environmentPatchCommit(environmentId: $e, patch: $patch) }"
STAGE = """
mutation($e: String!, $patch: EnvironmentConfig!, $merge: Boolean) {
  environmentStageChanges(environmentId: $e, input: $patch, merge: $merge) { status patch }
}
"""
COMMIT_STAGED = "mutation($e: String!, $skip: Boolean) { environmentPatchCommitStaged(environmentId: $e, skipDeploys: $skip) }"
SETTINGS = """
query($e: String!, $s: String!) {
  serviceInstance(environmentId: $e, serviceId: $s) {
    numReplicas region healthcheckPath healthcheckTimeout restartPolicyType restartPolicyMaxRetries overlapSeconds drainingSeconds startCommand
    activeDeployments { instances { id } }
  }
  environment(id: $e) { config(decryptVariables: false) unmergedChangesCount }
  serviceInstanceLimits(environmentId: $e, serviceId: $s)
}
"""
UPDATE = """
mutation($e: String, $s: String!, $input: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(environmentId: $e, serviceId: $s, input: $input) }
"""
TOKENS = "query($p: String!) { projectTokens(projectId: $p, first: 50) { edges { node { id name displayToken environmentId } } } }"
CREATE = "mutation($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }"


def ids(railway: Railway, shared: bool = False) -> Json:
    place = {"projectId": railway.run["railway"]["project_id"], "environmentId": railway.environment}
    return place if shared else {**place, "serviceId": railway.service}


def variables(railway: Railway, shared: bool = False, unrendered: bool = True) -> Json:
    return t.cast(Json, railway.data(VARIABLES, **ids(railway, shared), unrendered=unrendered)["variables"])


def upsert(railway: Railway, values: Json, shared: bool = False, **how: bool) -> None:
    assert railway.data(UPSERT, input={**ids(railway, shared), "variables": values, **how}) == {"variableCollectionUpsert": True}


def patch(railway: Railway, **wanted: t.Any) -> None:
    assert railway.data(COMMIT, e=railway.environment, patch={"services": {railway.service: wanted}})["environmentPatchCommit"]


def settings(railway: Railway) -> Json:
    return railway.data(SETTINGS, e=railway.environment, s=railway.service)


def configured(sandbox: Sandbox) -> int:
    return int(sandbox.state("api")["effects"]["configured"])


# -- variables


def test_each_upsert_makes_a_deployment_unless_it_says_otherwise(sandbox: Sandbox, railway: Railway) -> None:
    for number in range(3):
        upsert(railway, {"A": str(number)})
    assert configured(sandbox) == 3
    upsert(railway, {"A": "9", "B": "9"}, skipDeploys=True)
    assert configured(sandbox) == 3
    assert (variables(railway)["A"], variables(railway)["B"]) == ("9", "9")


def test_what_is_stored_reaches_the_container_with_the_next_deployment(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    def running() -> Json:
        document = "query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }"
        return t.cast(Json, railway.data(document, id=sandbox.state("api")["serving"]["id"])["deploymentSnapshot"]["variables"])

    upsert(railway, {"RATE_LIMIT_MAX": "300"}, skipDeploys=True)
    member.sleep(200)
    assert running()["RATE_LIMIT_MAX"] == "200"
    upsert(railway, {"B": "1"})
    member.sleep(200)
    assert (running()["RATE_LIMIT_MAX"], running()["B"]) == ("300", "1")


def test_references_are_kept_and_rendered(sandbox: Sandbox, railway: Railway) -> None:
    upsert(railway, {"HOST": "db.example.com"}, shared=True, skipDeploys=True)
    upsert(railway, {"URL": "https://${{shared.HOST}}:${{ PORT }}/${{api.NODE_ENV}}", "PORT": "5432"}, skipDeploys=True)
    assert variables(railway)["URL"] == "https://${{shared.HOST}}:${{ PORT }}/${{api.NODE_ENV}}"
    assert variables(railway, unrendered=False)["URL"] == "https://db.example.com:5432/production"
    assert variables(railway, shared=True) == {"HOST": "db.example.com"}
    nodes = railway.data(VARIABLES, **ids(railway))["environment"]["variables"]["edges"]
    found = {(edge["node"]["serviceId"], edge["node"]["name"]): edge["node"] for edge in nodes}
    assert found[(railway.service, "URL")]["references"] == ["shared.HOST", "PORT", "api.NODE_ENV"]
    assert found[(None, "HOST")]["isSealed"] is False
    assert configured(sandbox) == 0
    upsert(railway, {"HOST": "db2.example.com"}, shared=True)
    assert configured(sandbox) == 1


def test_a_sealed_one_is_a_name_without_value_and_replace_takes_it_away(sandbox: Sandbox, railway: Railway) -> None:
    patch(railway, variables={"KEY": {"value": "s3cret", "isSealed": True}})
    assert configured(sandbox) == 1
    assert variables(railway)["KEY"] is None and variables(railway, unrendered=False)["KEY"] is None
    config = settings(railway)["environment"]["config"]["services"][railway.service]["variables"]
    assert config["KEY"] == {"value": None, "isSealed": True}
    upsert(railway, {"KEY": "another"}, skipDeploys=True)
    assert variables(railway)["KEY"] is None
    upsert(railway, {"ONLY": "1"}, replace=True, skipDeploys=True)
    assert variables(railway) == {"ONLY": "1"}


def test_deleting_always_deploys(sandbox: Sandbox, railway: Railway) -> None:
    assert railway.data(DELETE, input={**ids(railway), "name": "NODE_ENV"}) == {"variableDelete": True}
    assert "NODE_ENV" not in variables(railway) and configured(sandbox) == 1
    assert railway.error(DELETE, input={**ids(railway), "name": "NODE_ENV"}) == "Variable not found"
    patch(railway, variables={"RATE_LIMIT_MAX": None})
    assert "RATE_LIMIT_MAX" not in variables(railway) and configured(sandbox) == 2


def test_another_environment_has_its_own(railway: Railway) -> None:
    other = railway.run["railway"]["other"]
    railway.headers = {"Project-Access-Token": other["token"]}
    place = {**ids(railway), "environmentId": other["environment_id"]}
    railway.data(UPSERT, input={**place, "variables": {"A": "staging"}})
    assert railway.data(VARIABLES, **place)["variables"] == {"A": "staging"}
    railway.headers = {"Project-Access-Token": railway.run["railway"]["token"]}
    assert "A" not in variables(railway)


# -- patches


def test_staged_changes_wait_and_are_committed_as_a_whole(sandbox: Sandbox, railway: Railway) -> None:
    assert railway.error(COMMIT_STAGED, e=railway.environment, skip=True) == "No patch to apply"
    one, other = ({"services": {railway.service: {"variables": {name: {"value": "1"}}}}} for name in "AB")
    railway.data(STAGE, e=railway.environment, patch=one)
    staged = railway.data(STAGE, e=railway.environment, patch=other, merge=True)["environmentStageChanges"]
    assert (staged["status"], sorted(staged["patch"]["services"][railway.service]["variables"])) == ("STAGED", ["A", "B"])
    assert "A" not in variables(railway) and settings(railway)["environment"]["unmergedChangesCount"] == 1
    # A patch that is committed by itself leaves what is staged alone.
    patch(railway, variables={"C": {"value": "1"}})
    assert settings(railway)["environment"]["unmergedChangesCount"] == 1
    railway.data(COMMIT_STAGED, e=railway.environment, skip=True)
    assert {"A", "B", "C"} <= set(variables(railway)) and configured(sandbox) == 1
    assert settings(railway)["environment"]["unmergedChangesCount"] == 0


# -- settings


def test_replicas_start_from_the_running_image_and_any_other_setting_deploys(sandbox: Sandbox, railway: Railway) -> None:
    patch(railway, deploy={"multiRegionConfig": {"us-west2": {"numReplicas": 3}}})
    instance = settings(railway)["serviceInstance"]
    assert (instance["numReplicas"], instance["region"], len(instance["activeDeployments"][0]["instances"])) == (3, "us-west2", 3)
    assert configured(sandbox) == 0
    patch(railway, deploy={"multiRegionConfig": {"us-west2": None, "europe-west4-drams3a": {"numReplicas": 1}, "us-east4-eqdc4a": {"numReplicas": 1}}})
    instance = settings(railway)["serviceInstance"]
    # With several regions there is no one number.
    assert (instance["numReplicas"], instance["region"], len(instance["activeDeployments"][0]["instances"])) == (None, None, 2)
    patch(railway, deploy={"healthcheckTimeout": 60})
    assert settings(railway)["serviceInstance"]["healthcheckTimeout"] == 60 and configured(sandbox) == 1


def test_an_update_is_stored_for_every_environment_and_deploys_nothing(sandbox: Sandbox, railway: Railway) -> None:
    railway.headers = {"Authorization": f"Bearer {railway.run['railway']['account_token']}"}
    railway.data(UPDATE, e=railway.environment, s=railway.service, input={"healthcheckPath": "/ready", "numReplicas": 2})
    for environment in (railway.environment, railway.run["railway"]["other"]["environment_id"]):
        instance = railway.data(SETTINGS, e=environment, s=railway.service)["serviceInstance"]
        assert (instance["healthcheckPath"], instance["numReplicas"]) == ("/ready", 2)
    assert configured(sandbox) == 0 and len(settings(railway)["serviceInstance"]["activeDeployments"][0]["instances"]) == 1


def test_replicas_without_their_region_land_in_the_usual_one(railway: Railway) -> None:
    patch(railway, deploy={"multiRegionConfig": {"us-west2": None, "europe-west4-drams3a": {"numReplicas": 2}}})
    railway.data(UPDATE, e=railway.environment, s=railway.service, input={"numReplicas": 3})
    assert settings(railway)["serviceInstance"]["region"] == "us-west2"


@pytest.mark.parametrize(
    "wanted",
    [
        {"deploy": {"multiRegionConfig": {"us-west2": {"numReplicas": 51}}}},
        {"deploy": {"multiRegionConfig": {"us-west2": None}}},
        {"deploy": {"multiRegionConfig": {"moon-north1": {"numReplicas": 1}}}},
        {"deploy": {"healthcheck": "/"}},
        {"deploy": {"restartPolicyType": "SOMETIMES"}},
        {"variables": {"A": "text"}},
        {"anything": {}},
    ],
)
def test_a_patch_that_makes_no_sense_is_refused(railway: Railway, wanted: Json) -> None:
    assert railway.error(COMMIT, e=railway.environment, patch={"services": {railway.service: wanted}}).startswith("Invalid")


def test_limits(railway: Railway) -> None:
    assert settings(railway)["serviceInstanceLimits"] == {"containers": {"cpu": 32, "memoryBytes": 32_000_000_000}}
    update = "mutation($input: ServiceInstanceLimitsUpdateInput!) { serviceInstanceLimitsUpdate(input: $input) }"
    place = {"environmentId": railway.environment, "serviceId": railway.service}
    railway.data(update, input={**place, "vCPUs": 2, "memoryGB": 1.5})
    assert settings(railway)["serviceInstanceLimits"] == {"containers": {"cpu": 2, "memoryBytes": 1_500_000_000}}
    assert "limits" in railway.error(update, input={**place, "vCPUs": 64})


# -- tokens


def test_a_project_token_is_shown_once_and_works_until_it_is_deleted(railway: Railway) -> None:
    place = {"projectId": railway.run["railway"]["project_id"], "environmentId": railway.environment}
    assert railway.error(TOKENS, p=place["projectId"]) == "Not Authorized"
    assert railway.error(CREATE, input={**place, "name": "x"}) == "Not Authorized"
    broad = {"Authorization": f"Bearer {railway.run['railway']['account_token']}"}
    railway.headers = broad
    secrets = [railway.data(CREATE, input={**place, "name": "runbooks 2026-11"})["projectTokenCreate"] for _turn in range(2)]
    listed = [edge["node"] for edge in railway.data(TOKENS, p=place["projectId"])["projectTokens"]["edges"]]
    # Names are not unique, and nothing in the list is the token.
    assert [one["name"] for one in listed].count("runbooks 2026-11") == 2
    assert not any(secret in str(listed) for secret in secrets)
    railway.headers = {"Project-Access-Token": secrets[0]}
    own = railway.data("{ projectToken { id name environmentId } }")["projectToken"]
    assert own["name"] == "runbooks 2026-11"
    railway.headers = broad
    railway.data("mutation($id: String!) { projectTokenDelete(id: $id) }", id=own["id"])
    assert railway.error("mutation($id: String!) { projectTokenDelete(id: $id) }", id=own["id"]) == "Not Authorized"
    railway.headers = {"Project-Access-Token": secrets[0]}
    assert railway.error("{ projectToken { id } }") == "Project Token not found"
