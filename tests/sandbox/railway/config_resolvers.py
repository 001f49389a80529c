# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's answers about variables, settings, patches and project tokens; a part of ``Resolvers``."""

from __future__ import annotations

import typing as t

from .access import Access, connection, when
from .config import DEPRECATED, PLAN_LIMITS, REGIONS, Place, Staged
from .state import Environment, Json, ProjectToken, RailwayError, Service, not_authorized


class ConfigResolvers(Access):
    def _place(self, environmentId: str, serviceId: str | None) -> tuple[str, str | None]:
        environment = self._environment(environmentId).id
        return environment, self._service(serviceId).id if serviceId else None

    # -- variables
    def variables(self, _info: t.Any, environmentId: str, projectId: str, serviceId: str | None = None, unrendered: bool | None = None) -> Json:
        self._own_project(projectId)
        return self._railway.config.shown(*self._place(environmentId, serviceId), rendered=not unrendered)

    def variablesForServiceDeployment(self, _info: t.Any, environmentId: str, projectId: str, serviceId: str) -> Json:
        environment = self._environment(environmentId)
        given = self._railway.config.given(environment.id, self._service(serviceId).id)
        return {**given, "RAILWAY_PROJECT_ID": projectId, "RAILWAY_ENVIRONMENT_ID": environmentId}

    def variableUpsert(self, _info: t.Any, input: Json) -> bool:
        self._own_project(input["projectId"])
        place = self._place(input["environmentId"], input.get("serviceId"))
        self._railway.config.upsert(*place, {input["name"]: input["value"]}, False, bool(input.get("skipDeploys")))
        return True

    def variableCollectionUpsert(self, _info: t.Any, input: Json) -> bool:
        self._own_project(input["projectId"])
        place = self._place(input["environmentId"], input.get("serviceId"))
        self._railway.config.upsert(*place, input["variables"], bool(input.get("replace")), bool(input.get("skipDeploys")))
        return True

    def variableDelete(self, _info: t.Any, input: Json) -> bool:
        self._own_project(input["projectId"])
        self._railway.config.delete(*self._place(input["environmentId"], input.get("serviceId")), input["name"])
        return True

    def render_variables(self, environment: Environment, arguments: Json) -> Json:
        places = self._railway.config.places(environment.id)
        found = [(service, place, name) for service, place in places for name in place.variables]
        return connection(found, lambda one: self._variable(environment, *one), arguments)

    def _variable(self, environment: Environment, service: str | None, place: Place, name: str) -> Json:
        made = environment.created
        return {
            "id": f"{(service or environment.id)[:8]}-{name}",
            "name": name,
            "serviceId": service,
            "environmentId": environment.id,
            "isSealed": name in place.sealed,
            "references": self._railway.config.references(place.variables[name]),
            "createdAt": when(made),
            "updatedAt": when(place.updated.get(name, made)),
        }

    # -- patches
    def environmentPatchCommit(self, _info: t.Any, environmentId: str, patch: t.Any = None, commitMessage: str | None = None) -> str:
        return self._railway.config.commit(self._environment(environmentId).id, patch)

    def environmentStageChanges(self, _info: t.Any, environmentId: str, input: t.Any, merge: bool | None = None) -> Json:
        return self._patch(environmentId, self._railway.config.stage(self._environment(environmentId).id, input, bool(merge)))

    def environmentPatchCommitStaged(self, _info: t.Any, environmentId: str, commitMessage: str | None = None, skipDeploys: bool | None = None) -> str:
        return self._railway.config.commit_staged(self._environment(environmentId).id, bool(skipDeploys))

    def environmentStagedChanges(self, _info: t.Any, environmentId: str) -> Json:
        return self._patch(environmentId, self._railway.config.staged(self._environment(environmentId).id))

    def _patch(self, environment: str, it: Staged) -> Json:
        return {
            "id": it.id,
            "environmentId": environment,
            "status": "STAGED",
            "patch": lambda _info, decryptVariables=None: it.patch,
            "message": None,
            "lastAppliedError": None,
            "appliedAt": None,
            "createdAt": when(it.created),
            "updatedAt": when(it.updated),
        }

    # -- settings of a service
    def render_settings(self, service: Service, environment: Environment) -> Json:
        """The fields of a service instance. There is one number only where there is one region."""
        settings = self._railway.config.of(environment.id, service.id).settings
        regions = settings["multiRegionConfig"]
        one = next(iter(regions.items())) if len(regions) == 1 else None
        return {
            **{name: value for name, value in settings.items() if name not in ("multiRegionConfig", "sleepApplication")},
            "numReplicas": one[1]["numReplicas"] if one else None,
            "region": one[0] if one else None,
        }

    def serviceInstanceUpdate(self, _info: t.Any, serviceId: str, input: Json, environmentId: str | None = None) -> bool:
        if environmentId is not None:
            self._environment(environmentId)
        self._railway.config.update(environmentId, self._service(serviceId).id, dict(input))
        return True

    def serviceInstanceLimits(self, _info: t.Any, environmentId: str, serviceId: str) -> Json:
        place = self._railway.config.of(self._environment(environmentId).id, self._service(serviceId).id)
        return {"containers": {**PLAN_LIMITS, **place.limits}}

    def serviceInstanceLimitsUpdate(self, _info: t.Any, input: Json) -> bool:
        place = self._railway.config.of(self._environment(input["environmentId"]).id, self._service(input["serviceId"]).id)
        given = {"cpu": input.get("vCPUs"), "memoryBytes": None if input.get("memoryGB") is None else round(input["memoryGB"] * 1_000_000_000)}
        wanted = {name: value for name, value in given.items() if value is not None}
        if any(not 0 < value <= PLAN_LIMITS[name] for name, value in wanted.items()):
            raise RailwayError("The limits are outside of your plan's", "BAD_USER_INPUT")
        place.limits.update(wanted)
        self._railway.world.changed()
        return True

    def regions(self, _info: t.Any, projectId: str | None = None) -> list[Json]:
        self._anyone()
        return [
            {
                "id": name,
                "name": name,
                "region": name,
                "location": location,
                "country": country,
                "deploymentConstraints": {"deprecationInfo": {"isDeprecated": name in DEPRECATED, "replacementRegion": DEPRECATED.get(name, "")}},
                "workspaceId": None,
            }
            for name, (location, country) in REGIONS.items()
        ]

    # -- project tokens
    def projectToken(self, _info: t.Any) -> Json:
        if self._caller.token is None:
            raise RailwayError(self._caller.wrong if self._caller.kind == "nobody" else "Project Token not found")
        return self._token(self._caller.token)

    def projectTokens(self, _info: t.Any, projectId: str, **arguments: t.Any) -> Json:
        self._broad()
        self._own_project(projectId)
        return connection(list(self._railway.project_tokens.values()), self._token, arguments)

    def projectTokenCreate(self, _info: t.Any, input: Json) -> str:
        self._broad()
        self._own_project(input["projectId"])
        return self._railway.new_token(self._environment(input["environmentId"]), input["name"]).secret

    def projectTokenDelete(self, _info: t.Any, id: str) -> bool:
        self._broad()
        if id not in self._railway.project_tokens:
            raise not_authorized()
        del self._railway.project_tokens[id]
        self._railway.world.changed()
        return True

    def _token(self, it: ProjectToken) -> Json:
        environment = self._railway.environments[it.environment]
        return {
            "id": it.id,
            "name": it.name,
            "displayToken": f"{it.secret[:4]}********",
            "createdAt": when(it.created),
            "projectId": self._railway.project_id,
            "environmentId": environment.id,
            "project": lambda info: self.project(info, self._railway.project_id),
            "environment": lambda info: self.environment(info, environment.id),
        }

    if t.TYPE_CHECKING:

        def project(self, _info: t.Any, id: str) -> Json: ...

        def environment(self, _info: t.Any, id: str) -> Json: ...
