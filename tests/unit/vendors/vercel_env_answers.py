# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables as Vercel shows them, and tasks of their module that the tests run against scripted answers."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import env
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import COMMON, Json

ENV = "/v10/projects/hydrogen/env"
WISH: Json = {
    "key": "A",
    "value": "x",
    "target": None,
    "git_branch": None,
    "custom_environments": None,
    "type": None,
    "comment": None,
    "version": None,
    "state": "present",
    "replace": False,
}


def item(identity: str, key: str, *target: str, **more: t.Any) -> Json:
    return {"id": identity, "key": key, "type": "encrypted", "value": "hidden", "target": list(target), "customEnvironmentIds": [], **more}


def of_env(*wishes: Json, check: bool = False, **params: t.Any) -> Json:
    given = {**COMMON, "allow": "destroy", "fingerprint_key": None, "variables": [{**WISH, **wish} for wish in wishes], **params}
    return transaction.outcome(env.execute, given, check)
