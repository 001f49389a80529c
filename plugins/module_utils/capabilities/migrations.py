# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module database_migration does: what is pending, a backup that is proved, the application's own command, and what came of it.

How far it has come stands in the ledger (a saga of its own), so that a rerun after a kill goes on, and the backup that shows the database as it
was is kept. Maintenance, where it is wanted, is what the playbook puts around it.
"""

from __future__ import annotations

import datetime
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, programs, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import connection, dumps, migrations

VENDOR = "database"
BACKUP, RUN = (Operation(name, changes=True) for name in ("backup", "migrate"))
RESTORE = Operation("restore", changes=True, destroys=True)
SETTINGS = {"argv", "backup_folder", "dsn_variable", "exit_codes", "files", "maintenance", "pass_environment", "programs", "timeout", "tool"}
BASE = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "USER")


class Plan(t.NamedTuple):
    """What the inventory declares, checked. ``maintenance``: whether it is only to be done in maintenance."""

    name: str
    folder: str
    tool: migrations.Tool
    files: str
    argv: list[str]
    backup_folder: str
    dsn_variable: str
    exit_codes: list[int]
    pass_environment: list[str]
    timeout: float
    programs: str
    maintenance: bool


def declared(component: t.Mapping[str, t.Any]) -> Plan | None:
    """The component's migrations; None when it declares none."""
    name, given = str(component.get("name") or ""), component.get("component_migrate")
    if not given:
        return None

    def wrong(what: str, hint: str) -> Failure:
        return Failure("invalid", f"{name}: component_migrate {what}", hint, code="component_migrate")

    if not isinstance(given, dict):
        raise wrong("is no mapping", "Give tool, argv and backup_folder")
    for strange in sorted(set(given) - SETTINGS):
        raise wrong(f"says {strange}", f"It may say {', '.join(sorted(SETTINGS))}")
    for needed in ("tool", "argv", "backup_folder"):
        if not given.get(needed):
            raise wrong(f"does not say {needed}", "Give tool, argv and backup_folder")
    if given["tool"] not in migrations.TOOLS:
        raise wrong(f"names the tool {given['tool']!r}", f"Give one of: {', '.join(migrations.TOOLS)}")
    if not isinstance(given.get("maintenance", False), bool):
        hint = "Write maintenance: true, and say how in component_maintenance, such as {how: command, on: [...], off: [...]}: docs/maintenance.md"
        raise wrong(f"has maintenance {redaction.plain(given['maintenance'], 80)}", hint)
    command = given["argv"]
    if not isinstance(command, list) or not command or not all(isinstance(word, (str, int)) and str(word) for word in command):
        raise wrong(f"has argv {command!r}", "Give a list: the program and its arguments, each as a word of its own")
    folder = os.path.expanduser(str(component.get("component_folder") or "."))
    backups = os.path.expanduser(str(given["backup_folder"]))
    if not os.path.isabs(backups):
        raise wrong(f"has the backup_folder {backups}", "Give an absolute path: it must be found again from anywhere")
    tool = migrations.TOOLS[given["tool"]]
    return Plan(
        name,
        folder,
        tool,
        os.path.join(folder, str(given.get("files") or tool.files)),
        [str(word) for word in given["argv"]],
        backups,
        str(given.get("dsn_variable") or "DATABASE_URL"),
        [int(code) for code in given.get("exit_codes") or [0]],
        [str(word) for word in given.get("pass_environment") or []],
        durations.seconds(given.get("timeout") or "10m", "timeout"),
        os.path.expanduser(str(given.get("programs") or "")),
        bool(given.get("maintenance")),
    )


class Migration:
    """One database and its migrations. ``begun``: how far an earlier run has come, as the ledger knows it."""

    def __init__(self, task: Task, plan: Plan, dsn: str) -> None:
        self.task, self.plan, self.dsn = task, plan, dsn
        self.address = connection.read_address(dsn, task.params["sslmode"], task.params["request_timeout"])
        self.store = runs.join(task, plan.name)
        self.saga: str | None = None
        self.begun: dict[str, t.Any] = {}
        self.output: list[str] = []
        if self.store:
            from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas

            found = sagas.open_one(self.store, self._verb)
            self.saga, self.begun = (found["id"], dict(found["data"])) if found else (None, {})

    @property
    def _verb(self) -> str:
        return f"db_migrate {self.plan.name}"

    def status(self) -> migrations.Status:
        names = migrations.present(self.plan.tool, self.plan.files)
        with connection.looking(self.address, 10.0, 5.0) as looker:
            return migrations.status(looker, self.plan.tool, names)

    def note(self, **facts: t.Any) -> None:
        """Written down before anything follows from it. A plan notes nothing."""
        self.begun.update(facts)
        if self.store and not self.task.check_mode:
            from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas

            run = self.task.params["run"]["id"]
            if self.saga is None:
                self.saga = sagas.begin(self.store, self._verb, run, [], self.begun)
            sagas.amend(self.store, self.saga, self.begun)

    def end(self, outcome: str) -> None:
        if self.store and self.saga and not self.task.check_mode:
            from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas

            sagas.end(self.store, self.saga, self.task.params["run"]["id"], outcome)
        self.saga, self.begun = None, {}

    # -- the steps
    def backup(self) -> str:
        kept = str(self.begun.get("backup") or "")
        if self.begun.get("started") and os.path.isfile(kept):
            # The command has begun since: only this one shows the database as it was.
            return kept
        moment = datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        run = (self.task.params["run"] or {}).get("id") or "by-hand"
        where = re.sub(r"[^\w.-]", "-", str((self.task.params["run"] or {}).get("environment") or "database"))
        of = f"{where}-{self.plan.name}"
        file = os.path.join(self.plan.backup_folder, f"{of}-{moment}-{run}.dump")
        self._change(BACKUP, "backup", lambda: dumps.dump(self._programs(), self.address, file, of))
        self.note(backup=file)
        return file

    def migrate(self) -> None:
        self.note(started=True)
        self._change(RUN, self.plan.argv, lambda: self._command(self.plan.argv, self.plan.exit_codes))

    def restore(self, file: str) -> None:
        def back() -> None:
            with connection.looking(self.address, 10.0, 5.0) as looker:
                dumps.restore(self._programs(), self.address, looker, file)

        self._change(RESTORE, file, back)

    def _change(self, operation: Operation, sends: t.Any, send: t.Callable[[], t.Any]) -> None:
        self.task.gate.change(VENDOR, operation, self.plan.name, sends, send)

    def _programs(self) -> dumps.Programs:
        return dumps.Programs(self.plan.programs, clock.Deadline(self.plan.timeout).left, self.task.gate.recorder.turn)

    def _command(self, command: list[str], exit_codes: list[int]) -> None:
        given = {name: os.environ[name] for name in (*BASE, *self.plan.pass_environment) if name in os.environ}
        given |= {self.plan.dsn_variable: self.dsn, "CI": "1", "NO_COLOR": "1"}
        ended = programs.run(command, self.plan.folder, given, lambda: self.plan.timeout, together=True, turn=self.task.gate.recorder.turn)
        self.output = programs.lines(ended.output, given)[-20:]
        shown = redaction.plain(redaction.scrub(" ".join(command)), 120)
        if ended.code is None:
            raise Failure("timeout", f"{shown} had not ended after {self.plan.timeout:g} s, and was stopped", "", VENDOR, code="command")
        if ended.code not in exit_codes:
            # Behind what went wrong a tool may say more, such as where to read about it.
            wrong = next((line for line in reversed(self.output) if re.search(r"[Ee]rror\)?:|ERROR:", line)), self.output[-1] if self.output else "")
            said = f": {wrong}" if wrong else ""
            raise Failure("failed", f"{shown} ended with {ended.code}{said}", "", VENDOR, code="command")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    component = dict(params["component"])
    plan = declared(component)
    if plan is None:
        return {"changed": False, "migration": {**_EMPTY, "component": component.get("name"), "supported": False}, "diff": {"before": {}, "after": {}}}
    _check_destroying(task)
    if not os.path.isdir(plan.folder):
        raise Failure("invalid", f"{plan.name}: there is no folder {plan.folder}", "Set component_folder: where the application is checked out")
    if not programs.there(plan.argv[0], plan.folder):
        raise Failure("invalid", f"{plan.name}: there is no program {redaction.plain(plan.argv[0], 200)}", "Install it for the user that runs this")
    dsn = addresses.resolve(task)
    if not dsn:
        raise Failure("invalid", f"{plan.name} has no component_dsn and no component_dsn_from", "Give one of them", code="dsn")
    work = Migration(task, plan, dsn)
    if params["state"] == "restored":
        return _restored(work)
    before = work.status()
    if before.clean:
        # An earlier run may have ended between the command and what follows it.
        resumed = bool(work.begun)
        result = _told(work, before, before, "already", str(work.begun.get("backup") or ""))
        work.end("done") if resumed else None
        return result
    if plan.maintenance and not params["in_maintenance"]:
        raise refuse(
            f"{plan.name} is to be migrated in maintenance, and no component of this run declares component_maintenance",
            "Declare it for one that can keep customers out (docs/maintenance.md), and name that one in --limit, too",
            "maintenance",
        )
    backup = work.backup()
    try:
        work.migrate()
        after = before if task.check_mode else work.status()
        if not task.check_mode and not after.clean:
            left = ", ".join([*after.failed, *after.pending][:3])
            raise Failure("failed", f"the command ended well, and {left} did not become applied", "", VENDOR, code="status")
    except Failure as failure:
        raise _undone(work, failure, backup) from failure
    result = _told(work, before, after, "migrated", backup)
    work.end("done")
    return result


def _check_destroying(task: Task) -> None:
    """A restore replaces what is in production: it needs to be meant."""
    params = task.params
    if not (params["restore"] or params["state"] == "restored"):
        return
    environment = str((params["run"] or {}).get("environment") or params["environment"] or "")
    if not environment or params["confirm"] not in (environment, environment.rpartition("/")[2]):
        raise refuse(
            "a restore loses what was written since the backup, and nobody has confirmed it",
            f"Say the environment: -e saasops_confirm={environment.rpartition('/')[2] or '<environment>'}",
            code="confirm",
        )
    task.gate.admit(VENDOR, RESTORE, str(params["component"].get("name")))


def _undone(work: Migration, failure: Failure, backup: str) -> Failure:
    """The failure of the migration, with what is true now. Restored where that was asked for."""
    if failure.code in ("fenced", "orphan"):
        return failure
    told = f"{work.plan.name}: {failure.message}"
    held = "Maintenance is still ON. " if work.plan.maintenance else ""
    back = "-e db_migrate_restore=true -e saasops_confirm=<environment> -e saasops_allow=destroy"
    by_hand = f"The state before it is in {backup}. Mend it and run the same command again, or go back: {back}"
    if not work.task.params["restore"]:
        return Failure("failed", told, f"{held}{by_hand}", VENDOR, failure.operation, code="migration", state={"backup": backup, "output": work.output})
    try:
        work.restore(backup)
    except Failure as second:
        return Failure(
            "unknown",
            f"{told}; and the way back failed: {second.message}",
            f"{held}restore by hand: pg_restore of {backup}",
            VENDOR,
            second.operation,
            code="restore",
        )
    work.end("restored")
    return Failure("failed", f"{told}; the database was restored from {backup}", "Mend the migration, then run the same command again", VENDOR, code="restored")


def _restored(work: Migration) -> dict[str, t.Any]:
    before = work.status()
    backup = str(work.task.params["backup"] or work.begun.get("backup") or "")
    if not os.path.isfile(backup):
        raise Failure("not_found", f"there is no backup {backup or 'known'}", "Give backup: the file that db_migrate has named", VENDOR, code="backup")
    work.restore(backup)
    after = before if work.task.check_mode else work.status()
    result = _told(work, before, after, "restored", backup)
    work.end("restored")
    return result


_EMPTY: dict[str, t.Any] = {"supported": True, "how": "none", "pending": [], "failed": [], "applied": 0, "backup": "", "maintenance": False, "output": []}


def _told(work: Migration, before: migrations.Status, after: migrations.Status, how: str, backup: str) -> dict[str, t.Any]:
    planned = work.task.check_mode
    migration = {
        "component": work.plan.name,
        "supported": True,
        "how": how,
        "pending": list(before.pending),
        "failed": list(before.failed),
        "applied": after.applied,
        # In a plan there is none yet.
        "backup": "" if planned and how == "migrated" else backup,
        "maintenance": work.plan.maintenance,
        "output": work.output,
    }
    left: t.Sequence[str] = () if planned and how == "migrated" else after.pending
    return {
        "changed": bool(work.task.gate.changes),
        "migration": migration,
        "diff": {"before": {"pending": list(before.pending)}, "after": {"pending": list(left)}},
    }
