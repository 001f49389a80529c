# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Railway is asked and told about variables, settings and project tokens; a part of the table in ``operations.py``."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

# What a token of one environment may not do. The vendor names no rights beside the kinds of tokens.
WORKSPACE_TOKEN = "workspace token"
# Values as they are stored or as containers get them, and what is known of each without its value. A sealed one has no value.
VARIABLES = Operation(
    "variables",
    document="""
query variables(
  $projectId: String!, $environmentId: String!, $serviceId: String, $unrendered: Boolean!, $withValues: Boolean!, $first: Int, $after: String
) {
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: $unrendered) @include(if: $withValues)
  environment(id: $environmentId) {
    variables(first: $first, after: $after) {
      edges { node { name serviceId isSealed references updatedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}""",
)
UPSERT_VARIABLES = Operation(
    "variableCollectionUpsert",
    document="mutation variableCollectionUpsert($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }",
    changes=True,
)
# The same with ``replace``: whatever is not listed is gone, sealed variables too, whose values nobody can read back.
REPLACE_VARIABLES = Operation(
    "variableCollectionReplace",
    document="""
mutation variableCollectionReplace($input: VariableCollectionUpsertInput!) {
  variableCollectionReplace: variableCollectionUpsert(input: $input)
}""",
    changes=True,
    destroys=True,
)
DELETE_VARIABLE = Operation(
    "variableDelete",
    document="mutation variableDelete($input: VariableDeleteInput!) { variableDelete(input: $input) }",
    changes=True,
    destroys=True,
)
# Merged into what is there, at once; staged changes of others stay staged. Railway deploys what it affects.
COMMIT_PATCH = Operation(
    "environmentPatchCommit",
    document="""
mutation environmentPatchCommit($environmentId: String!, $patch: EnvironmentConfig!, $commitMessage: String) {
  environmentPatchCommit(environmentId: $environmentId, patch: $patch, commitMessage: $commitMessage)
}""",
    changes=True,
)
# ``numReplicas`` and ``region`` are null where there are several regions; only the config then tells them.
SETTINGS = Operation(
    "serviceInstanceSettings",
    document="""
query serviceInstanceSettings(
  $projectId: String!, $environmentId: String!, $serviceId: String!, $withRegions: Boolean!, $withAutoDeploy: Boolean!, $withLimits: Boolean!
) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    serviceId healthcheckPath healthcheckTimeout overlapSeconds drainingSeconds restartPolicyType restartPolicyMaxRetries startCommand
    numReplicas region railwayConfigFile
    activeDeployments { id status deploymentStopped instances { id status } }
  }
  environment(id: $environmentId) @include(if: $withRegions) { config(decryptVariables: false) }
  serviceInstanceAutoDeployStatus(projectId: $projectId, serviceId: $serviceId, environmentId: $environmentId) @include(if: $withAutoDeploy) {
    enabled canEnable reason
  }
  serviceInstanceLimits(serviceId: $serviceId, environmentId: $environmentId) @include(if: $withLimits)
}""",
)
REGIONS = Operation(
    "regions",
    document="""
query regions($projectId: String) {
  regions(projectId: $projectId) { name deploymentConstraints { deprecationInfo { isDeprecated replacementRegion } } }
}""",
)
SET_AUTO_DEPLOY = Operation(
    "serviceInstanceAutoDeployUpdate",
    document="""
mutation serviceInstanceAutoDeployUpdate($input: ServiceInstanceAutoDeployUpdateInput!) {
  serviceInstanceAutoDeployUpdate(input: $input) { enabled }
}""",
    changes=True,
)
SET_LIMITS = Operation(
    "serviceInstanceLimitsUpdate",
    document="mutation serviceInstanceLimitsUpdate($input: ServiceInstanceLimitsUpdateInput!) { serviceInstanceLimitsUpdate(input: $input) }",
    changes=True,
)
PROJECT_TOKENS = Operation(
    "projectTokens",
    needs=(WORKSPACE_TOKEN,),
    document="""
query projectTokens($projectId: String!, $first: Int, $after: String) {
  projectTokens(projectId: $projectId, first: $first, after: $after) {
    edges { node { id name displayToken environmentId createdAt environment { name } } }
    pageInfo { hasNextPage endCursor }
  }
}""",
)
# Answers the token itself, this once.
CREATE_TOKEN = Operation(
    "projectTokenCreate",
    needs=(WORKSPACE_TOKEN,),
    document="mutation projectTokenCreate($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
    changes=True,
)
DELETE_TOKEN = Operation(
    "projectTokenDelete",
    needs=(WORKSPACE_TOKEN,),
    document="mutation projectTokenDelete($id: String!) { projectTokenDelete(id: $id) }",
    changes=True,
)

CONFIG_OPERATIONS = (
    VARIABLES,
    UPSERT_VARIABLES,
    REPLACE_VARIABLES,
    DELETE_VARIABLE,
    COMMIT_PATCH,
    SETTINGS,
    REGIONS,
    SET_AUTO_DEPLOY,
    SET_LIMITS,
    PROJECT_TOKENS,
    CREATE_TOKEN,
    DELETE_TOKEN,
)
CONFIG_ANSWER_TRUE = (UPSERT_VARIABLES, REPLACE_VARIABLES, DELETE_VARIABLE, SET_LIMITS, DELETE_TOKEN)
CONFIG_ANSWER_TEXT = (COMMIT_PATCH, CREATE_TOKEN)
