# SPDX-License-Identifier: GPL-3.0-or-later
"""Every threshold that the runbooks' catalogue names is a rule of some profile, and no profile invents one."""

from __future__ import annotations

import os
import pathlib
import re

from tests.harness.profiles import profiles

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVERAGE = pathlib.Path(os.environ.get("SAASOPS_COVERAGE") or ROOT.parent / "shared/runbooks/coverage.json")


def test_each_row_of_the_catalogue_is_a_rule() -> None:
    catalogue = COVERAGE.with_name("COVERAGE.md").read_text(encoding="utf-8").split("\n## 2.")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([A-Z]{3}:[\d,-]+) \|", catalogue, re.MULTILINE)
    assert len(rows) > 20
    assert {rule["about"] for rules in profiles().values() for rule in rules} == set(rows)
