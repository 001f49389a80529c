# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before and after trouble: logs, domains with their certificates, and the token itself."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_access_token_info, vercel_domain_info, vercel_log_info
from tests.integration.tasks import Json, asked
from tests.integration.vercel_shop import run

DAY = 86400.0


@pytest.fixture
def world(sandbox: t.Any) -> t.Any:
    return sandbox


def failed(world: t.Any, module: t.Any, **options: t.Any) -> Json:
    result = run(world, module, **options)
    assert result["failure"]["hint"] and not result["changed"]
    return t.cast(Json, result["failure"])


def log(world: t.Any, **options: t.Any) -> Json:
    result = run(world, vercel_log_info, **options)
    assert not result.get("failed"), result["msg"]
    return result


def texts(result: Json) -> list[str]:
    return [line["text"] for line in result["lines"]]


# -- build logs
@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("lines", [True, False])
def test_a_build_log_is_read_in_every_shape(world: t.Any, old: bool, lines: bool) -> None:
    world.patch("app", "v1.4.2-rc1", old_log=old, log_lines=lines, log=[["stdout", "{{ 1 }}\x1b[2J done"]])
    result = log(world, deployment="v1.4.2-rc1")
    assert asked(result)[-1] == "get_deployment_events"
    assert texts(result) == [
        "Cloning github.com/example/shop",
        "Installing dependencies...",
        "Creating an optimized production build",
        'Command "npm run build" exited with 1',
        "{{ 1 }}?[2J done",
    ]
    assert [line["type"] for line in result["lines"]] == ["command", "stdout", "stdout", "stderr", "stdout"]
    assert (result["ended"], result["dropped"]) == ("complete", 0)
    assert texts(log(world, deployment="v1.4.2-rc1", level="error")) == ['Command "npm run build" exited with 1']
    # The newest of them, in their order.
    assert texts(log(world, deployment="v1.4.2-rc1", limit=2)) == ['Command "npm run build" exited with 1', "{{ 1 }}?[2J done"]


def test_what_production_serves_is_meant_when_nothing_is_named(world: t.Any) -> None:
    result = log(world)
    assert asked(result) == ["get_project", "get_deployment_events"]
    assert result["deployment"] == world.state("app")["serving"]["id"]


@pytest.mark.parametrize("kind", ["reset", "truncated", "status", "rate_limited"])
def test_a_log_is_read_again_after_a_fault(world: t.Any, kind: str) -> None:
    world.fault(kind, vendor="vercel", operation="events")
    assert len(log(world)["lines"]) == 4


def test_an_answer_that_is_no_log_is_told(world: t.Any) -> None:
    for body in ("a page", [5], {"error": {"code": "odd", "message": "odd"}}):
        world.clear_faults()
        world.fault("body", vendor="vercel", operation="events", body=body, times=0)
        assert failed(world, vercel_log_info)["kind"] == "protocol"
    world.clear_faults()
    world.fault("garbage", vendor="vercel", operation="events", times=0)
    assert failed(world, vercel_log_info)["kind"] == "protocol"
    world.clear_faults()
    world.fault("body", vendor="vercel", operation="events", body=[None, {"type": "stdout"}], times=0)
    assert log(world)["lines"] == []


def test_a_log_without_end_is_cut(world: t.Any) -> None:
    world.fault("big", vendor="vercel", operation="events", mb=65, times=0)
    result = log(world)
    assert (result["ended"], result["lines"]) == ("size", [])


# -- runtime logs
def test_a_runtime_log_that_ends_is_read_to_its_end(world: t.Any) -> None:
    entries = [{"message": "one"}, {"message": "two", "level": "error", "responseStatusCode": 500, "requestPath": "/checkout"}]
    world.patch("app", "v1.4.2", runtime_log=entries)
    result = log(world, source="runtime")
    assert (texts(result), result["ended"]) == (["one", "two"], "complete")
    assert result["lines"][1]["request"] == {"method": "GET", "path": "/checkout", "domain": "app.example.com", "status": 500}
    assert texts(log(world, source="runtime", level="error")) == ["two"]
    assert (texts(log(world, source="runtime", limit=1)), log(world, source="runtime", limit=1)["ended"]) == (["one"], "limit")


def test_a_runtime_log_that_stays_open_is_left_when_the_time_is_over(world: t.Any) -> None:
    world.patch("app", "v1.4.2", runtime_log=[{"message": "one"}], runtime_open=4)
    # Not when the vendor ends it, and not when a request has lasted too long.
    result = log(world, source="runtime", seconds="1s", request_timeout="60s")
    assert (texts(result), result["ended"]) == (["one"], "time")
    world.patch("app", "v1.4.2", runtime_log=[])
    silent = log(world, source="runtime", seconds="1s", request_timeout="60s")
    assert (silent["lines"], silent["ended"]) == ([], "time")


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"limit": 0}, "invalid"),
        ({"limit": 20000}, "invalid"),
        ({"seconds": "0s"}, "invalid"),
        ({"seconds": "10m"}, "invalid"),
        ({"deployment": "v9.9.9"}, "not_found"),
        ({"project": "hydrogem"}, "not_found"),
    ],
)
def test_bad_input_gets_one_clear_message(world: t.Any, options: Json, kind: str) -> None:
    assert failed(world, vercel_log_info, **options)["kind"] == kind


# -- domains
def domains(world: t.Any, **options: t.Any) -> dict[str, Json]:
    result = run(world, vercel_domain_info, **options)
    assert not result.get("failed"), result["msg"]
    return {it["name"]: it for it in result["domains"]}


def test_domains_tell_what_is_wrong_with_them(world: t.Any) -> None:
    now = float(world.clock()["now"])
    world.patch("app", unverified=["www.example.com"], misconfigured=["www.example.com"], certificate_days={"app.example.com": 9, "www.example.com": None})
    found = domains(world)
    good, bad = found["app.example.com"], found["www.example.com"]
    assert (good["verified"], good["misconfigured"], good["configured_by"], good["verification"]) == (True, False, "CNAME", [])
    # Milliseconds at the vendor.
    assert abs(good["certificate"]["expires_at"] - (now + 9 * DAY)) < 60
    assert good["certificate"]["days_left"] in (8, 9) and good["certificate"]["auto_renew"] is True
    assert (bad["verified"], bad["misconfigured"], bad["configured_by"], bad["certificate"]) == (False, True, None, None)
    assert bad["verification"][0]["type"] == "TXT"


def test_how_many_requests_domains_cost(world: t.Any) -> None:
    each = ["get_domain_config"] * 2
    assert asked(run(world, vercel_domain_info)) == ["get_project_domains", "get_certs", *each]
    quiet = run(world, vercel_domain_info, configuration=False, domains=["app.example.com"])
    assert (asked(quiet), quiet["domains"][0]["misconfigured"]) == (["get_project_domains", "get_certs"], None)


def test_an_ended_certificate_counts_below_nought_and_a_wildcard_counts(world: t.Any) -> None:
    certs = [
        {"id": "c1", "cns": ["*.example.com"], "expiresAt": (float(world.clock()["now"]) - 90) * 1000},
        {"id": "c2", "cns": ["app.example.com"], "expiresAt": "soon"},
    ]
    world.fault("body", vendor="vercel", operation="certs", body={"certs": certs}, times=0)
    assert {it["certificate"]["id"]: it["certificate"]["days_left"] for it in domains(world).values()} == {"c1": -1}


def test_what_is_not_said_of_a_domain_is_not_good(world: t.Any) -> None:
    body = {"domains": [{"name": "app.example.com", "verified": "maybe"}], "pagination": {}}
    world.fault("body", vendor="vercel", operation="projects.*domains", body=body, times=0)
    assert domains(world)["app.example.com"]["verified"] is False
    world.fault("body", vendor="vercel", operation="config", body={"misconfigured": "maybe"}, times=0)
    assert failed(world, vercel_domain_info)["kind"] == "protocol"


def test_a_list_of_domains_that_goes_round_is_told(world: t.Any) -> None:
    body = {"domains": [], "pagination": {"count": 0, "next": 5, "prev": None}}
    world.fault("body", vendor="vercel", operation="domains", body=body, times=0)
    assert failed(world, vercel_domain_info)["kind"] == "protocol"


@pytest.mark.parametrize(("options", "kind"), [({"domains": ["shop.example.com"]}, "not_found"), ({"project": "hydrogem"}, "not_found")])
def test_what_the_project_does_not_have_is_told(world: t.Any, options: Json, kind: str) -> None:
    assert failed(world, vercel_domain_info, **options)["kind"] == kind


# -- the token
def token(world: t.Any, **options: t.Any) -> Json:
    result = run(world, vercel_access_token_info, **options)
    assert not result.get("failed"), result["msg"]
    assert asked(result) == ["get_auth_token"]
    return t.cast(Json, result["access_token"])


def test_a_token_tells_its_end_and_what_it_reaches(world: t.Any) -> None:
    now = float(world.clock()["now"])
    found = token(world)
    assert (found["id"], found["leaked_at"], [scope["type"] for scope in found["scopes"]]) == ("token_user", None, ["user", "team"])
    assert abs(found["expires_at"] - (now + 40 * DAY)) < 60
    assert found["days_left"] in (39, 40)
    assert token(world, token_id="token_user")["id"] == "token_user"
    # No team is asked for: a token is its owner's.
    assert all("slug" not in entry["query"] for entry in world.journal(vendor="vercel"))


def test_a_token_without_end_and_one_that_was_found_in_public(world: t.Any) -> None:
    world.patch("app", token_facts={"expiresAt": None, "leakedAt": 1763521320000})
    found = token(world)
    assert (found["expires_at"], found["days_left"], found["leaked_at"]) == (None, None, 1763521320.0)


@pytest.mark.parametrize(("options", "kind"), [({"token": "wrong-8Lw2QxVz5CnTj7MbRs4Kd9Gf"}, "auth"), ({"token_id": "token_of_nobody"}, "not_found")])
def test_a_token_that_is_not_known_is_told(world: t.Any, options: Json, kind: str) -> None:
    assert failed(world, vercel_access_token_info, **options)["kind"] == kind


def test_an_answer_that_is_no_token_is_told(world: t.Any) -> None:
    world.fault("body", vendor="vercel", body={"token": {"id": 5}}, times=0)
    assert failed(world, vercel_access_token_info)["kind"] == "protocol"
