# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules railway_service and railway_service_info do; their documentation tells options and result.

Facts (Railway public API and its schema): ``serviceInstanceUpdate`` stores settings for every environment that is no fork, whichever one
is named, and deploys nothing; a config patch is merged into one environment and deployed where it has to be. Replicas live in regions:
a number without its region has landed in another one. More or fewer replicas start from the running image, without a deployment.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import config_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope, inner, malformed, resolve

# Options, and what they are called in ``deploy`` of a config patch.
DEPLOY = {
    "draining": "drainingSeconds",
    "healthcheck_path": "healthcheckPath",
    "healthcheck_timeout": "healthcheckTimeout",
    "overlap": "overlapSeconds",
    "restart_max_retries": "restartPolicyMaxRetries",
    "restart_policy": "restartPolicyType",
    "start_command": "startCommand",
}
LIMITS = ("memory_gb", "vcpus")
OPTIONS = ("auto_deploy", *DEPLOY, *LIMITS, "regions")
_LENGTHS = ("draining", "healthcheck_timeout", "overlap")
_TEXTS = ("healthcheck_path", "restart_policy", "start_command")
# What Railway's own client allows in all regions together.
MOST_REPLICAS = 50
GIGABYTE = 1_000_000_000
RUNNING = "RUNNING"
Settings = dict[str, t.Any]
_EXTRAS = {"serviceInstanceAutoDeployStatus", "serviceInstanceLimits", "environment"}


@dataclasses.dataclass(frozen=True)
class State:
    """``settings`` by the options' names, None where there is none or it was not asked for; ``running`` counts containers."""

    settings: Settings
    can_auto_deploy: bool
    why_not: str
    config_file: str | None
    running: int


def where(task: Task) -> tuple[Client, Scope]:
    params = task.params
    client = connect(task, params)
    return client, resolve(client, params["project"], params["environment"], params["service"], bool(params["token"]))


def observe(client: Client, scope: Scope, names: t.Collection[str]) -> State:
    """The settings of a service, of which the costly ones only when they are named. One request."""
    data = read(
        client,
        op.SETTINGS,
        projectId=scope.project_id,
        environmentId=scope.environment_id,
        serviceId=scope.service_id,
        withRegions="regions" in names,
        withAutoDeploy="auto_deploy" in names,
        withLimits=bool({*LIMITS} & {*names}),
    )
    instance = data.get("serviceInstance")
    if not isinstance(instance, dict) or not isinstance(instance.get("activeDeployments"), list):
        raise malformed(op.SETTINGS, "does not hold the settings of the service")
    automatic = data.get("serviceInstanceAutoDeployStatus")
    settings = {option: instance.get(key) for option, key in DEPLOY.items()}
    for option in _TEXTS:
        # No path and an empty path are the same to Railway, and to us.
        settings[option] = plain(settings[option]) if settings[option] else None
    for option in (*_LENGTHS, "restart_max_retries"):
        if not isinstance(settings[option], int | float | None):
            raise malformed(op.SETTINGS, f"does not hold {option} as a number")
    settings["auto_deploy"] = enabled if isinstance(enabled := inner(automatic, "enabled"), bool) else None
    settings["regions"] = _regions(data, instance, scope) if "regions" in names else None
    settings.update(_limits(data.get("serviceInstanceLimits")))
    return State(
        settings,
        inner(automatic, "canEnable") is not False,
        plain(inner(automatic, "reason") or "", 200),
        plain(instance["railwayConfigFile"], 200) if instance.get("railwayConfigFile") else None,
        _running(instance["activeDeployments"]),
    )


def _running(active: list[t.Any]) -> int:
    try:
        return sum(1 for one in active for container in one.get("instances") or [] if container.get("status") == RUNNING)
    except UNREADABLE as error:
        raise malformed(op.SETTINGS, "does not hold what runs of the service") from error


def _regions(data: t.Mapping[str, t.Any], instance: t.Mapping[str, t.Any], scope: Scope) -> dict[str, int] | None:
    """Replicas by region; what the config does not tell, the service may (older ones have a number and a region)."""
    config: t.Any = inner(data.get("environment"), "config")
    try:
        service = config["services"].get(scope.service_id) or {}
        found = inner(service.get("deploy"), "multiRegionConfig") or {}
        regions = {plain(name, 60): int(one.get("numReplicas") or 1) for name, one in found.items() if one is not None}
    except UNREADABLE as error:
        raise malformed(op.SETTINGS, "does not hold the regions of the service") from error
    if not regions and instance.get("region"):
        return {plain(instance["region"], 60): int(instance.get("numReplicas") or 1)}
    return regions or None


def _limits(said: t.Any) -> Settings:
    """The shape is not published: what is not there as it was seen counts as not known."""
    containers = said.get("containers") if isinstance(said, dict) else None
    found = containers if isinstance(containers, dict) else {}
    cpu, memory = found.get("cpu"), found.get("memoryBytes")
    return {
        "vcpus": float(cpu) if isinstance(cpu, (int, float)) else None,
        "memory_gb": memory / GIGABYTE if isinstance(memory, (int, float)) else None,
    }


# -- what is wanted
def wanted_of(params: t.Mapping[str, t.Any]) -> Settings:
    """The options that were given, checked before anything is asked. ``replicas`` waits for the region it belongs to."""
    wanted: Settings = {name: params[name] for name in (*OPTIONS, "replicas") if params[name] is not None}
    if not wanted:
        raise Failure("invalid", "no setting was given", f"Give at least one of replicas, {', '.join(sorted(OPTIONS))}")
    for name in _LENGTHS:
        if name in wanted:
            wanted[name] = _seconds(wanted[name], name)
    for name in _TEXTS:
        if name in wanted:
            wanted[name] = wanted[name].strip() or None
    path = wanted.get("healthcheck_path")
    if path and not path.startswith("/"):
        raise Failure("invalid", f"healthcheck_path is {path!r}", "Give a path that begins with /, or '' for no health check")
    for name in LIMITS:
        if name in wanted and wanted[name] <= 0:
            raise Failure("invalid", f"{name} is {wanted[name]:g}", f"Give {name} as a number above 0")
    if wanted.get("restart_max_retries", 0) < 0:
        raise Failure("invalid", f"restart_max_retries is {wanted['restart_max_retries']}", "Give it as 0 or more")
    if "regions" in wanted:
        wanted["regions"] = {str(name): _count(count, f"regions: {name}") for name, count in wanted["regions"].items()}
        if not wanted["regions"]:
            raise Failure("invalid", "regions is empty", "Name at least one region; to stop a service, use railway_deployment with state: stopped")
    total = sum(wanted.get("regions", {}).values()) or (_count(wanted["replicas"], "replicas") if "replicas" in wanted else 1)
    if total > MOST_REPLICAS:
        raise Failure("invalid", f"{total} replicas are more than the {MOST_REPLICAS} that Railway allows", "Give fewer")
    return wanted


def _seconds(value: t.Any, name: str) -> int:
    length = durations.seconds(value, name)
    if length != int(length):
        raise Failure("invalid", f"{name} is {value}", f"Give {name} in whole seconds")
    return int(length)


def _count(value: t.Any, name: str) -> int:
    try:
        count = int(str(value))
    except ValueError:
        count = 0
    if isinstance(value, bool) or count < 1:
        raise Failure("invalid", f"{name} is {value!r}", "Give a whole number from 1 on")
    return count


def placed(wanted: Settings, state: State) -> Settings:
    """``wanted`` with its replicas in the region in which the service is."""
    if "replicas" not in wanted:
        return wanted
    rest = {name: value for name, value in wanted.items() if name != "replicas"}
    regions = state.settings["regions"] or {}
    if len(regions) != 1:
        where_now = f"runs in {', '.join(sorted(regions))}" if regions else "does not tell its region"
        raise refuse(f"the service {where_now}, so one number of replicas does not say enough", "Give regions: {region: number}", code="regions")
    return {**rest, "regions": dict.fromkeys(regions, int(wanted["replicas"]))}


def _check_regions(client: Client, scope: Scope, wanted: t.Mapping[str, int], now: t.Mapping[str, int]) -> None:
    """New regions must exist; one more request, only when there is a new one."""
    new = sorted(set(wanted) - set(now))
    if not new:
        return
    try:
        listed = read(client, op.REGIONS, projectId=scope.project_id)["regions"]
        known = {plain(one["name"], 60): inner(one.get("deploymentConstraints"), "deprecationInfo") or {} for one in listed}
    except UNREADABLE as error:
        raise malformed(op.REGIONS, "is not the documented list") from error
    for name in new:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(sorted(known))}"
            raise Failure("not_found", f"there is no region {name}", hint, VENDOR, code="region")
        if known[name].get("isDeprecated") is True:
            raise refuse(f"region {name} is being retired", f"Use {plain(known[name].get('replacementRegion') or 'another one', 60)}", code="deprecated")


# -- doing it
def execute(task: Task) -> dict[str, t.Any]:
    wanted = wanted_of(task.params)
    client, scope = where(task)
    names = {"regions" if name == "replicas" else name for name in wanted}
    before = observe(client, scope, names)
    wanted = placed(wanted, before)
    for name in LIMITS:
        if name in wanted and before.settings[name] is None:
            raise malformed(op.SETTINGS, "does not hold the limits of the service as they were known")
    if wanted.get("auto_deploy") and not before.can_auto_deploy:
        raise refuse(f"{scope} cannot deploy by itself: {before.why_not or 'Railway does not say why'}", "Connect it to a repository first", code="auto_deploy")
    if "regions" in wanted:
        _check_regions(client, scope, wanted["regions"], before.settings["regions"] or {})
    differing = {name: value for name, value in wanted.items() if before.settings[name] != value}
    _send(client, scope, before, differing)
    after = before
    if differing and not task.check_mode:
        after = _read_back(task, client, scope, names, differing)
    deploys = bool(set(differing) & set(DEPLOY))
    return {
        "changed": bool(task.gate.changes),
        "settings": {name: value for name, value in {**before.settings, **differing}.items() if name in DEPLOY or name in names},
        "deploys": deploys,
        "running": after.running,
        "notes": _notes(before, differing, deploys),
        "link": scope.link,
        "diff": {"before": {name: before.settings[name] for name in wanted}, "after": wanted},
    }


def _send(client: Client, scope: Scope, before: State, differing: Settings) -> None:
    """One request for each kind of setting; automatic deployment first, so that nothing is pushed in between."""
    place = {"environmentId": scope.environment_id, "serviceId": scope.service_id}

    def seen(names: t.Collection[str], answer: t.Any) -> t.Callable[[], t.Any]:
        def look() -> t.Any:
            now = observe(client, scope, names).settings
            return answer if all(now[name] == differing[name] for name in names) else None

        return look

    if "auto_deploy" in differing:
        client.change(
            op.SET_AUTO_DEPLOY,
            f"{scope}: automatic deployment {'on' if differing['auto_deploy'] else 'off'}",
            variables={"input": {**place, "projectId": scope.project_id, "enabled": differing["auto_deploy"]}},
            look=seen(["auto_deploy"], {op.SET_AUTO_DEPLOY.name: {"enabled": differing["auto_deploy"]}}),
        )
    limits = [name for name in LIMITS if name in differing]
    if limits:
        given = {key: differing[name] for name, key in (("vcpus", "vCPUs"), ("memory_gb", "memoryGB")) if name in differing}
        client.change(op.SET_LIMITS, f"{scope}: {', '.join(limits)}", variables={"input": {**place, **given}}, look=seen(limits, {op.SET_LIMITS.name: True}))
    patched = sorted(name for name in differing if name in DEPLOY or name == "regions")
    if patched:
        client.change(
            op.COMMIT_PATCH,
            f"{scope}: {', '.join(patched)}",
            variables={
                "environmentId": scope.environment_id,
                "patch": {"services": {scope.service_id: {"deploy": patch_of(before, differing)}}},
                "commitMessage": f"Set {', '.join(patched)}",
            },
            look=seen(patched, {op.COMMIT_PATCH.name: "seen"}),
        )


def patch_of(before: State, differing: Settings) -> Settings:
    """Only what changes; a region that goes is null, and each that stays comes with its number."""
    patch: Settings = {key: differing[option] for option, key in DEPLOY.items() if option in differing}
    if "regions" in differing:
        gone = dict.fromkeys(set(before.settings["regions"] or {}) - set(differing["regions"]))
        patch["multiRegionConfig"] = {**gone, **{name: {"numReplicas": count} for name, count in differing["regions"].items()}}
    return patch


def _read_back(task: Task, client: Client, scope: Scope, names: t.Collection[str], differing: Settings) -> State:
    """What Railway says now; an answer alone has not always meant that a setting is kept."""

    def kept(now: State) -> bool:
        return all(now.settings[name] == value for name, value in differing.items())

    patience = clock.Deadline(client.wire.timeout)
    try:
        return wait_for(lambda: observe(client, scope, names), kept, "the setting", patience, each_turn=task.gate.recorder.turn)
    except Failure as late:
        if late.kind != "timeout" or not isinstance(late.state, State):
            raise
        other = sorted(name for name, value in differing.items() if late.state.settings[name] != value)
        raise Failure(
            "failed",
            f"Railway accepted the change, and {', '.join(other)} is still another one",
            "Look at the service's settings in Railway's dashboard; staged changes or a config file may be in the way",
            VENDOR,
            code="not_kept",
        ) from late


def _notes(before: State, differing: Settings, deploys: bool) -> list[str]:
    notes = []
    if deploys:
        notes.append("Railway makes a deployment of the changed settings by itself")
    if "regions" in differing:
        notes.append("replicas start from the running image and leave without a deployment")
    if set(LIMITS) & set(differing):
        notes.append("the limits surely hold from the next deployment on; Railway does not say whether before")
    if before.config_file and set(DEPLOY) & set(differing):
        notes.append(f"{before.config_file} in the repository overrides what is set here")
    return notes


def information(task: Task) -> dict[str, t.Any]:
    """The result of railway_service_info."""
    client, scope = where(task)
    try:
        state = observe(client, scope, OPTIONS)
    except Failure as failure:
        paths = (failure.state or {}).get("paths") if failure.status == 200 else None
        if not paths or not set(paths) <= _EXTRAS:
            raise
        # A token that may not see these can still tell the others.
        state = observe(client, scope, [])
    return {
        "settings": state.settings,
        "replicas": sum(state.settings["regions"].values()) if state.settings["regions"] else None,
        "running": state.running,
        "can_auto_deploy": state.can_auto_deploy,
        "config_file": state.config_file,
        "service": {"id": scope.service_id, "name": scope.service, "project": scope.project, "environment": scope.environment},
        "link": scope.link,
    }
