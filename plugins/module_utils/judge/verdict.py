# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What became of a change over several components. Pure: no I/O, no clock."""

from __future__ import annotations

import typing as t

Facts = t.Mapping[str, t.Any]
# Outcomes of a component that serves what was asked for.
MOVED = frozenset({"done", "unhealthy", "unproved"})


def of_component(plan: Facts | None, applied: Facts | None, undone: Facts | None, verified: Facts | None) -> str:
    """One of: done, unhealthy, unproved (moved, and its health could not be measured), refused, undone, failed, unknown, waiting
    (its turn never came).

    Each argument is the registered result of that step, None when the step did not run.
    """
    if plan is None or plan.get("failed"):
        kind = ((plan or {}).get("failure") or {}).get("kind")
        return "failed" if kind in ("vendor_down", "timeout", "rate_limited", "protocol") else "refused"
    if undone is not None and not undone.get("failed"):
        return "undone"
    if undone is not None and in_doubt(undone):
        return "unknown"
    # An undo that surely did nothing leaves the component where the apply has left it.
    if applied is None:
        return "waiting"
    if applied.get("failed"):
        return "unknown" if in_doubt(applied) else "failed"
    if verified is None or verified.get("failed") or verified["verdict"] == "error" or not verified["endpoints"]:
        return "unproved"
    return "done" if verified["verdict"] == "pass" else "unhealthy"


def in_doubt(step: Facts) -> bool:
    """Whether a failed step may have moved the component: something was sent, and more is unclear than whether that took effect.

    A change that fails itself has been refused, or has been looked for in vain; what fails after it says nothing about it.
    A run that was taken over does not know what the other run does meanwhile.
    """
    failure, sent = step.get("failure") or {}, step.get("changes") or []
    if failure.get("kind") in ("unknown", None) or failure.get("code") == "fenced":
        return True
    if failure["kind"] == "failed" or not sent:
        return False
    return len(sent) > 1 or failure["operation"] != sent[0]["operation"]


def overall(outcomes: t.Mapping[str, str], check_mode: bool) -> str:
    """One word for all: nothing, plan, refused, done, unhealthy, unproved, undone, unknown, split, failed."""
    found = set(outcomes.values())
    if not found:
        return "nothing"
    if "refused" in found:
        return "refused"
    if check_mode:
        return "failed" if "failed" in found else "plan"
    if found == {"undone"} or found == {"undone", "waiting"}:
        return "undone"
    if "unknown" in found:
        return "unknown"
    moved = found & MOVED
    if found & {"failed", "waiting", "undone"}:
        return "split" if moved or "undone" in found else "failed"
    return next((word for word in ("unhealthy", "unproved") if word in found), "done")


def is_good(word: str) -> bool:
    """Whether the run's exit status is 0."""
    return word in ("nothing", "plan", "done")
