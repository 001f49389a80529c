# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""From the names that people write to the ids that Railway wants: project, environment, service.

A project token *is* one environment of one project: it fills in what was not given, and refuses what disagrees. Names are not
unique at Railway, so two of one name are an error that asks for the id.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, read

PAGE = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Scope:
    """One service in one environment of one project: ids, and the names that people read. Without a service, the whole environment."""

    project_id: str
    environment_id: str
    service_id: str
    project: str
    environment: str
    service: str
    # The plan that the project is on; empty when nothing that was read says it.
    plan: str = ""

    def __str__(self) -> str:
        where = f"{self.project}/{self.environment}"
        return f"{self.service} (Railway, {where})" if self.service_id else f"{where} (Railway)"

    @property
    def link(self) -> str:
        # The project's page: short enough to be copied from a screen of 80 columns.
        return f"https://railway.com/project/{self.project_id}"


@dataclasses.dataclass(frozen=True)
class Environment:
    """One environment of one project: ids, and the names that people read."""

    project_id: str
    environment_id: str
    project: str
    environment: str
    plan: str = ""


def is_id(text: str) -> bool:
    return bool(_UUID.fullmatch(text))


def resolve(client: Client, project: str | None, environment: str | None, service: str, has_project_token: bool) -> Scope:
    """Ids and names of what was given.

    Requests: one with a project token; with another token none when all three are ids, one when the project is an id, else two; and
    one more for every further hundred of a list.
    """
    if not service:
        raise Failure("invalid", "no service was given", "Name it: service (inventory: railway_service)", VENDOR)
    if has_project_token:
        return _by_project_token(client, project, environment, service)
    project, environment = _given(project, environment)
    if is_id(project) and is_id(environment) and is_id(service):
        return Scope(project, environment, service, project, environment, service)
    return _service_in(client, project, environment, service)


def seen(client: Client, project: str | None, environment: str | None, service: str, has_project_token: bool) -> Scope:
    """The same, and never without having asked: the token sees what was given, or a failure tells what it does not see."""
    if has_project_token:
        return _by_project_token(client, project, environment, service)
    return _service_in(client, *_given(project, environment), service)


def _service_in(client: Client, project: str, environment: str, service: str) -> Scope:
    place, services = _in_project(client, project_id(client, project), environment)
    service_id, service_name = pick(service, services.items(), "service", f"project {place.project}")
    return Scope(place.project_id, place.environment_id, service_id, place.project, place.environment, service_name, place.plan)


def environment(client: Client, project: str, environment: str) -> Environment:
    """Ids and names of what was given, as a token that is no project token sees them. One request when the project is an id, else two."""
    return _in_project(client, project_id(client, project), environment)[0]


def resolve_environment(client: Client, project: str | None, name: str | None, has_project_token: bool) -> Scope:
    """A whole environment, of either kind of token. Requests: as for ``resolve``."""
    if has_project_token:
        place = environment_of_token(client, project, name)
    else:
        project, name = _given(project, name)
        ids = is_id(project) and is_id(name)
        place = Environment(project, name, project, name) if ids else environment(client, project, name)
    return Scope(place.project_id, place.environment_id, "", place.project, place.environment, "")


def _given(project: str | None, environment: str | None) -> tuple[str, str]:
    """Both, of a token that does not tell them."""
    for option, value in (("project", project), ("environment", environment)):
        if not value:
            raise Failure("invalid", f"no {option} was given, and only a project token could tell it", f"Give {option} (inventory: railway_{option})", VENDOR)
    return str(project), str(environment)


def project_id(client: Client, project: str) -> str:
    """No request when it is an id already."""
    if is_id(project):
        return project
    return pick(project, projects(client), "project", "what this token can see")[0]


def projects(client: Client) -> list[tuple[str, str]]:
    """(id, name) of every project that the token can see. One request for each hundred."""
    found = paging.pages(lambda after: nodes(read(client, op.PROJECTS, first=PAGE, after=after).get("projects"), op.PROJECTS), "projects")
    return [(redaction.plain(identity, 100), redaction.plain(name, 100)) for identity, name in named(_alive(found), op.PROJECTS)]


def _alive(listed: t.Iterable[dict[str, t.Any]]) -> t.Iterator[dict[str, t.Any]]:
    return (node for node in listed if not node.get("deletedAt"))


def environment_of_token(client: Client, project: str | None, environment: str | None) -> Environment:
    """What a project token is; a refusal where something else was named. One request."""
    return _of_token(client, project, environment)[0]


def _of_token(client: Client, project: str | None, environment: str | None) -> tuple[Environment, t.Any]:
    """(the environment, the first page of its services)."""
    said: t.Any = read(client, op.PROJECT_TOKEN, first=PAGE).get("projectToken")
    try:
        project_id, project_name = _identity(said["project"])
        environment_id, environment_name = _identity(said["environment"])
        services = said["environment"]["serviceInstances"]
    except UNREADABLE as error:
        raise malformed(op.PROJECT_TOKEN, "does not say where the token belongs") from error
    for option, given, known in (("project", project, (project_id, project_name)), ("environment", environment, (environment_id, environment_name))):
        if given and given not in known:
            raise refuse(
                f"the Railway token belongs to {option} {known[1]}, and {option} {given} was asked for",
                f"Use the token of {given}, or name {known[1]}",
                code="environment",
            )
    return Environment(project_id, environment_id, project_name, environment_name, _plan(said["project"])), services


def _by_project_token(client: Client, project: str | None, environment: str | None, service: str) -> Scope:
    place, services = _of_token(client, project, environment)
    listed, after = nodes(services, op.PROJECT_TOKEN)
    if after is not None and not _known(service, listed):
        listed += _more_services(client, place.project_id, place.environment_id, after)
    where = f"environment {place.environment} of {place.project}"
    service_id, service_name = pick(service, named(listed, op.PROJECT_TOKEN, "serviceId", "serviceName"), "service", where)
    return Scope(place.project_id, place.environment_id, service_id, place.project, place.environment, service_name, place.plan)


def _plan(project: t.Any) -> str:
    return redaction.plain(inner(project, "subscriptionType") or "", 40)


def _identity(node: t.Any) -> tuple[str, str]:
    return redaction.plain(node["id"], 100), redaction.plain(node["name"], 100)


def _known(service: str, listed: t.Iterable[dict[str, t.Any]]) -> bool:
    return any(service in (node.get("serviceId"), node.get("serviceName")) for node in listed)


def _more_services(client: Client, project_id: str, environment_id: str, after: str) -> list[dict[str, t.Any]]:
    def fetch(cursor: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        data = read(client, op.SERVICES, environmentId=environment_id, projectId=project_id, first=PAGE, after=cursor or after)
        return nodes(inner(data.get("environment"), "serviceInstances"), op.SERVICES)

    return list(paging.pages(fetch, "services"))


def _in_project(client: Client, project_id: str, environment: str) -> tuple[Environment, dict[str, str]]:
    """(the environment, the names of the project's services by their ids)."""
    names: list[str] = []
    plans: list[str] = []

    def fetch(cursor: tuple[str | None, str | None] | None) -> tuple[list[tuple[str, dict[str, t.Any]]], tuple[str | None, str | None] | None]:
        environments_after, services_after = cursor or (None, None)
        data = read(client, op.PROJECT, id=project_id, first=PAGE, afterEnvironment=environments_after, afterService=services_after)
        found = data.get("project")
        names.append(redaction.plain(inner(found, "name") or project_id, 100))
        plans.append(_plan(found))
        environments, next_environments = nodes(inner(found, "environments"), op.PROJECT)
        services, next_services = nodes(inner(found, "services"), op.PROJECT)
        items = [("environment", node) for node in environments] + [("service", node) for node in services]
        if next_environments is None and next_services is None:
            return items, None
        return items, (next_environments or environments_after, next_services or services_after)

    # A list that has ended may repeat its last page while the other goes on; ids are counted once.
    listed: dict[str, dict[str, str]] = {"environment": {}, "service": {}}
    for kind, node in paging.pages(fetch, "environments and services"):
        if not node.get("deletedAt"):
            listed[kind].update(named([node], op.PROJECT))
    environment_id, environment_name = pick(environment, listed["environment"].items(), "environment", f"project {names[0]}")
    return Environment(project_id, environment_id, names[0], environment_name, plans[0]), listed["service"]


def pick(wanted: str, known: t.Iterable[tuple[str, str]], what: str, where: str) -> tuple[str, str]:
    """(id, name) of the one that ``wanted`` names, by id or exact name."""
    listed = [(redaction.plain(identity, 100), redaction.plain(name, 100)) for identity, name in known]
    matches = [pair for pair in listed if wanted in pair]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(identity for identity, _name in matches)
        raise Failure("invalid", f"{len(matches)} {what}s of {where} are called {wanted}", f"Name it by its id, one of {ids}", VENDOR)
    names = sorted({name for _identity, name in listed})
    # Case is the commonest slip, so it must not spoil the comparison.
    lowered = {name.lower(): name for name in names}
    close = [lowered[name] for name in difflib.get_close_matches(wanted.lower(), lowered, n=3, cutoff=0.5)]
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(names[:10])}" if names else "The token may see too little"
    raise Failure("not_found", f"there is no {what} {wanted} in {where}", hint, VENDOR, code=what)


def inner(node: t.Any, name: str) -> t.Any:
    """A field of what may be no object at all; None then."""
    return node.get(name) if isinstance(node, dict) else None


def named(listed: t.Iterable[dict[str, t.Any]], operation: Operation, identity: str = "id", name: str = "name") -> list[tuple[str, str]]:
    """(id, name) of each node."""
    pairs = [(node.get(identity), node.get(name)) for node in listed]
    if not all(isinstance(text, str) for pair in pairs for text in pair):
        raise malformed(operation, "holds something without id or name")
    return t.cast("list[tuple[str, str]]", pairs)


def nodes(connection: t.Any, operation: Operation) -> tuple[list[dict[str, t.Any]], str | None]:
    """(nodes, cursor of the next page or None) of a Relay connection."""
    try:
        found = [dict(edge["node"]) for edge in connection["edges"]]
        page = connection["pageInfo"]
        return found, str(page["endCursor"]) if page["hasNextPage"] and page.get("endCursor") else None
    except UNREADABLE as error:
        raise malformed(operation, "is not the documented list") from error


def malformed(operation: Operation, what: str) -> Failure:
    return Failure("protocol", f"the answer {what}", "Check api_url; if it is right, look for a newer version of this collection", VENDOR, operation.name)
