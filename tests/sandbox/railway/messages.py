# SPDX-License-Identifier: GPL-3.0-or-later
"""Notification rules and deliveries, and feature flags ("signals"); a part of ``Resolvers``, with what it remembers.

Facts behind the rules: rules belong to a workspace, so a project token does not reach them; the shape of a channel's config is not
published; a flag belongs to a project or a workspace, and each change of it makes a new version.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .access import Access, connection, when
from .state import Json, RailwayError, not_authorized


@dataclass
class Messages:
    rules: dict[str, Json] = field(default_factory=dict)
    signals: dict[tuple[str, str], Json] = field(default_factory=dict)
    # What webhookTest was asked to send; nothing is sent.
    tested: list[Json] = field(default_factory=list)

    def clear(self) -> None:
        self.rules.clear()
        self.signals.clear()
        self.tested.clear()


class MessageResolvers(Access):
    @property
    def _messages(self) -> Messages:
        return self._railway.messages

    # -- notifications
    def _workspace_of(self, identifier: str) -> None:
        self._broad()
        if identifier != self._railway.workspace_id:
            raise not_authorized()

    def notificationRules(self, _info: t.Any, workspaceId: str, projectId: str | None = None) -> list[Json]:
        self._workspace_of(workspaceId)
        return [rule for rule in self._messages.rules.values() if projectId in (None, rule["projectId"])]

    def notificationRuleCreate(self, _info: t.Any, input: Json) -> Json:
        self._workspace_of(input["workspaceId"])
        now = when(self._railway.world.now())
        rule = {
            "id": self._railway.world.uuid(),
            "workspaceId": input["workspaceId"],
            "projectId": input.get("projectId"),
            "environmentId": None,
            "serviceId": None,
            "eventTypes": input["eventTypes"],
            "severities": input.get("severities") or [],
            "ephemeralEnvironments": input.get("ephemeralEnvironments"),
            "channels": self._channels(input["channelConfigs"]),
            "createdAt": now,
            "updatedAt": now,
        }
        self._messages.rules[rule["id"]] = rule
        self._railway.world.changed()
        return rule

    def _channels(self, configs: list[t.Any]) -> list[Json]:
        return [{"id": self._railway.world.uuid(), "config": config} for config in configs]

    def _rule(self, identifier: str) -> Json:
        self._broad()
        if identifier not in self._messages.rules:
            raise RailwayError("Notification rule not found")
        return self._messages.rules[identifier]

    def notificationRuleUpdate(self, _info: t.Any, id: str, input: Json) -> Json:
        rule = self._rule(id)
        rule.update({name: value for name, value in input.items() if name != "channelConfigs"})
        if "channelConfigs" in input:
            rule["channels"] = self._channels(input["channelConfigs"])
        rule["updatedAt"] = when(self._railway.world.now())
        self._railway.world.changed()
        return rule

    def notificationRuleDelete(self, _info: t.Any, id: str) -> bool:
        del self._messages.rules[self._rule(id)["id"]]
        self._railway.world.changed()
        return True

    def notificationDeliveries(self, _info: t.Any, filter: Json | None = None, **arguments: t.Any) -> Json:
        """One for each deployment that failed and each rule that asks for it."""
        self._broad()
        asked = [rule for rule in self._messages.rules.values() if "Deployment.failed" in rule["eventTypes"]]
        failed = [it for it in self._railway.deployments.values() if it.status == "FAILED"]
        found = [(rule, it) for rule in asked for it in failed]
        return connection(found, lambda pair: self._delivery(*pair), arguments)

    def _delivery(self, rule: Json, it: t.Any) -> Json:
        instance = {
            "id": f"{it.id[:8]}-failed",
            "eventType": "Deployment.failed",
            "severity": "WARNING",
            "status": "ACTIVE",
            "resolvedAt": None,
            "serviceId": it.service,
            "environmentId": it.environment,
            "payload": {"type": "Deployment.failed", "details": {"id": it.id, "status": it.status, "commitHash": it.commit}},
        }
        at = when(it.status_updated)
        return {"id": f"{rule['id'][:8]}-{it.id[:8]}", "type": "WEBHOOK", "status": "SENT", "createdAt": at, "notificationInstance": instance}

    def webhookTest(self, _info: t.Any, url: str, payload: str) -> int:
        self._anyone()
        self._messages.tested.append({"url": url, "payload": payload})
        self._railway.world.changed()
        return 200

    # -- feature flags
    def _owner(self, owner: str | None) -> str:
        self._anyone()
        mine = f"project:{self._railway.project_id}"
        known = (mine,) if self._caller.kind == "project" else (mine, f"workspace:{self._railway.workspace_id}")
        if (owner or mine) not in known:
            raise not_authorized()
        return owner or mine

    def signals(self, _info: t.Any, owner: str | None = None) -> list[Json]:
        which = self._owner(owner)
        return [flag for (whose, _name), flag in self._messages.signals.items() if whose == which]

    def signal(self, _info: t.Any, name: str, owner: str | None = None) -> Json | None:
        return self._messages.signals.get((self._owner(owner), name))

    def signalCreate(self, _info: t.Any, input: Json) -> Json:
        key = (self._owner(input["owner"]), input["name"])
        if key in self._messages.signals:
            raise RailwayError("A signal of this name already exists", "BAD_USER_INPUT")
        flag = {"id": self._railway.world.uuid(), "name": input["name"], "owner": key[0], "type": input["type"], "rules": [], "version": 0}
        self._messages.signals[key] = {**flag, "createdAt": when(self._railway.world.now())}
        return self._changed(key, default=input["default"])

    def signalDefaultSet(self, _info: t.Any, input: Json) -> Json:
        return self._changed(self._key(input), default=input["default"])

    def signalRuleSet(self, _info: t.Any, input: Json) -> Json:
        key = self._key(input)
        rule = {"id": input["ruleId"], "expression": input["expression"], "value": input["value"]}
        others = [one for one in self._messages.signals[key]["rules"] if one["id"] != input["ruleId"]]
        return self._changed(key, rules=[*others, rule])

    def signalRuleUnset(self, _info: t.Any, input: Json) -> Json:
        key = self._key(input)
        return self._changed(key, rules=[one for one in self._messages.signals[key]["rules"] if one["id"] != input["ruleId"]])

    def _key(self, input: Json) -> tuple[str, str]:
        key = (self._owner(input["owner"]), input["name"])
        if key not in self._messages.signals:
            raise RailwayError("Signal not found")
        return key

    def _changed(self, key: tuple[str, str], **changes: t.Any) -> Json:
        flag = self._messages.signals[key]
        flag.update(changes, version=flag["version"] + 1, updatedAt=when(self._railway.world.now()))
        self._railway.world.changed()
        return flag
