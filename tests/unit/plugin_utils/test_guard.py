# SPDX-License-Identifier: GPL-3.0-or-later
"""The opening guard: each mistake is refused with what to do instead, and what is right passes."""

from __future__ import annotations

import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, variables

Json = dict[str, t.Any]
APP = {"component_vendor": "vercel", "saasops_system": "shop", "saasops_environment": "production"}


def components(**hosts: Json) -> tuple[str, str]:
    return guard.check_components(list(hosts), list(hosts), lambda name: hosts[name])


def refused(call: t.Callable[[], t.Any], code: str = "") -> str:
    with pytest.raises(Failure) as caught:
        call()
    assert caught.value.kind == "refused"
    assert caught.value.hint, "every refusal says what to do"
    assert not code or caught.value.code == code
    return str(caught.value)


# -- the inventory
def test_a_right_inventory_names_its_environment() -> None:
    assert components(app=APP, api={**APP, "component_vendor": "railway"}, database={**APP, "component_vendor": "postgres"}) == ("shop", "production")


def test_an_inventory_without_components_is_refused() -> None:
    assert "a path that does not exist" in refused(lambda: guard.check_components([], [], dict), "no_components")


def test_a_limit_that_leaves_nothing_is_refused() -> None:
    assert "app, api" in refused(lambda: guard.check_components(["app", "api"], [], lambda dummy: APP), "no_components")


@pytest.mark.parametrize("variable", ["saasops_system", "saasops_environment"])
@pytest.mark.parametrize("value", [None, "", "Production", "a b", "a/b", "-a", "x" * 64])
def test_a_strange_environment_is_refused(variable: str, value: str | None) -> None:
    assert variable in refused(lambda: components(app={**APP, variable: value}), "environment")


def test_two_environments_in_one_inventory_are_refused() -> None:
    words = refused(lambda: components(app=APP, api={**APP, "saasops_environment": "staging"}), "environment")
    assert "app: shop/production; api: shop/staging" in words


@pytest.mark.parametrize(("vendor", "words"), [("vercell", "Did you mean vercel?"), ("heroku", "Give one of"), (None, "has no component_vendor")])
def test_a_strange_vendor_is_refused(vendor: str | None, words: str) -> None:
    assert words in refused(lambda: components(app={**APP, "component_vendor": vendor}), "vendor")


@pytest.mark.parametrize(
    ("variable", "meant"),
    [("component_urll", "component_url"), ("vercel_projct", "vercel_project"), ("saasops_alow", "saasops_allow"), ("componet_url", "component_url")],
)
def test_a_misspelt_inventory_variable_is_refused(variable: str, meant: str) -> None:
    assert f"Did you mean {meant}" in refused(lambda: components(app={**APP, variable: "x"}), "variable")


def test_variables_of_others_pass() -> None:
    assert components(app={**APP, "my_own": 1, "notify_slack_channel": "#x", "vault_vercel_token": "x", "http_port": 80}) == ("shop", "production")


def test_an_unknown_permission_is_refused() -> None:
    assert "read, change, destroy" in refused(lambda: components(app={**APP, "saasops_allow": "everything"}), "variable")


# -- the command line
def extra(*raw: str, verb: str = "rollback") -> dict[str, str]:
    """As Ansible reads it: each text as key=value pairs, or as YAML where it begins with a bracket."""
    parsed: Json = {}
    for text in raw:
        parsed.update(DataLoader().load(text) if text[:1] in "{[" else parse_kv(text))
    return guard.check_extra_variables(raw, parsed, verb)


@pytest.mark.parametrize(
    "raw",
    [
        ("rollback_to=v1.4.1",),
        ("rollback_to=v1.4.1 rollback_force=true",),
        ("rollback_reason='payments are down'",),
        ('{"rollback_reason": "payments are down"}',),
        ("saasops_allow=read", "vercel_team=example-team"),
        ("ansible_forks=20", "awx_job_id=7", "tower_user_name=x", "my_own=1"),
        (),
    ],
)
def test_what_is_right_passes(raw: tuple[str, ...]) -> None:
    assert extra(*raw) == {}


def test_a_reason_that_lost_its_quotes_is_made_whole() -> None:
    assert extra("rollback_reason=payments are down") == {"rollback_reason": "payments are down"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("rollbck_to=v1", "Did you mean rollback_to"),
        ("rollback_tp=v1", "Did you mean rollback_to"),
        ("rollback_anything=v1", "there is no variable rollback_anything"),
        ("saasops_alow=read", "Did you mean saasops_allow"),
        ("roll_forward_to=v1", "rollback_to"),
        ("rollback_to v1", "is not name=value"),
        ("rollback_force=true of course", "spaces that Ansible would cut off"),
        ("my_own=1 and more", "spaces that Ansible would cut off"),
        ("rollback_reason=a=b c", "belongs to no name"),
    ],
)
def test_what_is_wrong_is_refused(raw: str, words: str) -> None:
    assert words in refused(lambda: extra(raw), "extra_variable")


# -- values
def test_values_are_converted_and_defaults_are_there() -> None:
    values = guard.check_values("rollback", {"rollback_force": "yes", "rollback_probes": "5", "rollback_to": 1234567, "rollback_deadline": "1h"})
    assert (values["rollback_deadline"], values["rollback_budget"]) == (3600.0, 300.0)
    assert (values["rollback_force"], values["rollback_probes"], values["rollback_to"]) == (True, 5, "1234567")
    assert values["rollback_on_partial"] == "keep"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rollback_force": "perhaps"}, "rollback_force"),
        ({"rollback_on_partial": "both"}, "keep, undo"),
        ({"rollback_probes": "many"}, "rollback_probes"),
        ({"rollback_probes": 0}, "above 0"),
        ({"rollback_deadline": 0}, "above 0"),
        ({"rollback_deadline": -1}, "or like 90s, 15m"),
        ({"rollback_deadline": "nan"}, "or like 90s, 15m"),
        ({"rollback_deadline": "soon"}, "or like 90s, 15m"),
    ],
)
def test_values_that_cannot_be_are_refused(given: Json, words: str) -> None:
    assert words in refused(lambda: guard.check_values("rollback", given), "extra_variable")


def test_every_verb_has_its_variables() -> None:
    assert set(guard.verbs()) >= {"rollback", "roll_forward"}
    for verb in guard.verbs():
        assert all(name.startswith(f"{verb}_") for name in guard.options_of(verb) if not name.startswith("rollback_"))


# -- what is made of an inventory's variables
def test_a_component_is_its_own_and_its_vendors_variables_without_secrets() -> None:
    secret = "variables-test-5Tg6Yh7Uj8Ik9Ol0Pz1"
    values = {
        **APP,
        "component_url": "https://app.example.com",
        "component_dsn": secret,
        "vercel_project": "hydrogen",
        "vercel_token": secret,
        "railway_token": secret,
        "railway_service": "api",
        "my_own": 1,
    }
    made = variables.component_of("app", values, lambda name: values[name])
    assert made == {"name": "app", **APP, "component_url": "https://app.example.com", "vercel_project": "hydrogen"}
    assert variables.component_of("web", {"my_own": 1}, lambda name: name) is None


def test_near_misses_are_few_and_close() -> None:
    assert variables.near("vercel_projct", variables.known_variables())[0] == "vercel_project"
    assert variables.near("entirely_else", variables.known_variables()) == []


@pytest.mark.parametrize(("name", "ours"), [("component_url", True), ("vercel_x", True), ("saasop_allow", True), ("url", False), ("vault_vercel_token", False)])
def test_a_prefix_claims_a_variable(name: str, ours: bool) -> None:
    assert variables.is_ours(name) is ours
