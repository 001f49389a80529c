# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What of an inventory may leave it for a rehearsal. A list of names says what gets in; a secret is never evaluated, so that it cannot."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

from jinja2 import Environment, TemplateSyntaxError, nodes

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, variables

Json = dict[str, t.Any]
# Of all that the collection knows, what says how things are called, what is too much, and when: names and thresholds.
NAMES = frozenset(
    {
        *("saasops_allow", "saasops_environment", "saasops_rules", "saasops_system"),
        *("component_commands", "component_conditions", "component_critical", "component_deploy_order", "component_dsn_from", "component_endpoints"),
        *("component_health", "component_journeys", "component_limits", "component_logs", "component_metrics", "component_monitors", "component_needs"),
        *("component_migrate", "component_parts", "component_remedies", "component_rules", "component_url", "component_vendor"),
        *("convex_deployment", "railway_environment", "railway_project", "railway_service", "redis_session_prefix", "sentry_organization"),
        *("shopify_shop", "stripe_mode", "vercel_project", "vercel_team"),
        *("notify_most_per_hour", "notify_quiet_hours", "notify_routes", "notify_window", "schedule_runs", "schedule_timezone"),
    }
)
# What a schedule runs, and with what.
_OF_THE_MACHINE = frozenset({"schedule_command", "schedule_environment_file", "schedule_variables"})
# By these a template reaches beyond the inventory.
_REACHING = frozenset({"lookup", "query", "q", "vars", "hostvars"})
_REACHING_FILTERS = frozenset({"unvault", "vault", "extract"})
_SECRET = re.compile(r"(^|_)(vault|token|secret|password|passphrase|key|dsn)(_|$)")
# Of a route, an entry of a list and the like: what is a secret whatever it is called around it.
_SECRET_KEYS = frozenset({"api_key", "headers", "password", "routing_key", "secret", "secret_env", "token", "username", "webhook_url"})


class Taken:
    """The variables of one component that may go, evaluated; and those that stay because evaluating them could tell a secret."""

    def __init__(self, raw: t.Mapping[str, t.Any], value: t.Callable[[str], t.Any], names: t.Collection[str]) -> None:
        self._raw = raw
        self.values: Json = {}
        self.kept_back: list[str] = []
        for name in sorted(set(raw) & set(names)):
            if self._reaches(raw[name], set()):
                self.kept_back.append(name)
            else:
                self.values[name] = _without_secrets(json.loads(json.dumps(value(name), default=str)))

    def _reaches(self, value: t.Any, seen: set[str]) -> bool:
        """Whether evaluating it would look something up, decrypt something, or touch a variable that is called like a secret."""
        if isinstance(value, t.Mapping):
            return any(self._reaches(one, seen) for key, one in value.items() if str(key) not in _SECRET_KEYS)
        if isinstance(value, (list, tuple)):
            return any(self._reaches(one, seen) for one in value)
        if _is_encrypted(value):
            return True
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return False
        try:
            tree = Environment().parse(value)
        except TemplateSyntaxError:
            return True
        if any(one.name.rpartition(".")[2] in _REACHING_FILTERS for one in tree.find_all(nodes.Filter)):
            return True
        for name in {one.name for one in tree.find_all(nodes.Name)} - seen:
            if name in _REACHING or _SECRET.search(name) or self._reaches(self._raw.get(name), {*seen, name}):
                return True
        return False


def _is_encrypted(value: t.Any) -> bool:
    return "Encrypted" in type(value).__name__ or "Vault" in type(value).__name__


def _without_secrets(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_secrets(one) for key, one in value.items() if key not in _SECRET_KEYS}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value


def verbs(playbooks: pathlib.Path) -> list[str]:
    return sorted(path.stem for path in playbooks.glob("*.yml"))


def role_of(playbook: pathlib.Path) -> str:
    """The verb that a playbook's guard names, whose variables it takes."""
    text = playbook.read_text(encoding="utf-8")
    found = re.search(r"^\s+verb: (\w+)$", text, re.MULTILINE)
    return found[1] if found else playbook.stem


def check_verb(verb: str, playbooks: pathlib.Path) -> str:
    """The verb whose variables the playbook takes."""
    known = [name for name in verbs(playbooks) if name != "rehearse"]
    if verb not in known:
        meant = variables.near(verb, known)
        said = f"there is no verb {verb!r}" if verb else "rehearse_verb says what to rehearse, and is not given"
        raise refuse(said, f"Did you mean {meant[0]}?" if meant else f"Give -e rehearse_verb= one of: {', '.join(known)}", "extra_variable")
    return role_of(playbooks / f"{verb}.yml")


def names() -> frozenset[str]:
    """What may be taken: names and thresholds, and the variables of verbs. How a schedule is installed is the operator's own machine's matter."""
    options = {name for verb in guard.verbs() for name, option in guard.options_of(verb).items() if not option.get("no_log")}
    return NAMES | {name for name in options if not _SECRET.search(name) and not name.startswith(("rehearse_", "schedule_"))}


def check_extra(raw: t.Sequence[str], parsed: t.Mapping[str, t.Any], role: str) -> Json:
    """The extra variables of the verb, as they are passed on; what is no variable of it is refused, as the verb itself would."""
    ours = {name for name in parsed if name.startswith("rehearse_")}
    known = guard.options_of("rehearse")
    for name in sorted(ours - set(known)):
        meant = variables.near(name, known)
        raise refuse(f"there is no variable {name}", f"Did you mean {meant[0]}?" if meant else f"Give: {', '.join(known)}", "extra_variable")
    theirs = {name: value for name, value in parsed.items() if name not in ours and not name.startswith(guard.FOREIGN)}
    whole = guard.check_extra_variables([text for text in raw if not text.startswith("rehearse_")], theirs, role) if role in guard.verbs() else {}
    options = guard.options_of(role) if role in guard.verbs() else {}
    given = {**{name: value for name, value in theirs.items() if name != "_raw_params"}, **whole}
    for name, value in given.items():
        if name not in names() and not (name in options and not _SECRET.search(name) and name not in _OF_THE_MACHINE):
            raise refuse(f"{name} is nothing for a rehearsal", "Leave it out: addresses and tokens are those of the simulated world", "extra_variable")
        if "{{" in json.dumps(value, default=str):
            raise refuse(f"{name} is a template", "Write what it means: a rehearsal evaluates nothing that is given", "extra_variable")
    return t.cast("Json", json.loads(json.dumps(given, default=str)))
