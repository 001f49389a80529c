# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of Convex.

``/api/v1/…`` is the deployment's platform API, ``/api/query`` and its like run functions; both are in the vendor's documents. The
other ``/api/…`` are what the vendor's own command-line client calls.
"""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

FUNCTION = ("path", "args", "format")

# The app's own public functions ask for no permission, its internal ones for one of their own; what is named here is for the system's, which read data.
RUN_QUERY = Operation("run_query", "POST", "/api/query", body=FUNCTION, needs=("deployment:data:view",))
RUN_MUTATION = Operation("run_mutation", "POST", "/api/mutation", body=FUNCTION, changes=True)
RUN_ACTION = Operation("run_action", "POST", "/api/action", body=FUNCTION, changes=True)

LIST_ENVIRONMENT_VARIABLES = Operation("list_environment_variables", "GET", "/api/v1/list_environment_variables", needs=("deployment:env:view",))
# All changes are one transaction; a value of null removes.
UPDATE_ENVIRONMENT_VARIABLES = Operation(
    "update_environment_variables", "POST", "/api/v1/update_environment_variables", body=("changes",), changes=True, needs=("deployment:env:write",)
)

PAUSE_DEPLOYMENT = Operation("pause_deployment", "POST", "/api/v1/pause_deployment", changes=True, needs=("deployment:pause",))
UNPAUSE_DEPLOYMENT = Operation("unpause_deployment", "POST", "/api/v1/unpause_deployment", changes=True, needs=("deployment:unpause",))
DEPLOYMENT_INFO = Operation("deployment_info", "GET", "/api/v1/deployment_info", needs=("deployment:data:view",))
GET_CANONICAL_URLS = Operation("get_canonical_urls", "GET", "/api/v1/get_canonical_urls")
CHECK_ADMIN_KEY = Operation("check_admin_key", "GET", "/api/check_admin_key")

REQUEST_EXPORT = Operation("request_export", "POST", "/api/export/request/zip", query=("includeStorage",), changes=True, needs=("deployment:backups:create",))
# Its answer is a file: read by core/transfer.py.
DOWNLOAD_EXPORT = Operation("download_export", "GET", "/api/export/zip/{id}", needs=("deployment:backups:download",))

# An upload changes nothing until it is performed, so check mode uploads too, reads Convex's plan, and cancels.
START_UPLOAD = Operation("start_upload", "POST", "/api/import/start_upload", needs=("deployment:backups:import",))
UPLOAD_PART = Operation("upload_part", "POST", "/api/import/upload_part", query=("uploadToken", "partNumber"), needs=("deployment:backups:import",))
FINISH_UPLOAD = Operation(
    "finish_upload", "POST", "/api/import/finish_upload", body=("import", "uploadToken", "partTokens"), once=True, needs=("deployment:backups:import",)
)
CANCEL_IMPORT = Operation("cancel_import", "POST", "/api/cancel_import", body=("importId",), needs=("deployment:backups:import",))
# One call: whether it deletes rows depends on the mode that was uploaded with.
PERFORM_IMPORT = Operation("perform_import", "POST", "/api/perform_import", body=("importId",), changes=True, needs=("deployment:backups:import",))
REPLACE_BY_IMPORT = Operation(
    "replace_by_import", "POST", "/api/perform_import", body=("importId",), changes=True, destroys=True, needs=("deployment:backups:import",)
)

STREAM_FUNCTION_LOGS = Operation("stream_function_logs", "GET", "/api/stream_function_logs", query=("cursor",), needs=("deployment:logs:view",))

# The management API, at another address and with another token.
TOKEN_DETAILS = Operation("token_details", "GET", "/token_details")
LIST_DEPLOYMENTS = Operation("list_deployments", "GET", "/teams/{team_id}/list_deployments", query=("cursor",), needs=("team token",))
LIST_DEPLOY_KEYS = Operation("list_deploy_keys", "GET", "/deployments/{deployment_name}/list_deploy_keys", needs=("team token",))
CREATE_DEPLOY_KEY = Operation(
    "create_deploy_key",
    "POST",
    "/deployments/{deployment_name}/create_deploy_key",
    body=("name", "allowedActions", "expiresAt"),
    changes=True,
    needs=("team token",),
)
DELETE_DEPLOY_KEY = Operation(
    "delete_deploy_key", "POST", "/deployments/{deployment_name}/delete_deploy_key", body=("id",), changes=True, needs=("team token",)
)

# Their answers are 200 also when the function threw.
FUNCTIONS = ("run_query", "run_mutation", "run_action")

OPERATIONS = table(
    RUN_QUERY,
    RUN_MUTATION,
    RUN_ACTION,
    LIST_ENVIRONMENT_VARIABLES,
    UPDATE_ENVIRONMENT_VARIABLES,
    PAUSE_DEPLOYMENT,
    UNPAUSE_DEPLOYMENT,
    DEPLOYMENT_INFO,
    GET_CANONICAL_URLS,
    CHECK_ADMIN_KEY,
    REQUEST_EXPORT,
    DOWNLOAD_EXPORT,
    START_UPLOAD,
    UPLOAD_PART,
    FINISH_UPLOAD,
    CANCEL_IMPORT,
    PERFORM_IMPORT,
    REPLACE_BY_IMPORT,
    STREAM_FUNCTION_LOGS,
    TOKEN_DETAILS,
    LIST_DEPLOYMENTS,
    LIST_DEPLOY_KEYS,
    CREATE_DEPLOY_KEY,
    DELETE_DEPLOY_KEY,
)
