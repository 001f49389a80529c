# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component serves at the moment of its backup, as the manifest tells it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import releases
from tests.harness import postgresql
from tests.integration import vercel_shop
from tests.integration.backup_parts import Place
from tests.integration.database_fixtures import connect, make_shop
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json


def served(place: Place, **params: t.Any) -> Json:
    result = place.run(lambda task: releases.served(task, place.component), **params)
    return result if result.get("failed") else t.cast(Json, result["told"])


def test_of_a_service_at_railway(shop: Shop) -> None:
    told = served(Place(shop.component(), {"token": shop.facts["token"], "api_token": None}))
    serving = next(one for one in shop.info()["deployments"] if one["id"] == told["deployment"])
    assert (told["commit"], told["version"]) == (serving["commit"], serving["version"])
    assert serving["served"] and shop.changes == []


def test_of_a_project_at_vercel(sandbox: t.Any) -> None:
    facts = {"vercel_project": "hydrogen", "vercel_team": vercel_shop.TEAM, "vercel_api_url": sandbox.url("vercel")}
    place = Place({"name": "web", "component_vendor": "vercel", **facts}, {"token": sandbox.token("vercel")})
    told = served(place)
    assert set(told) == {"deployment", "commit", "version"} and told["deployment"].startswith("dpl_")


def test_of_what_has_no_releases() -> None:
    assert served(Place({"name": "store", "component_vendor": "shopify"}, {})) == {}


def test_who_cannot_tell_it_says_so_and_stops_nothing(shop: Shop) -> None:
    told = served(Place(shop.component(), {"token": "railway-test-9Zx8Cv7Bn6Mq", "api_token": None}))
    assert set(told) == {"why"} and told["why"]


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.mark.parametrize("declared", [None, {"table": "versions", "column": "label"}])
def test_of_a_database_the_latest_migration(server: str, declared: Json | None) -> None:
    url = make_shop(postgresql.fresh_database(server))
    with connect(url) as connection:
        connection.execute("CREATE TABLE versions (label text); INSERT INTO versions VALUES ('2026-01'), ('2026-03')")
    component = {"name": "database", "component_vendor": "postgres", **({"component_migrations": declared} if declared else {})}
    place = Place(component, {}, {"component": component, "dsn": url, "source": None, "sslmode": None})
    assert served(place) == {"migrations": {"versions": "2026-03"} if declared else {"_prisma_migrations": "20260201_second"}}
    assert served(place, dsn=None) == {}
    assert "why" in served(place, dsn="postgresql://nobody@127.0.0.1:1/nothing")
