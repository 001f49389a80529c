# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module that lists page by page asks as seldom as the vendor's largest page allows, and reads no page twice."""

from __future__ import annotations

import math
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import (
    convex_table_info,
    railway_deployment_info,
    railway_project_token_info,
    railway_variables_info,
    vercel_deployment_info,
    vercel_domain_info,
    vercel_firewall,
)
from tests.integration import convex_shop, vercel_shop
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json, asked

# The largest pages: of Vercel as it documents them, of Railway what its own client asks for (deployments) and ours, of Convex ours.
VERCEL, BYPASSES, RAILWAY_DEPLOYMENTS, RAILWAY, CONVEX = 100, 256, 1000, 100, 1000


@pytest.fixture
def large(sandbox: t.Any) -> t.Any:
    """250 deployments of each project and 200 of the service; the calls of others do not count."""
    sandbox.scenario("bad-release", scale=50)
    return sandbox


def whole(result: Json) -> Json:
    assert not result.get("failed"), result["msg"]
    return result


@pytest.mark.parametrize("limit", [1, 20, 100, 101, 200, 201, 249])
def test_deployments_of_vercel(large: t.Any, limit: int) -> None:
    result = whole(vercel_shop.run(large, vercel_deployment_info, limit=limit))
    assert len({it["id"] for it in result["deployments"]}) == limit
    assert asked(result) == ["get_project", *["get_deployments"] * math.ceil(limit / VERCEL)]
    # No more is read than is wanted.
    sizes = [int(entry["query"]["limit"]) for entry in large.journal(vendor="vercel") if entry["path"].endswith("/deployments")]
    assert sum(sizes) == limit


def test_a_list_of_vercel_that_ends_is_not_asked_further(large: t.Any) -> None:
    result = whole(vercel_shop.run(large, vercel_deployment_info, limit=5000))
    assert len(result["deployments"]) == 250 and asked(result).count("get_deployments") == 3


@pytest.mark.parametrize("limit", [1, 20, 21, 999, 1000, 1001, 1999, 2000, 2001])
def test_deployments_of_railway(shop: Shop, limit: int) -> None:
    shop.sandbox.scenario("bad-release", scale=510)
    result = whole(shop.info(limit=limit))
    assert len({it["id"] for it in result["deployments"]}) == limit
    # The first page comes with the service's state.
    assert asked(result) == ["projectToken", "serviceInstance", *["deployments"] * (math.ceil(limit / RAILWAY_DEPLOYMENTS) - 1)]
    sizes = [entry["body"]["variables"]["first"] for entry in shop.sandbox.journal(vendor="railway") if "deployments" in entry["operation"]]
    assert sum(sizes) == max(limit, 20)


@pytest.mark.parametrize("limit", [1, 800, 1000, 1001])
def test_deployments_of_railway_in_one_state(shop: Shop, limit: int) -> None:
    shop.sandbox.scenario("bad-release", scale=400)
    result = whole(shop.info(limit=limit, state=["REMOVED"]))
    assert len(result["deployments"]) == limit and {it["state"] for it in result["deployments"]} == {"REMOVED"}
    assert asked(result).count("deployments") == math.ceil(limit / RAILWAY_DEPLOYMENTS)


def test_a_commit_of_railway_is_found_in_one_page(shop: Shop) -> None:
    shop.sandbox.scenario("bad-release", scale=200)
    old = shop.state["deployments"][700]
    result = whole(shop.info(commit=old["commit"][:12]))
    assert [it["id"] for it in result["deployments"]] == [old["id"]] and asked(result) == ["projectToken", "serviceInstance"]


def test_what_is_looked_for_at_railway_is_not_read_twice(shop: Shop) -> None:
    shop.sandbox.scenario("bad-release", scale=50)
    old = shop.state["deployments"][150]
    result = whole(shop.run(railway_deployment_info, deployment=old["tag"]))
    assert [it["id"] for it in result["deployments"]] == [old["id"]]
    # 20 with the state, then a hundred each.
    assert asked(result) == ["projectToken", "serviceInstance", *["deployments"] * math.ceil((150 + 1 - 20) / 100)]
    shop.sandbox.scenario("bad-release")
    assert asked(shop.run(railway_deployment_info, deployment="v9.9.9")) == ["projectToken", "serviceInstance"]


@pytest.mark.parametrize(("scale", "domains"), [(99, 100), (100, 101), (200, 201)])
def test_domains_of_vercel(sandbox: t.Any, scale: int, domains: int) -> None:
    sandbox.scenario("bad-release", scale=scale)
    result = whole(vercel_shop.run(sandbox, vercel_domain_info, configuration=False))
    assert len({it["name"] for it in result["domains"]}) == domains
    assert asked(result) == [*["get_project_domains"] * math.ceil(domains / VERCEL), "get_certs"]


def test_named_domains_of_vercel_are_read_as_far_as_they_are_found(sandbox: t.Any) -> None:
    sandbox.scenario("bad-release", scale=200)
    result = whole(vercel_shop.run(sandbox, vercel_domain_info, configuration=False, domains=["feature-0150.app.example.com"]))
    assert [it["name"] for it in result["domains"]] == ["feature-0150.app.example.com"]
    assert asked(result) == ["get_project_domains", "get_certs"]


@pytest.mark.parametrize("count", [1, 256, 257, 600])
def test_bypasses_of_vercel(sandbox: t.Any, count: int) -> None:
    known = [{"Id": f"bypass_{number:06d}", "Ip": f"198.18.{number // 250}.{number % 250}", "Domain": "app.example.com"} for number in range(count)]
    sandbox.patch("app", bypasses=known)
    wish = {"source": known[-1]["Ip"], "domain": "app.example.com"}
    result = whole(vercel_shop.run(sandbox, vercel_firewall, bypasses=[wish]))
    assert [it["how"] for it in result["bypasses"]] == ["already"]
    assert asked(result).count("get_bypass_ip") == math.ceil(count / BYPASSES)


@pytest.mark.parametrize(("scale", "variables"), [(20, 100), (21, 105), (41, 205)])
def test_variables_of_railway(shop: Shop, scale: int, variables: int) -> None:
    shop.sandbox.scenario("bad-release", scale=scale)
    result = whole(shop.run(railway_variables_info))
    assert len(result["variables"]) == variables
    assert asked(result) == ["projectToken", *["variables"] * math.ceil(variables / RAILWAY)]


@pytest.mark.parametrize(("scale", "tokens"), [(50, 100), (51, 102), (101, 202)])
def test_project_tokens_of_railway(shop: Shop, scale: int, tokens: int) -> None:
    shop.sandbox.scenario("bad-release", scale=scale)
    known = {"token": None, "service": None, "api_token": shop.facts["account_token"], "project": shop.facts["project_id"]}
    result = whole(shop.run(railway_project_token_info, **known))
    assert len({it["id"] for it in result["tokens"]}) == tokens
    assert asked(result).count("projectTokens") == math.ceil(tokens / RAILWAY)


@pytest.mark.parametrize(("scale", "rows"), [(83, 996), (84, 1008), (250, 3000)])
def test_rows_of_convex(sandbox: t.Any, scale: int, rows: int) -> None:
    sandbox.scenario("bad-release", scale=scale)
    result = whole(convex_shop.run(sandbox, convex_table_info, tables=["users"], count="pages"))
    assert [it["rows"] for it in result["tables"]] == [rows]
    asked = [entry["body"]["path"] for entry in sandbox.journal(vendor="convex") if entry["path"] == "/api/query"]
    assert asked.count("_system/cli/tableData") == math.ceil(rows / CONVEX)
