# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a PostgreSQL database holds: rows and a fingerprint of each table, and one of its whole structure; equal where the same content lies.

Facts (the server's documentation): the hash of a record is made of those of its fields, and one of an enumeration or of an object's name depends on
numbers that another database gives anew, so these go as text; a sum does not depend on the order of the rows, nor forgets one that is there twice.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import observe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Looker, driver
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.migrations import TOOLS

# What text depends on, that nothing is hidden without a word, and what it may cost.
SETTINGS = {
    "search_path": "pg_catalog",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "row_security": "off",
    # Rows are hashed while a dump is written or read: compiling the question costs more than it spares, and more processes take the dump's.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
LARGE_OBJECTS = "large objects"
WATERMARK = ("saasops", "watermark")
# Types whose hash is made of the value alone.
_HASHED = (
    *("bool", "bytea", "char", "name", "int8", "int2", "int4", "text", "oid", "float4", "float8", "inet", "cidr", "macaddr", "macaddr8", "bpchar"),
    *("varchar", "date", "time", "timestamp", "timestamptz", "interval", "timetz", "numeric", "uuid", "jsonb"),
)
_OWN = """n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_{kind}'::regclass AND e.objid = {alias}.oid AND e.deptype = 'e')"""
_LISTED = ", ".join(f"'{name}'" for name in _HASHED)
_CLASS, _TYPE, _PROC = (_OWN.format(kind=kind, alias=alias) for kind, alias in (("class", "c"), ("type", "y"), ("proc", "p")))
_TABLES = f"""SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, n.nspname || '.' || c.relname AS plain, c.relname::text AS bare,
    (SELECT array_agg(quote_ident(rn.nspname) || '.' || quote_ident(r.relname) || E'\\n' || rn.nspname || '.' || r.relname || E'\\n' || r.relname)
        FROM pg_partition_ancestors(c.oid) o JOIN pg_class r ON r.oid = o.relid JOIN pg_namespace rn ON rn.oid = r.relnamespace) AS within,
    (SELECT array_agg(quote_ident(a.attname) || CASE WHEN (yn.nspname = 'pg_catalog' AND coalesce(el.typname, y.typname) IN ({_LISTED})
            AND (el.oid IS NULL OR y.typcategory = 'A')) AND coalesce(k.collisdeterministic, true) THEN '' WHEN a.attcollation <> 0
            THEN '::text COLLATE "C"' ELSE '::text' END ORDER BY a.attname)
        FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid JOIN pg_namespace yn ON yn.oid = y.typnamespace
        LEFT JOIN pg_type el ON el.oid = y.typelem AND y.typcategory = 'A' AND el.typnamespace = y.typnamespace
        LEFT JOIN pg_collation k ON k.oid = a.attcollation
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {_CLASS} ORDER BY n.nspname, c.relname"""
_NAMED = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
# One line for each thing that makes up the structure.
_STRUCTURE = f"""
    SELECT 'relation ' || {_NAMED} || ' ' || c.relkind::text || ' ' || c.relpersistence::text || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity
        || coalesce(' ' || pg_get_partkeydef(c.oid), '') || coalesce(' ' || pg_get_expr(c.relpartbound, c.oid), '')
        || CASE WHEN c.relkind IN ('v', 'm') THEN ' ' || pg_get_viewdef(c.oid) ELSE '' END AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND {_CLASS}
    UNION ALL SELECT 'column ' || {_NAMED} || '.' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
        || a.attidentity::text || a.attgenerated::text || coalesce(' ' || pg_get_expr(f.adbin, f.adrelid), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND {_CLASS}
    UNION ALL SELECT 'constraint ' || {_NAMED} || '.' || quote_ident(o.conname) || ' ' || pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE o.contype <> 'n' AND {_CLASS}
    UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_CLASS}
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal AND {_CLASS}
    UNION ALL SELECT 'policy ' || {_NAMED} || '.' || quote_ident(l.polname) || ' ' || l.polcmd::text || ' ' || l.polpermissive
        || coalesce(' ' || pg_get_expr(l.polqual, l.polrelid), '') || coalesce(' ' || pg_get_expr(l.polwithcheck, l.polrelid), '')
    FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_CLASS}
    UNION ALL SELECT 'sequence ' || {_NAMED} || ' ' || format_type(s.seqtypid, NULL) || ' '
        || concat_ws(' ', s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' AND {_CLASS}
    UNION ALL SELECT 'enum ' || format_type(y.oid, NULL) || ' ' || (SELECT string_agg(quote_literal(m.enumlabel), ',' ORDER BY m.enumsortorder)
        FROM pg_enum m WHERE m.enumtypid = y.oid)
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.typtype = 'e' AND {_TYPE}
    UNION ALL SELECT 'domain ' || format_type(y.oid, NULL) || ' ' || format_type(y.typbasetype, y.typtypmod) || ' ' || y.typnotnull
        || coalesce(' ' || y.typdefault, '') || coalesce((SELECT string_agg(' ' || pg_get_constraintdef(o.oid), '' ORDER BY o.conname)
        FROM pg_constraint o WHERE o.contypid = y.oid AND o.contype <> 'n'), '')
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.typtype = 'd' AND {_TYPE}
    UNION ALL SELECT 'routine ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ') '
        || p.prokind::text || p.provolatile::text || p.prosecdef || ' ' || coalesce(format_type(p.prorettype, NULL), '') || ' ' || p.prosrc
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_PROC}"""
_EXTENSIONS = "SELECT extname::text AS name, extversion::text AS version FROM pg_extension ORDER BY 1"
_ROLES = """SELECT DISTINCT r.rolname::text AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid WHERE d.refclassid = 'pg_authid'::regclass
    AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1"""
_LEFT_OUT = f"""SELECT (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))::int
    AS settings, (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' AND {_CLASS})::int AS abroad,
    (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND {_CLASS})::int AS made"""


class Table(t.NamedTuple):
    """``name``: as SQL writes it, with its schema. ``called``: all names that a person may give it, those of the table whose partition it is among them."""

    name: str
    called: frozenset[str]
    columns: tuple[str, ...]


def settle(looker: Looker) -> int:
    """Make what is asked from now on the same everywhere; the server's version as a number."""
    for name, value in SETTINGS.items():
        looker.connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    return int(looker.ask("SELECT current_setting('server_version_num')::int AS version")[0]["version"])


def tables(looker: Looker) -> list[Table]:
    """Those that hold rows and whose rows a dump holds. Of one that is divided, each division."""
    return [
        Table(
            row["name"],
            frozenset({row["name"], row["plain"], row["bare"], *(name for one in row["within"] or () for name in one.split("\n"))}),
            tuple(row["columns"] or ()),
        )
        for row in looker.ask(_TABLES)
    ]


def words(name: str) -> list[str]:
    """The parts of a name as SQL writes it, in their quotes."""
    found, within = [""], False
    for letter in name:
        within ^= letter == '"'
        if letter == "." and not within:
            found.append("")
        else:
            found[-1] += letter
    return found


def chosen(every: t.Sequence[Table], names: t.Sequence[str], what: str) -> list[Table]:
    """The tables of these names. One that there is not, and a bare name that several schemas have, are refused."""
    found: list[Table] = []
    for name in names:
        meant = [table for table in every if name in table.called]
        if not meant:
            hint = f"The tables are: {redaction.plain(', '.join(table.name for table in every) or 'none', 400)}"
            raise Failure("invalid", f"{what}: there is no table {redaction.plain(name, 120)}", hint, VENDOR, code="table")
        if "." not in name and len({table.name.rpartition(".")[0] for table in meant}) > 1:
            hint = f"Say which: {redaction.plain(', '.join(table.name for table in meant), 400)}"
            raise Failure("invalid", f"{what}: several schemas have a table {redaction.plain(name, 120)}", hint, VENDOR, code="table")
        found += [table for table in meant if table not in found]
    return found


def content(looker: Looker, version: int, of: t.Sequence[Table], hashes: bool, large: bool) -> tuple[dict[str, int], dict[str, str], list[str]]:
    """(rows of each table, their fingerprints, what could not be told). ``large``: large objects are counted as one more."""
    counts: dict[str, int] = {}
    made: dict[str, str] = {}
    notes: list[str] = []
    for table in of:
        asked = _summed(version, table) if hashes else ""
        try:
            found = looker.ask(asked or f"SELECT count(*)::int8 AS rows FROM ONLY {table.name}")[0]
        except Failure as failure:
            if failure.code != "slow":
                raise
            notes.append(f"{table.name} is not counted: it took longer than statement_timeout")
            continue
        counts[table.name] = int(found["rows"])
        if asked:
            made[table.name] = f"{found['how']}:{found['hash']}"
    count, fingerprint = _large_objects(looker, hashes and version >= 140000) if large else (0, "")
    if count:
        counts[LARGE_OBJECTS] = count
    if fingerprint:
        made[LARGE_OBJECTS] = fingerprint
    return counts, made, notes


def _summed(version: int, table: Table) -> str:
    """The question for the rows of a table and the sum of their hashes; "" where no row can be hashed."""
    if not table.columns or version < 110000:
        return ""
    # Names were quoted by the server.
    record = f"ROW({', '.join(table.columns)})"
    how, hashed = ("record", f"hash_record_extended({record}, 0)") if version >= 140000 else ("text", f"hashtextextended({record}::text, 0)")
    return f"SELECT count(*)::int8 AS rows, '{how}' AS how, coalesce(sum({hashed}), 0)::text AS hash FROM ONLY {table.name}"


def _large_objects(looker: Looker, hashes: bool) -> tuple[int, str]:
    count = int(looker.ask("SELECT count(*)::int8 AS rows FROM pg_largeobject_metadata")[0]["rows"])
    if not count or not hashes:
        return count, ""
    try:
        asked = "SELECT sum(hash_record_extended(ROW(oid, lo_get(oid)), 0))::text AS hash FROM pg_largeobject_metadata"
        return count, f"record:{looker.ask(asked)[0]['hash']}"
    except Failure:
        # One that is very large, or another role's.
        return count, ""


def structure(looker: Looker) -> str:
    """The fingerprint of columns, types, constraints, indexes and what else a database is made of."""
    made = hashlib.sha256()
    for line in sorted(str(row["line"]) for row in looker.ask(_STRUCTURE)):
        made.update(line.encode() + b"\n")
    return made.hexdigest()


def versions(looker: Looker, component: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Of the server, of its extensions, and the latest migration of the tool that the component names, or of any that has been here."""
    found = {"postgresql": str(looker.ask("SELECT current_setting('server_version') AS name")[0]["name"]).split()[0]}
    found |= {f"extension {redaction.plain(row['name'], 80)}": redaction.plain(row["version"], 40) for row in looker.ask(_EXTENSIONS)}
    declared, tool = component.get("component_migrations") or {}, TOOLS.get(str((component.get("component_migrate") or {}).get("tool")))
    table, column = (declared.get("table"), declared.get("column")) if declared.get("table") or not tool else (tool.table, tool.column)
    applied = observe.migrations(looker, table, column)
    if not isinstance(applied, Failure):
        found |= {f"migrations {row['table']}": redaction.plain(row["latest"] or "none", 200) for row in applied}
    return found


def left_out(looker: Looker) -> list[str]:
    """What a dump of one database does not hold, in words."""
    notes = []
    roles = [redaction.plain(row["name"], 80) for row in looker.ask(_ROLES)]
    if roles:
        notes.append(f"roles and their passwords are not in it; its objects belong or are granted to: {', '.join(roles)}")
    found = looker.ask(_LEFT_OUT)[0]
    told = {
        "settings": "settings of the database (ALTER DATABASE ... SET) are not in it: {}",
        "abroad": "rows of foreign tables are not in it: {}",
        "made": "materialized views are made anew from their tables when it is restored: {}",
    }
    return notes + [words.format(found[name]) for name, words in told.items() if found[name]]


def watermark(looker: Looker) -> dict[str, t.Any] | None:
    """The row that a backup has written; None when there is none."""
    sql = driver().sql
    if not looker.ask("SELECT to_regclass('saasops.watermark') IS NOT NULL AS there")[0]["there"]:
        return None
    found = looker.ask(sql.SQL("SELECT extract(epoch FROM at)::float8 AS at, value FROM {}").format(sql.Identifier(*WATERMARK)))
    return {"at": float(found[0]["at"]), "value": redaction.plain(found[0]["value"], 100)} if found else None
