# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which components a rollback is about. Pure: no I/O, no clock.

A *view* is what component_release_info saw of one component: ``{name, release, health}``, or, when it could not
be read, ``{name, failure, refused}``, ``refused`` being true when trying again would not help.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.admission import label, same_release

View = t.Mapping[str, t.Any]


@dataclasses.dataclass
class Scope:
    """``act``: component -> the deployment asked for ("" lets the module choose). ``why`` and ``left``: component -> reason.

    ``status``: act, nothing, refused (a component may not be read), or unknown (health could not be measured, so nothing was decided).
    """

    status: str = "act"
    act: dict[str, str] = dataclasses.field(default_factory=dict)
    why: dict[str, str] = dataclasses.field(default_factory=dict)
    left: dict[str, str] = dataclasses.field(default_factory=dict)
    already: dict[str, str] = dataclasses.field(default_factory=dict)
    unread: dict[str, str] = dataclasses.field(default_factory=dict)


def rollback(views: t.Sequence[View], to: str = "", force: bool = False, window: float = 900.0, resumed: t.Mapping[str, str] | None = None) -> Scope:
    """The unhealthy components, and those changed in the same release: the same commit, or created within ``window`` seconds.

    ``to`` names a release: then every component that has it. ``force``: the newest release is bad although health is green.
    ``resumed``: component -> deployment of a rollback that was begun and not ended; it decides alone.
    """
    scope = _unread(views)
    readable = [view for view in views if not view.get("failure")]
    able = [view for view in readable if view["release"]["supported"]]
    if resumed:
        for view in views:
            if view["name"] in resumed:
                scope.act[view["name"]] = resumed[view["name"]]
                scope.why[view["name"]] = "begun before, and not ended"
                scope.unread.pop(view["name"], None)
            else:
                scope.left[view["name"]] = "not part of the rollback that was begun"
        return scope
    if to:
        _named(scope, able, to)
    else:
        _unhealthy(scope, able, force, window)
    for view in readable:
        name = view["name"]
        if name not in scope.act and name not in scope.already:
            scope.left[name] = _why_left(view, to)
    if not scope.act:
        unmeasured = [view for view in able if (view["health"] or {}).get("verdict") in ("error", "inconclusive") and (view["health"] or {}).get("endpoints")]
        if any(view.get("refused") for view in views):
            scope.status = "refused"
            return scope
        scope.status = "unknown" if scope.unread or (unmeasured and not to and not scope.already) else "nothing"
        for view in unmeasured if scope.status == "unknown" else ():
            scope.unread[view["name"]] = view["health"]["reason"] or "its health answers keep changing"
            scope.left.pop(view["name"], None)
    return scope


def _unread(views: t.Sequence[View]) -> Scope:
    return Scope(unread={view["name"]: str(view["failure"]) for view in views if view.get("failure")})


def _named(scope: Scope, able: t.Sequence[View], to: str) -> None:
    having = [view for view in able if any(_is_called(deployment, to) for deployment in view["release"]["history"])]
    # A name that nobody lists may still be an old deployment: the unhealthy ones look for it, and refuse it when it is not there.
    for view in having or [view for view in able if _is_bad(view)] or able:
        serving = view["release"]["serving"]
        if serving and _is_called(serving, to):
            scope.already[view["name"]] = f"serves {label(serving)} already"
        else:
            scope.act[view["name"]] = to
            scope.why[view["name"]] = "named"


def _unhealthy(scope: Scope, able: t.Sequence[View], force: bool, window: float) -> None:
    guilty = [view for view in able if _is_bad(view)]
    if not guilty and force:
        # What was rolled back counts with what it was rolled back from: asked twice, no other component takes its place.
        newest = max((view for view in able if view["release"]["serving"]), key=_newest_served, default=None)
        guilty = [newest] if newest and not newest["release"]["already_rolled_back"] else []
    for view in able:
        if view in guilty:
            scope.why[view["name"]] = f"health: {view['health']['reason']}" if _is_bad(view) else "forced"
        elif any(_released_together(view, other, window) for other in guilty):
            scope.why[view["name"]] = "changed in the same release"
        else:
            continue
        scope.act[view["name"]] = ""


def _newest_served(view: View) -> float:
    """When the newest deployment that has served was made."""
    release = view["release"]
    return max(float(one["created_at"]) for one in [release["serving"], *release["history"]] if one["served"] or one is release["serving"])


def _is_bad(view: View) -> bool:
    return bool(view["health"] and view["health"]["verdict"] == "fail")


def _is_called(deployment: t.Mapping[str, t.Any], text: str) -> bool:
    return text in (deployment["id"], deployment["version"]) or (len(text) >= 7 and str(deployment["commit"] or "").startswith(text))


def _released_together(view: View, other: View, window: float) -> bool:
    one, two = view["release"]["serving"], other["release"]["serving"]
    if not one or not two or view["release"]["already_rolled_back"]:
        return False
    return same_release(one, two) or abs(one["created_at"] - two["created_at"]) <= window


def _why_left(view: View, to: str) -> str:
    if not view["release"]["supported"]:
        state = "" if not view["health"] or not view["health"]["endpoints"] else f"; health: {view['health']['reason'] or 'ok'}"
        return f"{view['release']['vendor']} has no releases to roll back{state}"
    if to:
        return f"FAILING, and has no deployment {to}" if _is_bad(view) else f"has no deployment {to}"
    verdict = (view["health"] or {}).get("verdict")
    return "healthy, not part of this release" if verdict == "pass" else f"not judged: {(view['health'] or {}).get('reason') or 'not measured'}"


def roll_forward(views: t.Sequence[View], to: str = "") -> Scope:
    """Every component whose production is held back, each to its newest good release (or to the named one)."""
    scope = _unread(views)
    for view in views:
        name = view["name"]
        if name in scope.unread:
            continue
        release = view["release"]
        if not release["supported"]:
            scope.left[name] = f"{release['vendor']} has no releases"
        elif not release["pin"] and not (release["pinned"] and release["already_rolled_back"]):
            # Automatic assignment that is off, with the newest release in production, is how some teams work.
            scope.left[name] = "is not held back"
        else:
            target = to or newest_good(release)
            scope.act[name] = target
            scope.why[name] = "was rolled back"
    if not scope.act:
        scope.status = "refused" if any(view.get("refused") for view in views) else "unknown" if scope.unread else "nothing"
    return scope


def newest_good(release: t.Mapping[str, t.Any]) -> str:
    """Id of the newest release that can serve and is not the one that was rolled back from; what serves now when there is none newer."""
    bad = (release["pin"] or {}).get("bad")
    serving = release["serving"]
    newer = [
        deployment
        for deployment in release["history"]
        if deployment["ready"]
        and not same_release(deployment, bad)
        and serving
        and deployment["created_at"] > serving["created_at"]
        and (deployment["served"] is False or deployment["restorable"])
    ]
    if not bad:  # without a ledger nobody knows which one was bad
        newer = [deployment for deployment in newer if deployment["served"] is False]
    best = max(newer, key=lambda deployment: float(deployment["created_at"]), default=serving)
    return str(best["id"]) if best else ""
