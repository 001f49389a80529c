# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Vercel REST API, named as the vendor's OpenAPI document names it.

Versions are part of the path, one per operation. Each call may carry the team, as ``teamId`` or ``slug``.
"""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

TEAM = ("teamId", "slug")

GET_TEAMS = Operation("get_teams", "GET", "/v2/teams", query=("limit",))
GET_PROJECT = Operation("get_project", "GET", "/v9/projects/{idOrName}", query=TEAM)
GET_PROJECTS = Operation("get_projects", "GET", "/v10/projects", query=(*TEAM, "limit", "from"))
UPDATE_PROJECT = Operation(
    "update_project",
    "PATCH",
    "/v9/projects/{idOrName}",
    query=TEAM,
    body=(
        "autoAssignCustomDomains",
        "nodeVersion",
        "buildCommand",
        "installCommand",
        "outputDirectory",
        "rootDirectory",
        "commandForIgnoringBuildStep",
    ),
    changes=True,
)
# Neither takes a name in place of the id.
PAUSE_PROJECT = Operation("pause_project", "POST", "/v1/projects/{projectId}/pause", query=TEAM, changes=True)
UNPAUSE_PROJECT = Operation("unpause_project", "POST", "/v1/projects/{projectId}/unpause", query=TEAM, changes=True)

GET_DEPLOYMENTS = Operation("get_deployments", "GET", "/v7/deployments", query=(*TEAM, "projectId", "target", "state", "sha", "since", "until", "limit"))
GET_DEPLOYMENT = Operation("get_deployment", "GET", "/v13/deployments/{idOrUrl}", query=TEAM)
CREATE_DEPLOYMENT = Operation(
    "create_deployment",
    "POST",
    "/v13/deployments",
    query=(*TEAM, "forceNew", "skipAutoDetectionConfirmation"),
    body=("deploymentId", "name", "project", "target", "meta", "gitSource"),
    changes=True,
)
CANCEL_DEPLOYMENT = Operation("cancel_deployment", "PATCH", "/v12/deployments/{id}/cancel", query=TEAM, changes=True)
DELETE_DEPLOYMENT = Operation("delete_deployment", "DELETE", "/v13/deployments/{id}", query=TEAM, changes=True, destroys=True)
GET_ALIAS = Operation("get_alias", "GET", "/v4/aliases/{idOrAlias}", query=TEAM)
ASSIGN_ALIAS = Operation("assign_alias", "POST", "/v2/deployments/{id}/aliases", query=TEAM, body=("alias",), changes=True)
DELETE_ALIAS = Operation("delete_alias", "DELETE", "/v2/aliases/{aliasId}", query=TEAM, changes=True)
LIST_DEPLOYMENT_ALIASES = Operation("list_deployment_aliases", "GET", "/v2/deployments/{id}/aliases", query=TEAM)

# Both move the production domains in a job of their own, without a build. The body is an empty object.
REQUEST_PROMOTE = Operation("request_promote", "POST", "/v10/projects/{projectId}/promote/{deploymentId}", query=TEAM, changes=True)
REQUEST_ROLLBACK = Operation("request_rollback", "POST", "/v1/projects/{projectId}/rollback/{deploymentId}", query=(*TEAM, "description"), changes=True)
# The second is not in the published document; the vendor's own client calls it.
LIST_PROMOTE_ALIASES = Operation("list_promote_aliases", "GET", "/v1/projects/{projectId}/promote/aliases", query=(*TEAM, "failedOnly", "limit"))
LIST_ROLLBACK_ALIASES = Operation("list_rollback_aliases", "GET", "/v9/projects/{projectId}/rollback/aliases", query=(*TEAM, "failedOnly", "limit"))

ROLLING = "/v1/projects/{idOrName}/rolling-release"
GET_ROLLING_RELEASE = Operation("get_rolling_release", "GET", ROLLING, query=(*TEAM, "state"))
GET_ROLLING_RELEASE_BILLING = Operation("get_rolling_release_billing", "GET", f"{ROLLING}/billing", query=TEAM)
GET_ROLLING_RELEASE_CONFIG = Operation("get_rolling_release_config", "GET", f"{ROLLING}/config", query=TEAM)
# Durations are minutes. Its body is not in the published document; the vendor's own clients send it.
UPDATE_ROLLING_RELEASE_CONFIG = Operation(
    "update_rolling_release_config",
    "PATCH",
    f"{ROLLING}/config",
    query=TEAM,
    body=("enabled", "advancementType", "stages", "canaryResponseHeader"),
    changes=True,
)
START_ROLLING_RELEASE = Operation("start_rolling_release", "POST", f"{ROLLING}/start", query=TEAM, body=("canaryDeploymentId",), changes=True)
APPROVE_ROLLING_RELEASE_STAGE = Operation(
    "approve_rolling_release_stage", "POST", f"{ROLLING}/approve-stage", query=TEAM, body=("nextStageIndex", "canaryDeploymentId"), changes=True
)
COMPLETE_ROLLING_RELEASE = Operation("complete_rolling_release", "POST", f"{ROLLING}/complete", query=TEAM, body=("canaryDeploymentId",), changes=True)

# Values come encrypted unless asked for otherwise; those of sensitive variables never come.
FILTER_PROJECT_ENVS = Operation("filter_project_envs", "GET", "/v10/projects/{idOrName}/env", query=(*TEAM, "decrypt"))
GET_PROJECT_ENV = Operation("get_project_env", "GET", "/v1/projects/{idOrName}/env/{id}", query=TEAM)
# The body is a list of variables.
CREATE_PROJECT_ENV = Operation(
    "create_project_env",
    "POST",
    "/v10/projects/{idOrName}/env",
    query=(*TEAM, "upsert"),
    body=("key", "value", "type", "comment", "target", "gitBranch", "customEnvironmentIds"),
    changes=True,
)
EDIT_PROJECT_ENV = Operation(
    "edit_project_env", "PATCH", "/v9/projects/{idOrName}/env/{id}", query=TEAM, body=("value", "comment", "target", "customEnvironmentIds"), changes=True
)
BATCH_REMOVE_PROJECT_ENV = Operation(
    "batch_remove_project_env", "DELETE", "/v1/projects/{idOrName}/env", query=TEAM, body=("ids",), changes=True, destroys=True
)
GET_CUSTOM_ENVIRONMENTS = Operation("get_custom_environments", "GET", "/v9/projects/{idOrName}/custom-environments", query=TEAM)

# Global Config was called Edge Config; installations that do not know the new address yet answer 404 or 410 there.
GET_GLOBAL_CONFIGS = Operation("get_global_configs", "GET", "/v1/global-config", query=TEAM, lists=True, needs=("team token",))
GET_GLOBAL_CONFIG_ITEMS = Operation("get_global_config_items", "GET", "/v1/global-config/{edgeConfigId}/items", query=TEAM, lists=True, needs=("team token",))
PATCH_GLOBAL_CONFIG_ITEMS = Operation(
    "patch_global_config_items", "PATCH", "/v1/global-config/{edgeConfigId}/items", query=TEAM, body=("items",), changes=True, needs=("team token",)
)
GET_EDGE_CONFIGS = Operation("get_edge_configs", "GET", "/v1/edge-config", query=TEAM, lists=True, needs=("team token",))
GET_EDGE_CONFIG_ITEMS = Operation("get_edge_config_items", "GET", "/v1/edge-config/{edgeConfigId}/items", query=TEAM, lists=True, needs=("team token",))
PATCH_EDGE_CONFIG_ITEMS = Operation(
    "patch_edge_config_items", "PATCH", "/v1/edge-config/{edgeConfigId}/items", query=TEAM, body=("items",), changes=True, needs=("team token",)
)

UPDATE_ATTACK_MODE = Operation(
    "update_attack_challenge_mode",
    "POST",
    "/v1/security/attack-mode",
    query=TEAM,
    body=("projectId", "attackModeEnabled", "attackModeActiveUntil"),
    changes=True,
)
# The version may be ``active``. A change is one action of many, and another version each.
GET_FIREWALL_CONFIG = Operation("get_firewall_config", "GET", "/v1/security/firewall/config/{configVersion}", query=(*TEAM, "projectId"))
UPDATE_FIREWALL_CONFIG = Operation(
    "update_firewall_config", "PATCH", "/v1/security/firewall/config", query=(*TEAM, "projectId"), body=("action", "id", "value"), changes=True
)
GET_BYPASS_IP = Operation("get_bypass_ip", "GET", "/v1/security/firewall/bypass", query=(*TEAM, "projectId", "limit", "offset"))
ADD_BYPASS_IP = Operation(
    "add_bypass_ip",
    "POST",
    "/v1/security/firewall/bypass",
    query=(*TEAM, "projectId"),
    body=("domain", "projectScope", "sourceIp", "ttl", "note"),
    changes=True,
)
REMOVE_BYPASS_IP = Operation(
    "remove_bypass_ip", "DELETE", "/v1/security/firewall/bypass", query=(*TEAM, "projectId"), body=("domain", "projectScope", "sourceIp", "note"), changes=True
)

# Both may be a line of JSON each; the second stays open.
GET_DEPLOYMENT_EVENTS = Operation("get_deployment_events", "GET", "/v3/deployments/{idOrUrl}/events", query=(*TEAM, "builds", "direction", "limit"), lists=True)
GET_RUNTIME_LOGS = Operation("get_runtime_logs", "GET", "/v1/projects/{projectId}/deployments/{deploymentId}/runtime-logs", query=TEAM)
GET_PROJECT_DOMAINS = Operation("get_project_domains", "GET", "/v9/projects/{idOrName}/domains", query=(*TEAM, "limit", "until"))
GET_DOMAIN_CONFIG = Operation("get_domain_config", "GET", "/v6/domains/{domain}/config", query=(*TEAM, "projectIdOrName"))
GET_CERTS = Operation("get_certs", "GET", "/v8/certs", query=TEAM, needs=("team token",))
# A token is its owner's, whatever team it reaches.
GET_AUTH_TOKEN = Operation("get_auth_token", "GET", "/v5/user/tokens/{tokenId}")

OPERATIONS = table(
    GET_TEAMS,
    GET_PROJECT,
    GET_PROJECTS,
    UPDATE_PROJECT,
    PAUSE_PROJECT,
    UNPAUSE_PROJECT,
    GET_DEPLOYMENTS,
    GET_DEPLOYMENT,
    CREATE_DEPLOYMENT,
    CANCEL_DEPLOYMENT,
    DELETE_DEPLOYMENT,
    GET_ALIAS,
    ASSIGN_ALIAS,
    DELETE_ALIAS,
    LIST_DEPLOYMENT_ALIASES,
    REQUEST_PROMOTE,
    REQUEST_ROLLBACK,
    LIST_PROMOTE_ALIASES,
    LIST_ROLLBACK_ALIASES,
    GET_ROLLING_RELEASE,
    FILTER_PROJECT_ENVS,
    GET_PROJECT_ENV,
    CREATE_PROJECT_ENV,
    EDIT_PROJECT_ENV,
    BATCH_REMOVE_PROJECT_ENV,
    GET_CUSTOM_ENVIRONMENTS,
    GET_ROLLING_RELEASE_BILLING,
    GET_ROLLING_RELEASE_CONFIG,
    UPDATE_ROLLING_RELEASE_CONFIG,
    START_ROLLING_RELEASE,
    APPROVE_ROLLING_RELEASE_STAGE,
    COMPLETE_ROLLING_RELEASE,
    GET_GLOBAL_CONFIGS,
    GET_GLOBAL_CONFIG_ITEMS,
    PATCH_GLOBAL_CONFIG_ITEMS,
    GET_EDGE_CONFIGS,
    GET_EDGE_CONFIG_ITEMS,
    PATCH_EDGE_CONFIG_ITEMS,
    UPDATE_ATTACK_MODE,
    GET_FIREWALL_CONFIG,
    UPDATE_FIREWALL_CONFIG,
    GET_BYPASS_IP,
    ADD_BYPASS_IP,
    REMOVE_BYPASS_IP,
    GET_DEPLOYMENT_EVENTS,
    GET_RUNTIME_LOGS,
    GET_PROJECT_DOMAINS,
    GET_DOMAIN_CONFIG,
    GET_CERTS,
    GET_AUTH_TOKEN,
)
