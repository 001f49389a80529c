# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reference operation is executed by the sandbox, and every answer is what the vendor's schema promises."""

from __future__ import annotations

import typing as t

import pytest
import requests
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
)

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import Railway
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

Json = dict[str, t.Any]
REFERENCE = {
    str(definition.name.value): definition
    for definition in parse(vendor_schemas.railway_reference_operations()).definitions
    if isinstance(definition, OperationDefinitionNode) and definition.name
    # Those are in test_sandbox_railway_streams.py.
    if definition.operation != OperationType.SUBSCRIPTION
}
PROJECT_TOKEN, ACCOUNT, WORKSPACE = "token", "account_token", "workspace_token"
TOKENS = {"ProjectTokenInfo": PROJECT_TOKEN, "WorkspaceTokenInfo": WORKSPACE}
START, END = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
LATER = "2098-01-01T00:00:00Z"
# Questions whose answer is rightly empty.
EMPTY = {"PlatformStatus"}


class Asker(Railway):
    """Executes reference operations by their names."""

    def __init__(self, run: Json, sandbox: Sandbox, member: ClockMember) -> None:
        super().__init__(run)
        self.sandbox, self.member = sandbox, member
        facts = run["railway"]
        self.ids = {"projectId": facts["project_id"], "environmentId": facts["environment_id"], "serviceId": self.service}
        self.volume_of_service = self.volume()
        self.owner = f"project:{facts['project_id']}"

    def run_operation(self, operation: str, /, **variables: t.Any) -> Json:
        kind = TOKENS.get(operation, ACCOUNT)
        token = self.run["railway"][kind]
        self.headers = {"Project-Access-Token": token} if kind == PROJECT_TOKEN else {"Authorization": f"Bearer {token}"}
        return self.data(print_ast(DocumentNode(definitions=(REFERENCE[operation],))), **variables)

    @property
    def workspace(self) -> str:
        return str(self.run_operation("WorkspaceTokenInfo")["apiToken"]["workspaces"][0]["id"])

    def variables(self, name: str) -> Json:
        """Plausible values for every variable of the operation; what has to be there first is brought about."""
        declared = [variable.variable.name.value for variable in REFERENCE[name].variable_definitions or ()]
        prepared = getattr(self, f"_{name}", dict)()
        known = {
            **self.ids,
            **self.volume_of_service,
            "id": self.deployments(status={"in": ["SUCCESS"]})[0]["id"],
            "deploymentId": self.deployments(status={"in": ["SUCCESS"]})[0]["id"],
            "first": 50,
            "workspaceId": self.workspace,
            "input": self.ids,
            "startDate": START,
            "endDate": END,
            "measurements": ["CPU_USAGE", "MEMORY_USAGE_GB"],
            "groupBy": ["DEPLOYMENT_INSTANCE_ID"],
            "sampleRateSeconds": 86400,
            "stepSeconds": 86400,
            "limit": 5,
            "beforeLimit": 5,
            "anchorDate": LATER,
            "commitMessage": "a change",
            "name": "nightly",
            **prepared,
        }
        return {variable: known[variable] for variable in declared if variable in known}

    def _id_of(self, answer: Json) -> Json:
        return {"id": next(iter(answer.values()))["id"]}

    def _ProjectTokenCreate(self) -> Json:
        return {"input": {"projectId": self.ids["projectId"], "environmentId": self.ids["environmentId"], "name": "runbooks 2026-11"}}

    def _ProjectTokenDelete(self) -> Json:
        tokens = self.run_operation("ProjectTokens", projectId=self.ids["projectId"], first=5)
        return {"id": tokens["projectTokens"]["edges"][0]["node"]["id"]}

    def _Project(self) -> Json:
        return {"id": self.ids["projectId"]}

    def _EnvironmentConfig(self) -> Json:
        return {"id": self.ids["environmentId"], "decryptVariables": False}

    def _ServiceInstanceUpdate(self) -> Json:
        return {"input": {"healthcheckTimeout": 60}}

    def _ServiceInstanceLimitsUpdate(self) -> Json:
        return {"input": {"serviceId": self.service, "environmentId": self.environment, "vCPUs": 2, "memoryGB": 4}}

    def _AutoDeployUpdate(self) -> Json:
        return {"input": {**self.ids, "enabled": False}}

    def _DeploymentRollback(self) -> Json:
        return {"id": self.tagged("v1.4.1")["id"]}

    def _waiting(self) -> Json:
        self.sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
        return {"id": self.sandbox.push("api", tag="v1.4.3")}

    _DeploymentCancel = _DeploymentApprove = _waiting

    def _ServiceInstanceDeploy(self) -> Json:
        return {"commitSha": self.tagged("v1.4.1")["meta"]["commitHash"]}

    def _VariableUpsert(self) -> Json:
        return {"input": {**self.ids, "name": "NEW", "value": "1", "skipDeploys": True}}

    def _VariableCollectionUpsert(self) -> Json:
        return {"input": {**self.ids, "variables": {"NEW": "1"}, "skipDeploys": True}}

    def _VariableDelete(self) -> Json:
        return {"input": {**self.ids, "name": "NODE_ENV"}}

    def _EnvironmentPatchCommit(self) -> Json:
        return {"patch": {"services": {self.service: {"deploy": {"healthcheckTimeout": 60}}}}}

    def _EnvironmentStageChanges(self) -> Json:
        return {"input": self._EnvironmentPatchCommit()["patch"], "merge": True}

    def _EnvironmentPatchCommitStaged(self) -> Json:
        self.run_operation("EnvironmentStageChanges", environmentId=self.environment, **self._EnvironmentStageChanges())
        return {"skipDeploys": True}

    def _ServiceDomainCreate(self) -> Json:
        return {"input": {"serviceId": self.service, "environmentId": self.environment, "targetPort": 8080}}

    def _ServiceDomainDelete(self) -> Json:
        return self._id_of(self.run_operation("ServiceDomainCreate", **self._ServiceDomainCreate()))

    def _CustomDomainCreate(self) -> Json:
        return {"input": {**self.ids, "domain": "api.example.com"}}

    def _CustomDomainDelete(self) -> Json:
        return self._id_of(self.run_operation("CustomDomainCreate", **self._CustomDomainCreate()))

    def _Domains(self) -> Json:
        self.run_operation("CustomDomainCreate", **self._CustomDomainCreate())
        return {}

    def _TcpProxies(self) -> Json:
        patch = {"services": {self.service: {"networking": {"tcpProxies": {"5432": {}}}}}}
        self.run_operation("EnvironmentPatchCommit", environmentId=self.environment, patch=patch)
        return {}

    def _TcpProxyDelete(self) -> Json:
        self._TcpProxies()
        return {"id": self.run_operation("TcpProxies", environmentId=self.environment, serviceId=self.service)["tcpProxies"][0]["id"]}

    def _VolumeInstance(self) -> Json:
        return {"id": self.volume_of_service["volumeInstanceId"]}

    def _WorkflowStatus(self) -> Json:
        answer = self.run_operation("VolumeBackupCreate", volumeInstanceId=self.volume_of_service["volumeInstanceId"], name="nightly")
        self.member.sleep(5)
        return {"workflowId": answer["volumeInstanceBackupCreate"]["workflowId"]}

    def _NotificationRuleCreate(self) -> Json:
        channel = {"type": "webhook", "url": "https://hooks.example.com/railway"}
        events = {"eventTypes": ["Deployment.failed"], "severities": ["WARNING"], "channelConfigs": [channel]}
        return {"input": {"workspaceId": self.workspace, "projectId": self.ids["projectId"], **events}}

    def _NotificationRules(self) -> Json:
        self.run_operation("NotificationRuleCreate", **self._NotificationRuleCreate())
        return {}

    _NotificationDeliveries = _NotificationRules

    def _NotificationRuleUpdate(self) -> Json:
        return {"input": {"severities": ["CRITICAL"]}, **self._NotificationRuleDelete()}

    def _NotificationRuleDelete(self) -> Json:
        return self._id_of(self.run_operation("NotificationRuleCreate", **self._NotificationRuleCreate()))

    def _WebhookTest(self) -> Json:
        return {"url": "https://hooks.example.com/railway", "payload": "{}"}

    def _SetServiceUnderAttackMode(self) -> Json:
        return {"input": {"serviceId": self.service, "environmentId": self.environment, "enabled": True, "durationSeconds": 600}}

    def _SignalCreate(self) -> Json:
        return {"input": {"owner": self.owner, "name": "maintenance", "type": "bool", "default": False}}

    def _Signals(self) -> Json:
        self.run_operation("SignalCreate", **self._SignalCreate())
        return {"owner": self.owner, "name": "maintenance"}

    _Signal = _Signals

    def _SignalDefaultSet(self) -> Json:
        return {"input": {**self._Signals(), "default": True}}

    def _SignalRuleSet(self) -> Json:
        expression = {"bucket": {"attr": "key"}, "op": "lt", "value": 0.25}
        return {"input": {**self._Signals(), "ruleId": "quarter", "expression": expression, "value": True}}

    def _SignalRuleUnset(self) -> Json:
        rule = self._SignalRuleSet()["input"]
        self.run_operation("SignalRuleSet", input=rule)
        return {"input": {name: rule[name] for name in ("owner", "name", "ruleId")}}


@pytest.fixture
def asker(running: Sandbox, sandbox: Sandbox, member: ClockMember) -> Asker:
    return Asker(running.run, sandbox, member)


def wrongs(kind: t.Any, value: t.Any, selected: t.Any, path: str) -> list[str]:
    """Where an answer is not what the schema promises for this selection."""
    if isinstance(kind, GraphQLNonNull):
        return [f"{path} is null"] if value is None else wrongs(kind.of_type, value, selected, path)
    if value is None:
        return []
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [wrong for number, item in enumerate(value) for wrong in wrongs(kind.of_type, item, selected, f"{path}[{number}]")]
    if isinstance(kind, GraphQLObjectType):
        fields = [node for node in selected.selections if not isinstance(node, FragmentSpreadNode)]
        names = {node.alias.value if node.alias else node.name.value: node for node in fields}
        if not isinstance(value, dict) or set(value) != set(names):
            return [f"{path} has {sorted(value) if isinstance(value, dict) else value!r}"]
        inner = {name: node for name, node in names.items() if node.name.value != "__typename"}
        return [wrong for name, node in inner.items() for wrong in wrongs(kind.fields[node.name.value].type, value[name], node.selection_set, f"{path}.{name}")]
    if isinstance(kind, GraphQLEnumType):
        return [] if value in kind.values else [f"{path} is {value!r}"]
    fits = {"String": str, "ID": str, "DateTime": str, "Boolean": bool, "Int": int, "Float": int | float}.get(kind.name, object)
    good = isinstance(value, fits) and not (isinstance(value, bool) and kind.name in ("Int", "Float"))
    return [] if good else [f"{path} is {value!r}, not {kind.name}"]


@pytest.mark.parametrize("name", REFERENCE)
def test_every_reference_operation_is_executed(asker: Asker, name: str) -> None:
    operation = REFERENCE[name]
    variables = asker.variables(name)
    answer = asker.run_operation(name, **variables)
    vendor = vendor_schemas.railway()
    root = vendor.mutation_type if operation.operation == OperationType.MUTATION else vendor.query_type
    assert wrongs(root, answer, operation.selection_set, name) == []
    (field,) = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    assert name in EMPTY or answer[field.name.value] not in (None, [], {}, {"edges": []})
    entry = asker.sandbox.journal(vendor="railway")[-1]
    changes = operation.operation == OperationType.MUTATION
    assert (entry["operation"], entry["changes"], entry["effect"]) == (field.name.value, changes, changes)


def test_there_are_as_many_as_were_written() -> None:
    assert len(REFERENCE) >= 81


def test_an_answer_of_another_shape_would_be_noticed() -> None:
    vendor = vendor_schemas.railway()
    selected = REFERENCE["WorkflowStatus"].selection_set
    told = {"workflowStatus": {"status": "Complete", "error": None}}
    assert wrongs(vendor.query_type, told, selected, "x") == []
    for bad in ({"workflowStatus": None}, {"workflowStatus": {"status": "Done", "error": None}}, {"workflowStatus": {"status": "Error"}}, {}):
        assert wrongs(vendor.query_type, bad, selected, "x") != []
    assert wrongs(vendor.query_type, {"workflowStatus": {"status": "Error", "error": 5}}, selected, "x") == ["x.workflowStatus.error is 5, not String"]


# --- limits -------------------------------------------------------------------------------------------------------------


def plain(run: Json, sandbox: Sandbox) -> requests.Response:
    headers = {"Project-Access-Token": run["railway"]["token"]}
    return requests.post(run["railway"]["url"], json={"query": "{ platformStatus { isStable } }"}, headers=headers, timeout=20)


@pytest.mark.parametrize(("plan", "hourly"), [("free", 100), ("hobby", 1000), ("pro", 10000)])
def test_the_plan_says_how_much_may_be_asked_in_an_hour(running: Sandbox, plan: str, hourly: int) -> None:
    running.scenario("bad-release", railway_plan=plan)
    first, second = plain(running.run, running), plain(running.run, running)
    assert [answer.headers["X-RateLimit-Limit"] for answer in (first, second)] == [str(hourly)] * 2
    assert [int(answer.headers["X-RateLimit-Remaining"]) for answer in (first, second)] == [hourly - 1, hourly - 2]
    assert first.headers["RateLimit-Policy"] == f'"api";q={hourly};w=3600' and int(first.headers["X-RateLimit-Reset"]) > running.clock()["now"]


def test_an_hour_that_is_used_up_ends_in_429(running: Sandbox) -> None:
    running.scenario("bad-release", railway_plan="free")
    member = ClockMember(running.run["clock_url"], "limits", 1)
    try:
        assert {plain(running.run, running).status_code for _request in range(100)} == {200}
        refused = plain(running.run, running)
        assert refused.status_code == 429 and 3590 <= int(refused.headers["Retry-After"]) <= 3600
        assert refused.json()["errors"][0]["message"] == "Rate limit exceeded" and refused.headers["X-RateLimit-Remaining"] == "0"
        member.sleep(float(refused.headers["Retry-After"]))
        assert plain(running.run, running).status_code == 200
    finally:
        member.close()


def test_a_second_has_its_limit_too(running: Sandbox) -> None:
    running.scenario("bad-release", railway_plan="hobby", railway_rate_limits="all")
    member = ClockMember(running.run["clock_url"], "limits", 1)
    try:
        assert [plain(running.run, running).status_code for _request in range(12)] == [200] * 10 + [429] * 2
        assert plain(running.run, running).headers["Retry-After"] == "1"
        member.sleep(1)
        assert plain(running.run, running).status_code == 200
    finally:
        member.close()
