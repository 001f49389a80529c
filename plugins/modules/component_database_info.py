#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_database_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_database_info
short_description: Look how a component's database is, and whether its data keep the declared rules
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Of PostgreSQL (C(component_vendor) C(postgres) or C(supabase)) the connections against C(max_connections), transactions, queries and locks that
    last too long, slow statements, size and growth, indexes that nobody uses and that are missing, dead rows, bloat, replication, migrations
    and the age of transactions.
  - Of Redis (C(redis)) memory, evictions, rejected connections, persistence, clients and replication.
  - Of MongoDB (C(mongodb) or C(atlas)) the same as of PostgreSQL, as far as it has it, with a replica set's members.
  - Of PostgreSQL and Convex (C(convex)) whether the data keep O(rules).
  - Never fails because a database is unwell. Look at RV(verdict).
notes:
  - PostgreSQL is asked within one read-only transaction, in which every question has its time. A rule that tries to write is V(error).
  - Texts of queries are shown without their values, and keys of rows only where a machine has made them, as numbers, UUIDs and the like; others are masked.
  - The role of the address needs the rights of C(pg_monitor) to see the sessions of others, and SELECT on the tables of the rules.
  - Dead rows and bloat rest on the server's statistics, and bloat is an estimate.
  - Redis is asked PING, INFO and CONFIG GET. No key is read.
  - MongoDB is asked for its state, and of documents for those of its profiler. Its user needs the roles C(clusterMonitor), and C(read) on the database.
  - Convex has no joins. A rule walks through all rows of its tables, a thousand with each request.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.run
  - saasops.runbooks.database
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  deploy_key:
    description:
      - Deploy key of a Convex deployment.
      - When not set, taken from the inventory variable C(convex_deploy_key).
    type: str
  health:
    description:
      - V(false) looks at the rules only.
    type: bool
    default: true
  limits:
    description:
      - What is too much, by name, as one number (above it fails) or as C({warn, fail}). A value at its limit is still within it.
      - C(component_limits) of the component goes before these; names that are not listed here are left to others.
      - In percent C(connections_percent), C(clients_percent), C(redis_memory_percent), C(dead_rows_percent), C(bloat_percent), C(wraparound_percent),
        C(pool_percent) and C(database_growth_percent) (in a week).
      - In seconds C(transaction_seconds), C(running_query_seconds), C(blocked_seconds), C(pool_wait_seconds), C(replica_lag_seconds)
        and C(redis_saved_seconds).
      - C(slow_query_ms), C(replica_lag_bytes), C(evicted_keys) and C(rejected_connections).
      - What is too little to be told, as one number, C(unused_index_bytes), C(unused_index_reads) (of the table), C(missing_index_rows), C(dead_rows)
        and C(bloat_bytes).
    type: dict
    default: {}
  pooler_dsn:
    description:
      - Address of the console of the PgBouncer that stands before the database, such as C(postgresql://stats:password@host:6432/pgbouncer), with a user
        of its C(stats_users). It is a secret, and shown nowhere. With it the pools are looked at, too.
      - When not set, taken from the inventory variable C(component_pooler_dsn).
    type: str
  rules:
    description:
      - Rules about the data, each with a C(name) of its own and a C(kind).
      - C(orphans) takes C(table), C(column) and C(references) C({table, column}), and counts rows whose column points at nothing. With C(required) an
        empty column points at nothing, too.
      - C(relation) takes the same, and counts rows that have none in the other table, such as users without a membership.
      - Both take C(created), a column with the moment a row was made (at Convex in milliseconds), and C(grace), within which a row is not judged (24h);
        and C(limit_percent), above which they fail instead of warning (5).
      - C(count) takes C(table), and C(min), C(max), or C(growth_percent), as one number or as C({min, max}), within C(window) (7d) of earlier looks,
        which the run's ledger knows.
      - C(sample) takes C(table), C(key), C(must) and C(size) (20), draws so many rows, and fails when C(must) is not true of one of them. C(must) is a
        condition in SQL, at Convex in JMESPath.
      - C(sql) takes C(sql), a query, and C(min) or C(max). Compared is the number in its only row, else how many rows there are; without both, more
        than none fails.
    type: list
    elements: dict
    default: []
  seed:
    description:
      - Draws the same sample again. Any text; RV(seed) tells which one was used.
    type: str
  slow_query_calls:
    description:
      - A statement counts as slow only when it was called so often.
    type: int
    default: 5
  statement_timeout:
    description:
      - Time that PostgreSQL may take for one question.
    type: str
    default: 5s
  lock_timeout:
    description:
      - Time that one question may wait for a lock.
    type: str
    default: 1s
requirements:
  - psycopg for PostgreSQL
  - pymongo for MongoDB
  - redis for Redis
"""

EXAMPLES = r"""
- name: Look at the database, and for orphans in it
  saasops.runbooks.component_database_info:
    component:
      name: database
      component_vendor: postgres
    dsn: "{{ vault_database_url }}"
    limits:
      connections_percent: {warn: 80, fail: 90}
    rules:
      - name: orders without a user
        kind: orphans
        table: orders
        column: user_id
        references: {table: users, column: id}
        created: created_at
        grace: 24h
  register: database
  failed_when: database.verdict in ('fail', 'error')
"""

RETURN = r"""
verdict:
  description: The worst of all checks, V(fail), V(error) (could not be asked), V(inconclusive) (not enough is known), V(warn) or V(pass).
  returned: success
  type: str
reason:
  description: Why it is not a pass.
  returned: success
  type: str
seed:
  description: With what samples were drawn.
  returned: when the component has a database that is looked into
  type: str
checks:
  description: Every check.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: What was looked at, such as C(connections), or the name of a rule.
      type: str
    component:
      description: The component's name.
      type: str
    verdict:
      description: One of V(pass), V(warn), V(fail), V(inconclusive), V(error) and V(skipped) (nothing to ask, or nothing to ask with).
      type: str
    reason:
      description: One line for people.
      type: str
    value:
      description: What was measured.
      type: raw
    unit:
      description: Of what.
      type: str
    limit:
      description: What it was compared with.
      type: str
    next:
      description: What can be done, where something can.
      type: str
    examples:
      description: Keys of rows that break a rule, masked unless a machine has made them.
      type: list
      elements: str
    names:
      description: Names of indexes or tables.
      type: list
      elements: str
    queries:
      description: The slowest statements, without values, each with C(ms) and C(calls).
      type: list
      elements: dict
    seed:
      description: Of a sample, with what it was drawn.
      type: str
steps:
  description: Every request to a vendor; the same keys as in M(saasops.runbooks.component_release).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - What is wrong with the options, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.addresses import ADDRESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.databases import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **COMMON_ARGUMENTS,
        **ADDRESS_ARGUMENTS,
        "deploy_key": {"type": "str", "no_log": True},
        "health": {"type": "bool", "default": True},
        "limits": {"type": "dict", "default": {}},
        "pooler_dsn": {"type": "str", "no_log": True},
        "rules": {"type": "list", "elements": "dict", "default": []},
        "seed": {"type": "str"},
        "slow_query_calls": {"type": "int", "default": 5},
        "statement_timeout": {"type": "str", "default": "5s"},
        "lock_timeout": {"type": "str", "default": "1s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()
