# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendors have in common that only watch."""

from __future__ import annotations

import typing as t

from .service import Json, Service

__all__ = ["Json", "Watcher"]


class Watcher(Service):
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        return {"message": message, "statusCode": status}

    def obscure(self, body: t.Any) -> t.Any:
        """The same answer with statuses that nobody has heard of."""
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "hibernating" if key == "status" and isinstance(value, str) else self.obscure(value) for key, value in body.items()}
