# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of a component's backup is checked before anything is asked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import parts
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

KNOWN = {"files": bool, "resources": list, "timeout": str, "most": int}


def component(**given: t.Any) -> dict[str, t.Any]:
    return {"name": "web", "component_vendor": "vercel", **given}


@pytest.mark.parametrize(
    ("given", "tuned"),
    [
        ({}, {}),
        ({"component_backup": None}, {}),
        ({"component_backup": True}, {}),
        ({"component_backup": {"files": False, "most": 3}}, {"files": False, "most": 3}),
    ],
)
def test_what_is_said_is_taken(given: dict[str, t.Any], tuned: dict[str, t.Any]) -> None:
    assert parts.tuned(component(**given), KNOWN) == tuned


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("yes", "Give false, or a mapping of command, files, most, resources, timeout."),
        ({"file": True}, "which vercel does not know. Did you mean files?."),
        ({"files": "yes"}, "Give files as a boolean: true or false."),
        ({"most": True}, "Give most as a whole number."),
        ({"command": "npm run export"}, "Give command as a mapping."),
    ],
)
def test_what_is_wrong_is_refused(given: t.Any, says: str) -> None:
    with pytest.raises(Failure) as caught:
        parts.tuned(component(component_backup=given), KNOWN)
    assert (caught.value.kind, str(caught.value).endswith(says)) == ("invalid", True), str(caught.value)
