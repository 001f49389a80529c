# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The rolling release settings of a Vercel project: as wanted, read, compared, and written in steps.

Vendor facts (Vercel REST API and its official clients): a stage's duration is in **minutes**; what is read says ``requireApproval`` for
each stage, what is written says ``advancementType`` for all; null is off. Written over settings that are on, the new stages may not be
taken: they are switched off with the new stages stored, and then switched on. Switching off aborts an active release.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project

AUTOMATIC, MANUAL = "automatic", "manual-approval"
FEWEST, MOST = 2, 10
MOST_MINUTES = 10_000
# Seconds between the steps of a write, and how long what was written may take to be read.
BETWEEN = 2.0
SETTLING = 30.0
GOOD_PLANS = ("available_slots", "unlimited_slots")
WHICH_PLANS = {
    "plan_not_supported": "the plan of this team has no rolling releases (Pro and Enterprise have)",
    "no_available_slots": "every project that may have rolling releases on this team's plan is taken",
}


@dataclasses.dataclass(frozen=True)
class Config:
    """``stages``: (percentage, minutes), minutes None where an approval is waited for and on the last. ``header`` None: not said."""

    advancement: str
    stages: tuple[tuple[float, float | None], ...]
    header: bool | None = None
    gate: tuple[tuple[str, t.Any], ...] | None = None

    def as_dict(self) -> dict[str, t.Any]:
        return {
            "advancement": self.advancement,
            "stages": [{"percentage": share, "seconds": None if minutes is None else minutes * 60} for share, minutes in self.stages],
            "canary_response_header": self.header,
            "gate": None if self.gate is None else dict(self.gate),
        }

    def fits(self, other: Config | None) -> bool:
        """Whether ``other`` has all that this one wants."""
        return other is not None and (self.advancement, self.stages) == (other.advancement, other.stages) and self.header in (None, other.header)


# -- as wanted


def wanted_stages(stages: t.Sequence[t.Mapping[str, t.Any]]) -> Config:
    """The option ``stages`` as settings; a Failure that names what cannot be. Nothing is asked."""

    def refuse(message: str, hint: str) -> Failure:
        return Failure("invalid", message, hint)

    shares = [stage["percentage"] for stage in stages]
    if not FEWEST <= len(stages) <= MOST:
        raise refuse(f"stages has {len(stages)} entries", f"Give {FEWEST} to {MOST} stages, the last with percentage: 100")
    if shares != sorted(set(shares)) or shares[0] < 1 or shares[-1] != 100:
        raise refuse(f"the percentages of stages are {', '.join(map(str, shares))}", "Let them rise from 1 or more to 100, which the last stage must have")
    lengths = [stage.get("duration") for stage in stages]
    if lengths[-1] is not None:
        raise refuse("the last stage has a duration", "Leave it out: with 100 percent the release is complete")
    timed = [length is not None for length in lengths[:-1]]
    if any(timed) and not all(timed):
        raise refuse("some stages have a duration and some have none", "Give one to each but the last (it goes on by itself), or to none (each is approved)")
    minutes = [None if length is None else _minutes(length, f"duration of stage {index}") for index, length in enumerate(lengths)]
    return Config(AUTOMATIC if any(timed) else MANUAL, tuple(zip(shares, minutes, strict=True)))


def _minutes(length: t.Any, name: str) -> float:
    """Vercel counts whole minutes. A bare number is seconds here, as everywhere in this collection."""
    minutes = durations.seconds(length, name) / 60
    if minutes != int(minutes) or not 1 <= minutes <= MOST_MINUTES:
        raise Failure("invalid", f"{name} is {length!r}, which is {minutes:g} minutes", f"Vercel counts whole minutes, 1 to {MOST_MINUTES}: write 5m, 1h or 2d")
    return int(minutes)


def desired(params: t.Mapping[str, t.Any], stages: Config | None, now: Config | None) -> Config | None:
    """The settings that the options ask for, where they ask for any; what they leave out stays as it is."""
    header = params["canary_response_header"]
    if params["enabled"] is False:
        return None
    if stages is None and now is None:
        if params["enabled"] or header is not None:
            raise Failure("invalid", "rolling releases are off, and no stages are given to switch them on with", "Give the option stages")
        return None
    base = t.cast("Config", stages if stages is not None else now)
    return dataclasses.replace(base, header=now.header if header is None and now is not None else header)


# -- as read


def read(place: Scope, project_id: str) -> Config | None:
    return parse(place.client.call(operations.GET_ROLLING_RELEASE_CONFIG, path={"idOrName": project_id}))


def parse(answer: t.Mapping[str, t.Any]) -> Config | None:
    """Out of what has a field ``rollingRelease``: the project, or the settings asked for by themselves."""
    if "rollingRelease" not in answer:
        raise malformed("rolling release settings")
    raw = answer["rollingRelease"]
    if raw is None:
        return None
    stages = raw.get("stages") or [] if isinstance(raw, dict) else None
    if not isinstance(stages, list) or not all(isinstance(stage, dict) and _number(stage.get("targetPercentage")) for stage in stages):
        raise malformed("stages of the rolling release settings")
    manual = any(stage.get("requireApproval") for stage in stages)
    minutes = [stage["duration"] if not manual and _number(stage.get("duration")) else None for stage in stages]
    # On the last stage a duration means nothing.
    shown = tuple((stage["targetPercentage"], None if index == len(stages) - 1 else minutes[index]) for index, stage in enumerate(stages))
    header = raw.get("canaryResponseHeader")
    return Config(MANUAL if manual else AUTOMATIC, shown, header if isinstance(header, bool) else None, _gate(raw.get("gate")))


def _gate(raw: t.Any) -> tuple[tuple[str, t.Any], ...] | None:
    if not isinstance(raw, dict):
        return None
    return (("enabled", raw.get("enabled") is True), ("action", plain(raw.get("action") or "", 40)), ("dry_run", raw.get("dryRun") is True))


def _number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def billing(place: Scope, project_id: str) -> dict[str, t.Any]:
    answer = place.client.call(operations.GET_ROLLING_RELEASE_BILLING, path={"idOrName": project_id})
    slots = answer.get("availableSlots")
    return {
        "reason": plain(answer.get("reason") or "unknown", 80),
        "available_slots": slots if _number(slots) else None,
        "message": plain(answer.get("message") or "", 300),
    }


def admit_plan(place: Scope, project: Project) -> None:
    """Refuse, before anything is sent, what the team's plan does not include. A reason that is not known is no good one."""
    told = billing(place, project.id)
    if told["reason"] not in GOOD_PLANS:
        reason = WHICH_PLANS.get(told["reason"], f"Vercel gives the reason {told['reason']}")
        hint = told["message"] or "Look at the project's rolling releases in Vercel's dashboard"
        raise Failure("plan", f"rolling releases cannot be switched on for {project.name}: {reason}", hint, VENDOR, code=told["reason"])


# -- as written


def write(task: Task, place: Scope, project: Project, now: Config | None, wanted: Config | None) -> Config | None:
    """Make the settings ``wanted``, in steps, and see that they hold. ``now`` is what was read; no release may be active."""
    name = f"{project.name} rolling releases"
    if wanted is None:
        _step(place, project, f"{name} -> off", {"enabled": False}, lambda held: held is None)
        return _settled(task, place, project, lambda held: held is None, "off")
    stages = [{"targetPercentage": share, **({} if minutes is None else {"duration": minutes})} for share, minutes in wanted.stages]
    header = {} if wanted.header is None else {"canaryResponseHeader": wanted.header}
    body = {"advancementType": wanted.advancement, "stages": stages, **header}
    shown = ", ".join(f"{share:g}%" if minutes is None else f"{share:g}% for {minutes:g} min" for share, minutes in wanted.stages)
    approved = ", each approved" if wanted.advancement == MANUAL else ""
    # Stages that are stored and not on are not shown. Off already, a write whose answer was lost is sent again: it is the same.
    _step(place, project, f"{name}: {shown}{approved}", {"enabled": False, **body}, lambda held: held is None and now is not None)
    if now is not None:
        _settled(task, place, project, lambda held: held is None, "off")
    if not task.check_mode:
        clock.sleep(BETWEEN)
    _step(place, project, f"{name} -> on", {"enabled": True, **body}, wanted.fits)
    return _settled(task, place, project, wanted.fits, "as wanted") if not task.check_mode else wanted


def _step(place: Scope, project: Project, target: str, body: dict[str, t.Any], shows: t.Callable[[Config | None], bool]) -> None:
    def look() -> dict[str, t.Any] | None:
        return {} if shows(read(place, project.id)) else None

    place.client.change(operations.UPDATE_ROLLING_RELEASE_CONFIG, target, path={"idOrName": project.id}, body=body, look=look)


def _settled(task: Task, place: Scope, project: Project, shows: t.Callable[[Config | None], bool], what: str) -> Config | None:
    if task.check_mode:
        return None
    try:
        return wait_for(
            lambda: read(place, project.id),
            shows,
            f"the rolling release settings of {project.name}, {what},",
            clock.Deadline(min(SETTLING, max(0.0, task.deadline.left()))),
            each_turn=task.gate.recorder.turn,
        )
    except Failure as failure:
        if failure.kind != "timeout":
            raise
        held = failure.state
        shown = "off" if held is None else f"{held.advancement} with {', '.join(f'{share:g}%' for share, _minutes in held.stages)}"
        raise Failure(
            "failed",
            f"Vercel accepted the rolling release settings of {project.name}, and they are {shown}",
            "Run the same command again; if it stays, set them in the project's settings in the dashboard",
            VENDOR,
            operations.UPDATE_ROLLING_RELEASE_CONFIG.name,
            code="not_held",
        ) from failure
