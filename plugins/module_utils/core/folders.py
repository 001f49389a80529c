# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Where the collection keeps its files on the machine that it runs on."""

from __future__ import annotations

import os
import pathlib


def state_folder() -> pathlib.Path:
    """Where files of the collection live between runs; a folder only for this user."""
    return pathlib.Path(os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state") / "saasops"
