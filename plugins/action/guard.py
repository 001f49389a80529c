# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The first task of every playbook: nothing changes before it has passed. Its result, registered as ``saasops_run``, is the run."""

from __future__ import annotations

import getpass
import os
import socket
import typing as t
import uuid

from ansible import context
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse

# Imported here, in Ansible's main process, so that the workers inherit what they all need.
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, interruption, maintenance_runs, taken_leases, variables
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, render


class ActionModule(ActionBase):  # type: ignore[misc]
    _supports_check_mode = True
    _VALID_ARGS = frozenset({"verb", "ledger", "lease", "purpose", "also", "bare"})

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        verb = self._task.args["verb"]
        self._run: dict[str, t.Any] = {"id": uuid.uuid4().hex[:8], "verb": verb, "system": "", "banner": "", "environment": ""}
        try:
            facts = self._pass(verb, task_vars)
        except Failure as failure:
            screen = Screen(
                self._run["banner"] or "NO ENVIRONMENT",
                self._run["system"],
                "REFUSED - nothing was changed",
                self._run["id"],
                lines=[failure.message],
                next_steps=[failure.hint],
            )
            self._display.display("\n" + render(screen))
            return {**result, "failed": True, "msg": str(failure), "failure": failure.as_dict()}
        finally:
            clock.close()
        return {**result, **facts, "changed": False}

    def _pass(self, verb: str, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        clock.announce(None, 1)
        hostvars = task_vars["hostvars"]
        bare = boolean(self._task.args.get("bare", False))
        chosen = [task_vars["inventory_hostname"]] if bare else self._chosen(task_vars)
        first = hostvars[chosen[0]]
        raw = context.CLIARGS.get("extra_vars", ())
        extra = load_extra_vars(self._loader)
        whole = guard.check_extra_variables(raw, extra, verb)
        given = {name: first[name] for name in guard.options_of(verb) if name in first}
        values = guard.check_values(verb, {**given, **whole})
        if bare:
            self._name(first, *guard.check_names(verb, values))
        if clock.is_virtual() and int(task_vars.get("ansible_forks") or 5) < len(chosen):
            raise refuse(f"virtual time needs as many forks as components ({len(chosen)})", f"Add --forks {len(chosen)}", "forks")
        self._run.update(
            purpose=str(self._task.args.get("purpose", "change")) if boolean(self._task.args.get("lease", True)) else "",
            also={},
            started_at=clock.now(),
            asked_by=str(extra.get("awx_user_name") or f"{getpass.getuser()}@{socket.gethostname()}"),
            reason=str(values.get(f"{verb}_reason") or ""),
            values=values,
            check_mode=bool(self._task.check_mode),
            holder=holders.describe(os.getppid()),
            generation=0,
            saga=None,
            ledger=False,
            cautions=[],
            maintenances=[],
        )
        url = first.get("saasops_ledger_url")
        self._open_ledger(url, chosen)
        interruption.mark(os.getppid(), self._run, url)
        return self._run

    def _purposes(self) -> list[str]:
        """Of the leases that the run holds, the first of them its own."""
        return [self._run["purpose"], *(self._task.args.get("also") or [])]

    def _chosen(self, task_vars: dict[str, t.Any]) -> list[str]:
        """The components that --limit leaves, of an inventory in which all is well."""
        hostvars = task_vars["hostvars"]
        components = list(task_vars["groups"].get("components", []))
        chosen = [name for name in components if name in task_vars["ansible_play_hosts_all"]]
        self._introduce(_own(hostvars[name]) for name in components)
        system, environment = guard.check_components(components, chosen, lambda name: _own(hostvars[name]))
        self._name(hostvars[chosen[0]], system, environment)
        return chosen

    def _name(self, facts: t.Any, system: str, environment: str) -> None:
        self._run.update(system=system, environment=f"{system}/{environment}", banner=str(facts.get("saasops_banner") or environment.upper()))

    def _introduce(self, every: t.Iterable[dict[str, t.Any]]) -> None:
        """Name the environment as far as it is told, so that a refusal of the inventory begins with it, too."""
        facts = next((facts for facts in every if facts.get("saasops_environment")), {})
        self._run.update(
            system=str(facts.get("saasops_system", "")), banner=str(facts.get("saasops_banner") or str(facts.get("saasops_environment", "")).upper())
        )

    def _open_ledger(self, url: str | None, chosen: list[str]) -> None:
        """Take the lease, unless the verb only looks. Without a ledger, say so, unless the verb cannot do without one."""
        run = self._run
        try:
            ledger = store.Store(url or store.default_url(run["environment"]), run["environment"], create=not self._task.check_mode)
            if not run["purpose"]:
                if not self._task.check_mode:
                    ledger.prepare()
            elif self._task.check_mode:
                run["cautions"] += taken_leases.at_work(ledger, self._purposes())
            else:
                ledger.prepare()
                taken = taken_leases.take(ledger, run, self._purposes())
                run.update(generation=taken["generation"], also=taken["also"])
                run["cautions"] += taken["cautions"]
            run["ledger"] = True
            run["shared_lease"] = ledger.shared
            run["maintenances"] = maintenance_runs.seen(ledger, chosen)
            # The verb that is about it tells of its own components by itself.
            run["cautions"] += [one["caution"] for one in run["maintenances"] if run["verb"] != maintenance_runs.VERB or not one["here"]]
        except Failure as failure:
            if failure.code != "ledger" or self._task.args.get("ledger") == "required":
                raise
            if run["purpose"] and not self._task.check_mode:
                run["cautions"].append(f"no ledger: {failure.message}; nobody else is kept out, and proved releases are not known")
            elif not run["purpose"] and failure.kind != "not_found":
                run["cautions"].append(f"no ledger: {failure.message}; nothing is remembered, and nothing can be compared with what was")


def _own(host_variables: t.Any) -> dict[str, t.Any]:
    """A host's variables that carry one of our prefixes, resolved. What a verb before this one has registered is none of the inventory's."""
    own = {name: host_variables[name] for name in host_variables if variables.is_ours(name)}
    return {name: value for name, value in own.items() if not _registered(value)}


def _registered(value: t.Any) -> bool:
    return isinstance(value, dict) and {"changed", "failed"} <= set(value)
