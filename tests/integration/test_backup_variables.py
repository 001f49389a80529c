# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of Railway's services and Vercel's projects as parts of a set, and back; and Railway's own backup of a volume, which is told as a reference."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import kept_variables
from ansible_collections.saasops.runbooks.plugins.modules import railway_variables, railway_volume_backup_info, vercel_env, vercel_env_info
from tests.integration import vercel_shop
from tests.integration.backup_parts import Place, Stored, same
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json, sent
from tests.integration.test_railway_modules import FAULTS

SECRET = "kept-test-5Hx8Qm2Rv7Lk4Zd9Wn3Tb6"
API, APP, VOLUME = "api/variables.json", "web/variables.json", "api/volume.json"


def values(stored: Stored) -> dict[str, t.Any]:
    return {one.label: one.value for one in kept_variables.kept(stored.source, stored.row["name"])}


def differing(stored: Stored, told: Json) -> set[str]:
    return {name for name, mark in stored.row["names"].items() if told["names"].get(name) != mark}


# -- Railway
@pytest.fixture
def api(shop: Shop) -> Place:
    return Place(shop.component(), {"token": shop.facts["token"], "api_token": None})


def test_railway_keeps_all_but_what_nobody_can_read(api: Place, shop: Shop) -> None:
    shop.sandbox.patch("api", sealed=["JWT_SECRET"])
    assert api.parts() == [(API, "variables")]
    stored = api.store(API)
    kept = values(stored)
    assert kept["JWT_SECRET"] is None and kept["RATE_LIMIT_MAX"] == shop.state["stored"]["RATE_LIMIT_MAX"]
    assert stored.row["names"]["JWT_SECRET"] == kept_variables.HIDDEN
    assert "nobody can read JWT_SECRET at the vendor" in stored.row["notes"][0]
    assert not [name for name in kept if name.startswith("RAILWAY_")]
    assert shop.changes == [] and same(stored.row, api.look(stored))


def test_railway_gets_back_what_differs_and_nothing_else(api: Place, shop: Shop) -> None:
    shop.run(railway_variables, variables={"NEW_TOKEN": SECRET, "PORT": "8080"})
    shop.sandbox.patch("api", sealed=["JWT_SECRET"])
    stored = api.store(API)
    shop.run(railway_variables, variables={"PORT": "1", "SINCE": "x"}, absent=["NEW_TOKEN"], allow="destroy")
    assert differing(stored, api.look(stored)) == {"NEW_TOKEN", "PORT"}
    deployed = shop.state["effects"]["configured"]
    done = api.put(stored, allow="change")
    assert sent(done) == ["variableCollectionUpsert"] and SECRET not in json.dumps(done)
    assert "NEW_TOKEN, PORT" in done["changes"][0]["target"]
    assert shop.state["stored"]["NEW_TOKEN"] == SECRET and shop.state["stored"]["SINCE"] == "x"
    # Nothing is deployed by that, and asked twice it changes nothing.
    assert shop.state["effects"]["configured"] == deployed
    assert same(stored.row, api.look(stored)) and sent(api.put(stored)) == []


def test_what_was_sealed_since_is_told_and_left_alone(api: Place, shop: Shop) -> None:
    stored = api.store(API)
    shop.sandbox.patch("api", sealed=["JWT_SECRET"])
    assert differing(stored, api.look(stored)) == {"JWT_SECRET"}
    done = api.put(stored)
    assert (done.get("failed"), sent(done)) == (None, [])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[1].get('status', '')}")
def test_whatever_happens_to_the_request_variables_are_back_once(api: Place, shop: Shop, fault: tuple[str, Json]) -> None:
    shop.run(railway_variables, variables={"NEW_TOKEN": SECRET})
    stored = api.store(API)
    shop.run(railway_variables, absent=["NEW_TOKEN"], allow="destroy")
    shop.sandbox.fault(fault[0], vendor="railway", operation="variableCollectionUpsert", **fault[1])
    done = api.put(stored, request_timeout=1.0)
    assert done.get("failed") is None or api.put(stored).get("failed") is None
    assert same(stored.row, api.look(stored)) and SECRET not in json.dumps(done)


def test_variables_have_no_place_beside(api: Place) -> None:
    stored = api.store(API)
    for mode in ("beside", "disposable"):
        assert api.put(stored, mode)["failure"]["code"] == api.look(stored, mode)["failure"]["code"] == api.drop(stored, mode)["failure"]["code"] == "no_place"


def test_a_component_of_another_vendor_takes_none(api: Place, sandbox: t.Any) -> None:
    stored = api.store(API)
    api.component = {**api.component, "component_vendor": "vercel"}
    assert api.put(stored)["failure"]["code"] == "vendor"


def test_what_was_stored_by_something_else_is_not_read(api: Place) -> None:
    stored = api.store(API)
    newer = json.dumps({**json.loads(stored.content), "format": 2}).encode()
    assert "newer version" in api.put(Stored(stored.row, newer, {}))["msg"]
    assert api.put(Stored(stored.row, stored.content[:-9], {}))["failure"]["code"] == "damaged"


# -- Railway's volumes
def volumes(shop: Shop) -> list[Json]:
    return t.cast("list[Json]", shop.run(railway_volume_backup_info)["volumes"])


def test_a_volume_is_backed_up_at_railway_where_that_is_asked_for(api: Place, shop: Shop) -> None:
    api.component["component_backup"] = {"volume": True}
    assert api.parts() == [(VOLUME, "railway_volume"), (API, "variables")]
    before = len(volumes(shop)[0]["backups"])
    plan = api.store(VOLUME, check=True)
    stored = api.store(VOLUME)
    assert (sent(stored.result), len(volumes(shop)[0]["backups"])) == (["volumeInstanceBackupCreate"], before + 1)
    assert plan.result["changes"] == stored.result["changes"]
    told = json.loads(stored.content)
    newest = volumes(shop)[0]["backups"][0]
    assert (told["backup"]["id"], told["volume"]["name"]) == (newest["id"], "api-volume") and newest["name"] == "saasops"
    assert (stored.row["tools"], stored.row["counts"]) == ({"volume": "api-volume", "backup": newest["id"]}, {})
    assert "the data are at Railway alone" in stored.row["notes"][0]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[1].get('status', '')}")
def test_whatever_happens_to_the_request_one_backup_of_the_volume_is_made(api: Place, shop: Shop, fault: tuple[str, Json]) -> None:
    api.component["component_backup"] = {"volume": True, "variables": False}
    before = len(volumes(shop)[0]["backups"])
    shop.sandbox.fault(fault[0], vendor="railway", operation="volumeInstanceBackupCreate", **fault[1])
    stored = api.store(VOLUME, request_timeout=1.0)
    assert bool(stored.content) is (stored.result.get("failed") is None)
    assert len(volumes(shop)[0]["backups"]) - before == (1 if stored.content else 0), stored.result


# -- Vercel
@pytest.fixture
def web(sandbox: t.Any) -> Place:
    facts = {"vercel_project": "hydrogen", "vercel_team": vercel_shop.TEAM, "vercel_api_url": sandbox.url("vercel")}
    return Place({"name": "web", "component_vendor": "vercel", **facts}, {"token": sandbox.token("vercel")})


def seed(sandbox: t.Any) -> None:
    held: list[Json] = [
        {"key": "API_KEY", "target": ["production"], "value": SECRET, "type": "encrypted"},
        {"key": "API_KEY", "target": ["preview", "development"], "value": "for-tests", "type": "plain"},
        {"key": "SIGNING", "target": ["production"], "value": SECRET, "type": "sensitive"},
    ]
    sandbox.patch("app", env=held)


def test_vercel_keeps_each_place_by_itself(web: Place, sandbox: t.Any) -> None:
    seed(sandbox)
    stored = web.store(APP)
    assert values(stored) == {
        "API_KEY (development)": "for-tests",
        "API_KEY (preview)": "for-tests",
        "API_KEY (production)": SECRET,
        "SIGNING (production)": None,
    }
    assert stored.row["names"]["SIGNING (production)"] == kept_variables.HIDDEN and SECRET not in json.dumps([stored.row, stored.result])
    assert same(stored.row, web.look(stored))


def test_vercel_gets_back_what_differs_and_nothing_else(web: Place, sandbox: t.Any) -> None:
    seed(sandbox)
    stored = web.store(APP)
    other = {"key": "API_KEY", "target": ["production"], "value": "another-value"}
    gone = {"key": "API_KEY", "target": ["preview"], "state": "absent"}
    since = {"key": "SINCE", "target": ["production"], "value": "x", "type": "plain"}
    assert vercel_shop.run(sandbox, vercel_env, variables=[other, gone, since], allow="destroy")["changed"]
    assert differing(stored, web.look(stored)) == {"API_KEY (production)", "API_KEY (preview)"}
    done = web.put(stored, allow="change")
    assert sent(done) == ["edit_project_env", "create_project_env"] and SECRET not in json.dumps(done)
    assert same(stored.row, web.look(stored)) and sent(web.put(stored)) == []
    now = {(one["key"], *one["target"]): one for one in vercel_shop.run(sandbox, vercel_env_info, values=True, no_log=True)["variables"]}
    assert (now["API_KEY", "preview"]["type"], now["SINCE", "production"]["value"]) == ("plain", "x")


def test_a_token_that_is_not_shown_all_keeps_nothing(web: Place, sandbox: t.Any) -> None:
    seed(sandbox)
    sandbox.patch("app", env_hides_production=True)
    assert web.store(APP).result["failure"]["code"] == "hidden"
