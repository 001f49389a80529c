# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the runbooks that rows*.yml claim exists, and so does every test that is said to show it."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
# One document of several files, so that a row may stand in one of them only.
FILES = sorted(Path(__file__).parent.glob("rows*.yml"))
# Absent data is a failure and not a skip: a claim that nobody can check is no claim.
COVERAGE = Path(os.environ.get("SAASOPS_COVERAGE") or ROOT.parent / "shared/runbooks/coverage.json")


class UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, dummy in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"stands twice: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)


def claimed() -> str:
    return "".join(file.read_text(encoding="utf-8").split("\n---\n", 1)[1] for file in FILES)


def load_rows(text: str) -> dict[str, dict[str, Any]]:
    return yaml.load(text, Loader=UniqueKeyLoader)


def named_tests(path: Path) -> set[str]:
    """Names of a file's tests; those in classes as ``Class::test``."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    plain = {node.name for node in tree.body if isinstance(node, functions)}
    in_classes = {f"{node.name}::{each.name}" for node in tree.body if isinstance(node, ast.ClassDef) for each in node.body if isinstance(each, functions)}
    return {name for name in plain | in_classes if name.split("::")[-1].startswith("test_")}


def is_there(root: Path, reference: str) -> bool:
    name, *function = reference.split("::", 1)
    if not function:
        return (root / name / "molecule.yml").is_file()
    return (root / name).is_file() and function[0].partition("[")[0] in named_tests(root / name)


def test_no_row_stands_twice() -> None:
    assert isinstance(load_rows(claimed()), dict)
    try:
        load_rows("A-1: {tests: []}\nA-1: {tests: []}\n")
    except yaml.constructor.ConstructorError as error:
        assert "stands twice: A-1" in str(error)
    else:
        raise AssertionError("a row that stands twice was accepted")


def test_every_row_names_tests_that_exist() -> None:
    rows = load_rows(claimed())
    assert not [row for row, entry in rows.items() if not entry.get("tests") or set(entry) - {"tests", "note"}]
    assert not [f"{row}: {reference}" for row, entry in rows.items() for reference in entry["tests"] if not is_there(ROOT, reference)]


def test_every_row_is_a_row_of_the_runbooks() -> None:
    known = {row["id"] for row in json.loads(COVERAGE.read_text(encoding="utf-8"))}
    assert known, f"{COVERAGE} holds no rows"
    assert not sorted(set(load_rows(claimed())) - known)


def test_a_test_that_is_gone_is_noticed() -> None:
    here = Path(__file__).relative_to(ROOT).as_posix()
    assert is_there(ROOT, f"{here}::test_no_row_stands_twice")
    assert not is_there(ROOT, f"{here}::test_of_yesterday")
    assert not is_there(ROOT, "tests/coverage/test_gone.py::test_no_row_stands_twice")
    assert not is_there(ROOT, "extensions/molecule/gone")
