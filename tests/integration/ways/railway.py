# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Railway."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "ways-test-wrong-3Jd7Qs2Lx9Pv5Ce1Zm8Ak4"
SECRET_VALUE = "ways-test-value-6Tf9Gk2Nb5Xw8Rj3Qc7Yh4"
SECRETS = (WRONG_TOKEN, SECRET_VALUE)
NEEDED: dict[str, Json] = {
    "railway_deployment": {"service": "api", "deployment": "d"},
    "railway_deployment_info": {"service": "api"},
    "railway_log_info": {"service": "api"},
    "railway_metric_info": {"service": "api"},
    "railway_project_token": {"api_token": WRONG_TOKEN, "project": "example", "environment": "production", "name": "ways"},
    "railway_project_token_info": {"api_token": WRONG_TOKEN, "project": "example"},
    "railway_service": {"service": "api", "replicas": 2},
    "railway_service_info": {"service": "api"},
    "railway_variables": {"service": "api", "variables": {"WAYS_SECRET": SECRET_VALUE}},
    "railway_variables_info": {"service": "api"},
    "railway_volume_backup": {"service": "api", "backup": "b"},
    "railway_volume_backup_info": {"service": "api"},
}
BAD: list[tuple[str, Json]] = [
    ("railway_deployment", {"token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment", {"api_token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment", {"state": "deployed", "commit": "77ab310"}),
    ("railway_deployment", {"state": "deployed", "deployment": None, "commit": "main"}),
    ("railway_deployment_info", {"token": WRONG_TOKEN, "deadlin": 1}),
    # Without no_log on the task.
    ("railway_project_token", {}),
    ("railway_project_token", {"state": "absent"}),
    ("railway_project_token", {"state": "absent", "name": None}),
    ("railway_project_token", {"api_token": None, "state": "absent"}),
    ("railway_project_token_info", {}),
    ("railway_service", {"token": WRONG_TOKEN}),
    ("railway_service", {"replicas": None}),
    ("railway_service", {"regions": {"us-west2": 1}}),
    ("railway_service", {"replicas": None, "regions": {"us-west2": "many"}}),
    ("railway_service_info", {"service": "apii"}),
    ("railway_variables", {"token": WRONG_TOKEN}),
    ("railway_variables", {"service": None, "variables": SECRET_VALUE}),
    ("railway_variables", {"variables": {"WAYS_SECRET": [SECRET_VALUE]}}),
    ("railway_variables", {"absent": ["NODE_ENV"]}),
    ("railway_variables_info", {"values": "stored"}),
    ("railway_log_info", {"limit": 0}),
    ("railway_log_info", {"since": "yesterday"}),
    ("railway_metric_info", {"measurements": ["LUCK"]}),
    ("railway_metric_info", {"sample": "0"}),
    ("railway_volume_backup", {"token": WRONG_TOKEN}),
    ("railway_volume_backup", {"backup": None, "schedule": ["HOURLY"]}),
    ("railway_volume_backup", {"service": None}),
    ("railway_volume_backup", {"state": "absent"}),
    ("railway_volume_backup", {"state": "restored", "allow": "destroy"}),
    ("railway_volume_backup_info", {"volume": "nobody-knows-it"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    railway = {"project": world.sandbox_run["railway"]["project"], "service": "api"}
    returned = "contains(deployments[?active].version, 'v1.4.1')"
    forward = {**railway, "state": "deployed", "commit": "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84"}
    variables = {**railway, "variables": {"WAYS_SECRET": SECRET_VALUE, "WAYS_NUMBER": 1}, "sealed": {"WAYS_KEY": SECRET_VALUE}}
    stored = "length(variables[?starts_with(name, 'WAYS_')]) == `3`"
    no_expiry = "volumes[0].backups[0].expires_at == `null`"
    kept = {**railway, "backup": "before-v1.4.2", "state": "locked"}
    broad = {"api_token": world.sandbox_run["railway"]["account_token"], "project": "example", "environment": "production"}
    token = {**broad, "name": "runbooks 2026-11"}
    return [
        Look("railway_log_info", {**railway, "filter": "@level:error", "limit": 3}, "length(logs) == `3` && more"),
        Look("railway_metric_info", {**railway, "since": "3m"}, "http.failed > `0` && length(metrics) == `2`"),
        Cycle("railway_project_token", token, "railway_project_token_info", token, "length(tokens) == `1`", no_log=True),
        Cycle("railway_project_token", {**token, "state": "absent"}, "railway_project_token_info", token, "length(tokens) == `0`"),
        Cycle("railway_volume_backup", {**railway, "backup": "nightly"}, "railway_volume_backup_info", railway, "volumes[0].backups[0].name == 'nightly'"),
        Cycle("railway_volume_backup", {**railway, "schedule": ["WEEKLY"]}, "railway_volume_backup_info", railway, "volumes[0].schedule == ['WEEKLY']"),
        Cycle("railway_volume_backup", kept, "railway_volume_backup_info", {**railway, "backup": "before-v1.4.2"}, no_expiry),
        Cycle("railway_deployment", {**railway, "deployment": "v1.4.1"}, "railway_deployment_info", railway, returned),
        Cycle("railway_deployment", forward, "railway_deployment_info", railway, "contains(deployments[?active].version, 'v1.4.2')"),
        Cycle("railway_service", {**railway, "replicas": 2, "auto_deploy": False}, "railway_service_info", railway, 'settings.regions == `{"us-west2": 2}`'),
        # The last one: a sealed variable makes a deployment, which is then in the way of others.
        Cycle("railway_variables", variables, "railway_variables_info", railway, stored),
    ]
