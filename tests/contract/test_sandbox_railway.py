# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Railway against the vendor's schema, and its quirks one by one."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import requests
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    ObjectTypeExtensionNode,
    parse,
)

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import DEPLOYMENTS, ROLLBACK, Json, Railway
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox
from ansible_collections.saasops.runbooks.tests.sandbox.railway import routes
from ansible_collections.saasops.runbooks.tests.sandbox.railway.routes import schema as own_schema

# -- the schema


def test_everything_that_is_simulated_exists_at_the_vendor_with_the_same_types() -> None:
    vendor, own = vendor_schemas.railway(), own_schema()
    differences = []
    name: str
    mine: t.Any
    for name, mine in own.type_map.items():
        if name.startswith("__"):
            continue
        theirs: t.Any = vendor.type_map.get(name)
        if type(theirs) is not type(mine):
            differences.append(f"{name} is {type(mine).__name__}, at the vendor {type(theirs).__name__}")
        elif isinstance(mine, GraphQLEnumType):
            differences += [f"{name}.{value}" for value in set(mine.values) - set(theirs.values)]
        elif isinstance(mine, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, its in mine.fields.items():
                other = theirs.fields.get(field)
                if other is None or str(other.type) != str(its.type):
                    differences.append(f"{name}.{field}: {its.type}, at the vendor {other and other.type}")
                    continue
                for argument, value in getattr(its, "args", {}).items():
                    if argument not in other.args or str(other.args[argument].type) != str(value.type):
                        differences.append(f"{name}.{field}({argument}: {value.type})")
        else:
            assert isinstance(mine, GraphQLScalarType)
    assert differences == []


def test_no_required_argument_of_the_vendor_is_missing() -> None:
    vendor, own = vendor_schemas.railway(), own_schema()
    for root in ("Query", "Mutation"):
        for name, field in t.cast(GraphQLObjectType, own.type_map[root]).fields.items():
            theirs = vendor.type_map[root].fields[name]
            assert {argument for argument, value in theirs.args.items() if str(value.type).endswith("!")} <= set(field.args), name


# What the file of reference operations asks with values that make sense is not asked here once more.
ELSEWHERE = {
    field.name.value
    for definition in parse((Path(routes.__file__).parent / "network.graphql").read_text(encoding="utf-8")).definitions
    if isinstance(definition, ObjectTypeExtensionNode) and definition.name.value in ("Query", "Mutation")
    for field in definition.fields
}
ROOTS = sorted({*own_schema().type_map["Query"].fields, *own_schema().type_map["Mutation"].fields} - ELSEWHERE)  # type: ignore[attr-defined]


def _selection(name: str, depth: int, seen: frozenset[str]) -> str:
    """Every field of a type, and those of its fields, without going in circles."""
    kind = own_schema().type_map[name]
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for field, its in kind.fields.items():
        inner = str(its.type).strip("[]!").rstrip("]!")
        target = own_schema().type_map[inner]
        if not isinstance(target, GraphQLObjectType):
            parts.append(field)
        elif depth > 0 and inner not in seen:
            parts.append(f"{field} {_selection(inner, depth - 1, seen | {inner})}")
    return "{ " + " ".join(parts) + " }" if parts else "{ __typename }"


def _input(root: str, ids: Json) -> Json:
    """The ``input`` of a change: what the vendor's type requires beside the ids, and none of the ids that it does not know."""
    more: Json = {
        "projectTokenCreate": {"name": "runbooks 2026-11"},
        "serviceInstanceAutoDeployUpdate": {"enabled": False},
        "serviceInstanceLimitsUpdate": {"vCPUs": 2},
        "serviceInstanceUpdate": {"healthcheckTimeout": 60},
        "variableCollectionUpsert": {"variables": {"NEW": "1"}},
        "variableDelete": {"name": "NODE_ENV"},
        "variableUpsert": {"name": "NEW", "value": "1"},
    }
    argument = own_schema().type_map["Mutation"].fields[root].args["input"].type  # type: ignore[attr-defined]
    fields = getattr(own_schema().type_map[str(argument).strip("!")], "fields", {})
    return {**{name: value for name, value in ids.items() if name in fields}, **more.get(root, {})}


@pytest.mark.parametrize("root", ROOTS)
def test_every_operation_answers_with_every_field(sandbox: Sandbox, railway: Railway, root: str) -> None:
    own = own_schema()
    kind = "mutation" if root in own.type_map["Mutation"].fields else "query"  # type: ignore[attr-defined]
    field = own.type_map[kind.title()].fields[root]  # type: ignore[attr-defined]
    deployment = railway.tagged("v1.4.1")["id"]
    if root in ("deploymentCancel", "deploymentApprove"):
        sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
        deployment = sandbox.push("api", tag="v1.4.3")
    if root in ("deploymentRestart", "deploymentStop", "deploymentRemove"):
        deployment = railway.tagged("v1.4.2")["id"]
    ids = {"environmentId": railway.environment, "serviceId": railway.service, "projectId": railway.run["railway"]["project_id"]}
    volume = railway.volume()
    by_id = {"environment": railway.environment, "project": ids["projectId"], "service": railway.service, "volumeInstance": volume["volumeInstanceId"]}
    known: Json = {
        **ids,
        **volume,
        "id": by_id.get(root, deployment),
        "deploymentId": deployment,
        "first": 5,
        "input": _input(root, ids) if kind == "mutation" and "input" in field.args else ids,
        "patch": {"services": {railway.service: {"deploy": {"healthcheckTimeout": 60}}}},
    }
    if root in ("me", "apiToken", "projects", "projectTokens", "projectTokenCreate", "projectTokenDelete"):
        railway.headers = {"Authorization": f"Bearer {railway.run['railway']['account_token']}"}
    if root == "environmentPatchCommitStaged":
        stage = "mutation($e: String!, $input: EnvironmentConfig!) { environmentStageChanges(environmentId: $e, input: $input) { id } }"
        railway.data(stage, e=railway.environment, input=known["patch"])
    if root == "projectTokenDelete":
        tokens = railway.data("query($p: String!) { projectTokens(projectId: $p, first: 9) { edges { node { id } } } }", p=ids["projectId"])
        known["id"] = tokens["projectTokens"]["edges"][0]["node"]["id"]
    used = {name: known[name] for name in field.args if name in known}
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in used)
    passed = ", ".join(f"{name}: ${name}" for name in used)
    inner = str(field.type).strip("[]!")
    call = f"{root}{f'({passed})' if passed else ''} {_selection(inner, 5, frozenset({inner}))}"
    document = f"{kind} Everything{f'({declared})' if declared else ''} {{ {call} }}"
    answer = railway.data(document, **used)
    assert answer[root] is not None and answer[root] != []
    entry = sandbox.journal(vendor="railway")[-1]
    assert (entry["operation"], entry["changes"], entry["effect"]) == (root, kind == "mutation", kind == "mutation")


# -- who asks


def test_each_kind_of_token_has_its_header_and_its_reach(railway: Railway) -> None:
    run = railway.run["railway"]
    who = "{ projectToken { projectId environmentId project { name } environment { name } } }"
    assert railway.data(who)["projectToken"]["environment"]["name"] == "production"
    assert railway.error("{ me { id } }") == "Not Authorized"

    railway.headers = {"Authorization": f"Bearer {run['token']}"}
    assert railway.error(who) == "Not Authorized"
    railway.headers = {"Project-Access-Token": run["account_token"]}
    assert railway.error(who) == "Project Token not found"

    railway.headers = {"Authorization": f"Bearer {run['account_token']}"}
    assert railway.data("{ me { id workspaces { name } } }")["me"]["workspaces"] == [{"name": "Example"}]
    assert railway.error(who) == "Project Token not found"

    railway.headers = {"Authorization": f"Bearer {run['workspace_token']}"}
    assert railway.error("{ me { id } }") == "Not Authorized"
    assert railway.data("{ apiToken { workspaces { name } } }")["apiToken"]["workspaces"] == [{"name": "Example"}]

    railway.headers = {}
    assert railway.error("{ apiToken { workspaces { name } } }") == "Not Authorized"


def test_a_project_token_sees_one_environment(sandbox: Sandbox, railway: Railway) -> None:
    other = railway.run["railway"]["other"]
    target = railway.tagged("v1.4.1")["id"]
    assert railway.error("query($id: String!) { environment(id: $id) { id } }", id=other["environment_id"]) == "Not Authorized"
    names = railway.data("query($p: String!) { environments(projectId: $p, first: 9) { edges { node { name } } } }", p=railway.run["railway"]["project_id"])
    assert [edge["node"]["name"] for edge in names["environments"]["edges"]] == ["production"]

    railway.headers = {"Project-Access-Token": other["token"]}
    assert railway.data("{ projectToken { environment { name } } }")["projectToken"]["environment"]["name"] == "staging"
    assert railway.error(ROLLBACK, id=target) == "Not Authorized"
    assert sandbox.state("api")["effects"]["rollbacks"] == {}


def test_an_unknown_id_is_not_found_for_an_account_and_out_of_reach_for_a_project_token(railway: Railway) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert railway.error(ROLLBACK, id=unknown) == "Not Authorized"
    railway.headers = {"Authorization": f"Bearer {railway.run['railway']['account_token']}"}
    assert railway.error(ROLLBACK, id=unknown) == "Deployment not found"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "query {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": 'mutation { deploymentRollback(id: "x") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": ROLLBACK, "variables": {}}, "BAD_USER_INPUT"),
        ({}, "BAD_REQUEST"),
    ],
)
def test_what_is_not_understood_is_a_bad_request(railway: Railway, body: Json, code: str) -> None:
    answer = requests.post(railway.run["railway"]["url"], json=body, headers=railway.headers, timeout=20)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, code)


def test_every_answer_tells_the_rate_limit(railway: Railway) -> None:
    answer = requests.post(railway.run["railway"]["url"], json={"query": "{ platformStatus { isStable } }"}, headers=railway.headers, timeout=20)
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy"} <= set(answer.headers)


def test_lists_page_and_filter(railway: Railway) -> None:
    everything = [it["id"] for it in railway.deployments()]
    seen: list[str] = []
    after = None
    while True:
        page = railway.data(DEPLOYMENTS, input={"serviceId": railway.service}, first=2, after=after)["deployments"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == everything and len(seen) == 4
    assert [it["status"] for it in railway.deployments(status={"in": ["FAILED"]})] == ["FAILED"]
    assert [it["status"] for it in railway.deployments(status={"notIn": ["REMOVED", "FAILED"]})] == ["SUCCESS"]


# -- rollback


def test_a_rollback_is_a_new_deployment_with_the_old_image_and_the_old_variables(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    target, bad = railway.tagged("v1.4.1"), railway.tagged("v1.4.2")
    before = {it["id"] for it in railway.deployments()}
    assert railway.data(ROLLBACK, id=target["id"]) == {"deploymentRollback": True}
    (new,) = [it for it in railway.deployments() if it["id"] not in before]
    assert (new["status"], new["meta"]["image"], new["meta"]["commitHash"]) == ("INITIALIZING", target["meta"]["image"], target["meta"]["commitHash"])
    assert new["createdAt"] > bad["createdAt"]
    statuses = []
    for _turn in range(6):
        member.sleep(11)
        statuses.append(tuple(next(it["status"] for it in railway.deployments() if it["id"] == one) for one in (new["id"], bad["id"])))
    assert statuses == [
        ("INITIALIZING", "SUCCESS"),
        ("DEPLOYING", "SUCCESS"),
        ("DEPLOYING", "SUCCESS"),
        ("SUCCESS", "REMOVING"),
        ("SUCCESS", "REMOVED"),
        ("SUCCESS", "REMOVED"),
    ]
    assert [it["id"] for it in railway.instance()["activeDeployments"]] == [new["id"]]
    snapshot = railway.data("query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }", id=new["id"])
    assert snapshot["deploymentSnapshot"]["variables"]["RATE_LIMIT_MAX"] == "100"
    stored = railway.data(
        "query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s) }",
        p=railway.run["railway"]["project_id"],
        e=railway.environment,
        s=railway.service,
    )
    assert stored["variables"]["RATE_LIMIT_MAX"] == "200"
    assert sandbox.state("api")["effects"]["rollbacks"] == {target["id"]: 1}
    assert sandbox.state("api")["serving"]["rollback_of"] == target["id"]


def test_while_two_run_both_are_active(railway: Railway, member: ClockMember) -> None:
    railway.data(ROLLBACK, id=railway.tagged("v1.4.1")["id"])
    member.sleep(45)
    assert [it["status"] for it in railway.instance()["activeDeployments"]] == ["SUCCESS", "REMOVING"]


@pytest.mark.parametrize("how", ["failed", "too old", "marked"])
def test_what_cannot_be_restored_is_refused_inside_a_200(sandbox: Sandbox, railway: Railway, member: ClockMember, how: str) -> None:
    target = railway.tagged("v1.4.2-rc1" if how == "failed" else "v1.4.0")
    if how == "too old":
        sandbox.scenario("bad-release", railway_plan="hobby")
        railway = Railway(sandbox.run)
        # Three days to the second: the plan still keeps it. A moment later it is gone.
        member.sleep(60)
        target = railway.tagged("v1.4.0")
    if how == "marked":
        sandbox.patch("api", "v1.4.0", can_rollback=False)
        target = railway.tagged("v1.4.0")
    assert target["canRollback"] is False
    assert "Cannot roll back" in railway.error(ROLLBACK, id=target["id"])
    assert sandbox.state("api")["effects"]["rollbacks"] == {}


def test_an_image_is_kept_as_long_as_the_plan_says(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    assert railway.tagged("v1.4.0")["canRollback"] is True
    member.sleep(49 * 3600)
    assert railway.tagged("v1.4.0")["canRollback"] is False
    assert railway.tagged("v1.4.1")["canRollback"] is True


def test_the_latest_deployment_may_have_failed_while_another_serves(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    sandbox.patch("api", deploy_result="FAILED")
    railway.data(ROLLBACK, id=railway.tagged("v1.4.1")["id"])
    member.sleep(60)
    instance = railway.instance()
    assert instance["latestDeployment"]["status"] == "FAILED"
    assert [it["id"] for it in instance["activeDeployments"]] == [railway.tagged("v1.4.2")["id"]]


# -- the other changes


def test_a_restart_keeps_the_id_and_changes_the_instances(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    before = railway.tagged("v1.4.2")
    assert railway.data("mutation($id: String!) { deploymentRestart(id: $id) }", id=before["id"]) == {"deploymentRestart": True}
    assert railway.tagged("v1.4.2")["status"] == "DEPLOYING"
    member.sleep(10)
    after = railway.tagged("v1.4.2")
    assert (after["id"], after["status"]) == (before["id"], "SUCCESS")
    assert after["statusUpdatedAt"] > before["statusUpdatedAt"] and after["instances"] != before["instances"]
    assert sandbox.state("api")["effects"]["restarts"] == {before["id"]: 1}


def test_a_redeploy_builds_again_with_today_s_variables(railway: Railway, member: ClockMember) -> None:
    target = railway.tagged("v1.4.0")
    new = railway.data("mutation($id: String!) { deploymentRedeploy(id: $id) { id status } }", id=target["id"])["deploymentRedeploy"]
    member.sleep(100)
    snapshot = railway.data("query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }", id=new["id"])["deploymentSnapshot"]
    assert snapshot["variables"]["RATE_LIMIT_MAX"] == "200"
    assert railway.instance()["activeDeployments"][0]["id"] == new["id"]


def test_a_commit_is_deployed_by_its_sha_and_an_unknown_one_is_not(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    document = "mutation($s: String!, $e: String!, $c: String) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e, commitSha: $c) }"
    sha = railway.tagged("v1.4.1")["meta"]["commitHash"]
    new = railway.data(document, s=railway.service, e=railway.environment, c=sha)["serviceInstanceDeployV2"]
    member.sleep(100)
    assert sandbox.state("api")["serving"]["id"] == new
    assert railway.error(document, s=railway.service, e=railway.environment, c="0" * 40) == "Commit not found"
    assert sandbox.state("api")["effects"]["deploys"] == 1


def test_stopped_removed_cancelled_and_approved(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    serving = railway.tagged("v1.4.2")["id"]
    railway.data("mutation($id: String!) { deploymentStop(id: $id) }", id=serving)
    stopped = railway.tagged("v1.4.2")
    assert (stopped["status"], stopped["deploymentStopped"], stopped["instances"][0]["status"]) == ("SUCCESS", True, "STOPPED")
    assert requests.get(railway.run["components"]["api"]["url"], timeout=10).status_code == 502

    railway.data("mutation($id: String!) { deploymentRemove(id: $id) }", id=serving)
    assert railway.instance()["activeDeployments"] == []

    sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
    waiting = sandbox.push("api", tag="v1.4.3")
    member.sleep(500)
    assert railway.tagged("v1.4.3")["status"] == "NEEDS_APPROVAL"
    sandbox.patch("api", deploy_result=None)
    railway.data("mutation($id: String!) { deploymentApprove(id: $id) }", id=waiting)
    member.sleep(10)
    railway.data("mutation($id: String!) { deploymentCancel(id: $id) }", id=waiting)
    member.sleep(200)
    assert railway.tagged("v1.4.3")["status"] == "REMOVED"
    assert "not need an approval" in railway.error("mutation($id: String!) { deploymentApprove(id: $id) }", id=waiting)


def test_auto_deploy_can_be_switched_and_a_push_obeys_it(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    ids = {"environmentId": railway.environment, "serviceId": railway.service, "projectId": railway.run["railway"]["project_id"]}
    update = "mutation($i: ServiceInstanceAutoDeployUpdateInput!) { serviceInstanceAutoDeployUpdate(input: $i) { enabled } }"
    read = (
        "query($environmentId: String!, $projectId: String!, $serviceId: String!) {"
        " serviceInstanceAutoDeployStatus(environmentId: $environmentId, projectId: $projectId, serviceId: $serviceId) { enabled canEnable } }"
    )
    assert railway.data(read, **ids)["serviceInstanceAutoDeployStatus"] == {"enabled": True, "canEnable": True}
    assert railway.data(update, i={**ids, "enabled": False})["serviceInstanceAutoDeployUpdate"] == {"enabled": False}
    assert railway.data(read, **ids)["serviceInstanceAutoDeployStatus"]["enabled"] is False
    assert sandbox.push("api", tag="v1.4.3") == ""
    railway.data(update, i={**ids, "enabled": True})
    assert sandbox.push("api", tag="v1.4.3", build_seconds=5) != ""
    member.sleep(20)
    assert sandbox.state("api")["serving"]["tag"] == "v1.4.3"


def test_the_vendor_starts_deployments_by_itself(sandbox: Sandbox, railway: Railway, member: ClockMember) -> None:
    before = railway.tagged("v1.4.2")["id"]
    moved = sandbox.maintenance("api")
    member.sleep(60)
    active = railway.instance()["activeDeployments"]
    assert [it["id"] for it in active] == [moved] and moved != before
    assert sandbox.journal(changes=True) == []


def test_a_sleeping_service_wakes_when_it_is_asked(sandbox: Sandbox, railway: Railway) -> None:
    sandbox.patch("api", sleeping=True)
    assert railway.tagged("v1.4.2")["status"] == "SLEEPING"
    first = requests.get(railway.run["components"]["api"]["url"], timeout=10)
    assert first.status_code == 503 and first.elapsed.total_seconds() > 0.25
    assert railway.tagged("v1.4.2")["status"] == "SUCCESS"
    second = requests.get(railway.run["components"]["api"]["url"], timeout=10)
    assert second.elapsed.total_seconds() < 0.2


def test_keys_of_meta_can_be_missing(sandbox: Sandbox, railway: Railway) -> None:
    sandbox.patch("api", "v1.4.1", omit=["commitHash", "branch"])
    meta = railway.tagged("v1.4.1")["meta"]
    assert "commitHash" not in meta and "branch" not in meta and "image" in meta
