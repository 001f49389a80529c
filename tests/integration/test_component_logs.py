# SPDX-License-Identifier: GPL-3.0-or-later
"""component_logs: one interface over the logs of every vendor, files and commands."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import log_info
from ansible_collections.saasops.runbooks.plugins.modules import component_logs, convex_function
from tests.harness.world import World
from tests.integration import tasks
from tests.integration.tasks import Json


@pytest.fixture
def component(world: World, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Json]:
    """Options for one component of the sandbox, as its inventory says them."""
    monkeypatch.setenv("SAASOPS_CLOCK_URL", world.sandbox_run["clock_url"])

    def make(name: str, **declared: t.Any) -> Json:
        known = world.variables()
        hosts = {**world.components(), "functions": {"component_vendor": "convex"}, "billing": {"component_vendor": "stripe"}}
        vendor = hosts[name]["component_vendor"]
        secrets = {option: known[f"{vendor}_{option}"] for option in ("token", "deploy_key") if f"{vendor}_{option}" in known}
        own = {key: value for key, value in known.items() if key.startswith((f"{vendor}_", "saasops_")) and not key.endswith(("token", "key"))}
        return {**secrets, "component": {"name": name, **own, **hosts[name], **({"component_logs": declared} if declared else {})}}

    return make


def look(options: Json, **more: t.Any) -> Json:
    result = tasks.run(component_logs, {**options, **more})
    assert not result.get("failed"), result["msg"]
    assert not result["changed"]
    return result


def told(result: Json) -> list[tuple[str, str]]:
    return [(check["name"], check["verdict"]) for check in result["checks"]]


ERRORS: Json = {"packs": ["errors"], "limits": [{"pattern": "error_line", "most": 3}]}


def test_railway_is_asked_for_the_time_that_counts(component: t.Callable[..., Json], world: World) -> None:
    result = look(component("api", **ERRORS), since="10m", samples=2)
    assert told(result) == [("error_line", "fail"), ("log", "pass")]
    assert "checkout failed" in result["checks"][0]["reason"] and result["checks"][0]["next"]
    assert result["patterns"]["error_line"]["count"] > 3 and len(result["samples"]) >= 2
    assert result["kinds"][0]["count"] >= result["kinds"][-1]["count"] > 0
    assert world.changes() == []


def test_more_lines_than_railway_gives_are_never_a_pass(component: t.Callable[..., Json], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_info, "MOST", 5)
    few = {"packs": ["database"], "limits": [{"pattern": "deadlock", "most": 0}]}
    result = look(component("api", **few), since="10m")
    assert told(result) == [("deadlock", "inconclusive"), ("log", "inconclusive")]
    assert "there are more than the 5 lines that Railway gives" in result["reason"]


def test_a_filter_at_the_vendor_makes_silence_good(component: t.Callable[..., Json]) -> None:
    silent: Json = {**ERRORS, "vendor": {"filter": '"no such text"'}}
    assert told(look(component("api", **silent))) == [("error_line", "pass"), ("log", "pass")]
    unfiltered = {**ERRORS, "vendor": {"source": "http"}}
    assert look(component("api", **unfiltered))["lines"] > 3


def test_vercels_running_log_is_never_enough_for_a_pass(component: t.Callable[..., Json], world: World) -> None:
    world.sandbox.patch("app", "v1.4.2", runtime_log=[{"message": "fine"}, {"message": "boom error", "level": "error"}])
    limits = {**ERRORS, "limits": [{"pattern": "error_line", "most": 3}, {"pattern": "unhandled", "most": 0}]}
    result = look(component("app", **limits))
    assert told(result) == [("error_line", "inconclusive"), ("unhandled", "inconclusive"), ("log", "inconclusive")]
    assert "Vercel shows only what happens while one looks, which was for 10 s" in result["reason"]
    built = look(component("app", **{**ERRORS, "vendor": {"source": "build"}}), since="30d")
    assert told(built) == [("error_line", "pass"), ("log", "pass")]


def test_convex_tells_how_far_back_it_reaches(component: t.Callable[..., Json]) -> None:
    options = component("functions", packs=["errors"])
    called = {**{name: options["component"][f"convex_{name}"] for name in ("url", "deployment")}, "deploy_key": options["deploy_key"]}
    assert not tasks.run(convex_function, {**called, "path": "notifications:send", "type": "action", "args": {"booking": "b1"}}).get("failed")
    result = look(options, since="10d")
    assert told(result) == [("log", "inconclusive")]
    assert "Convex keeps only the newest entries" in result["reason"] and result["lines"] > 0
    assert look(component("functions", packs=["errors"], when_silent="pass", vendor={"filter": "orders:revenue"}), since="10d")["lines"] == 0


def test_a_command_stands_beside_the_vendor_when_both_are_named(component: t.Callable[..., Json], world: World) -> None:
    now = world.sandbox.state()["now"]
    command = ["printf", "%d boom error\\n", str(int(now) - 60)]
    both: Json = {"command": command, "time": {"format": "epoch"}, "packs": ["errors"]}
    alone, beside = (look(component("api", **both, **more)) for more in ({}, {"vendor": True}))
    assert [source["kind"] for source in alone["sources"]] == ["command"] and alone["lines"] == 1
    assert [source["kind"] for source in beside["sources"]] == ["command", "lines"]


def test_who_has_no_log_is_not_well_but_not_checked(component: t.Callable[..., Json]) -> None:
    for options, words in ((component("api"), "it has no component_logs"), (component("billing", packs=["errors"]), "stripe has no log that can be read")):
        result = look(options)
        assert (result["verdict"], told(result)) == ("inconclusive", [("log", "skipped")])
        assert words in result["checks"][0]["reason"]
    assert told(look(component("api"), packs=["database"])) == [("log", "pass")]
    assert tasks.run(component_logs, component("billing", packs=["errors"], vendor=True))["failure"]["kind"] == "invalid"


@pytest.mark.parametrize(("kind", "options"), [("status", {"status": 401}), ("garbage", {}), ("truncated", {}), ("big", {})])
def test_a_log_that_cannot_be_read_is_an_error_and_no_failure(component: t.Callable[..., Json], world: World, kind: str, options: Json) -> None:
    world.sandbox.fault(kind, vendor="railway", times=0, **options)
    result = look(component("api", **ERRORS), deadline="20s")
    assert (told(result), result["patterns"]) == ([("log", "error")], {})
    assert result["checks"][0]["reason"] and result["checks"][0]["next"]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"pack": ["errors"]}, "component_logs of api: pack. Supported parameters include"),
        ({"packs": ["everything"]}, "everything"),
        ({"packs": ["errors"], "limits": [{"pattern": "error_lines", "most": 1}]}, "Near or other names here: error_line"),
        ({"packs": ["errors"], "since": "yesterday"}, "since is 'yesterday'"),
        ({"packs": ["errors"], "vendor": {"source": "dreams"}}, "vendor.source is 'dreams'"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_refused(component: t.Callable[..., Json], declared: Json, words: str) -> None:
    result = tasks.run(component_logs, component("api", **declared))
    assert result["failed"] and result["failure"]["kind"] in ("invalid", "not_found") and words in result["msg"]
