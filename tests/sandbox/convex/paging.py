# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages as the vendor's REST APIs have them: ``{items, pagination: {hasMore, nextCursor}}``."""

from __future__ import annotations

import base64
import typing as t

from .state import ConvexError, Json

USUAL, MOST = 25, 100


def page(items: t.Sequence[t.Any], query: t.Mapping[str, str]) -> Json:
    try:
        limit = int(query.get("limit", USUAL))
        start = int(base64.b64decode(query["cursor"])) if query.get("cursor") else 0
    except ValueError:
        raise ConvexError(400, "BadQueryArgs", "Failed to deserialize query string: limit or cursor") from None
    if not 0 < limit <= MOST:
        raise ConvexError(400, "InvalidLimit", f"limit must be between 1 and {MOST}")
    end = start + limit
    more = end < len(items)
    return {"items": list(items[start:end]), "pagination": {"hasMore": more, "nextCursor": base64.b64encode(str(end).encode()).decode() if more else None}}
