# SPDX-License-Identifier: GPL-3.0-or-later
"""What vendors tell of the token that asks for a component: every kind of token, right and wrong, against the sandbox."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
PARAMS = {"request_timeout": "10s", "deadline": "1m", **dict.fromkeys(access.SECRETS)}
PREFIXES = ("ATLAS_", "CONVEX_", "DATADOG_", "DD_", "RAILWAY_", "SENTRY_", "SHOPIFY_", "STRIPE_", "SUPABASE_", "UPTIMEROBOT_", "VERCEL_")


@pytest.fixture
def shop(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the sandbox tells of its vendors; nothing of whoever runs the tests is in the environment."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)
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
    ("option", "token", "kind", "belongs_to"),
    [
        ("token", "token", "project token", "project example, environment production"),
        ("api_token", "workspace_token", "workspace token", "workspace Example"),
        ("api_token", "account_token", "account token", "workspace Example"),
    ],
)
def test_each_kind_of_railway_token_is_recognised(shop: Json, option: str, token: str, kind: str, belongs_to: str) -> None:
    told = result(railway(shop), **{option: shop["railway"][token]})
    found = told["access"]
    assert (found["fits"], found["kind"], found["belongs_to"]) == (True, kind, belongs_to)
    assert (found["token"], found["expires_at"], found["missing"], found["next"]) == (f"variable railway_{option}", None, [], "")
    requests = ["projectToken"] if option == "token" else ["projects", "project", "me", "apiToken"]
    assert [step["name"] for step in told["steps"]] == requests


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
    elsewhere = {**ids, "railway_project": "00000000-0000-4000-8000-000000000000"}
    assert asked(elsewhere, api_token=known["workspace_token"])["fits"] is False


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


def test_a_vercel_token_of_another_project_does_not_fit(shop: Json) -> None:
    found = asked(vercel(shop, vercel_project="dashboard"), token=shop["vercel"]["project_token"])
    assert (found["fits"], found["next"]) == (False, "Near or other names here: hydrogen")


def test_a_vercel_token_that_was_found_in_public_does_not_fit(shop: Json, sandbox_process: Sandbox) -> None:
    sandbox_process.patch("app", token_facts={"leakedAt": 1_790_000_000_000})
    found = asked(vercel(shop), token=shop["vercel"]["token"])
    assert (found["fits"], found["why"]) == (False, "Vercel says that it was found in public")


@pytest.mark.parametrize(("token", "status"), [("other", "permission"), ("dead", "auth")])
def test_a_vercel_token_of_another_team_and_a_dead_one_do_not_fit(shop: Json, token: str, status: str) -> None:
    secret = shop["vercel"]["other"]["token"] if token == "other" else "dead-token-000000000000"
    found = asked(vercel(shop), token=secret)
    assert found["fits"] is False
    assert ("valid" in found["next"]) is (status in ("auth", "permission"))


# --- Convex


def convex(shop: Json, **facts: t.Any) -> Json:
    known = shop["convex"]
    # What is declared is what a key has to have permissions for.
    place = {"convex_url": known["url"], "convex_deployment": known["deployment"], "component_logs": {"packs": ["errors"]}}
    return {"name": "backend", "component_vendor": "convex", "saasops_environment": "production", **place, **facts}


def test_a_convex_key_tells_what_it_may_do(shop: Json) -> None:
    found = asked(convex(shop, component_backup=False), deploy_key=shop["convex"]["deploy_key"])
    assert (found["fits"], found["kind"], found["token"]) == (True, "production deploy key", "variable convex_deploy_key")
    assert found["belongs_to"] == f"deployment {shop['convex']['deployment']}"
    assert found["can"] == dict.fromkeys(("deployment:data:view", "deployment:logs:view"), True)


def test_a_convex_key_of_few_permissions_fits_and_names_what_it_lacks(shop: Json) -> None:
    found = asked(convex(shop, component_backup=False), deploy_key=shop["convex"]["ci_key"])
    assert found["fits"] is True
    assert found["missing"] == ["deployment:data:view", "deployment:logs:view"]
    assert found["next"].startswith("Make a deploy key that has deployment:data:view, deployment:logs:view too")
    # Where no log is declared, none is read.
    assert asked(convex(shop, component_backup=False, component_logs=None), deploy_key=shop["convex"]["ci_key"])["missing"] == ["deployment:data:view"]


@pytest.mark.parametrize("named", [True, False])
def test_a_convex_key_of_another_deployment_does_not_fit(shop: Json, named: bool) -> None:
    found = asked(convex(shop, **({} if named else {"convex_deployment": None})), deploy_key=shop["convex"]["other"]["deploy_key"])
    assert found["fits"] is False
    assert ("belongs to the deployment" in found["why"]) is named
    assert found["next"]


def test_a_convex_key_of_a_developer_does_not_fit_production(shop: Json) -> None:
    key = shop["convex"]["deploy_key"].replace("prod:", "dev:")
    assert asked(convex(shop), deploy_key=key)["why"] == "it is a dev deploy key, and this is production"
    assert asked(convex(shop, saasops_environment="staging"), deploy_key=key)["fits"] is True


def test_a_convex_key_is_found_in_either_variable_of_the_environment(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVEX_DEPLOYMENT_TOKEN", shop["convex"]["deploy_key"])
    assert asked(convex(shop))["token"] == "environment CONVEX_DEPLOYMENT_TOKEN"
    monkeypatch.setenv("CONVEX_DEPLOY_KEY", f"prod:{shop['convex']['deployment']}|dead")
    found = asked(convex(shop))
    assert (found["token"], found["fits"]) == ("environment CONVEX_DEPLOY_KEY", False)


def test_a_self_hosted_key_goes_to_its_own_address_alone(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVEX_SELF_HOSTED_ADMIN_KEY", shop["convex"]["admin_key"])
    monkeypatch.setenv("CONVEX_SELF_HOSTED_URL", shop["convex"]["url"])
    found = asked(convex(shop, convex_deployment=None))
    assert (found["fits"], found["kind"], found["token"]) == (True, "admin key", "environment CONVEX_SELF_HOSTED_ADMIN_KEY")
    monkeypatch.setenv("CONVEX_SELF_HOSTED_URL", "http://127.0.0.1:9")
    assert asked(convex(shop))["why"] == "there is no token"
    monkeypatch.setenv("CONVEX_DEPLOY_KEY", shop["convex"]["deploy_key"])
    two = asked(convex(shop, convex_url=None))
    assert (two["fits"], "belong to different deployments" in two["why"]) == (False, True)


def test_a_convex_key_that_a_shell_has_cut_does_not_fit(shop: Json) -> None:
    found = asked(convex(shop), deploy_key=f"prod:{shop['convex']['deployment']}")
    assert (found["fits"], found["next"]) == (False, "Put the key in single quotes: a shell takes an unquoted | as a pipe")


# --- Shopify


def shopify(shop: Json, **facts: t.Any) -> Json:
    place = {"shopify_shop": shop["shopify"]["shop"], "shopify_api_url": shop["shopify"]["url"]}
    return {"name": "store", "component_vendor": "shopify", "saasops_environment": "production", **place, **facts}


def test_a_shopify_token_tells_its_app_and_its_scopes(shop: Json) -> None:
    found = asked(shopify(shop), token=shop["shopify"]["stock_token"])
    assert (found["fits"], found["kind"], found["belongs_to"]) == (True, "access token", f"app Stock in {shop['shopify']['shop']}")
    assert (found["can"], found["missing"]) == ({"read_inventory": True, "read_orders": True, "read_products": True}, [])


def test_shopify_client_credentials_are_of_inventory_and_environment_together(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET", shop["shopify"]["client_secret"])
    found = asked(shopify(shop, shopify_client_id=shop["shopify"]["client_id"]))
    assert (found["fits"], found["kind"], found["token"]) == (True, "client credentials", "environment SHOPIFY_API_SECRET")
    # A token of the inventory goes before a secret of the environment, which may be another app's.
    assert asked(shopify(shop), token=shop["shopify"]["reports_token"])["belongs_to"].startswith("app Reports in")


@pytest.mark.parametrize(("secret", "facts"), [("shpat_dead", {}), ("", {"shopify_shop": "another-shop"})])
def test_a_shopify_token_that_is_dead_or_of_another_shop_does_not_fit(shop: Json, secret: str, facts: Json) -> None:
    found = asked(shopify(shop, **facts), token=secret or shop["shopify"]["token"])
    assert (found["fits"], bool(found["why"]), bool(found["next"])) == (False, True, True)


# --- Stripe


def stripe(shop: Json, **facts: t.Any) -> Json:
    return {"name": "money", "component_vendor": "stripe", "saasops_environment": "production", "stripe_api_url": shop["stripe"]["url"], **facts}


@pytest.mark.parametrize(("name", "kind", "owner"), [("api_key", "live secret key", True), ("restricted_key", "live restricted key", False)])
def test_each_kind_of_stripe_key_is_recognised(shop: Json, name: str, kind: str, owner: bool) -> None:
    found = asked(stripe(shop), api_key=shop["stripe"][name])
    assert (found["fits"], found["kind"], found["token"]) == (True, kind, "variable stripe_api_key")
    assert found["belongs_to"] == (f"account {shop['stripe']['account']}" if owner else "")


def test_a_stripe_key_of_the_other_mode_does_not_fit(shop: Json) -> None:
    declared, silent = (asked(stripe(shop, **facts), api_key=shop["stripe"]["test_key"]) for facts in ({"stripe_mode": "live"}, {}))
    assert (declared["fits"], declared["why"]) == (False, "this is live mode, and the Stripe key is a test key")
    assert (silent["fits"], silent["why"]) == (False, "it is a test secret key, and this is production")
    assert asked(stripe(shop, saasops_environment="staging"), api_key=shop["stripe"]["test_key"])["fits"] is True


def test_what_a_restricted_key_may_read_is_tried_and_what_it_may_change_stays_unknown(shop: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["rak_charge_read", "rak_dispute_read", "rak_refund_write"]
    monkeypatch.setattr(access.permissions, "needed_by_any", lambda _vendor, _component: wanted)
    told = result(stripe(shop), api_key=shop["stripe"]["restricted_key"])
    assert told["access"]["can"] == {"rak_charge_read": True, "rak_dispute_read": False, "rak_refund_write": None}
    assert told["access"]["missing"] == ["rak_dispute_read"]
    assert [step["name"] for step in told["steps"]] == ["get_account", "list_charges", "list_disputes"]
    assert asked(stripe(shop), api_key=shop["stripe"]["api_key"])["can"] == dict.fromkeys(wanted, True)


@pytest.mark.parametrize("key", ["sk_live_dead0000", "pk_live_public00"])
def test_a_stripe_key_that_is_dead_or_public_does_not_fit(shop: Json, key: str) -> None:
    found = asked(stripe(shop), api_key=key)
    assert (found["fits"], bool(found["next"])) == (False, True)


# --- MongoDB Atlas and Supabase


def atlas(shop: Json, **facts: t.Any) -> Json:
    known = shop["atlas"]
    place = {"atlas_api_url": known["url"], "atlas_client_id": known["client_id"], "atlas_project": known["project"], "atlas_cluster": known["cluster"]}
    return {"name": "documents", "component_vendor": "atlas", "saasops_environment": "production", **place, **facts}


def supabase(shop: Json, **facts: t.Any) -> Json:
    place = {"supabase_api_url": shop["supabase"]["url"], "supabase_project": shop["supabase"]["project"]}
    return {"name": "database", "component_vendor": "supabase", "saasops_environment": "production", **place, **facts}


def forbid(sandbox_process: Sandbox, vendor: str, place: str) -> None:
    sandbox_process.fault("status", vendor=vendor, operation=f"GET {place}", status=403, times=0)


SNAPSHOTS = "/api/atlas/v2/groups/{id}/clusters/{id}/backup/snapshots"


def test_a_service_account_of_atlas_is_tried_and_changes_nothing(shop: Json, sandbox_process: Sandbox) -> None:
    found = asked(atlas(shop), client_secret=shop["atlas"]["client_secret"])
    assert (found["fits"], found["kind"], found["belongs_to"]) == (True, "service account", f"project {shop['atlas']['project']}")
    assert (found["token"], found["next"], found["missing"]) == ("variable atlas_client_secret", "", [])
    # Whether it may take snapshots, nothing tells but taking one.
    assert found["can"] == {"Project Backup Manager": None, "Project Read Only": True}
    assert sandbox_process.journal(changes=True, vendor="atlas") == []


def test_an_account_of_atlas_without_a_role_lives_and_is_told_what_it_lacks(shop: Json, sandbox_process: Sandbox) -> None:
    forbid(sandbox_process, "atlas", SNAPSHOTS)
    found = asked(atlas(shop), client_secret=shop["atlas"]["client_secret"])
    assert (found["fits"], found["why"], found["missing"]) == (None, "it lives", ["Project Backup Manager", "Project Read Only"])
    assert "Project Backup Manager" in found["next"] and "address" in found["next"]


@pytest.mark.parametrize(
    ("facts", "secret", "said"),
    [
        ({}, "mdb_sa_sk_dead5Kd8", "Client authentication failed"),
        ({"atlas_cluster": "another"}, "", "No cluster named another exists."),
        ({"atlas_client_id": None}, "", "there is no service account"),
    ],
)
def test_an_account_of_atlas_that_is_dead_or_sees_no_such_cluster_does_not_fit(shop: Json, facts: Json, secret: str, said: str) -> None:
    found = asked(atlas(shop, **facts), client_secret=secret or shop["atlas"]["client_secret"])
    assert (found["fits"], found["why"], bool(found["next"])) == (False, said, True)


def test_a_token_of_supabase_tells_what_it_may_read(shop: Json, sandbox_process: Sandbox) -> None:
    found = asked(supabase(shop), token=shop["supabase"]["token"])
    assert (found["fits"], found["kind"], found["belongs_to"]) == (True, "access token", f"project {shop['supabase']['project']}")
    assert found["can"] == {"backups_read": True, "project_admin_read": True}
    forbid(sandbox_process, "supabase", "/v1/projects/{id}/database/backups")
    found = asked(supabase(shop), token=shop["supabase"]["token"])
    assert (found["fits"], found["missing"]) == (True, ["backups_read"]) and "Give the token backups_read" in found["next"]


@pytest.mark.parametrize(("facts", "token"), [({}, "sbp_dead5Kd8"), ({"supabase_project": "tsrqponmlkjihgfedcba"}, "")])
def test_a_token_of_supabase_that_is_dead_or_of_another_owner_does_not_fit(shop: Json, facts: Json, token: str) -> None:
    found = asked(supabase(shop, **facts), token=token or shop["supabase"]["token"])
    assert (found["fits"], bool(found["why"]), bool(found["next"])) == (False, True, True)


@pytest.mark.parametrize(("ask", "name"), [(atlas, "atlas_cluster"), (supabase, "supabase_project")])
def test_a_vendor_that_the_inventory_does_not_name_is_not_asked(shop: Json, ask: t.Callable[..., Json], name: str) -> None:
    told = result(ask(shop, **{name: None}))
    assert (told["access"]["fits"], told["access"]["token"], told["steps"]) == (None, None, [])
    assert name in told["access"]["why"]
    missing = asked(ask(shop))
    assert (missing["fits"], missing["why"]) == (False, "there is no token")
    assert ask(shop)["component_vendor"].upper() in missing["next"]


# --- the services of monitors


def service(shop: Json, name: str, **secrets: str | None) -> Json:
    options = {f"{name}_api_url": shop[name]["url"], **({"sentry_organization": shop["sentry"]["organization"]} if name == "sentry" else {})}
    component = railway(shop, component_monitors=[{"provider": name, "name": "home"}])
    told = outcome(lambda task: {"access": access.of(task, component, name)}, {**PARAMS, **options, **secrets}, False)
    assert not told.get("failed"), told["msg"]
    return t.cast(Json, told["access"])


def test_a_service_of_monitors_is_asked_with_its_own_key(shop: Json) -> None:
    assert "main API key" in service(shop, "uptimerobot", uptimerobot_api_key=shop["uptimerobot"]["api_key"])["can"]
    robot = service(shop, "uptimerobot", uptimerobot_api_key=shop["uptimerobot"]["api_key"])
    assert (robot["fits"], robot["why"], robot["missing"]) == (None, "it lives", [])
    dog = service(shop, "datadog", datadog_api_key=shop["datadog"]["api_key"], datadog_app_key=shop["datadog"]["read_key"])
    assert (dog["fits"], dog["can"]) == (None, {"monitors_downtime": True, "monitors_read": True, "monitors_write": None})
    watch = service(shop, "sentry", sentry_token=shop["sentry"]["token"])
    assert (watch["fits"], watch["can"]) == (True, {"event:read": True, "org:read": None})


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        ("uptimerobot", {"uptimerobot_api_key": "u1-dead"}),
        ("datadog", {"datadog_api_key": "dead", "datadog_app_key": "dead"}),
        ("sentry", {"sentry_token": "sntrys_dead"}),
    ],
)
def test_a_dead_key_of_a_service_does_not_fit(shop: Json, name: str, secrets: dict[str, str]) -> None:
    found = service(shop, name, **secrets)
    assert (found["fits"], bool(found["next"])) == (False, True)


def test_a_service_without_a_key_is_told_with_what_to_set(shop: Json) -> None:
    assert service(shop, "datadog")["next"] == "Set the inventory variable datadog_api_key and datadog_app_key, or export DD_API_KEY and DD_APP_KEY"


def test_a_component_without_a_vendor_needs_no_token() -> None:
    assert asked({"name": "cache", "component_vendor": "redis"})["fits"] is None
