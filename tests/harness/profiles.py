# SPDX-License-Identifier: GPL-3.0-or-later
"""The thresholds of the shipped inventories: one profile of rules for each of the five systems."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

INVENTORIES = pathlib.Path(__file__).resolve().parents[2] / "inventories"


def profiles() -> dict[str, list[dict[str, t.Any]]]:
    """system -> its rules."""
    files = sorted(INVENTORIES.glob("*/group_vars/components/rules.yml"))
    return {file.parts[-4]: yaml.safe_load(file.read_text(encoding="utf-8"))["saasops_rules"] for file in files}
