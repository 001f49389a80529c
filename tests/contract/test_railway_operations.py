# SPDX-License-Identifier: GPL-3.0-or-later
"""Every declared Railway operation is one that the vendor's schema knows, with variables that it accepts."""

from __future__ import annotations

import typing as t

import pytest
from graphql import FieldNode, NoDeprecatedCustomRule, OperationDefinitionNode, OperationType, parse, print_type, validate
from graphql.execution import get_variable_values

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import config_operations as config
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, metric_info, scope, volumes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import telemetry_operations as telemetry_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_operations as volume_op
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

PROJECT, ENVIRONMENT, SERVICE, ONE, OTHER = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "12345")
LIST_INPUT = {"projectId": PROJECT, "environmentId": ENVIRONMENT, "serviceId": SERVICE}
PLACE = {"projectId": PROJECT, "environmentId": ENVIRONMENT}


def volume_sent() -> dict[str, list[dict[str, t.Any]]]:
    where = {"environmentId": ENVIRONMENT, "projectId": PROJECT, "first": scope.PAGE}
    backup = {"volumeInstanceId": ONE, "volumeInstanceBackupId": OTHER}
    return {
        volume_op.VOLUMES.name: [{**where, "after": None}, {**where, "after": "cursor"}],
        volume_op.STAGED_VOLUMES.name: [{**where, "after": None}, {**where, "after": "cursor"}],
        volume_op.BACKUPS.name: [{"volumeInstanceId": ONE}],
        volume_op.WORKFLOW.name: [{"workflowId": ONE}],
        volume_op.CREATE_BACKUP.name: [{"volumeInstanceId": ONE, "name": "nightly"}],
        volume_op.DELETE_BACKUP.name: [backup],
        volume_op.LOCK_BACKUP.name: [backup],
        volume_op.RESTORE_BACKUP.name: [backup],
        volume_op.COMMIT_STAGED.name: [{"environmentId": ENVIRONMENT, "commitMessage": "Restore data from backup good"}],
        volume_op.SCHEDULE_BACKUPS.name: [{"volumeInstanceId": ONE, "kinds": list(volumes.KINDS)}, {"volumeInstanceId": ONE, "kinds": []}],
    }


def telemetry_sent() -> dict[str, list[dict[str, t.Any]]]:
    start, end = "2026-11-21T13:00:00.000Z", "2026-11-21T14:00:00.000Z"
    window = {"deploymentId": ONE, "filter": "@level:error", "limit": 200, "startDate": start, "endDate": end}
    anchor = {"filter": None, "beforeLimit": 200, "beforeDate": start, "anchorDate": end, "afterDate": end, "afterLimit": 0}
    used = {"withMeasurements": True, "measurements": list(metric_info.MEASUREMENTS), "sampleRateSeconds": 60, "groupBy": list(metric_info.GROUPS)}
    http = {"withHttp": True, "stepSeconds": 3600, "path": "/", "method": "GET"}
    nothing = {"withMeasurements": False, "measurements": [], "groupBy": None, "withHttp": False, "path": None, "method": None}
    served = {**PLACE, "serviceId": SERVICE, "startDate": start, "endDate": end}
    return {
        telemetry_op.DEPLOY_LOGS.name: [window, {**window, "startDate": None, "filter": None}],
        telemetry_op.BUILD_LOGS.name: [window],
        telemetry_op.ENVIRONMENT_LOGS.name: [{"environmentId": ENVIRONMENT, **anchor}],
        telemetry_op.HTTP_LOGS.name: [{"deploymentId": ONE, **anchor}],
        telemetry_op.METRICS.name: [{**served, **used, **http}, {**served, **nothing}],
    }


# What the code sends with each operation: all of its variables.
SENT: dict[str, list[dict[str, t.Any]]] = {
    op.PROJECT_TOKEN.name: [{"first": scope.PAGE}],
    op.SERVICES.name: [{"environmentId": ENVIRONMENT, "projectId": PROJECT, "first": scope.PAGE, "after": "cursor"}],
    op.ENVIRONMENT_SERVICES.name: [{"environmentId": ENVIRONMENT, "projectId": PROJECT, "first": scope.PAGE, "after": "cursor"}],
    op.PROJECTS.name: [{"first": scope.PAGE, "after": None}, {"first": scope.PAGE, "after": "cursor"}],
    op.PROJECT.name: [{"id": PROJECT, "first": scope.PAGE, "afterEnvironment": None, "afterService": "cursor"}],
    op.SERVICE.name: [
        {"projectId": PROJECT, "environmentId": ENVIRONMENT, "serviceId": SERVICE, "input": LIST_INPUT, "first": deployments.PAGE, "withAutoDeploy": shown}
        for shown in (True, False)
    ],
    op.DEPLOYMENTS.name: [
        {"input": LIST_INPUT, "first": deployments.FIND_PAGE, "after": None},
        {"input": {**LIST_INPUT, "status": {"in": deployments.STATES}}, "first": 1, "after": "cursor"},
    ],
    op.DEPLOYMENT.name: [{"id": ONE}],
    op.EVENTS.name: [{"id": ONE, "first": 50}],
    op.SNAPSHOTS.name: [{"one": ONE, "other": OTHER}],
    op.ROLLBACK.name: [{"id": ONE}],
    op.REDEPLOY.name: [{"id": ONE}, {"id": ONE, "usePreviousImageTag": True}],
    op.DEPLOY.name: [{"serviceId": SERVICE, "environmentId": ENVIRONMENT}, {"serviceId": SERVICE, "environmentId": ENVIRONMENT, "commitSha": "a" * 40}],
    op.RESTART.name: [{"id": ONE}],
    op.STOP.name: [{"id": ONE}],
    op.CANCEL.name: [{"id": ONE}],
    op.APPROVE.name: [{"id": ONE}],
    op.REMOVE.name: [{"id": ONE}],
    config.VARIABLES.name: [
        {**PLACE, "serviceId": SERVICE, "unrendered": True, "withValues": True, "first": scope.PAGE, "after": None},
        {**PLACE, "unrendered": False, "withValues": False, "first": scope.PAGE, "after": "cursor"},
    ],
    config.UPSERT_VARIABLES.name: [{"input": {**PLACE, "serviceId": SERVICE, "variables": {"A": "1"}, "skipDeploys": True}}],
    config.REPLACE_VARIABLES.name: [{"input": {**PLACE, "variables": {}, "skipDeploys": False, "replace": True}}],
    config.DELETE_VARIABLE.name: [{"input": {**PLACE, "serviceId": SERVICE, "name": "A"}}],
    config.SETTINGS.name: [{**PLACE, "serviceId": SERVICE, "withRegions": one, "withAutoDeploy": one, "withLimits": not one} for one in (True, False)],
    config.REGIONS.name: [{"projectId": PROJECT}],
    config.SET_AUTO_DEPLOY.name: [{"input": {**PLACE, "serviceId": SERVICE, "enabled": False}}],
    config.SET_LIMITS.name: [{"input": {"environmentId": ENVIRONMENT, "serviceId": SERVICE, "vCPUs": 2.0, "memoryGB": 1.5}}],
    **{operation.name: [{}] for operation in (op.ME, op.API_TOKEN)},
    config.PROJECT_TOKENS.name: [{"projectId": PROJECT, "first": scope.PAGE, "after": None}],
    config.CREATE_TOKEN.name: [{"input": {**PLACE, "name": "runbooks 2026-11"}}],
    config.DELETE_TOKEN.name: [{"id": ONE}],
    config.COMMIT_PATCH.name: [{"environmentId": ENVIRONMENT, "patch": {"sharedVariables": {}}, "commitMessage": "Seal A"}],
    **telemetry_sent(),
    **volume_sent(),
}
EACH = pytest.mark.parametrize("operation", op.OPERATIONS.values(), ids=list(op.OPERATIONS))


@pytest.fixture(scope="module")
def schema() -> t.Any:
    return vendor_schemas.railway()


def definition(operation: Operation) -> OperationDefinitionNode:
    """The one operation of its document."""
    found = [node for node in parse(operation.document).definitions if isinstance(node, OperationDefinitionNode)]
    assert len(found) == 1
    return found[0]


@EACH
def test_the_document_is_valid_and_uses_nothing_that_retires(schema: t.Any, operation: Operation) -> None:
    document = parse(operation.document)
    assert [error.message for error in validate(schema, document)] == []
    assert [error.message for error in validate(schema, document, [NoDeprecatedCustomRule])] == []


@EACH
def test_the_document_carries_the_name_that_is_sent_with_it(operation: Operation) -> None:
    name = definition(operation).name
    assert name is not None and name.value == operation.name


@EACH
def test_what_changes_is_a_mutation_and_the_other_way_round(operation: Operation) -> None:
    assert operation.changes is (definition(operation).operation is OperationType.MUTATION)


@EACH
def test_the_variables_are_accepted(schema: t.Any, operation: Operation) -> None:
    declared = definition(operation).variable_definitions or ()
    names = {variable.variable.name.value for variable in declared}
    for variables in SENT[operation.name]:
        values = get_variable_values(schema, declared, variables)
        # Older releases of graphql-core give a plain dictionary, newer ones an object; errors come as a list in both.
        assert not isinstance(values, list), values
        assert set(variables) <= names
    assert names == set().union(*SENT[operation.name])


@pytest.mark.parametrize("operation", [one for one in op.OPERATIONS.values() if any(SENT[one.name])], ids=lambda operation: operation.name)
def test_a_wrong_variable_would_be_noticed(schema: t.Any, operation: Operation) -> None:
    declared = definition(operation).variable_definitions or ()
    wrong = {variable.variable.name.value: {"not": "that"} for variable in declared}
    assert isinstance(get_variable_values(schema, declared, wrong), list)


def test_booleans_are_known_as_booleans(schema: t.Any) -> None:
    """An answer other than ``true`` is a failure exactly where the schema promises a Boolean."""
    promised = set()
    for operation in op.OPERATIONS.values():
        field = definition(operation).selection_set.selections[0]
        assert isinstance(field, FieldNode)
        if operation.changes and str(schema.mutation_type.fields[field.name.value].type) == "Boolean!":
            promised.add(operation.name)
    assert promised == op.ANSWER_TRUE


def test_every_state_of_the_schema_is_known_and_no_other(schema: t.Any) -> None:
    states = schema.type_map["DeploymentStatus"]
    assert set(deployments.STATES) == set(states.values), print_type(states)
    assert set(deployments.STATES) >= deployments.IN_PROGRESS | deployments.GOOD | deployments.GONE


def test_only_what_cannot_be_brought_back_destroys() -> None:
    assert {name for name, operation in op.OPERATIONS.items() if operation.destroys} == {
        "deploymentRemove",
        "variableCollectionReplace",
        "variableDelete",
        "volumeInstanceBackupDelete",
        "volumeInstanceBackupRestore",
    }
