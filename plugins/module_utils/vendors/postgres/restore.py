# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The way back of a PostgreSQL part: into a database of its own beside the one that is served, or in its place within one transaction.

A database that is made for it carries a comment that says so. Only such a one is ever made anew or dropped.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, piping, redaction, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source, Told, Where
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import archive, dumps, facts
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.backup import LOCK_TIMEOUT, address_of, programs, wishes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Address, driver, failure_of, looking

BESIDE = Operation("restore_beside", changes=True)
TABLES = Operation("restore_tables", changes=True, destroys=True)
IN_PLACE = Operation("restore_in_place", changes=True, destroys=True)
DROP = Operation("drop_restored", changes=True)
_MARK = "saasops: {state} from {part}, snapshot {snapshot}"
_BEGUN = "saasops: restoring from "
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_ALIKE = """SELECT datname::text AS name, pg_encoding_to_char(encoding)::text AS encoding, datcollate::text AS collate, datctype::text AS ctype,
    datlocprovider::text AS provider, {} AS locale FROM pg_database WHERE datname = current_database()"""
Row = t.Mapping[str, t.Any]


# -- where
def _name(address: Address, where: Where) -> str:
    """The database that the part is put into."""
    own = address.parameters.get("dbname") or address.parameters.get("user") or ""
    if where.mode == "in_place":
        return own
    name = where.name or f"{own}_restored"
    if not _NAME.fullmatch(name) or name in (own, "postgres", "template0", "template1"):
        hint = "Give another one, such as shop_restored: letters, digits, _ and -, at most 63"
        raise refuse(f"{redaction.plain(name, 80)!r} is no name for a database beside the one that is served", hint, code="name")
    return name


def _at(address: Address, name: str) -> Address:
    return address._replace(parameters={**address.parameters, "dbname": name})


def place(part: Row, where: Where) -> str:
    whose = where.component.get("name")
    return f"the database of {whose}" if where.mode == "in_place" else f"the database {where.name or '<its name>_restored'} beside that of {whose}"


def _marked(address: Address, name: str) -> str | None:
    """The comment of a database; None when there is none of this name."""
    with looking(address, 10.0, 5.0) as looker:
        asked = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS said FROM pg_database WHERE datname = %s"
        found = looker.ask(asked, (name,))
    return str(found[0]["said"]) if found else None


def _mark(part: Row, state: str, only: t.Sequence[str]) -> str:
    return _MARK.format(state=state, part=part["name"], snapshot=part.get("snapshot") or "") + (f", tables {', '.join(only)}" if only else "")


def _is_ours(said: str) -> bool:
    return said.startswith((_BEGUN, "saasops: restored from "))


# -- may it be put there
_MAY = """SELECT current_setting('server_version_num')::int / 10000 AS major, pg_is_in_recovery() AS standby, current_user::text AS role,
    (SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user) AS makes"""
_FOREIGN = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT pg_has_role(c.relowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e') ORDER BY 1"""


def admit(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> None:
    address, work = address_of(task, task.params["dsn"]), programs(task)
    name, only = _name(address, where), _meant(part, only)
    _check_programs(part, work, address, where)
    with looking(address, 10.0, 5.0) as looker:
        may = looker.ask(_MAY)[0]
        foreign = [row["name"] for row in looker.ask(_FOREIGN) if not only or row["name"] in only]
    made = _major(part, "postgresql")
    if may["major"] < made:
        said = f"the backup is of PostgreSQL {made}, and the server is PostgreSQL {may['major']}: an older one does not take what a newer one gives"
        hint = f"Name a component whose server is PostgreSQL {made}, or a newer one: -e restore_target=<component>"
        raise Failure("invalid", said, hint, VENDOR, code="version")
    if may["standby"]:
        raise Failure("invalid", "the server is a standby, which takes no changes", "Give the address of the primary", VENDOR, code="standby")
    role = redaction.plain(may["role"], 80)
    if where.mode != "in_place":
        if not may["makes"]:
            raise Failure("permission", f"the role {role} may not make databases", f"Let it: ALTER ROLE {role} CREATEDB", VENDOR, code="createdb")
        _check_free(address, name, _mark(part, "restored", only))
    elif foreign:
        hint = "Give the address of the role that owns them, or of one that belongs to it"
        raise Failure("permission", f"the role {role} does not own {_listed(foreign[:3])}, and cannot replace them", hint, VENDOR, code="owner")


def _check_programs(part: Row, work: dumps.Programs, address: Address, where: Where) -> None:
    if where.mode == "in_place":
        work.path("psql")
    major, said = work.version(address, "pg_restore")
    made = _major(part, "pg_dump")
    if major < made:
        hint = f"Install postgresql-client-{made}, and say where it is: backup_programs: /usr/lib/postgresql/{made}/bin"
        raise Failure("invalid", f"pg_restore is {said}, and the backup was made by pg_dump {made}: an older one cannot read it", hint, VENDOR, code="programs")


def _major(part: Row, tool: str) -> int:
    """Of what the backup was made with; 0 where it does not say."""
    first = str((part.get("tools") or {}).get(tool) or "").partition(".")[0]
    return int(first) if first.isdigit() else 0


def _check_free(address: Address, name: str, mark: str) -> bool:
    """Whether a database of that name is to be made, or made anew; false when it is there, restored from the same."""
    said = _marked(address, name)
    if said == mark:
        return False
    if said is not None and not said.startswith(_BEGUN):
        what = f"is {said.removeprefix('saasops: ')}" if _is_ours(said) else "was not made by a restore"
        hint = _by_hand("Give another name, or drop it by hand", name)
        raise refuse(f"the database {name} is there already, and {redaction.plain(what, 200)}", hint, code="name")
    return True


# -- put
def put(task: Task, part: Row, source: Source, where: Where, only: t.Sequence[str]) -> None:
    address = address_of(task, task.params["dsn"])
    name = _name(address, where)
    # By the names that the manifest has, whatever a person has called them.
    only = _meant(part, only)
    if where.mode == "in_place":
        operation = TABLES if only else IN_PLACE
        target = f"{place(part, where)}{f': {_listed(only)}' if only else ''}"
        body = {"part": part["name"], "snapshot": part.get("snapshot"), "only": only}
        task.gate.change(VENDOR, operation, target, body, lambda: _replace(task, part, source, address, only))
        return
    if not _check_free(address, name, _mark(part, "restored", only)):
        return
    body = {"part": part["name"], "snapshot": part.get("snapshot"), "only": only, "name": name}
    task.gate.change(VENDOR, BESIDE, place(part, where), body, lambda: _beside(task, part, source, where, address, name, only))


def _by_hand(words: str, name: str) -> str:
    return f'{words}: DROP DATABASE "{name}"'


def _meant(part: Row, only: t.Sequence[str]) -> list[str]:
    every = [facts.Table(name, frozenset({name, *_called(name)}), ()) for name in part["counts"] if name != facts.LARGE_OBJECTS]
    return [table.name for table in facts.chosen(every, only, f"the part {part['name']}")]


def _called(name: str) -> tuple[str, str]:
    """A name as SQL writes it, without its quotes, and without its schema."""
    words = facts.words(name)
    plain = [word[1:-1].replace('""', '"') if word.startswith('"') else word for word in words]
    return ".".join(plain), plain[-1]


def _listed(names: t.Sequence[str]) -> str:
    return redaction.plain(", ".join(names), 200)


def _beside(task: Task, part: Row, source: Source, where: Where, address: Address, name: str, only: t.Sequence[str]) -> None:
    work, target = programs(task), _at(address, name)
    _statements(address, _make_anew(address, name, part))
    with scratch.folder() as folder:
        entries, whole = archive.contents(work, address, source, folder)
        wanted = archive.without(archive.beside(entries, only, part["counts"]) if only else entries, (), ("public",))
        how = ["--exit-on-error", "--no-owner", "--no-subscriptions", *(["--no-privileges"] if where.mode == "disposable" else [])]
        command = [work.path("pg_restore"), *how, f"--use-list={_list(folder, wanted)}", "--no-password", f"--dbname={dumps.place(target)}"]
        with piping.feeding(work.start(target, *command)) as feed:
            dumps.pour(whole, feed)
        dumps.succeeded(feed.ended, "pg_restore", address)
    _statements(address, [_comment(name, _mark(part, "restored", only))])


def _make_anew(address: Address, name: str, part: Row) -> list[t.Any]:
    """An empty database like the served one in all that cannot be changed afterwards."""
    sql = driver().sql
    with looking(address, 10.0, 5.0) as looker:
        version = int(looker.ask("SELECT current_setting('server_version_num')::int AS version")[0]["version"])
        locale = "datlocale::text" if version >= 170000 else "daticulocale::text" if version >= 150000 else "NULL::text"
        asked = _ALIKE.format(locale) if version >= 150000 else _ALIKE.replace("datlocprovider::text", "'c'").format(locale)
        like = looker.ask(asked)[0]
    made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
        sql.Identifier(name), *(sql.Literal(like[key]) for key in ("encoding", "collate", "ctype"))
    )
    provider = {"i": " LOCALE_PROVIDER icu ICU_LOCALE {}", "b": " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}"}.get(like["provider"])
    if provider:
        made += sql.SQL(provider).format(sql.Literal(like["locale"]))
    return [sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)), made, _comment(name, _mark(part, "restoring", ()))]


def _comment(name: str, said: str) -> t.Any:
    sql = driver().sql
    return sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(said))


def _statements(address: Address, statements: t.Sequence[t.Any]) -> None:
    """What stands in no transaction, one after the other."""
    psycopg = driver()
    try:
        with psycopg.connect(**address.parameters, autocommit=True, prepare_threshold=None) as connection:
            for statement in statements:
                connection.execute(statement)
    except psycopg.Error as error:
        failure = failure_of(error)
        if str(getattr(error, "sqlstate", "") or "") == "42501":
            failure.kind, failure.hint = "permission", "Let the role make databases: ALTER ROLE ... CREATEDB"
        elif str(getattr(error, "sqlstate", "") or "") == "55006":
            failure.kind, failure.hint = "conflict", "Somebody uses it: end those sessions, then run the same command again"
        raise failure from None


def _list(folder: str, entries: t.Sequence[archive.Entry]) -> str:
    path = os.path.join(folder, "wanted")
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{entry.line}\n" for entry in entries))
    return path


def _replace(task: Task, part: Row, source: Source, address: Address, only: t.Sequence[str]) -> None:
    work = programs(task)
    with scratch.folder() as folder:
        entries, whole = archive.contents(work, address, source, folder)
        with looking(address, 60.0, 30.0) as looker:
            roles = {row["name"] for row in looker.ask("SELECT rolname::text AS name FROM pg_roles")}
            extensions = [row["name"] for row in looker.ask("SELECT extname::text AS name FROM pg_extension")]
            schemas = [row["name"] for row in looker.ask("SELECT nspname::text AS name FROM pg_namespace")]
            there = [table.name for table in facts.tables(looker) if table.name in only]
            # What is played says itself how its tables go. Their locks are asked for before, where waiting has an end.
            before = [f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE" for name in there] if only else dumps.everything(looker)
        wanted = archive.without(archive.tables(entries, only, part["counts"]) if only else entries, extensions, schemas)
        # Where the set comes from another server, its roles may not be here.
        foreign = {entry.owner for entry in wanted} - roles - {""}
        how = ["--clean", "--if-exists", "--no-subscriptions", f"--use-list={_list(folder, wanted)}", *(["--no-owner", "--no-privileges"] if foreign else [])]
        dumps.play(work, address, whole, before, how)


# -- look and drop
def look(task: Task, part: Row, where: Where, only: t.Sequence[str]) -> Told:
    address = address_of(task, task.params["dsn"])
    wanted = wishes(where.component)
    only = _meant(part, only)
    with looking(_at(address, _name(address, where)), wanted.statement_timeout, LOCK_TIMEOUT, at_one_moment=True) as looker:
        moment, version = clock.now(), facts.settle(looker)
        every = [table for table in facts.tables(looker) if not only or table.name in only]
        kept = [table for table in every if not table.called.intersection(wanted.excluded)]
        counts, made, notes = facts.content(looker, version, kept, bool(part["hashes"]), not only)
        tools = facts.versions(looker, where.component)
        return Told(moment, counts, made, "" if only else facts.structure(looker), facts.watermark(looker), tools, notes=[*facts.left_out(looker), *notes])


def drop(task: Task, part: Row, where: Where) -> None:
    address = address_of(task, task.params["dsn"])
    if where.mode == "in_place":
        raise refuse("what was restored in place is served, and is not dropped", "Restore the safety backup instead", code="in_place")
    name = _name(address, where)
    said = _marked(address, name)
    if said is None:
        return
    if not _is_ours(said):
        raise refuse(f"the database {name} was not made by a restore, so it is not dropped", _by_hand("Drop it by hand if you mean it", name), code="name")
    sql = driver().sql
    # Whoever uses one that was restored to be served is asked first, by the server's refusal.
    force = sql.SQL(" WITH (FORCE)") if where.mode == "disposable" or said.startswith(_BEGUN) else sql.SQL("")
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)) + force
    task.gate.change(VENDOR, DROP, place(part, where), name, lambda: _statements(address, [statement]))
