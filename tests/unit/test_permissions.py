# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operations a verb asks is read from the source; which permissions these need, from their tables."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.verb_operations import VERBS
from tests.tools import verb_operations


def test_the_table_of_verbs_is_what_the_source_says() -> None:
    assert verb_operations.WRITTEN.read_text(encoding="utf-8") == verb_operations.rendered(), "run: python -m tests.tools.verb_operations"


def test_verbs_that_only_look_can_change_nothing_at_a_vendor() -> None:
    looking = [verb for verb in VERBS if verb in ("db_integrity", "health", "heartbeat", "logs", "report", "schedule")]
    changing = {
        (verb, vendor, name)
        for verb in looking
        for vendor, names in VERBS[verb].items()
        for name in names
        if vendor in permissions.VENDORS and permissions.operations(vendor)[name].changes
    }
    assert looking
    assert not changing


def test_a_rollback_reads_and_rolls_back_and_touches_no_tokens() -> None:
    assert {"deploymentRollback", "serviceInstance"} <= set(VERBS["rollback"]["railway"])
    assert {"request_rollback", "get_project"} <= set(VERBS["rollback"]["vercel"])
    assert not {"projectTokenCreate", "variableCollectionUpsert", "volumeInstanceBackupRestore"} & set(VERBS["rollback"]["railway"])


def test_a_verb_that_asks_a_vendor_nothing_needs_nothing_there() -> None:
    assert permissions.needed("report", "railway") == []
    assert permissions.needed("no_such_verb", "vercel") == []
