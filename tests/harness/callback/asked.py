# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down what the tasks of a playbook asked of vendors, by the names of the operations; ``ASKED`` names the file."""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: asked
type: aggregate
short_description: writes down what was asked of vendors
description: For tests only.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "asked"

    def _write(self, result: t.Any, **_more: t.Any) -> None:
        told = getattr(result, "result", None) or result._result
        every = [told, *(told.get("results") or [])] if isinstance(told, dict) else []
        names = [str(step["name"]) for one in every if isinstance(one, dict) for step in one.get("steps") or [] if isinstance(step, dict) and "name" in step]
        if names and "ASKED" in os.environ:
            with open(os.environ["ASKED"], "a", encoding="utf-8") as file:
                file.write("".join(f"{name}\n" for name in names))

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_unreachable = _write
