# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex deployment: keys and what they allow, who it is, environment variables, pause."""

from __future__ import annotations

import stat

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.sandbox.convex.routes import ADMIN, ANYONE, MANAGER, PROVISIONER, table
from ansible_collections.saasops.runbooks.tests.sandbox.convex.state import ACTIONS
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

UPDATE, LIST = "/api/v1/update_environment_variables", "/api/v1/list_environment_variables"
# Calls that only the vendor's own client makes (or that have a second address without the version): no document names them.
UNPUBLISHED = {
    "/version",
    "/http/health",
    "/api/list_environment_variables",
    "/api/update_environment_variables",
    "/api/deployment/url_for_key",
    "/api/deployment/team_and_project_for_key",
    "/api/deployment/{deployment}/team_and_project",
    "/api/deployment/authorize_within_current_project",
    "/api/deployment/authorize_prod",
    "/api/get_config_hashes",
    "/api/deploy2/evaluate_schema",
    "/api/deploy2/evaluate_push",
    "/api/deploy2/start_push",
    "/api/deploy2/wait_for_schema",
    "/api/deploy2/finish_push",
    "/api/deploy2/report_push_completed",
    "/api/{version}/sync",
}


def variables(convex: Convex) -> dict[str, str]:
    found: dict[str, str] = convex.get(LIST)["environmentVariables"]
    return found


def test_every_call_is_in_a_document_of_the_vendor_or_is_known_not_to_be() -> None:
    documents = vendor_schemas.convex()
    assert {route.path for route in table() if documents.find(route.method, route.path) is None} == UNPUBLISHED
    assert {route.needs for route in table()} <= {ANYONE, ADMIN, MANAGER, PROVISIONER, *ACTIONS}


def test_the_actions_are_the_vendor_s() -> None:
    schema = vendor_schemas.convex().management._components["schemas"]["PlatformCreateDeployKeyArgs"]
    assert schema["properties"]["allowedActions"]["items"]["enum"] == list(ACTIONS)


def test_the_run_file_is_private_and_says_how_to_get_in(control: Sandbox) -> None:
    assert stat.S_IMODE(control.state_file.stat().st_mode) == 0o600
    convex = control.run["convex"]
    assert convex["deploy_key"].startswith("prod:happy-otter-123|") and convex["admin_key"].startswith("happy-otter-123|")
    assert convex["management_url"] == convex["url"] + "/v1" and convex["site_url"] == convex["url"] + "/http"
    assert control.run["components"]["functions"]["deployment"] == convex["deployment"] == "happy-otter-123"
    assert requests.get(convex["site_url"] + "/health", timeout=10).json()["status"] == "ok"
    assert requests.get(control.run["components"]["functions"]["url"], timeout=10).json()["version"] == "v1.4.1"
    assert requests.get(convex["url"] + "/instance_name", timeout=10).text == "happy-otter-123"


# -- keys


def test_a_key_of_another_deployment_is_no_key_here(convex: Convex) -> None:
    for key in (convex.run["other"]["deploy_key"], "prod:brisk-heron-456|abc", "happy-otter-123", "prod:happy-otter-123", "nonsense"):
        convex.key = key
        assert convex.refused("GET", "/api/check_admin_key") == (403, "BadDeployKey")
    convex.key = None
    assert convex.refused("GET", "/api/check_admin_key") == (403, "BadDeployKey")
    convex.key = "prod:happy-otter-123|0000"
    assert convex.refused("GET", "/api/check_admin_key") == (401, "BadAdminKey")


@pytest.mark.parametrize(("header", "expected"), [("Bearer {key}", 401), ("Convex", 400), ("Basic {key}", 400), ("convex {key}", 200), ("CONVEX {key}", 200)])
def test_the_word_before_the_key_matters_and_its_case_does_not(convex: Convex, header: str, expected: int) -> None:
    answer = requests.get(convex.run["url"] + "/api/check_admin_key", headers={"Authorization": header.format(key=convex.key)}, timeout=10)
    assert answer.status_code == expected


@pytest.mark.parametrize("kind", ["deploy_key", "admin_key", "team_token"])
def test_these_may_do_everything(convex: Convex, kind: str) -> None:
    convex.key = convex.run[kind]
    assert convex.get("/api/check_admin_key") == {"success": True, "allowedOps": [], "isReadOnly": False}


def test_a_check_of_a_key_speaks_in_the_backend_s_words(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", allowed=list(ACTIONS[1:]))
    told = convex.get("/api/check_admin_key")["allowedOps"]
    assert told[:4] == ["ViewEnvironmentVariables", "WriteEnvironmentVariables", "PauseDeployment", "UnpauseDeployment"]
    assert {"ViewLogs", "WriteIntegrations", "DownloadBackups", "ActAsUser", "RunInternalQueries", "RunTestQuery", "ViewAuditLog"} <= set(told)
    assert len(set(told)) == len(ACTIONS) - 1


def test_a_key_s_type_is_not_part_of_it(convex: Convex) -> None:
    assert convex.key is not None
    for kind in ("dev:", "preview:", ""):
        convex.key = kind + convex.run["deploy_key"].removeprefix("prod:")
        assert convex.get("/api/check_admin_key")["success"] is True


def test_what_a_key_may_not_do_is_named(convex: Convex) -> None:
    convex.key = convex.run["ci_key"]
    assert convex.get("/api/check_admin_key") == {"success": True, "allowedOps": ["Deploy"], "isReadOnly": False}
    status, document = convex.ask("GET", LIST)
    assert (status, document["message"]) == (403, "You do not have permission to perform this operation (deployment:env:view).")


def test_every_call_that_needs_an_action_needs_that_one(control: Sandbox, convex: Convex) -> None:
    needing = [route for route in table() if route.needs in ACTIONS and "{" not in route.path]
    assert len(needing) >= 8
    for route in needing:
        control.patch("functions", allowed=[action for action in ACTIONS if action != route.needs])
        answer = convex.send(route.method, route.path, {} if route.method == "POST" else None)
        assert (answer.status_code, route.needs in answer.json()["message"]) == (403, True), route
    assert not [entry for entry in control.journal() if entry["effect"]]


def test_a_key_that_only_looks_is_read_only(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", allowed=["deployment:env:view", "deployment:data:view"])
    assert convex.get("/api/check_admin_key")["isReadOnly"] is True
    assert variables(convex)["APP_ENV"] == "production"


# -- who it is


def test_a_deployment_says_who_it_is(control: Sandbox, convex: Convex) -> None:
    info = convex.get("/api/v1/deployment_info")
    assert (info["kind"], info["deploymentType"], info["projectSlug"], info["reference"]) == ("cloud", "prod", "shop", "production")
    control.patch("functions", type="dev")
    assert convex.get("/api/v1/deployment_info")["deploymentType"] == "dev"
    control.patch("functions", self_hosted=True)
    assert convex.get("/api/v1/deployment_info") == {"kind": "selfHosted"}


def test_addresses_can_be_custom(convex: Convex) -> None:
    urls = {"convexCloudUrl": convex.run["url"], "convexSiteUrl": convex.run["site_url"]}
    assert convex.get("/api/v1/get_canonical_urls") == urls
    convex.post("/api/v1/update_canonical_url", {"requestDestination": "convexSite", "url": "https://api.example.com"})
    assert convex.get("/api/v1/get_canonical_urls") == {**urls, "convexSiteUrl": "https://api.example.com"}
    convex.post("/api/v1/update_canonical_url", {"requestDestination": "convexSite"})
    assert convex.get("/api/v1/get_canonical_urls") == urls


# -- environment variables


def test_variables_are_listed_in_clear_and_changed_at_once(control: Sandbox, convex: Convex) -> None:
    before = variables(convex)
    assert (before["APP_ENV"], len(before["EMAIL_API_KEY"]) > 20) == ("production", True)
    wish = {"changes": [{"name": "NEW", "value": "1"}, {"name": "APP_ENV", "value": "staging"}, {"name": "MAINTENANCE", "value": None}]}
    assert convex.ask("POST", UPDATE, wish) == (200, None)
    after = {key: value for key, value in before.items() if key != "MAINTENANCE"} | {"NEW": "1", "APP_ENV": "staging"}
    assert variables(convex) == after
    assert convex.get("/api/list_environment_variables")["environmentVariables"] == after
    state = control.state("functions")
    assert state["audit"] == ["create_environment_variable", "update_environment_variable", "delete_environment_variable"]
    assert state["effects"]["env_updates"] == 1


def test_what_changes_nothing_has_no_effect(control: Sandbox, convex: Convex) -> None:
    convex.post(UPDATE, {"changes": [{"name": "APP_ENV", "value": "production"}, {"name": "ABSENT", "value": None}]})
    convex.post("/api/update_environment_variables", {"changes": []})
    assert [entry["effect"] for entry in control.journal(changes=True)] == [False, False]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("1BAD", "x", "EnvironmentVariableNameInvalid"),
        ("WITH-DASH", "x", "EnvironmentVariableNameInvalid"),
        ("N" * 257, "x", "EnvironmentVariableNameTooLong"),
        ("BIG", "x" * 8193, "EnvironmentVariableValueTooLarge"),
        ("CONVEX_SITE_URL", "x", "EnvVarNameForbidden"),
    ],
)
def test_one_bad_change_refuses_all(convex: Convex, name: str, value: str, code: str) -> None:
    before = variables(convex)
    assert convex.refused("POST", UPDATE, {"changes": [{"name": "GOOD", "value": "1"}, {"name": name, "value": value}]}) == (400, code)
    assert variables(convex) == before


def test_a_body_that_is_not_understood_is_refused(convex: Convex) -> None:
    assert convex.refused("POST", UPDATE, {}) == (400, "BadJsonBody")
    assert convex.refused("POST", UPDATE, {"changes": [{"name": "A", "value": 1}]}) == (400, "BadJsonBody")


# -- pause


def test_pausing_is_idempotent_and_unpausing_is_not(control: Sandbox, convex: Convex) -> None:
    assert convex.refused("POST", "/api/v1/unpause_deployment") == (400, "UnpauseDeploymentFailed")
    for _twice in range(2):
        assert convex.ask("POST", "/api/v1/pause_deployment") == (200, None)
    state = control.state("functions")
    assert (state["state"]["user"], state["audit"], state["effects"]["pauses"]) == ("paused", ["pause_deployment"], 1)
    assert requests.get(convex.run["site_url"] + "/health", timeout=10).status_code == 503
    assert convex.ask("POST", "/api/v1/unpause_deployment") == (200, None)
    assert control.state("functions")["state"]["user"] == "none"


def test_what_convex_stopped_only_convex_can_start(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", system="suspended")
    assert convex.refused("POST", "/api/v1/pause_deployment") == (400, "PauseDeploymentFailed")
    assert convex.refused("POST", "/api/v1/unpause_deployment") == (400, "UnpauseDeploymentFailed")


# -- the shared gateway


def test_faults_the_journal_and_the_clock_work_as_for_everyone(control: Sandbox, convex: Convex) -> None:
    control.fault("status", vendor="convex", operation="list_environment", status=503)
    assert convex.refused("GET", LIST) == (503, "ServiceUnavailable")
    control.fault("rate_limited", vendor="convex", component="functions", retry_after=7)
    answer = convex.send("GET", LIST)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    control.fault("lost", vendor="convex", changes=True)
    with pytest.raises(requests.ConnectionError):
        convex.send("POST", UPDATE, {"changes": [{"name": "LOST", "value": "yes"}]})
    assert variables(convex)["LOST"] == "yes"
    control.fault("unknown_status", vendor="convex", operation="deployment_info")
    assert convex.send("GET", "/api/v1/deployment_info").json()["deploymentType"] == "hibernating"
    lost = control.journal(changes=True)[-1]
    assert (lost["operation"], lost["auth"], lost["effect"], lost["component"]) == (f"POST {UPDATE}", "convex", True, "functions")


def test_an_unknown_address_has_no_body(convex: Convex) -> None:
    answer = convex.send("POST", "/api/change_deployment_state", {"newState": "paused"})
    assert (answer.status_code, answer.content) == (404, b"")
