# SPDX-License-Identifier: GPL-3.0-or-later
"""Which components a rollback and a roll forward are about, and why the others are left alone."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import scope as scopes

Json = dict[str, t.Any]
NOW = 1_795_143_720.0
HOUR = 3600.0


def deployment(identity: str, commit: str = "", hours: float = 0.0, version: str | None = None, **facts: t.Any) -> Json:
    made = {"id": identity, "commit": commit or None, "version": version, "created_at": NOW - hours * HOUR}
    return {**made, "ready": True, "served": True, "restorable": True, **facts}


def view(name: str, verdict: str | None = "pass", serving: Json | None = None, history: list[Json] | None = None, **facts: t.Any) -> Json:
    health = {"verdict": verdict, "reason": "" if verdict == "pass" else f"{verdict} it is", "endpoints": [{}]} if verdict else None
    serving = serving or deployment(f"{name}-new", hours=100 + len(name))
    release = {
        "supported": True,
        "vendor": "vercel",
        "serving": serving,
        "history": [serving] if history is None else history,
        "already_rolled_back": False,
        "pinned": False,
        "pin": None,
        **facts,
    }
    return {"name": name, "release": release, "health": health}


def unread(name: str, refused: bool = False) -> Json:
    return {"name": name, "failure": f"{name} cannot be read", "refused": refused}


FRESH = deployment("f", "c" * 40, 1)
BAD = view("api", "fail", FRESH)


# -- who is concerned
def test_a_healthy_world_is_left_alone() -> None:
    found = scopes.rollback([view("app"), view("api")])
    assert (found.status, found.act) == ("nothing", {})
    assert found.left == {"app": "healthy, not part of this release", "api": "healthy, not part of this release"}


def test_the_unhealthy_one_goes_back() -> None:
    found = scopes.rollback([view("app"), BAD])
    assert (found.status, found.act, found.why) == ("act", {"api": ""}, {"api": "health: fail it is"})
    assert set(found.left) == {"app"}


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (deployment("x", "c" * 40, 48), True),
        (deployment("x", "d" * 40, 1.2), True),
        (deployment("x", "d" * 40, 0.8), True),
        (deployment("x", "d" * 40, 1.25), True),
        (deployment("x", "d" * 40, 1.26), False),
        (deployment("x", "", 48), False),
    ],
)
def test_what_was_released_with_it_goes_back_too(other: Json, together: bool) -> None:
    found = scopes.rollback([view("app", "pass", other), BAD], window=900)
    assert ("app" in found.act) is together
    if together:
        assert found.why["app"] == "changed in the same release"


def test_the_window_can_be_narrowed() -> None:
    views = [view("app", "pass", deployment("x", "d" * 40, 1.2)), BAD]
    assert "app" not in scopes.rollback(views, window=60).act


def test_what_was_rolled_back_already_does_not_follow() -> None:
    found = scopes.rollback([view("app", "pass", deployment("x", "c" * 40, 1), already_rolled_back=True), BAD])
    assert set(found.act) == {"api"}


def test_forced_the_newest_release_is_the_guilty_one() -> None:
    views = [view("old", "pass", deployment("o", hours=50)), view("new", "pass", deployment("n", hours=2)), view("same", "pass", deployment("s", hours=2.1))]
    found = scopes.rollback(views, force=True)
    assert (found.act, found.why) == ({"new": "", "same": ""}, {"new": "forced", "same": "changed in the same release"})
    assert scopes.rollback([view("app", already_rolled_back=True)], force=True).status == "nothing"


def test_forced_twice_nobody_takes_the_place_of_what_went_back() -> None:
    newest = deployment("bad", hours=1)
    back = view("new", "pass", deployment("n", hours=60), [newest, deployment("n", hours=60)], already_rolled_back=True)
    assert scopes.rollback([view("old", "pass", deployment("o", hours=50)), back], force=True).status == "nothing"


def test_force_adds_nobody_where_somebody_is_ill() -> None:
    assert set(scopes.rollback([view("app", "pass", deployment("n", hours=0)), BAD], force=True).act) == {"api"}


# -- a target with a name
NAMED = [deployment("d9", "9" * 40, 1), deployment("d2", "77ab310" + "0" * 33, 90, "v2")]


@pytest.mark.parametrize("to", ["d2", "v2", "77ab310", "77ab310" + "0" * 33])
def test_every_component_that_has_the_named_release_goes_there(to: str) -> None:
    found = scopes.rollback([view("app", "pass", NAMED[0], NAMED), view("api", "fail", NAMED[0], NAMED), view("dashboard")], to=to)
    assert (found.status, found.act) == ("act", {"app": to, "api": to})
    assert found.left == {"dashboard": f"has no deployment {to}"}


def test_who_serves_it_already_is_done() -> None:
    found = scopes.rollback([view("app", "pass", NAMED[1], NAMED)], to="v2")
    assert (found.status, found.act, found.already) == ("nothing", {}, {"app": "serves v2 77ab310 already"})


def test_an_ill_component_without_the_named_release_is_told() -> None:
    found = scopes.rollback([view("app", "pass", NAMED[0], NAMED), view("api", "fail")], to="v2")
    assert found.left == {"api": "FAILING, and has no deployment v2"}


def test_six_characters_are_no_commit() -> None:
    assert scopes.rollback([view("app", "pass", NAMED[0], NAMED), view("api", "fail")], to="77ab31").act == {"api": "77ab31"}


def test_a_name_that_nobody_lists_is_looked_for_by_the_ill_ones() -> None:
    assert scopes.rollback([view("app"), view("api", "fail")], to="old-one").act == {"api": "old-one"}
    assert set(scopes.rollback([view("app"), view("api")], to="old-one").act) == {"app", "api"}


# -- what is not known
@pytest.mark.parametrize("verdict", ["error", "inconclusive"])
def test_health_that_could_not_be_measured_decides_nothing(verdict: str) -> None:
    found = scopes.rollback([view("app", verdict), view("api")])
    assert (found.status, found.unread) == ("unknown", {"app": f"{verdict} it is"})


def test_health_that_was_not_asked_for_is_not_unknown() -> None:
    assert scopes.rollback([view("app", None)]).status == "nothing"
    silent = view("app", "inconclusive")
    silent["health"]["endpoints"] = []
    found = scopes.rollback([silent])
    assert (found.status, found.left) == ("nothing", {"app": "not judged: inconclusive it is"})


def test_a_component_that_cannot_be_read_is_unknown() -> None:
    found = scopes.rollback([unread("app"), view("api")])
    assert (found.status, found.unread) == ("unknown", {"app": "app cannot be read"})
    assert "app" not in found.left


def test_a_component_that_may_not_be_read_is_a_refusal() -> None:
    assert scopes.rollback([unread("app", refused=True), view("api")]).status == "refused"


def test_an_ill_component_goes_back_beside_one_that_cannot_be_read() -> None:
    found = scopes.rollback([unread("app"), BAD])
    assert (found.status, set(found.act), set(found.unread)) == ("act", {"api"}, {"app"})


def test_a_vendor_without_releases_is_named() -> None:
    found = scopes.rollback([view("database", "pass", supported=False, vendor="postgres"), view("cache", "fail", supported=False, vendor="redis")])
    assert found.status == "nothing"
    assert found.left == {"database": "postgres has no releases to roll back; health: ok", "cache": "redis has no releases to roll back; health: fail it is"}


# -- a run that was begun
def test_a_begun_rollback_decides_alone() -> None:
    found = scopes.rollback([view("app"), unread("api"), view("dashboard", "fail")], resumed={"app": "d2", "api": "d7"})
    assert (found.status, found.act) == ("act", {"app": "d2", "api": "d7"})
    assert found.left == {"dashboard": "not part of the rollback that was begun"}
    assert found.unread == {}


# -- forward
HELD = {"pinned": True, "pin": {"bad": {"id": "bad", "commit": "b" * 40}}}
SERVES = deployment("good", "a" * 40, 50)


@pytest.mark.parametrize(
    ("newer", "target"),
    [
        ([], "good"),
        ([deployment("fix", "f" * 40, 1, served=False)], "fix"),
        ([deployment("fix", "f" * 40, 1, served=False), deployment("fix2", "e" * 40, 0.5, served=False)], "fix2"),
        ([deployment("fix", "f" * 40, 1, served=False, ready=False)], "good"),
        ([deployment("bad", "b" * 40, 1)], "good"),
        ([deployment("rebuilt", "b" * 40, 0.5, served=False)], "good"),
        ([deployment("served", "e" * 40, 1, restorable=False)], "good"),
        ([deployment("served", "e" * 40, 1)], "served"),
    ],
)
def test_forward_goes_to_the_newest_good_release(newer: list[Json], target: str) -> None:
    found = scopes.roll_forward([view("app", "pass", SERVES, [*newer, SERVES], **HELD)])
    assert (found.status, found.act, found.why) == ("act", {"app": target}, {"app": "was rolled back"})


def test_without_a_ledger_only_what_never_served_is_trusted() -> None:
    history = [deployment("maybe-bad", "e" * 40, 1), SERVES]
    assert scopes.roll_forward([view("app", "pass", SERVES, history, pinned=True, already_rolled_back=True)]).act == {"app": "good"}
    history = [deployment("fix", "f" * 40, 0.5, served=False), *history]
    assert scopes.roll_forward([view("app", "pass", SERVES, history, pinned=True, already_rolled_back=True)]).act == {"app": "fix"}


def test_forward_to_a_named_release() -> None:
    assert scopes.roll_forward([view("app", "pass", SERVES, **HELD)], to="v9").act == {"app": "v9"}


def test_who_is_not_held_back_stays() -> None:
    # Automatic assignment that is off is how some teams work.
    found = scopes.roll_forward([view("app"), view("web", pinned=True), view("database", supported=False, vendor="postgres")])
    assert (found.status, found.act) == ("nothing", {})
    assert found.left == {"app": "is not held back", "web": "is not held back", "database": "postgres has no releases"}


@pytest.mark.parametrize(("views", "status"), [([unread("app")], "unknown"), ([unread("app", refused=True)], "refused"), ([], "nothing")])
def test_forward_with_nothing_to_read(views: list[Json], status: str) -> None:
    assert scopes.roll_forward(views).status == status
