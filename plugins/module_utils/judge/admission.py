# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""May production go back to that deployment? Pure: no I/O, no clock.

Shapes: a *deployment* and a component's *state* are the dicts of ``capabilities/release.py``; *known* is what the ledger knows of
the component (``ledger/releases.about``), or None without a ledger. Everything that decides and is missing refuses.
"""

from __future__ import annotations

import dataclasses
import typing as t

Deployment = t.Mapping[str, t.Any]
State = t.Mapping[str, t.Any]
Known = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Refusal:
    """``next_step`` is something that can really be done now. ``forceable``: the operator may know better."""

    code: str
    reason: str
    next_step: str
    forceable: bool = False


def label(deployment: Deployment | None) -> str:
    """How people call a deployment: tag and short commit, else its id."""
    if not deployment:
        return "nothing"
    words = [deployment.get("version"), (deployment.get("commit") or "")[:7]]
    return " ".join(word for word in words if word) or str(deployment["id"])


def same_release(one: Deployment | None, other: Deployment | None) -> bool:
    """Whether two deployments are the same code: the same deployment, or equal known commits."""
    if not one or not other:
        return False
    return one["id"] == other["id"] or bool(one.get("commit") and one["commit"] == other.get("commit"))


def candidates(state: State, known: Known | None) -> list[Deployment]:
    """Where production could go back to, best first: proved in the ledger, else newest; never what is newer than the serving one."""
    serving = state["serving"]
    if not serving:
        return []
    earlier = [
        deployment
        for deployment in state["history"]
        if deployment["created_at"] < serving["created_at"]
        and not same_release(deployment, serving)
        and deployment["restorable"]
        and deployment["served"] is not False
    ]
    rows = known["releases"] if known else {}
    earlier = [deployment for deployment in earlier if not _row(rows, deployment).get("bad_at")]
    return sorted(earlier, key=lambda deployment: (bool(_row(rows, deployment).get("proved_at")), deployment["created_at"]), reverse=True)


def already_rolled_back(state: State, known: Known | None) -> bool:
    """Whether what serves now is itself the result of a rollback: going back unasked would go back two releases.

    That automatic assignment is off proves nothing by itself: some teams promote every release by hand.
    """
    serving = state["serving"]
    if known and known["pin"]:
        return True
    if not serving:
        return False
    newer = [deployment for deployment in state["history"] if deployment["created_at"] > serving["created_at"] and not same_release(deployment, serving)]
    if any(deployment["served"] or (state["pinned"] and deployment["served"] is None) for deployment in newer):
        return True
    # Railway makes a new deployment of an old image: the same code stands further down, with other code in between.
    older = [deployment for deployment in state["history"] if deployment["created_at"] < serving["created_at"]]
    older.sort(key=lambda deployment: float(deployment["created_at"]), reverse=True)
    between = False
    for deployment in older:
        if same_release(deployment, serving):
            return between
        between = between or deployment["served"] is not False
    return False


def choose(state: State, known: Known | None) -> tuple[Deployment | None, list[Refusal]]:
    """The target when the operator names none."""
    if not state["serving"]:
        return None, [Refusal("no_serving", "the vendor does not say what production serves", "Look at the dashboard, then name a target with rollback_to")]
    if already_rolled_back(state, known):
        return None, [
            Refusal(
                "already_rolled_back",
                f"already rolled back to {label(state['serving'])}; another step back needs a name",
                f"Roll forward; or, if you mean it: {otherwise(state, known)}",
            )
        ]
    possible = candidates(state, known)
    if not possible:
        return None, [Refusal("no_target", "there is no earlier release that the vendor can still return to", otherwise(state, known))]
    return possible[0], []


def admit(target: Deployment, state: State, known: Known | None, rebuild: bool = False, force: bool = False, forward: bool = False) -> list[Refusal]:
    """Every reason why production may not go to ``target``; empty when it may. Call only when it does not serve already.

    ``forward``: to a newer release, which need not have served, and cannot be too old for the data or for a secret.
    """
    of_the_target = _of_a_newer_target(target, state, known) if forward else _of_the_target(target, state, known, rebuild)
    refusals = [*_of_the_component(target, state), *of_the_target]
    return [refusal for refusal in refusals if not (force and refusal.forceable)]


def _of_the_component(target: Deployment, state: State) -> t.Iterator[Refusal]:
    if not state["serving"]:
        yield Refusal("no_serving", "the vendor does not say what production serves", "Look at the dashboard: is there a production deployment at all?")
    if state["rolling_release"]:
        yield Refusal(
            "rolling_release",
            f"a rolling release is active ({state['rolling_release'].get('id')})",
            "Abort it first in the dashboard: that returns all traffic to the stable side",
        )
    if state["busy"] and not _goes_there(target, state):
        yield Refusal("busy", str(state["busy"]), "Wait for it to end, or cancel it; then run the same command again")
    if state["pinned"] is None:
        yield Refusal(
            "unknown_pin",
            "the vendor's answer lacks the field that says whether new builds go live by themselves",
            "Check the project's settings in the dashboard, then try again",
        )
    if state.get("paused"):
        yield Refusal("paused", "the project is paused: nothing it serves can be reached", "Unpause it in the dashboard; then look at its health again")


def _goes_there(target: Deployment, state: State) -> bool:
    """Whether what the vendor is doing right now is just what was asked for (a killed run may have begun it)."""
    if state["busy_with"] == target["id"]:
        return True
    under_way = next((deployment for deployment in state["history"] if deployment["id"] == state["busy_with"]), None)
    return bool(state["busy_rollback"]) and same_release(under_way, target)


def _of_a_newer_target(target: Deployment, state: State, known: Known | None) -> t.Iterator[Refusal]:
    name = label(target)
    if target["in_progress"]:
        yield Refusal("not_ready", f"{name} is not ready ({target['state']})", "Wait for its build to end, then run the same command again")
    elif not target["ready"] and target["served"] is not True:
        yield Refusal("failed", f"{name} never became good ({target['state']})", "Fix its build, or name another release with roll_forward_to")
    row = _row(known["releases"], target) if known else {}
    if row.get("bad_at"):
        yield Refusal(
            "marked_bad", f"{name} is marked bad: {row.get('bad_reason') or 'no reason noted'}", "Deploy a fix first; or -e roll_forward_force=true", True
        )


def _of_the_target(target: Deployment, state: State, known: Known | None, rebuild: bool) -> t.Iterator[Refusal]:
    name = label(target)
    instead = otherwise(state, known, target)
    again = _rebuild(target) if target.get("commit") and not any(_objections(target, state, known, rebuild=True)) else instead
    if target["in_progress"]:
        yield Refusal("not_ready", f"{name} is not ready ({target['state']})", instead)
    elif not target["ready"] and target["served"] is not True:
        yield Refusal("failed", f"{name} never became good ({target['state']})", instead)
    elif target["served"] is False and not rebuild:
        yield Refusal("never_served", f"{name} has never served production", instead)
    elif target["restorable"] is None and not rebuild:
        yield Refusal("unknown_restorable", f"the vendor does not say whether it can return to {name}", again)
    elif not target["restorable"] and not rebuild:
        yield Refusal("not_restorable", f"{name} can no longer be returned to (removed, or past the plan's retention)", again)
    if rebuild and not target.get("commit"):
        yield Refusal("no_commit", f"{name} has no known commit, so it cannot be built again", instead)
    for code, reason in _objections(target, state, known, rebuild):
        step = again if code == "rotated_secret" else instead
        yield Refusal(code, f"{name} {reason}", f"{step}; or -e rollback_force=true", True)


def _objections(deployment: Deployment, state: State, known: Known | None, rebuild: bool) -> t.Iterator[tuple[str, str]]:
    """(code, reason) of what the ledger holds against a return to a deployment. A person may overrule each of them."""
    if not known:
        return
    row = _row(known["releases"], deployment)
    if row.get("bad_at"):
        yield "marked_bad", f"is marked bad: {row.get('bad_reason') or 'no reason noted'}"
    floor = _floor(state, known)
    if floor is not None and deployment["created_at"] < floor:
        yield "schema_floor", "is older than the oldest release that fits today's data"
    secrets = sorted(secret for secret, when in known["rotations"].items() if when > deployment["created_at"])
    if secrets and not rebuild:
        yield "rotated_secret", f"holds the old value of {', '.join(secrets)}"


def _floor(state: State, known: Known) -> float | None:
    """The creation time below which no release fits the data; a floor that cannot be found refuses everything older than the serving one."""
    serving = state["serving"]
    named = _row(known["releases"], serving).get("schema_floor") if serving else None
    if not named:
        return None
    everything = [*state["history"], *known["releases"].values()]
    for deployment in everything:
        names = (deployment.get("id") or deployment.get("deployment"), deployment.get("version"))
        if named in names or (len(named) >= 7 and str(deployment.get("commit") or "").startswith(named)):
            return float(deployment["created_at"] or 0)
    return float(serving["created_at"])


def otherwise(state: State, known: Known | None, refused: Deployment | None = None) -> str:
    """The next safe choice: a release that nothing speaks against, else the rebuild of one, else a fix."""
    for deployment in candidates(state, known):
        if not (refused and deployment["id"] == refused["id"]) and not any(_objections(deployment, state, known, rebuild=False)):
            return f"Safe now: -e rollback_to={(deployment.get('commit') or '')[:7] or deployment['id']}"
    serving = state["serving"]
    for deployment in state["history"]:
        older = serving and deployment["created_at"] < serving["created_at"] and not same_release(deployment, serving)
        # Where nobody says whether a removed one has served, that it was built has to do.
        good = deployment["served"] or (deployment["served"] is None and deployment["ready"])
        if older and good and deployment.get("commit") and not any(_objections(deployment, state, known, rebuild=True)):
            return _rebuild(deployment)
    return "No earlier release is left: fix forward with a new deployment"


def _rebuild(deployment: Deployment) -> str:
    return f"-e rollback_to={deployment['commit'][:7]} -e rollback_rebuild=true builds that commit with today's variables (~4 min)"


def _row(rows: t.Mapping[str, t.Any], deployment: Deployment) -> t.Mapping[str, t.Any]:
    """What the ledger knows of a deployment, by its id, else by its commit: Railway's rollback gives the same code a new id."""
    if deployment["id"] in rows:
        return t.cast("t.Mapping[str, t.Any]", rows[deployment["id"]])
    same = [row for row in rows.values() if deployment.get("commit") and row["commit"] == deployment["commit"]]
    return max(same, key=lambda row: row["proved_at"] or row["bad_at"] or 0, default={})
