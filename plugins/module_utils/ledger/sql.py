# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""SQLAlchemy where it is installed; else a stand-in, so that files that describe tables can be read and documented."""

from __future__ import annotations

import importlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

__all__ = ["NullPool", "require", "sa"]


class Absent:
    """Answers every name and call with itself. Only opening the store tells that nothing is behind it."""

    def __getattr__(self, name: str) -> t.Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        return self


try:
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    # SQLAlchemy would import it when the store is opened: again in every worker, instead of once before they are forked.
    importlib.import_module("sqlalchemy.dialects.sqlite")
except ImportError:
    sa = NullPool = Absent()  # type: ignore[assignment,misc]


def require() -> None:
    """Called where the store is opened."""
    if isinstance(sa, Absent):
        raise Failure("invalid", "the ledger needs the Python library SQLAlchemy", "Install it for the Python that runs this task: pip install SQLAlchemy")
