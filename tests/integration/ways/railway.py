# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Railway."""

from __future__ import annotations

import typing as t

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look
from tests.sandbox.launch import Control

WRONG_TOKEN = "ways-test-wrong-3Jd7Qs2Lx9Pv5Ce1Zm8Ak4"
SECRET_VALUE = "ways-test-value-6Tf9Gk2Nb5Xw8Rj3Qc7Yh4"
DATABASE_PASSWORD = "ways-test-database-9Wd3Pk7Hc2Vt6Zx4Nb8Lq"
DATABASE_URL = f"postgresql://app:{DATABASE_PASSWORD}@database.example.com:5432/app"
SECRETS = (WRONG_TOKEN, SECRET_VALUE, DATABASE_PASSWORD)
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
    _prepare(world.sandbox)
    railway = {"project": world.sandbox_run["railway"]["project"], "service": "api"}
    return [*_looks(railway), *_tokens(world), *_backups(railway), *_deployments(railway), *_settings(railway)]


def _prepare(sandbox: Control) -> None:
    """One build that takes for ever, and one that waits for an approval; and a variable that nobody can read."""
    sandbox.patch("api", sealed=["JWT_SECRET"])
    sandbox.push("api", commit="f" * 40, tag="v1.4.3", build_seconds=10**6)
    sandbox.patch("api", deploy_result="NEEDS_APPROVAL")
    sandbox.push("api", commit="e" * 40, tag="v1.4.4")
    sandbox.patch("api", deploy_result=None)


def _looks(railway: Json) -> list[Cycle | Look]:
    return [
        Look("railway_log_info", {**railway, "filter": "@level:error", "limit": 3}, "length(logs) == `3` && more"),
        Look("railway_log_info", {**railway, "source": "build", "deployment": "v1.4.2-rc1"}, "logs[-1].severity == 'error'"),
        Look("railway_log_info", {**railway, "source": "http", "filter": "@httpStatus:>=500", "limit": 3}, "logs[].status == [`500`, `500`, `500`]"),
        Look("railway_log_info", {"project": railway["project"], "source": "environment", "limit": 3}, "length(logs) == `3`"),
        Look("railway_metric_info", {**railway, "since": "3m"}, "http.failed > `0` && length(metrics) == `2`"),
        Look("railway_deployment_info", {**railway, "state": ["FAILED"]}, "deployments[].version == ['v1.4.2-rc1']"),
    ]


def _tokens(world: World) -> list[Cycle | Look]:
    broad = {"api_token": world.sandbox_run["railway"]["account_token"], "project": "example", "environment": "production"}
    token = {**broad, "name": "runbooks 2026-11"}
    return [
        Cycle("railway_project_token", token, "railway_project_token_info", token, "length(tokens) == `1`", no_log=True),
        Cycle("railway_project_token", {**token, "state": "absent"}, "railway_project_token_info", token, "length(tokens) == `0`"),
    ]


def _backups(railway: Json) -> list[Cycle | Look]:
    kept = {**railway, "backup": "before-v1.4.2"}
    nightly = {**railway, "backup": "nightly"}
    no_expiry = "volumes[0].backups[0].expires_at == `null`"
    return [
        Cycle("railway_volume_backup", nightly, "railway_volume_backup_info", railway, "volumes[0].backups[0].name == 'nightly'"),
        Cycle("railway_volume_backup", {**railway, "schedule": ["WEEKLY"]}, "railway_volume_backup_info", railway, "volumes[0].schedule == ['WEEKLY']"),
        Cycle("railway_volume_backup", {**kept, "state": "locked"}, "railway_volume_backup_info", kept, no_expiry),
        Cycle(
            "railway_volume_backup",
            {**nightly, "state": "absent", "allow": "destroy"},
            "railway_volume_backup_info",
            nightly,
            "volumes[0].backups == `[]`",
        ),
    ]


def _deployments(railway: Json) -> list[Cycle | Look]:
    def act(state: str, shows: str, repeats: bool = False, **options: t.Any) -> Cycle:
        return Cycle("railway_deployment", {**railway, "state": state, **options}, "railway_deployment_info", railway, shows, repeats)

    restored = {**railway, "volume": "api-volume", "backup": "before-v1.4.2", "state": "restored", "confirm": "production", "allow": "destroy"}
    return [
        act("cancelled", "deployments[?version == 'v1.4.3'].state == ['REMOVED']", deployment="v1.4.3"),
        act("approved", _serves("v1.4.4"), deployment="v1.4.4"),
        act("active", _serves("v1.4.1"), deployment="v1.4.1"),
        act("active", _serves("v1.4.0"), deployment="v1.4.0", rebuild=True),
        act("deployed", _serves("v1.4.2"), commit="9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84"),
        act("restarted", _serves("v1.4.2"), repeats=True),
        act("redeployed", _serves("v1.4.2"), repeats=True),
        Cycle("railway_volume_backup", {**restored, "deadline": "30m"}, "railway_volume_backup_info", railway, "volumes[0].name != 'api-volume'"),
        act("stopped", "deployments[0].active && deployments[0].stopped"),
        act("active", "deployments[0].active && deployments[0].stopped == `false`", deployment="v1.4.2"),
        act("removed", "service.serving == `null`", deployment="v1.4.2", allow="destroy"),
    ]


def _serves(version: str) -> str:
    """The former one may still be about to leave."""
    return f"contains(deployments[?active].version, '{version}')"


def _settings(railway: Json) -> list[Cycle | Look]:
    """The last ones: a sealed variable makes a deployment, which is then in the way of others."""
    stored = {"variables": {"WAYS_SECRET": SECRET_VALUE, "WAYS_DATABASE_URL": DATABASE_URL, "WAYS_NUMBER": 1}, "sealed": {"WAYS_KEY": SECRET_VALUE}}
    purged = {"variables": {"NODE_ENV": "production", "WAYS_NUMBER": 1}, "purge": True, "purge_sealed": True}
    return [
        Cycle("railway_service", {**railway, "replicas": 2, "auto_deploy": False}, "railway_service_info", railway, 'settings.regions == `{"us-west2": 2}`'),
        Cycle(
            "railway_service",
            {**railway, "regions": {"europe-west4-drams3a": 1}, "vcpus": 2},
            "railway_service_info",
            railway,
            'settings.regions == `{"europe-west4-drams3a": 1}` && settings.vcpus == `2`',
        ),
        Cycle("railway_variables", {**railway, **stored}, "railway_variables_info", railway, "length(variables[?starts_with(name, 'WAYS_')]) == `4`"),
        Cycle(
            "railway_variables",
            {**railway, "absent": ["WAYS_SECRET", "WAYS_DATABASE_URL"], "allow": "destroy"},
            "railway_variables_info",
            railway,
            "length(variables[?starts_with(name, 'WAYS_')]) == `2`",
        ),
        Cycle(
            "railway_variables", {**railway, **purged, "allow": "destroy"}, "railway_variables_info", railway, "variables[].name == ['NODE_ENV', 'WAYS_NUMBER']"
        ),
    ]
