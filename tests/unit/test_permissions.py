# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operations a verb asks is read from the source; which permissions these need, from their tables."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import access, permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.verb_operations import VERBS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import deploy_keys
from tests.tools import permissions_guide, verb_operations

AGAIN = "run: python -m tests.tools.verb_operations && python -m tests.tools.permissions_guide"


def test_the_table_of_verbs_is_what_the_source_says() -> None:
    assert verb_operations.WRITTEN.read_text(encoding="utf-8") == verb_operations.rendered(), AGAIN


def test_the_page_tells_what_the_tables_say() -> None:
    assert permissions_guide.PAGE.read_text(encoding="utf-8") == permissions_guide.page(), AGAIN
    assert set(permissions_guide.VENDORS) == set(permissions.VENDORS)


def changed_for(verb: str, vendor: str, name: str) -> bool:
    """Whether it is the work of another verb, which has a lease when a schedule asks for it."""
    return any(name in VERBS[other].get(vendor, ()) for other in verb_operations.CHANGES_FOR.get(verb, ()))


def test_verbs_that_only_look_can_change_nothing_at_a_vendor() -> None:
    looking = [verb for verb in VERBS if not verb_operations.takes_lease(verb)]
    changing = {
        (verb, vendor, name)
        for verb in looking
        for vendor, names in VERBS[verb].items()
        for name in names
        if vendor in permissions.VENDORS and permissions.operations(vendor)[name].changes and not changed_for(verb, vendor, name)
    }
    assert {"health", "logs", "scheduled"} <= set(looking)
    assert not changing


def test_a_rollback_reads_and_rolls_back_and_touches_no_tokens() -> None:
    assert {"deploymentRollback", "serviceInstance"} <= set(VERBS["rollback"]["railway"])
    assert {"request_rollback", "get_project"} <= set(VERBS["rollback"]["vercel"])
    assert not {"projectTokenCreate", "variableCollectionUpsert", "volumeInstanceBackupRestore"} & set(VERBS["rollback"]["railway"])


def test_a_verb_that_asks_a_vendor_nothing_needs_nothing_there() -> None:
    assert permissions.needed("report", "railway") == []
    assert permissions.needed("no_such_verb", "vercel") == []


def test_a_token_of_few_permissions_lacks_nothing_that_its_component_never_asks() -> None:
    backend = {"component_vendor": "convex"}
    assert permissions.needed("logs", "convex") == ["deployment:logs:view"]
    assert permissions.needed("logs", "convex", backend) == []
    assert permissions.needed("logs", "convex", {**backend, "component_logs": {"packs": ["errors"]}}) == ["deployment:logs:view"]
    alone = {**backend, "component_backup": False}
    assert permissions.needed("scheduled", "convex", alone) == permissions.needed_by_any("convex", alone) == ["deployment:data:view"]
    assert "deployment:backups:create" in permissions.needed_by_any("convex", backend)
    paused = {**backend, "component_maintenance": {"how": "convex_pause"}}
    assert "deployment:pause" in permissions.needed("db_migrate", "convex", paused)
    assert "deployment:pause" not in permissions.needed("rollback", "convex", paused)
    assert permissions.needed("db_migrate", "convex", backend) == []
    assert permissions.needed("db_integrity", "convex", backend) == permissions.needed("db_integrity", "convex") == ["deployment:data:view"]


def test_every_permission_that_an_operation_of_convex_names_is_one_that_a_key_can_have() -> None:
    named = {name for operation in permissions.operations("convex").values() for name in operation.needs}
    assert named - {"team token"} <= set(deploy_keys.PERMISSIONS)


def test_every_vendor_whose_token_is_looked_at_has_a_table() -> None:
    assert set(access.VENDORS) == set(permissions.VENDORS)
    assert all(permissions.operations(vendor) for vendor in permissions.VENDORS)


def test_two_functions_may_call_different_rooms_by_one_name(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    vendors = "ansible_collections.saasops.runbooks.plugins.module_utils.vendors"
    function = "def {0}():\n    from {1}.{0} import usage\n    return usage.{2}()\n"
    asking = tmp_path / "plugins/module_utils/capabilities/asking.py"
    asking.parent.mkdir(parents=True)
    asking.write_text("".join(function.format(*one) for one in (("shopify", vendors, "read"), ("railway", vendors, "memory"))))
    for vendor, name in (("shopify", "read"), ("railway", "memory")):
        room = tmp_path / f"plugins/module_utils/vendors/{vendor}/usage.py"
        room.parent.mkdir(parents=True)
        room.write_text(f"from {vendors}.{vendor} import operations as op\ndef {name}():\n    return op.LOOK\n")
        (room.parent / "operations.py").write_text("LOOK = 1\n")
    monkeypatch.setattr(verb_operations, "ROOT", tmp_path)
    cached = (verb_operations.source, verb_operations.known_to)
    for one in cached:
        one.cache_clear()
    try:
        reached = verb_operations.Reach([("plugins.module_utils.capabilities.asking", name) for name in ("shopify", "railway")]).operations
    finally:
        for one in cached:
            one.cache_clear()
    assert reached == {(f"plugins.module_utils.vendors.{vendor}.operations", "LOOK") for vendor in ("railway", "shopify")}
