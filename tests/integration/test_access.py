# SPDX-License-Identifier: GPL-3.0-or-later
"""What vendors tell of the token that asks for a component: every kind of token, right and wrong, against the sandbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
PARAMS = {"request_timeout": "10s", "deadline": "1m", **dict.fromkeys(access.SECRETS)}
VARIABLES = ("RAILWAY_TOKEN", "RAILWAY_API_TOKEN", "VERCEL_TOKEN")


@pytest.fixture
def shop(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the sandbox tells of its vendors; nothing of whoever runs the tests is in the environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAASOPS_CLOCK_URL", str(sandbox_process.run["clock_url"]))
    sandbox_process.scenario("bad-release")
    return sandbox_process.run


def result(component: Json, **secrets: str | None) -> Json:
    return outcome(lambda task: {"access": access.of(task, component)}, {**PARAMS, **secrets}, False)


def asked(component: Json, **secrets: str | None) -> Json:
    """The access; what was asked changed nothing, and told no secret."""
    told = result(component, **secrets)
    assert not told.get("failed"), told["msg"]
    assert not [secret for secret in secrets.values() if secret and secret in str(told)]
    return t.cast(Json, told["access"])


def railway(shop: Json, **facts: t.Any) -> Json:
    place = {"railway_project": shop["railway"]["project"], "railway_service": "api", "railway_api_url": shop["railway"]["url"]}
    return {"name": "api", "component_vendor": "railway", "saasops_environment": "production", **place, **facts}


def vercel(shop: Json, **facts: t.Any) -> Json:
    place = {"vercel_project": "hydrogen", "vercel_team": shop["vercel"]["team"], "vercel_api_url": shop["vercel"]["url"]}
    return {"name": "hydrogen", "component_vendor": "vercel", "saasops_environment": "production", **place, **facts}


# --- Railway


@pytest.mark.parametrize(
    ("option", "token", "kind", "belongs_to", "requests"),
    [
        ("token", "token", "project token", "project example, environment production", 1),
        ("api_token", "workspace_token", "workspace token", "workspace Example", 4),
        ("api_token", "account_token", "account token", "workspace Example", 4),
    ],
)
def test_each_kind_of_railway_token_is_recognised(shop: Json, option: str, token: str, kind: str, belongs_to: str, requests: int) -> None:
    told = result(railway(shop), **{option: shop["railway"][token]})
    found = told["access"]
    assert (found["fits"], found["kind"], found["belongs_to"]) == (True, kind, belongs_to)
    assert (found["token"], found["expires_at"], found["missing"], found["next"]) == (f"variable railway_{option}", None, [], "")
    assert len(told["steps"]) == requests


def test_a_railway_token_of_another_environment_does_not_fit(shop: Json) -> None:
    found = asked(railway(shop), token=shop["railway"]["other"]["token"])
    assert found["fits"] is False
    assert found["why"] == "the Railway token belongs to environment staging, and environment production was asked for"
    assert found["next"] == "Use the token of production, or name staging"


@pytest.mark.parametrize(("option", "said"), [("token", "Project Token not found"), ("api_token", "Not Authorized")])
def test_a_dead_railway_token_does_not_fit(shop: Json, option: str, said: str) -> None:
    found = asked(railway(shop), **{option: "00000000-dead-4000-8000-000000000000"})
    assert (found["fits"], found["token"], found["why"]) == (False, f"variable railway_{option}", said)
    assert found["next"]


def test_ids_alone_are_not_taken_for_a_token_that_lives(shop: Json) -> None:
    known = shop["railway"]
    service = shop["components"]["api"]["service_id"]
    ids = railway(shop, railway_project=known["project_id"], railway_environment=known["environment_id"], railway_service=service)
    assert asked(ids, api_token=known["workspace_token"])["fits"] is True
    assert asked(ids, api_token="00000000-dead-4000-8000-000000000000")["fits"] is False


def test_a_service_that_the_token_does_not_see_is_told_with_the_near_name(shop: Json) -> None:
    found = asked(railway(shop, railway_service="apy"), token=shop["railway"]["token"])
    assert (found["fits"], found["next"]) == (False, "Did you mean api?")


def test_no_token_is_told_with_what_to_set(shop: Json) -> None:
    found = asked(railway(shop))
    assert (found["token"], found["fits"], found["why"]) == (None, False, "there is no token")
    assert found["next"] == "Set the inventory variable railway_token or railway_api_token, or export RAILWAY_TOKEN or RAILWAY_API_TOKEN"


def test_two_railway_tokens_do_not_fit_and_both_places_are_named(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILWAY_TOKEN", shop["railway"]["token"])
    monkeypatch.setenv("RAILWAY_API_TOKEN", shop["railway"]["workspace_token"])
    found = asked(railway(shop))
    assert (found["fits"], found["token"]) == (False, "environment RAILWAY_TOKEN and environment RAILWAY_API_TOKEN")
    assert found["next"] == "Keep one of them: the project token is the safer one"


def test_the_inventory_goes_before_the_environment(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILWAY_TOKEN", shop["railway"]["other"]["token"])
    found = asked(railway(shop), api_token=shop["railway"]["workspace_token"])
    assert (found["fits"], found["token"]) == (True, "variable railway_api_token")


def test_a_vendor_that_cannot_be_asked_is_a_failure(shop: Json) -> None:
    told = result(railway(shop, railway_api_url="http://127.0.0.1:9/graphql/v2"), token=shop["railway"]["token"])
    assert (told["failed"], told["failure"]["kind"]) == (True, "vendor_down")


# --- Vercel


def test_a_vercel_token_of_a_person_tells_when_it_ends(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERCEL_TOKEN", shop["vercel"]["token"])
    found = asked(vercel(shop))
    assert (found["fits"], found["kind"], found["token"]) == (True, "account token", "environment VERCEL_TOKEN")
    assert found["expires_at"] == pytest.approx(clock.now() + 40 * 86400, abs=60)


def test_a_vercel_token_of_one_project_is_not_rejected(shop: Json) -> None:
    found = asked(vercel(shop), token=shop["vercel"]["project_token"])
    assert (found["fits"], found["kind"], found["belongs_to"], found["expires_at"]) == (True, "project token", "project hydrogen", None)
    assert found["missing"] == []


@pytest.mark.parametrize(("token", "status"), [("other", "permission"), ("dead", "auth")])
def test_a_vercel_token_of_another_team_and_a_dead_one_do_not_fit(shop: Json, token: str, status: str) -> None:
    secret = shop["vercel"]["other"]["token"] if token == "other" else "dead-token-000000000000"
    found = asked(vercel(shop), token=secret)
    assert found["fits"] is False
    assert ("valid" in found["next"]) is (status in ("auth", "permission"))
