# SPDX-License-Identifier: GPL-3.0-or-later
"""From names to Railway's ids, and the guard against a token of another environment."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    ACCOUNT_TOKEN,
    API_SERVICE,
    PRODUCTION,
    PROJECT,
    STAGING,
    Json,
    Railway,
    connection,
    identity,
    of_component,
    project_token,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
ACCOUNT = {"api_token": ACCOUNT_TOKEN}


def scope_of(token: Json | None = None, **component: t.Any) -> Json:
    """The ids that were found, or the failure."""
    result = of_component(lambda room: [room.scope.project_id, room.scope.environment_id, room.scope.service_id], token=token, **component)
    return result.get("failure") or result


def listed(name: str, one: str, **facts: t.Any) -> Json:
    return {"id": one, "name": name, "deletedAt": None, **facts}


def project(environments: list[Json] | None = None, services: list[Json] | None = None, after: tuple[str | None, str | None] = (None, None)) -> Json:
    return {
        "project": {
            "id": PROJECT,
            "name": "example-shop",
            "deletedAt": None,
            "environments": connection(environments if environments is not None else [listed("production", PRODUCTION), listed("staging", STAGING)], after[0]),
            "services": connection(services if services is not None else [listed("api", API_SERVICE), listed("worker", identity("worker"))], after[1]),
        }
    }


OURS = [PROJECT, PRODUCTION, API_SERVICE]


def test_a_project_token_tells_what_was_left_out(railway: Railway) -> None:
    assert scope_of(railway_project=None, saasops_environment=None)["seen"] == OURS
    assert railway.asked == ["projectToken"]


@pytest.mark.parametrize(
    "given", [{}, {"railway_project": PROJECT}, {"railway_environment": PRODUCTION}, {"railway_service": API_SERVICE}, {"railway_environment": "production"}]
)
def test_names_and_ids_are_both_good(railway: Railway, given: Json) -> None:
    assert scope_of(**given)["seen"] == OURS


@pytest.mark.parametrize(
    "given", [{"saasops_environment": "staging"}, {"railway_environment": STAGING}, {"railway_project": "another-shop"}, {"saasops_environment": "Production"}]
)
def test_a_token_of_another_place_is_refused(railway: Railway, given: Json) -> None:
    failure = scope_of(**given)
    assert (failure["kind"], failure["code"]) == ("refused", "environment")
    assert next(iter(given.values())) in failure["message"]
    assert railway.asked == ["projectToken"]


def test_the_vendors_own_environment_name_wins_over_the_general_one(railway: Railway) -> None:
    assert scope_of(saasops_environment="live", railway_environment="production")["seen"] == OURS


def test_a_component_without_a_service_is_refused_before_any_request(railway: Railway) -> None:
    failure = scope_of(railway_service=None)
    assert failure["kind"] == "invalid" and "railway_service" in failure["message"]
    assert not railway.requests


@pytest.mark.parametrize(("wanted", "hint"), [("apu", "Did you mean api"), ("API", "Did you mean api"), ("zzzzzzzz", "There is: api, worker")])
def test_a_misspelt_service_names_what_is_near(railway: Railway, wanted: str, hint: str) -> None:
    railway.on("projectToken", project_token((API_SERVICE, "api"), (identity("worker"), "worker")))
    failure = scope_of(railway_service=wanted)
    assert failure["kind"] == "not_found" and wanted in failure["message"]
    assert hint in failure["hint"]


def test_two_services_of_one_name_need_the_id(railway: Railway) -> None:
    twin = identity("twin")
    railway.on("projectToken", project_token((API_SERVICE, "api"), (twin, "api")))
    failure = scope_of()
    assert failure["kind"] == "invalid" and API_SERVICE in failure["hint"] and twin in failure["hint"]
    assert scope_of(railway_service=twin)["seen"] == [PROJECT, PRODUCTION, twin]


def test_a_service_beyond_the_first_page_is_found(railway: Railway) -> None:
    railway.on("projectToken", project_token((identity("other"), "other"), cursor="c1"))
    first = {"serviceInstances": connection([{"serviceId": identity("more"), "serviceName": "more"}], "c2")}
    second = {"serviceInstances": connection([{"serviceId": API_SERVICE, "serviceName": "api"}])}
    railway.on("environment", {"environment": first}, {"environment": second})
    assert scope_of()["seen"] == OURS
    assert [given["after"] for given in railway.sent("environment")] == ["c1", "c2"]


def test_a_list_of_services_that_never_ends_is_noticed(railway: Railway) -> None:
    railway.on("projectToken", project_token((identity("other"), "other"), cursor="c1"))
    railway.on("environment", {"environment": {"serviceInstances": connection([{"serviceId": "x", "serviceName": "x"}], "c2")}})
    failure = scope_of()
    assert failure["kind"] == "protocol" and "repeats" in failure["message"]
    assert len(railway.requests) < 5


def test_ids_need_no_request(railway: Railway) -> None:
    given = {"railway_project": PROJECT, "railway_environment": PRODUCTION, "railway_service": API_SERVICE}
    assert scope_of(ACCOUNT, **given)["seen"] == OURS
    assert not railway.requests


@pytest.mark.parametrize("missing", ["railway_project", "saasops_environment"])
def test_another_token_needs_project_and_environment(railway: Railway, missing: str) -> None:
    failure = scope_of(ACCOUNT, **{missing: None})
    assert failure["kind"] == "invalid" and failure["hint"]
    assert not railway.requests


def test_names_are_looked_up_page_by_page(railway: Railway) -> None:
    gone = listed("example-shop", identity("gone"), deletedAt="2026-01-01T00:00:00Z")
    railway.on(
        "projects", {"projects": connection([listed("other", identity("other")), gone], "p1")}, {"projects": connection([listed("example-shop", PROJECT)])}
    )
    railway.on("project", project())
    assert scope_of(ACCOUNT)["seen"] == OURS
    assert [given["after"] for given in railway.sent("projects")] == [None, "p1"]


def test_both_lists_of_a_project_are_paged(railway: Railway) -> None:
    first = project([listed("staging", STAGING)], [listed("worker", identity("worker"))], ("e1", "s1"))
    second = project([listed("production", PRODUCTION)], [listed("cron", identity("cron"))], (None, "s2"))
    third = project([listed("production", PRODUCTION)], [listed("api", API_SERVICE)])
    railway.on("project", first, second, third)
    assert scope_of(ACCOUNT, railway_project=PROJECT)["seen"] == OURS
    asked = [(given["afterEnvironment"], given["afterService"]) for given in railway.sent("project")]
    assert asked == [(None, None), ("e1", "s1"), ("e1", "s2")]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (project(environments=[listed("staging", STAGING), listed("production", PRODUCTION, deletedAt="2026-01-01T00:00:00Z")]), "environment"),
        (project(services=[listed("api", API_SERVICE, deletedAt="2026-01-01T00:00:00Z")]), "service"),
    ],
)
def test_what_was_deleted_is_not_there(railway: Railway, answer: Json, what: str) -> None:
    railway.on("project", answer)
    failure = scope_of(ACCOUNT, railway_project=PROJECT)
    assert (failure["kind"], failure["code"]) == ("not_found", what)


def test_an_unknown_project_is_an_error_with_a_next_step(railway: Railway) -> None:
    railway.on("projects", {"projects": connection([listed("example-shop-2", PROJECT)])})
    failure = scope_of(ACCOUNT)
    assert failure["kind"] == "not_found" and "example-shop-2" in failure["hint"]
    railway.on("projects", {"projects": connection([])})
    assert "token" in scope_of(ACCOUNT)["hint"]


@pytest.mark.parametrize("answer", [{}, {"projectToken": None}, {"projectToken": {"project": {"id": "x"}}}, {"projectToken": {"project": "x"}}])
def test_a_token_that_does_not_say_where_it_belongs_is_refused(railway: Railway, answer: Json) -> None:
    railway.on("projectToken", answer)
    assert scope_of()["kind"] == "protocol"


@pytest.mark.parametrize("connected", [None, {}, {"edges": None, "pageInfo": {}}, {"edges": [{}], "pageInfo": {"hasNextPage": False}}, {"edges": []}])
def test_a_list_of_another_shape_is_an_error(railway: Railway, connected: t.Any) -> None:
    railway.on("projects", {"projects": connected})
    assert scope_of(ACCOUNT)["kind"] == "protocol"


def test_names_of_the_vendor_are_data(railway: Railway) -> None:
    railway.on("projectToken", project_token((API_SERVICE, "api"), environment=(PRODUCTION, "{{ x }}\x1b[31m")))
    failure = scope_of()
    assert "{{ x }}?[31m" in failure["message"]
