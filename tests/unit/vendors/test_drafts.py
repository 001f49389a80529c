# SPDX-License-Identifier: GPL-3.0-or-later
"""What each vendor tells for a first inventory, and what it leaves open."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import draft as convex_draft
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import management
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import inventory as railway_inventory
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import draft as stripe_draft
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import webhook_endpoints
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import inventory as vercel_inventory
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import KEY, NAME, URL, Convex, forbidden
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    ACCOUNT_TOKEN,
    PRODUCTION,
    PROJECT,
    PROJECT_TOKEN,
    Json,
    Railway,
    connection,
    identity,
    refusal,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import COMMON, Vercel, project

pytest_plugins = [
    "ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures",
    "ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures",
    "ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures",
]
WISH = Wish("shop", "production")
LIMITS = {"request_timeout": 5.0, "deadline": 60.0}


def drafted(room: t.Any, params: Json, wish: Wish = WISH) -> Json:
    """``{components, notes, projects}``, or the failure."""

    def asked(task: t.Any) -> Json:
        found = room.draft(task, params, wish)
        return {"components": found.components, "notes": found.notes, "projects": found.projects}

    result = transaction.outcome(asked, dict(LIMITS), True)
    return t.cast(Json, result.get("failure") or result)


# -- Railway
def service(name: str, image: str | None = None, health: str | None = "/health", domain: str | None = None, **facts: t.Any) -> Json:
    domains = {"customDomains": [{"domain": domain}] if domain else [], "serviceDomains": []}
    return {"serviceId": identity(name), "serviceName": name, "healthcheckPath": health, "source": {"image": image}, "domains": domains, **facts}


def variables(*names: str, service_id: str = "") -> Json:
    listed = [{"name": name, "serviceId": service_id, "isSealed": False, "references": []} for name in names]
    return {"variables": dict.fromkeys(names, "a-value"), "environment": {"variables": connection(listed)}}


def services(railway: Railway, *listed: Json) -> None:
    railway.on("environmentServices", {"environment": {"id": PRODUCTION, "serviceInstances": connection(listed)}})


def test_databases_are_told_by_where_their_address_stands(railway: Railway) -> None:
    services(
        railway,
        service("api", domain="api.example.com", health="/up"),
        service("worker", health=None),
        service("Main DB", "ghcr.io/example/postgres-ssl:17"),
        service("Cache", "valkey/valkey:8"),
        service("mongo"),
        service("redis-proxy", domain="proxy.example.com"),
        service("gone", deletedAt="2026-01-01T00:00:00Z"),
    )
    railway.on(
        "variables",
        variables("REDIS_URL"),
        variables("DATABASE_PUBLIC_URL", "DATABASE_URL"),
        refusal("Not Authorized", path=["variables"]),
        variables("PORT"),
    )
    found = drafted(railway_inventory, {"token": PROJECT_TOKEN})
    where = {"railway_project": "example-shop", "railway_environment": "production"}
    assert {one["name"]: (one["vendor"], {k: v for k, v in one["variables"].items() if k not in where and v}) for one in found["components"]} == {
        "Cache": ("redis", {"component_dsn_from": "railway:Cache/REDIS_URL"}),
        "Main DB": ("postgres", {"component_dsn_from": "railway:Main DB/DATABASE_PUBLIC_URL"}),
        "api": ("railway", {"railway_service": "api", "component_url": "https://api.example.com", "component_health": "/up"}),
        "mongo": ("railway", {"railway_service": "mongo"}),
        "redis-proxy": ("railway", {"railway_service": "redis-proxy", "component_url": "https://proxy.example.com"}),
        "worker": ("railway", {"railway_service": "worker"}),
    }
    assert all(where.items() <= one["variables"].items() for one in found["components"])
    assert "a-value" not in str(found)
    assert [note.partition(":")[0] for note in found["notes"]] == ["Cache", "mongo", "mongo", "worker"]
    assert "from within Railway alone" in found["notes"][0] and "may not be read" in found["notes"][1]


def test_a_token_of_many_projects_says_which_is_meant(railway: Railway) -> None:
    names = ("blog", "shop", "shop-old")
    railway.on("projects", {"projects": connection([{"id": identity(name), "name": name, "deletedAt": None} for name in names])})
    environments = connection([{"id": PRODUCTION, "name": "production", "deletedAt": None}])
    railway.on("project", {"project": {"id": PROJECT, "name": "shop", "deletedAt": None, "environments": environments, "services": connection([])}})
    services(railway, service("api", domain="api.example.com"))
    found = drafted(railway_inventory, {"api_token": ACCOUNT_TOKEN})
    assert (found["projects"], found["notes"]) == (list(names), ["left out of Railway: blog, shop-old"])
    assert railway.sent("project")[0]["id"] == identity("shop")
    both = drafted(railway_inventory, {"api_token": ACCOUNT_TOKEN}, Wish("shop", "production", ("blog", "shop-old")))
    assert len(both["components"]) == 2 and both["notes"] == ["left out of Railway: shop"]
    asked = drafted(railway_inventory, {"api_token": ACCOUNT_TOKEN}, Wish("store", "production"))
    assert (asked["code"], asked["message"]) == ("projects", "Railway has 3 projects, and none is called like store: blog, shop, shop-old")


# -- Vercel
@pytest.mark.parametrize(
    ("answer", "team"),
    [
        ({"teams": [{"slug": "only"}]}, "only"),
        ({"teams": [{"slug": "other"}, {"slug": "shop"}]}, "shop"),
        ({"teams": []}, None),
        # A token for one project.
        ((403, {"error": {"code": "forbidden", "message": "Not authorized"}}), None),
    ],
)
def test_the_team_is_the_only_one_or_called_like_the_system(vercel: Vercel, answer: t.Any, team: str | None) -> None:
    vercel.on("GET", "/v2/teams", answer)
    vercel.on("GET", "/v10/projects", {"projects": [project()], "pagination": {"count": 1, "next": None, "prev": None}})
    found = drafted(vercel_inventory, {"token": COMMON["token"]})
    assert [one["variables"]["vercel_team"] for one in found["components"]] == [team], found


def test_several_teams_are_asked_for(vercel: Vercel) -> None:
    vercel.on("GET", "/v2/teams", {"teams": [{"slug": "one"}, {"slug": "two"}]})
    found = drafted(vercel_inventory, {"token": COMMON["token"]})
    assert (found["message"], found["hint"]) == ("the token sees 2 teams at Vercel: one, two", "Name one: -e vercel_team=one")


# -- Convex
def test_a_deploy_key_does_not_tell_its_address(convex: Convex) -> None:
    found = drafted(convex_draft, {"deploy_key": KEY})
    assert found["components"][0]["variables"] == {"convex_deployment": NAME, "convex_url": None}
    assert "set convex_url" in found["notes"][0]
    convex.on("GET", "/api/v1/get_canonical_urls", {"convexCloudUrl": URL, "convexSiteUrl": "https://site.example.com"}, forbidden("deployment:view"))
    for also in ("https://site.example.com", ""):
        found = drafted(convex_draft, {"deploy_key": KEY, "url": URL})
        assert (found["components"][0]["variables"]["convex_url"], found["components"][0]["also"]) == (URL, [also])


def test_a_token_of_the_team_tells_addresses(convex: Convex) -> None:
    listed = [
        {"name": NAME, "deploymentType": "prod", "deploymentUrl": URL},
        {"name": "quick-dog-1", "deploymentType": "dev", "deploymentUrl": "https://dev.example.com"},
    ]
    convex.on("GET", "/token_details", {"teamId": 7}, base=management.API_URL)
    convex.on("GET", "/teams/7/list_deployments", {"items": listed, "pagination": {"hasMore": False}}, base=management.API_URL)
    found = drafted(convex_draft, {"token": "convex-team-token-6Qw2Er8Ty4Ui0Op"})
    assert [one["variables"] for one in found["components"]] == [{"convex_deployment": NAME, "convex_url": URL}]
    staging = drafted(convex_draft, {"token": "convex-team-token-6Qw2Er8Ty4Ui0Op"}, Wish("shop", "staging"))
    assert staging["components"] == [] and "CONVEX_DEPLOY_KEY" in staging["notes"][0]
    convex.on("GET", "/api/v1/get_canonical_urls", forbidden("deployment:view"))
    both = drafted(convex_draft, {"deploy_key": KEY, "token": "convex-team-token-6Qw2Er8Ty4Ui0Op"})
    assert both["components"][0]["variables"] == {"convex_deployment": NAME, "convex_url": URL}


# -- Stripe
def endpoint(url: str, created: int, status: str = "enabled") -> Json:
    return {"url": url, "created_at": created, "status": status}


@pytest.mark.parametrize(
    ("listed", "url", "note"),
    [
        ([], None, "Stripe has no webhook endpoint"),
        ([endpoint("https://elsewhere.example.com/hook", 1)], None, "none of Stripe's 1 webhook endpoints is at the host"),
        ([endpoint("https://api.example.com/hook", 1)], "https://api.example.com/hook", ""),
        ([endpoint("https://api.example.com/hook?token=s3cret", 1)], None, "holds a secret"),
        ([endpoint("https://u:s3cret@api.example.com/hook", 1)], None, "none of Stripe's 1"),
        (
            [endpoint("https://api.example.com/c", 3), endpoint("https://api.example.com/b", 2), endpoint("https://api.example.com/a", 1, "disabled")],
            "https://api.example.com/b",
            "3 webhook endpoints of Stripe are at hosts of components",
        ),
    ],
)
def test_where_stripe_reports_to(monkeypatch: pytest.MonkeyPatch, listed: list[Json], url: str | None, note: str) -> None:
    monkeypatch.setattr(webhook_endpoints, "every", lambda _client: listed)
    found = drafted(stripe_draft, {"api_key": "rk_live_example"}, Wish("shop", "production", (), frozenset({"api.example.com"})))
    assert found["components"][0]["variables"] == {"stripe_mode": "live", "stripe_account": None, "stripe_webhook_url": url}
    assert len(found["notes"]) == bool(note) and note in "".join(found["notes"])
    assert "s3cret" not in str(found)
