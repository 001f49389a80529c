# SPDX-License-Identifier: GPL-3.0-or-later
"""What Railway keeps of a service in an environment, and of an environment itself: variables and settings, and patches of both.

Facts behind the rules: a variable is stored as it was written, with its ``${{ }}``; a sealed one is a name with a null value, for ever;
every upsert without ``skipDeploys`` makes a deployment, and ``replace`` removes whatever is not listed; a config patch is merged into
what is there, null removes; more or fewer replicas start from the running image, any other change makes a deployment.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .state import Json, RailwayError, Service

if t.TYPE_CHECKING:
    from .jobs import Jobs
    from .vendor import Railway

REGIONS = {
    "us-west2": ("US West (California, USA)", "US"),
    "us-east4-eqdc4a": ("US East (Virginia, USA)", "US"),
    "europe-west4-drams3a": ("EU West (Amsterdam, Netherlands)", "NL"),
    "asia-southeast1-eqsg3a": ("Southeast Asia (Singapore)", "SG"),
    "us-west1": ("US West (Oregon, USA)", "US"),
}
DEPRECATED = {"us-west1": "us-west2"}
MOST_REPLICAS = 50
PLAN_LIMITS = {"cpu": 32, "memoryBytes": 32_000_000_000}
# Settings of ``deploy`` in a config patch, with the types that they may have beside null.
SETTINGS: dict[str, type] = {
    "cronSchedule": str,
    "drainingSeconds": int,
    "healthcheckPath": str,
    "healthcheckTimeout": int,
    "multiRegionConfig": dict,
    "numReplicas": int,
    "overlapSeconds": int,
    "region": str,
    "restartPolicyMaxRetries": int,
    "restartPolicyType": str,
    "sleepApplication": bool,
    "startCommand": str,
}
POLICIES = ("ALWAYS", "NEVER", "ON_FAILURE")
_REFERENCE = re.compile(r"\$\{\{\s*(?:(?P<source>[\w-]+)\.)?(?P<name>\w+)\s*\}\}")


def usual_settings() -> Json:
    return {
        "drainingSeconds": 10,
        "healthcheckPath": "/health",
        "healthcheckTimeout": 300,
        "multiRegionConfig": {"us-west2": {"numReplicas": 1}},
        "overlapSeconds": 20,
        "restartPolicyMaxRetries": 10,
        "restartPolicyType": "ON_FAILURE",
    }


@dataclass
class Elsewhere:
    """Variables and settings of what is not a service in production: shared ones, and services in another environment."""

    variables: dict[str, str | None] = field(default_factory=dict)
    sealed: list[str] = field(default_factory=list)
    updated: dict[str, float] = field(default_factory=dict)
    settings: Json = field(default_factory=usual_settings)
    limits: Json = field(default_factory=dict)


Place = Service | Elsewhere


@dataclass
class Staged:
    id: str
    patch: Json
    created: float
    updated: float


class Config:
    def __init__(self, railway: Railway) -> None:
        self._railway = railway
        self._elsewhere: dict[tuple[str, str | None], Elsewhere] = {}
        self._staged: dict[str, Staged] = {}

    @property
    def _jobs(self) -> Jobs:
        return self._railway.jobs

    def clear(self) -> None:
        self._elsewhere.clear()
        self._staged.clear()

    def of(self, environment: str, service: str | None) -> Place:
        if service is not None and environment == self._railway.production:
            return self._railway.services[service]
        return self._elsewhere.setdefault((environment, service), Elsewhere())

    def places(self, environment: str) -> list[tuple[str | None, Place]]:
        return [(None, self.of(environment, None)), *((service, self.of(environment, service)) for service in self._railway.services)]

    # -- variables
    def shown(self, environment: str, service: str | None, rendered: bool) -> dict[str, str | None]:
        place = self.of(environment, service)
        return {
            name: None if name in place.sealed else self._rendered(environment, place, value, 0) if rendered else value
            for name, value in place.variables.items()
        }

    def given(self, environment: str, service: str) -> dict[str, str | None]:
        """What a container gets: everything, rendered."""
        place = self.of(environment, service)
        return {name: self._rendered(environment, place, value, 0) for name, value in place.variables.items()}

    def _rendered(self, environment: str, place: Place, value: str | None, depth: int) -> str | None:
        def one(found: re.Match[str]) -> str:
            source = found["source"]
            other: Place | None = place
            if source == "shared":
                other = self.of(environment, None)
            elif source is not None:
                other = next((self.of(environment, it.id) for it in self._railway.services.values() if it.name == source), None)
            if other is None or depth > 5:
                return ""
            return self._rendered(environment, other, other.variables.get(found["name"]), depth + 1) or ""

        return None if value is None else _REFERENCE.sub(one, value)

    def references(self, value: str | None) -> list[str]:
        return [f"{found['source']}.{found['name']}" if found["source"] else found["name"] for found in _REFERENCE.finditer(value or "")]

    def upsert(self, environment: str, service: str | None, values: t.Any, replace: bool, skip_deploys: bool) -> None:
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise RailwayError("Invalid variables", "BAD_USER_INPUT")
        place = self.of(environment, service)
        if replace:
            # Everything goes first, also what nobody can read back.
            place.variables, place.sealed, place.updated = {}, [], {}
        for name, value in values.items():
            self._set(place, name, value)
        self._railway.world.changed()
        if not skip_deploys:
            self._deploy(environment, service)

    def delete(self, environment: str, service: str | None, name: str) -> None:
        place = self.of(environment, service)
        if name not in place.variables:
            raise RailwayError("Variable not found")
        self._drop(place, name)
        self._railway.world.changed()
        self._deploy(environment, service)

    def _set(self, place: Place, name: str, value: str) -> None:
        place.variables[name] = value
        place.updated[name] = self._railway.world.now()

    @staticmethod
    def _drop(place: Place, name: str) -> None:
        place.variables.pop(name, None)
        place.updated.pop(name, None)
        place.sealed = [other for other in place.sealed if other != name]

    def _deploy(self, environment: str, service: str | None) -> None:
        """A deployment of the service; of a shared variable, one of every service that refers to it."""
        affected = [service] if service else [it for it in self._railway.services if self._uses_shared(environment, it)]
        for one in affected:
            self._jobs.configured(self._railway.services[one], environment)

    def _uses_shared(self, environment: str, service: str) -> bool:
        values = self.of(environment, service).variables.values()
        return any(reference.startswith("shared.") for value in values for reference in self.references(value))

    # -- settings and patches
    def shown_config(self, environment: str, decrypted: bool) -> Json:
        def variables(place: Place) -> Json:
            return {
                name: {"value": value if decrypted and name not in place.sealed else None, **({"isSealed": True} if name in place.sealed else {})}
                for name, value in place.variables.items()
            }

        services = {
            service: {**self._extra(service), "deploy": dict(place.settings), "variables": variables(place)}
            for service, place in self.places(environment)
            if service is not None
        }
        return {"services": services, "sharedVariables": variables(self.of(environment, None))}

    def _extra(self, service: str) -> Json:
        mounted = {it.id: {"mountPath": it.mount} for it in self._railway.volumes.all.values() if it.service == service}
        return {**self._railway.services[service].config, **({"volumeMounts": mounted} if mounted else {})}

    def update(self, environment: str | None, service: str, wanted: Json) -> None:
        """Stored for every environment that is no fork, whichever was named; what runs goes on as it is."""
        if environment is not None and environment not in self._railway.environments:
            raise RailwayError("Environment not found")
        regions = wanted.pop("multiRegionConfig", None)
        replicas, region = wanted.pop("numReplicas", None), wanted.pop("region", None)
        for one in self._railway.environments:
            settings = self.of(one, service).settings
            if replicas is not None or region is not None:
                # Replicas without their region land in the vendor's usual one.
                regions = dict.fromkeys(settings["multiRegionConfig"]) | {region or "us-west2": {"numReplicas": replicas or 1}}
            self._check(wanted)
            settings.update(wanted)
            if regions is not None:
                self._scale(settings, regions)
        self._railway.world.changed()

    def _check(self, wanted: Json) -> None:
        for name, value in wanted.items():
            if name not in SETTINGS or not (value is None or isinstance(value, SETTINGS[name])):
                raise RailwayError(f"Invalid config: {name}", "BAD_USER_INPUT")
            if name == "restartPolicyType" and value not in POLICIES:
                raise RailwayError(f"Invalid config: {name}", "BAD_USER_INPUT")

    @staticmethod
    def _scale(settings: Json, regions: Json) -> None:
        merged = {**settings["multiRegionConfig"], **regions}
        merged = {name: value for name, value in merged.items() if value is not None}
        if set(merged) - set(REGIONS):
            raise RailwayError("Invalid region", "BAD_USER_INPUT")
        if not 1 <= sum(value["numReplicas"] for value in merged.values()) <= MOST_REPLICAS:
            raise RailwayError("Invalid number of replicas", "BAD_USER_INPUT")
        settings["multiRegionConfig"] = merged

    def commit(self, environment: str, patch: t.Any, skip_deploys: bool = False) -> str:
        """Merge a patch into the environment's config at once; what it changes beside the number of replicas is deployed."""
        if not isinstance(patch, dict) or set(patch) - {"services", "sharedVariables", "volumes", "buckets"}:
            raise RailwayError("Invalid config", "BAD_USER_INPUT")
        deployed: list[str | None] = []
        for service, wanted in (patch.get("services") or {}).items():
            if service not in self._railway.services:
                raise RailwayError("Service not found")
            if set(wanted) - {"deploy", "variables", "source", "build", "networking", "volumeMounts", "isDeleted"}:
                raise RailwayError("Invalid config", "BAD_USER_INPUT")
            if self._merge(environment, service, wanted):
                deployed.append(service)
        if patch.get("sharedVariables"):
            self._seal_or_set(self.of(environment, None), patch["sharedVariables"])
            deployed.append(None)
        self._railway.world.changed()
        for one in deployed if not skip_deploys else []:
            self._deploy(environment, one)
        return self._railway.world.uuid()

    def _merge(self, environment: str, service: str, wanted: Json) -> bool:
        """Whether more than the number of replicas changed."""
        place, deploy = self.of(environment, service), dict(wanted.get("deploy") or {})
        self._check(deploy)
        regions = deploy.pop("multiRegionConfig", None)
        if regions is not None:
            self._scale(place.settings, regions)
            if environment == self._railway.production:
                total = sum(value["numReplicas"] for value in place.settings["multiRegionConfig"].values())
                self._jobs.scale(self._railway.services[service], environment, total)
        place.settings.update(deploy)
        self._seal_or_set(place, wanted.get("variables") or {})
        self._railway.volumes.mount(service, wanted.get("volumeMounts") or {})
        self._railway.network.patch(self._railway, environment, service, wanted.get("networking") or {})
        return bool(deploy or wanted.get("variables") or wanted.get("volumeMounts"))

    def _seal_or_set(self, place: Place, variables: Json) -> None:
        for name, wanted in variables.items():
            if wanted is None:
                self._drop(place, name)
            elif set(wanted) - {"value", "isSealed"} or not isinstance(wanted.get("value"), str):
                raise RailwayError("Invalid config: variables", "BAD_USER_INPUT")
            else:
                self._set(place, name, wanted["value"])
                if wanted.get("isSealed") and name not in place.sealed:
                    place.sealed = [*place.sealed, name]

    def staged(self, environment: str) -> Staged:
        now = self._railway.world.now()
        return self._staged.get(environment) or Staged(f"staged-{environment[:8]}", {}, now, now)

    def stage(self, environment: str, patch: t.Any, merge: bool) -> Staged:
        if not isinstance(patch, dict):
            raise RailwayError("Invalid config", "BAD_USER_INPUT")
        before = self.staged(environment)
        now = self._railway.world.now()
        self._staged[environment] = Staged(self._railway.world.uuid(), _merged(before.patch, patch) if merge else patch, now, now)
        self._railway.world.changed()
        return self._staged[environment]

    def commit_staged(self, environment: str, skip_deploys: bool) -> str:
        """The whole of it, whoever staged it."""
        if environment not in self._staged:
            raise RailwayError("No patch to apply", "BAD_USER_INPUT")
        return self.commit(environment, self._staged.pop(environment).patch, skip_deploys)

    def unmerged(self, environment: str) -> int:
        patch = self.staged(environment).patch
        return sum(len(wanted) if isinstance(wanted, dict) else 1 for part in patch.values() for wanted in part.values())


def _merged(base: Json, over: Json) -> Json:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result
