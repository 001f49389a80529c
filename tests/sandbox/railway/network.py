# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains, TCP proxies and the defence against an attack; a part of ``Resolvers``, with what it remembers.

Facts behind the rules: what is changed here applies at once and is never staged; a service instance has one TCP proxy at the most, made
by a config patch; a custom domain is verified by a DNS record.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .access import Access, when
from .state import Environment, Json, RailwayError, Service

if t.TYPE_CHECKING:
    from .vendor import Railway


@dataclass
class Network:
    """By their ids; ``attacked`` holds until when a service instance is defended (0: until it is switched off)."""

    domains: dict[str, Json] = field(default_factory=dict)
    proxies: dict[str, Json] = field(default_factory=dict)
    attacked: dict[tuple[str, str], float] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.domains.clear()
        self.proxies.clear()
        self.attacked.clear()
        self.removed.clear()

    def patch(self, railway: Railway, environment: str, service: str, wanted: Json) -> None:
        """The part ``networking`` of a config patch."""
        for port, proxy in (wanted.get("tcpProxies") or {}).items():
            own = [key for key, one in self.proxies.items() if (one["environmentId"], one["serviceId"]) == (environment, service)]
            if proxy is None:
                for key in own:
                    del self.proxies[key]
                continue
            if own:
                raise RailwayError("A service can have one TCP proxy only", "BAD_USER_INPUT")
            identifier = railway.world.uuid()
            self.proxies[identifier] = {
                "id": identifier,
                "domain": "proxy.example.com",
                "proxyPort": 40_000 + len(self.proxies),
                "applicationPort": int(port),
                "syncStatus": "ACTIVE",
                "serviceId": service,
                "environmentId": environment,
                "createdAt": when(railway.world.now()),
            }


class NetworkResolvers(Access):
    @property
    def _network(self) -> Network:
        return self._railway.network

    def domains(self, _info: t.Any, environmentId: str, projectId: str, serviceId: str) -> Json:
        self._own_project(projectId)
        return self.render_domains(self._service(serviceId), self._environment(environmentId))

    def render_domains(self, it: Service, environment: Environment) -> Json:
        first = self._domain(f"{it.instance}-d", f"{it.name}-{environment.name}.up.railway.app", it.id, environment.id, 8080)
        own = [one for one in self._network.domains.values() if (one["serviceId"], one["environmentId"]) == (it.id, environment.id)]
        return {
            "serviceDomains": [one for one in (first, *own) if "status" not in one and one["id"] not in self._network.removed],
            "customDomains": [one for one in own if "status" in one],
        }

    def _domain(self, identifier: str, name: str, service: str, environment: str, port: int | None) -> Json:
        where = {"serviceId": service, "environmentId": environment, "projectId": self._railway.project_id}
        return {"id": identifier, "domain": name, **where, "suffix": "up.railway.app", "syncStatus": "ACTIVE", "targetPort": port}

    def serviceDomainCreate(self, _info: t.Any, input: Json) -> Json:
        service, environment = self._service(input["serviceId"]), self._environment(input["environmentId"])
        word = self._railway.world.word(4, "0123456789abcdef")
        it = self._domain(self._railway.world.uuid(), f"{service.name}-{word}.up.railway.app", service.id, environment.id, input.get("targetPort"))
        return self._kept(self._network.domains, it)

    def customDomainCreate(self, _info: t.Any, input: Json) -> Json:
        self._own_project(input["projectId"])
        service, environment = self._service(input["serviceId"]), self._environment(input["environmentId"])
        if any(one["domain"] == input["domain"] for one in self._network.domains.values()):
            raise RailwayError("Domain is not available", "BAD_USER_INPUT")
        it = self._domain(self._railway.world.uuid(), input["domain"], service.id, environment.id, input.get("targetPort"))
        record = {
            "fqdn": input["domain"],
            "recordType": "DNS_RECORD_TYPE_CNAME",
            "requiredValue": f"{it['id'][:8]}.up.railway.app",
            "currentValue": "",
            "status": "DNS_RECORD_STATUS_REQUIRES_UPDATE",
        }
        status = {"verified": False, "certificateStatus": "CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP", "dnsRecords": [record]}
        return self._kept(self._network.domains, {**it, "status": status})

    def serviceDomainDelete(self, _info: t.Any, id: str) -> bool:
        if any(id == f"{service.instance}-d" for service in self._railway.services.values()):
            self._anyone()
            self._network.removed.add(id)
            self._railway.world.changed()
            return True
        return self._dropped(self._network.domains, id, "Domain")

    def customDomainDelete(self, _info: t.Any, id: str) -> bool:
        return self._dropped(self._network.domains, id, "Domain")

    def tcpProxies(self, _info: t.Any, environmentId: str, serviceId: str) -> list[Json]:
        place = (self._environment(environmentId).id, self._service(serviceId).id)
        return [one for one in self._network.proxies.values() if (one["environmentId"], one["serviceId"]) == place]

    def tcpProxyDelete(self, _info: t.Any, id: str) -> bool:
        return self._dropped(self._network.proxies, id, "TCP proxy")

    def setServiceUnderAttackMode(self, _info: t.Any, input: Json) -> Json:
        service, environment = self._service(input["serviceId"]), self._environment(input["environmentId"])
        until = self._railway.world.now() + input["durationSeconds"] if input.get("durationSeconds") else 0.0
        if input["enabled"]:
            self._network.attacked[service.id, environment.id] = until
        else:
            self._network.attacked.pop((service.id, environment.id), None)
        self._railway.world.changed()
        return {"id": service.instance, "enabled": True, "overrides": {}, "underAttackModeUntil": int(until) if input["enabled"] else None}

    def _kept(self, table: dict[str, Json], it: Json) -> Json:
        table[it["id"]] = it
        self._railway.world.changed()
        return it

    def _dropped(self, table: dict[str, Json], identifier: str, what: str) -> bool:
        self._anyone()
        if identifier not in table:
            raise RailwayError(f"{what} not found")
        self._environment(table[identifier]["environmentId"])
        del table[identifier]
        self._railway.world.changed()
        return True
