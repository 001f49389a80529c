# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Every question and every change that Railway's GraphQL API is sent.

Source: Railway public API, ``POST https://backboard.railway.com/graphql/v2``. An operation is named after its root field, where it
has one, so that plans and journals read like the vendor's own reference. Lists are Relay connections: ``first`` and ``after``.
"""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.config_operations import (
    CONFIG_ANSWER_TEXT,
    CONFIG_ANSWER_TRUE,
    CONFIG_OPERATIONS,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.telemetry_operations import TELEMETRY_OPERATIONS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volume_operations import (
    VOLUME_ANSWER_TEXT,
    VOLUME_ANSWER_TRUE,
    VOLUME_OPERATIONS,
)

# What deployments.normalise() reads. ``meta`` is an opaque JSON object: no key of it is promised.
DEPLOYMENT_FIELDS = """
  id status statusUpdatedAt createdAt canRollback canRedeploy deploymentStopped
  projectId environmentId serviceId meta instances { id status }
"""

PROJECT_TOKEN = Operation(
    "projectToken",
    document="""
query projectToken($first: Int) {
  projectToken {
    projectId environmentId
    project { id name subscriptionType }
    environment {
      id name
      serviceInstances(first: $first) {
        edges { node { serviceId serviceName } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}""",
)
# Whoever has no person behind it, such as the token of a workspace, has no ``me``.
ME = Operation("me", document="query me { me { id } }")
API_TOKEN = Operation("apiToken", document="query apiToken { apiToken { workspaces { id name } } }")
SERVICES = Operation(
    "environment",
    document="""
query environment($environmentId: String!, $projectId: String, $first: Int, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    id name
    serviceInstances(first: $first, after: $after) {
      edges { node { serviceId serviceName } }
      pageInfo { hasNextPage endCursor }
    }
  }
}""",
)
ENVIRONMENT_SERVICES = Operation(
    "environmentServices",
    document="""
query environmentServices($environmentId: String!, $projectId: String, $first: Int, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    id
    serviceInstances(first: $first, after: $after) {
      edges {
        node {
          serviceId serviceName deletedAt healthcheckPath
          source { image }
          domains { customDomains { domain } serviceDomains { domain } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}""",
)
PROJECTS = Operation(
    "projects",
    document="""
query projects($first: Int, $after: String) {
  projects(first: $first, after: $after) {
    edges { node { id name deletedAt } }
    pageInfo { hasNextPage endCursor }
  }
}""",
)
PROJECT = Operation(
    "project",
    document="""
query project($id: String!, $first: Int, $afterEnvironment: String, $afterService: String) {
  project(id: $id) {
    id name deletedAt subscriptionType
    environments(first: $first, after: $afterEnvironment) {
      edges { node { id name deletedAt } }
      pageInfo { hasNextPage endCursor }
    }
    services(first: $first, after: $afterService) {
      edges { node { id name deletedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}""",
)
# What runs, what ran, and whether the next push deploys: the whole state of a service in one request.
SERVICE = Operation(
    "serviceInstance",
    document=f"""
query serviceInstance(
  $projectId: String!, $environmentId: String!, $serviceId: String!, $input: DeploymentListInput!, $first: Int, $withAutoDeploy: Boolean!
) {{
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {{
    serviceId serviceName environmentId cronSchedule
    activeDeployments {{ ...deploymentFields }}
  }}
  deployments(input: $input, first: $first) {{
    edges {{ node {{ ...deploymentFields }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
  serviceInstanceAutoDeployStatus(projectId: $projectId, serviceId: $serviceId, environmentId: $environmentId) @include(if: $withAutoDeploy) {{
    enabled
  }}
}}
fragment deploymentFields on Deployment {{ {DEPLOYMENT_FIELDS} }}""",
)
DEPLOYMENTS = Operation(
    "deployments",
    document=f"""
query deployments($input: DeploymentListInput!, $first: Int, $after: String) {{
  deployments(input: $input, first: $first, after: $after) {{
    edges {{ node {{ {DEPLOYMENT_FIELDS} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
)
DEPLOYMENT = Operation("deployment", document=f"query deployment($id: String!) {{ deployment(id: $id) {{ {DEPLOYMENT_FIELDS} }} }}")
EVENTS = Operation(
    "deploymentEvents",
    document="""
query deploymentEvents($id: String!, $first: Int) {
  deploymentEvents(id: $id, first: $first) {
    edges { node { step createdAt payload { error reason } } }
  }
}""",
)
# The variables that two deployments were made with; the values stay in memory and are only compared.
SNAPSHOTS = Operation(
    "deploymentSnapshot",
    document="""
query deploymentSnapshot($one: String!, $other: String!) {
  one: deploymentSnapshot(deploymentId: $one) { variables }
  other: deploymentSnapshot(deploymentId: $other) { variables }
}""",
)

# Answers ``true`` and no id: the rollback is a new deployment with the old one's image and variables.
ROLLBACK = Operation("deploymentRollback", document="mutation deploymentRollback($id: String!) { deploymentRollback(id: $id) }", changes=True)
REDEPLOY = Operation(
    "deploymentRedeploy",
    document="""
mutation deploymentRedeploy($id: String!, $usePreviousImageTag: Boolean) {
  deploymentRedeploy(id: $id, usePreviousImageTag: $usePreviousImageTag) { id status }
}""",
    changes=True,
)
DEPLOY = Operation(
    "serviceInstanceDeployV2",
    document="""
mutation serviceInstanceDeployV2($serviceId: String!, $environmentId: String!, $commitSha: String) {
  serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId, commitSha: $commitSha)
}""",
    changes=True,
)
RESTART = Operation("deploymentRestart", document="mutation deploymentRestart($id: String!) { deploymentRestart(id: $id) }", changes=True)
STOP = Operation("deploymentStop", document="mutation deploymentStop($id: String!) { deploymentStop(id: $id) }", changes=True)
CANCEL = Operation("deploymentCancel", document="mutation deploymentCancel($id: String!) { deploymentCancel(id: $id) }", changes=True)
APPROVE = Operation("deploymentApprove", document="mutation deploymentApprove($id: String!) { deploymentApprove(id: $id) }", changes=True)
# The image is dropped when the plan's retention is over, and nothing brings it back then.
REMOVE = Operation("deploymentRemove", document="mutation deploymentRemove($id: String!) { deploymentRemove(id: $id) }", changes=True, destroys=True)

OPERATIONS = table(
    PROJECT_TOKEN,
    ME,
    API_TOKEN,
    SERVICES,
    ENVIRONMENT_SERVICES,
    PROJECTS,
    PROJECT,
    SERVICE,
    DEPLOYMENTS,
    DEPLOYMENT,
    EVENTS,
    SNAPSHOTS,
    ROLLBACK,
    REDEPLOY,
    DEPLOY,
    RESTART,
    STOP,
    CANCEL,
    APPROVE,
    REMOVE,
    *CONFIG_OPERATIONS,
    *VOLUME_OPERATIONS,
    *TELEMETRY_OPERATIONS,
)
# Changes that answer a Boolean: anything but ``true`` is no success.
ANSWER_TRUE = frozenset(operation.name for operation in (ROLLBACK, RESTART, STOP, CANCEL, APPROVE, REMOVE, *CONFIG_ANSWER_TRUE, *VOLUME_ANSWER_TRUE))
# Changes that answer an id or a secret: without one it is no success either.
ANSWER_TEXT = frozenset(operation.name for operation in (*CONFIG_ANSWER_TEXT, *VOLUME_ANSWER_TEXT))
