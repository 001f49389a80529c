# SPDX-License-Identifier: GPL-3.0-or-later
"""A larger sandbox has more of everything, as the vendors' documents say it, and nothing else is different."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import DEPLOYMENTS, Json, Railway
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

TIMES, SEED = 25, 7
LINES = """query($d: String!, $s: DateTime, $e: DateTime, $f: String) {
  deploymentLogs(deploymentId: $d, limit: 5000, startDate: $s, endDate: $e, filter: $f) { timestamp message severity }
}"""
VARIABLES = "query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s) }"


@pytest.fixture
def large(running: Sandbox, sandbox: Sandbox) -> Sandbox:
    running.scenario("bad-release", scale=TIMES, seed=SEED)
    return running


def walk(vercel: Vercel, path: str, name: str, **query: t.Any) -> list[Json]:
    """Every page of a list, each held to the vendor's document."""
    found: list[Json] = []
    following: t.Any = None
    while True:
        page = vercel.get(path, **query, limit=20, **({} if following is None else {"until": following}))
        found += page[name]
        following = page["pagination"]["next"]
        if following is None:
            return found
        assert len(found) <= 100 * TIMES, "the list does not end"


def test_every_list_of_vercel_is_so_many_times_as_long(large: Sandbox) -> None:
    vercel = Vercel(large.run)
    listed = walk(vercel, "/v7/deployments", "deployments", projectId="hydrogen")
    assert len({it["uid"] for it in listed}) == len(listed) == 5 * TIMES
    assert [it["created"] for it in listed] == sorted((it["created"] for it in listed), reverse=True)
    assert {it["readyState"] for it in listed} == {"READY", "ERROR", "CANCELED"}
    assert {it.get("readySubstate") for it in listed} == {"PROMOTED", "STAGED", None} and {it["target"] for it in listed} == {"production", None}
    assert len(walk(vercel, "/v6/deployments", "deployments", projectId="hydrogen")) == len(listed)
    aliases = walk(vercel, "/v4/aliases", "aliases")
    assert len({it["uid"] for it in aliases}) == len(aliases) == (2 + 1) * TIMES
    domains = walk(vercel, "/v9/projects/hydrogen/domains", "domains")
    assert len({it["name"] for it in domains}) == len(domains) == 2 + TIMES - 1
    assert sum(it["gitBranch"] is None for it in domains) == 2
    assert len(vercel.get("/v10/projects/hydrogen/env")["envs"]) == 4 * (TIMES - 1)
    config = vercel.get("/v1/global-config")[0]["id"]
    assert len(vercel.get(f"/v1/global-config/{config}/items")) == 2 * TIMES
    oldest = vercel.get(f"/v13/deployments/{listed[-1]['uid']}")
    assert oldest["meta"]["tag"] == "v0.0.1" and len(vercel.get(f"/v3/deployments/{oldest['id']}/events")) == 4 * TIMES


def test_every_list_of_railway_is_so_many_times_as_long(large: Sandbox) -> None:
    railway = Railway(large.run)
    wanted = {"environmentId": railway.environment, "serviceId": railway.service}
    found: list[Json] = []
    after = None
    while True:
        page = railway.data(DEPLOYMENTS, input=wanted, first=30, after=after)["deployments"]
        found += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len({it["id"] for it in found}) == len(found) == 4 * TIMES
    assert {it["status"] for it in found} == {"SUCCESS", "REMOVED", "FAILED", "SKIPPED"}
    assert [it["status"] for it in found].count("SUCCESS") == 1 and found[0]["status"] == "SUCCESS"
    known = {"p": large.run["railway"]["project_id"], "e": railway.environment}
    assert len(railway.data(VARIABLES, **known, s=railway.service)["variables"]) == 5 * TIMES
    volume = railway.volume()["volumeInstanceId"]
    backups = railway.data("query($v: String!) { volumeInstanceBackupList(volumeInstanceId: $v) { id name createdAt expiresAt } }", v=volume)
    assert len({it["id"] for it in backups["volumeInstanceBackupList"]}) == 3 * TIMES
    build = railway.data("query($d: String!) { buildLogs(deploymentId: $d, limit: 5000) { timestamp message } }", d=found[-1]["id"])["buildLogs"]
    assert len(build) == 5 * TIMES and build[-1]["message"].startswith("Built ") and build == sorted(build, key=lambda row: row["timestamp"])
    railway.headers = {"Authorization": f"Bearer {large.run['railway']['account_token']}"}
    listed = railway.data("query($p: String!) { projectTokens(projectId: $p, first: 500) { edges { node { id name } } } }", p=known["p"])
    assert len(listed["projectTokens"]["edges"]) == 2 * TIMES


@pytest.mark.parametrize("scale", [1, 3])
def test_log_lines_are_closer_together(running: Sandbox, sandbox: Sandbox, scale: int) -> None:
    running.scenario("bad-release", scale=scale)
    railway = Railway(running.run)
    serving = railway.tagged("v1.4.1")
    began = int(running.clock()["now"]) - 86400
    moment = "2026-01-01T00:00:00Z"
    every = railway.data(LINES, d=serving["id"], s=moment)["deploymentLogs"]
    assert len(every) == 5001 and every == sorted(every, key=lambda row: row["timestamp"]) and len({row["timestamp"] for row in every}) == 5001
    window = {"s": _text(began), "e": _text(began + 1000)}
    lines = railway.data(LINES, d=serving["id"], **window)["deploymentLogs"]
    assert len(lines) in range(100 * scale, 100 * scale + 2)


@pytest.mark.parametrize("text", ["products", "@level:info", "-done", '"GET /health done" AND @level:info', "nothing says this"])
def test_a_filter_finds_what_fits_among_millions_of_lines(running: Sandbox, sandbox: Sandbox, text: str) -> None:
    running.scenario("bad-release", scale=100)
    railway = Railway(running.run)
    serving, began = railway.tagged("v1.4.1")["id"], int(running.clock()["now"]) - 86400
    window = {"s": _text(began), "e": _text(began + 60)}
    fits: dict[str, t.Callable[[Json], bool]] = {
        "products": lambda row: "products" in row["message"],
        "@level:info": lambda row: row["severity"] == "info",
        "-done": lambda row: "done" not in row["message"],
        "nothing says this": lambda row: False,
    }
    fit = fits.get(text, lambda row: "GET /health done" in row["message"] and row["severity"] == "info")
    every = railway.data(LINES, d=serving, **window)["deploymentLogs"]
    assert railway.data(LINES, d=serving, **window, f=text)["deploymentLogs"] == [row for row in every if fit(row)]
    # All that the plan keeps: it is found, or told to be nothing, before a client loses its patience.
    found = railway.data(LINES, d=serving, s="2026-01-01T00:00:00Z", f=text)["deploymentLogs"]
    assert len(found) == (5001 if any(map(fit, every)) else 0)


def _text(seconds: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).isoformat().replace("+00:00", "Z")


def _stripped(component: Json, known: set[str]) -> Json:
    """A component's state without the deployments that are not known, and without what counts further things."""
    kept = [it for it in component.get("deployments", []) if it["id"] in known]
    more = {"variables": None, "stored": None, "volumes": None}
    return {**component, "deployments": kept, **{name: None for name in more if name in component}}


def test_what_is_more_is_old_and_nothing_else_differs(running: Sandbox, sandbox: Sandbox) -> None:
    running.scenario("bad-release", seed=SEED)
    small = running.state()["components"]
    running.scenario("bad-release", seed=SEED, scale=TIMES)
    large = running.state()["components"]
    for name in ("app", "api", "dashboard"):
        known = {it["id"] for it in small[name]["deployments"]}
        assert _stripped(large[name], known) == _stripped(small[name], known)
        assert [it["id"] for it in large[name]["deployments"]][: len(known)] == [it["id"] for it in small[name]["deployments"]]
        assert all(it["tag"].startswith("v0.0.") and not it["bad"] for it in large[name]["deployments"][len(known) :])
    assert set(small["api"]["variables"]) < set(large["api"]["variables"])
    newest = [{**one, "backups": one["backups"][-3:]} for one in large["api"]["volumes"]]
    assert newest == small["api"]["volumes"]
    more = {"tables": None, "content": None}
    assert {**large["functions"], **more} == {**small["functions"], **more}
    assert set(large["functions"]["content"]) == set(small["functions"]["content"])
    assert large["functions"]["tables"] == {name: TIMES * rows for name, rows in small["functions"]["tables"].items()}


def test_the_same_seed_gives_the_same_ids(running: Sandbox, sandbox: Sandbox) -> None:
    def ids(**settings: t.Any) -> list[str]:
        running.scenario("bad-release", scale=3, **settings)
        return [it["id"] for name in ("app", "api") for it in running.state(name)["deployments"]]

    first = ids(seed=SEED)
    assert first == ids(seed=SEED)
    assert not set(first) & set(ids(seed=SEED + 1))
    assert not set(ids()) & set(ids())
