# SPDX-License-Identifier: GPL-3.0-or-later
"""Components of every vendor through a real repository: planned as they are then stored, told without a secret, read back as they were, and put back."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.modules import component_backup
from tests.harness import restic
from tests.integration import vercel_shop
from tests.integration.backup_parts import same
from tests.integration.tasks import Json, run, sent

SET = "20261120T030000Z-vendors"
OWN: Json = {"saasops_system": "shop", "saasops_environment": "production"}


def component(sandbox: t.Any, vendor: str) -> tuple[Json, Json]:
    """(a component at that vendor, the secrets that its module takes)."""
    known = sandbox.run[vendor]
    about: dict[str, tuple[Json, Json]] = {
        "convex": ({"convex_url": known["url"], "convex_deployment": known.get("deployment")}, {"deploy_key": known.get("deploy_key")}),
        "railway": (
            {"railway_api_url": known["url"], "railway_project": known.get("project"), "railway_service": "api", "component_backup": {"volume": True}},
            {"token": known.get("token")},
        ),
        "shopify": ({"shopify_api_url": known["url"], "shopify_shop": known.get("shop")}, {"token": known.get("token")}),
        "stripe": (
            {"stripe_api_url": known["url"], "stripe_mode": "live", "component_backup": {"resources": ["refunds"]}},
            {"api_key": known.get("api_key")},
        ),
        "vercel": (
            {"vercel_api_url": known["url"], "vercel_project": "hydrogen", "vercel_team": vercel_shop.TEAM},
            {"token": known.get("token")},
        ),
    }
    facts, secrets = about[vendor]
    return {"name": vendor, "component_vendor": vendor, **OWN, **facts}, secrets


# What is changed at a vendor by writing its parts.
CHANGES = {
    "convex": ["backup", "request_export", "backup", "backup"],
    "railway": ["backup", "volumeInstanceBackupCreate", "backup"],
    "shopify": ["backup", "bulkOperationRunQuery"] * 3,
    "stripe": ["backup"],
    "vercel": ["backup"],
}


@pytest.mark.parametrize("vendor", CHANGES)
def test_a_component_goes_into_a_repository_and_comes_out_of_it(sandbox: t.Any, vendor: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    about, secrets = component(sandbox, vendor)
    place = restic.repository(tmp_path / "repository")
    given: Json = {"component": about, "repository": str(place), "password": restic.PASSWORD, "set": SET, **secrets}
    plan = run(component_backup, given, True)
    assert (sent(plan), restic.snapshots(place)) == (CHANGES[vendor], [])
    done = run(component_backup, given)
    assert not done.get("failed"), done["msg"]
    assert plan["changes"] == done["changes"]
    assert [row["name"] for row in plan["parts"]] == [row["name"] for row in done["parts"]]
    assert {row["state"] for row in done["parts"]} == {"whole"} and len(restic.snapshots(place)) == len(done["parts"])
    assert set(done["release"]) == ({"deployment", "commit", "version"} if vendor in ("railway", "vercel") else set())
    shown = json.dumps(done)
    assert not [secret for secret in secrets.values() if secret in shown] and restic.PASSWORD not in shown

    task = Task({**given, "programs": None, "environment": "shop/production", "request_timeout": 10.0, "deadline": 600.0, "allow": "destroy"}, False)
    repo = repository.connect(task)
    for row in done["parts"]:
        room = rooms.restorer(row["kind"])
        with catalogue.source(repo, row) as source:
            if room is None:
                assert len(source.read()) == row["bytes"]
                continue
            where = Where("in_place", about)
            room.put(task, row, source, where, ())
        assert same(row, room.look(task, row, where, ()).as_dict())
    task.close()
