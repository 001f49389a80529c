# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a vendor's client out of inventory variables and the process environment, and where each secret came from."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["ACME_TOKEN", "OLD_ACME_TOKEN"])},
    "secret": {"type": "str", "no_log": True, "fallback": (env_fallback, ["ACME_SECRET"])},
    "shop": {"type": "str", "required": True},
    "site": {"type": "str", "default": "one.example.com", "fallback": (env_fallback, ["ACME_SITE"])},
}
EITHER = ("token", "secret")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    for name in ("ACME_TOKEN", "OLD_ACME_TOKEN", "ACME_SECRET", "ACME_SITE"):
        monkeypatch.delenv(name, raising=False)
    yield
    redaction.forget()


def given(component: t.Mapping[str, t.Any] | None = None, **secrets: str) -> credentials.Given:
    return credentials.of_component("acme", ARGUMENTS, component or {}, secrets, EITHER)


def test_the_inventory_goes_first_then_the_environment_then_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given({"acme_shop": "s"}).options == {"token": None, "secret": None, "shop": "s", "site": "one.example.com"}
    monkeypatch.setenv("ACME_SITE", "two.example.com")
    monkeypatch.setenv("OLD_ACME_TOKEN", "from-the-environment")
    found = given()
    assert (found.options["site"], found.options["token"], found.source) == ("two.example.com", "from-the-environment", "environment OLD_ACME_TOKEN")
    assert given({"acme_site": "three.example.com"}).options["site"] == "three.example.com"


def test_one_secret_of_the_inventory_keeps_the_environment_s_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "of-another-app")
    found = given(token="of-the-inventory")
    assert (found.options["secret"], found.source) == (None, "variable acme_token")
    assert given().source == "environment ACME_SECRET"


def test_a_secret_of_the_environment_is_kept_out_of_every_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "from-the-environment")
    assert "from-the-environment" not in str(given().sources)
    assert redaction.scrub({"msg": "a token from-the-environment"}) != {"msg": "a token from-the-environment"}


def test_options_of_several_vendors_have_names_of_their_own_and_no_defaults() -> None:
    made = credentials.prefixed("acme", ARGUMENTS, "token", "shop", "site")
    assert list(made) == ["acme_token", "acme_shop", "acme_site"]
    assert not [name for name, argument in made.items() if {"default", "required"} & set(argument)]
    assert made["acme_token"]["no_log"] is True


def test_what_is_known_to_be_lacking_is_missing_and_what_is_unknown_is_not() -> None:
    told = credentials.access("acme", "variable acme_token", can={"read": True, "write": False, "delete": None})
    assert told["missing"] == ["write"]
    refused = credentials.refused("acme", given(token="dead"), Failure("auth", "Not Authorized", "Make another"))
    assert (refused["fits"], refused["why"], refused["next"], "dead" in str(refused)) == (False, "Not Authorized", "Make another", False)


def test_the_next_step_names_the_variables_of_inventory_and_environment() -> None:
    assert credentials.how_to_give("acme", ARGUMENTS) == "Set the inventory variable acme_token or acme_secret, or export ACME_TOKEN or ACME_SECRET"
    assert credentials.how_to_give("acme", {"key": {"no_log": True}}) == "Set the inventory variable acme_key"
