# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a vendor can be asked, as data. Each vendor's ``operations.py`` is a table of these, walked by the contract tests."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Operation:
    """One declared call: REST (``method`` and ``path`` with ``{placeholders}``) or GraphQL (``document``).

    ``query`` names the query parameters that the call may carry, ``body`` the fields of its JSON body; the contract tests hold
    both to the vendor's schema. ``changes`` marks what only the change gate may send, ``destroys`` what in addition needs
    ``saasops_allow: destroy``. ``once`` marks what changes nothing yet, and still must not be sent again when its answer was lost.
    ``lists`` marks what may answer with a JSON list where the vendor's other calls answer with an object. ``form`` marks a body that is
    sent as a form instead of JSON. ``since`` is the version of the vendor's API with which a document came, where not all that are served know it.
    ``needs`` are the vendor's own names of the permissions that a token must have for it; none where any token of this place will do.
    """

    name: str
    method: str = "POST"
    path: str = ""
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    document: str = ""
    changes: bool = False
    destroys: bool = False
    lists: bool = False
    once: bool = False
    form: bool = False
    since: str = ""
    needs: tuple[str, ...] = ()


def table(*operations: Operation) -> dict[str, Operation]:
    """Index by name; two operations of one name are a mistake in the table."""
    index = {operation.name: operation for operation in operations}
    if len(index) != len(operations):
        raise ValueError("two operations carry the same name")
    return index


Arguments = t.Mapping[str, t.Any]
