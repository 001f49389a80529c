# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Nested values as an HTML form, in the way that vendors which take forms understand: ``a[b]=1``, ``a[0]=x``, an empty value unsets."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Form


def encoded(fields: t.Mapping[str, t.Any]) -> Form:
    return Form(urlencode(list(pairs(fields))).encode())


def pairs(node: t.Any, name: str = "") -> t.Iterator[tuple[str, str]]:
    """Each value with its full name, in the order of the input."""
    if isinstance(node, t.Mapping):
        entries: t.Iterable[tuple[t.Any, t.Any]] = node.items()
    elif isinstance(node, (list, tuple)):
        entries = enumerate(node)
    else:
        yield name, "" if node is None else str(node).lower() if isinstance(node, bool) else str(node)
        return
    for key, value in entries:
        yield from pairs(value, f"{name}[{key}]" if name else str(key))
