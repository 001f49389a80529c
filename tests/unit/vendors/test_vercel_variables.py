# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done about stored variables so that the wished ones are there: pure decisions."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import variables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.variables import Place, Plan, Stored, Wish

PRODUCTION, PREVIEW, DEVELOPMENT, QA, BRANCH = Place("production"), Place("preview"), Place("development"), Place(custom="env_qa"), Place("preview", "next")


def stored(*places: Place, value: str | None = "old", **more: t.Any) -> Stored:
    facts = {"id": "env_1", "key": "A", "type": "encrypted", "comment": "", "mark": "", "owner": "", "updated_at": 1.0, **more}
    return Stored(places=places, value=None if facts["type"] == "sensitive" else value, **facts)


def wish(*places: Place, value: str | None = "new", **more: t.Any) -> Wish:
    facts = {"key": "A", "mark": "hash:new" if value else "", "type": None, "comment": None, "absent": False, "replace": False, **more}
    return Wish(places=places, value=value, **facts)


def told(plan: Plan) -> tuple[list[t.Any], list[str], list[t.Any]]:
    edits = [(it.value, it.comment, it.places) for it in plan.edits]
    return edits, [it.id for it in plan.removals], [(it.place, it.value, it.type, it.comment) for it in plan.creations]


MARK = "[saasops hash:new]"
NEW = ("new", "encrypted", MARK)


@pytest.mark.parametrize(
    ("wishes", "known", "expected"),
    [
        # New: one for each place.
        ([wish(PRODUCTION, DEVELOPMENT)], [], ([], [], [(PRODUCTION, "new", "sensitive", MARK), (DEVELOPMENT, "new", "encrypted", "")])),
        ([wish(BRANCH)], [stored(PREVIEW)], ([], [], [(BRANCH, "new", "sensitive", MARK)])),
        ([wish(PRODUCTION, key="B")], [stored(PRODUCTION)], ([], [], [(PRODUCTION, "new", "sensitive", MARK)])),
        # As it is.
        ([wish(PRODUCTION, value="old")], [stored(PRODUCTION, PREVIEW)], ([], [], [])),
        ([wish(PRODUCTION)], [stored(PRODUCTION, type="sensitive", mark="hash:new")], ([], [], [])),
        ([wish(PRODUCTION, type="plain")], [stored(PRODUCTION, type="sensitive", mark="hash:new")], ([], [], [])),
        ([wish(PRODUCTION, value=None, absent=True)], [stored(PREVIEW)], ([], [], [])),
        # Another value, for some of its places or all.
        ([wish(PRODUCTION)], [stored(PRODUCTION)], ([("new", MARK, (PRODUCTION,))], [], [])),
        ([wish(PRODUCTION)], [stored(PRODUCTION, type="sensitive")], ([("new", MARK, (PRODUCTION,))], [], [])),
        ([wish(DEVELOPMENT)], [stored(DEVELOPMENT)], ([("new", "", (DEVELOPMENT,))], [], [])),
        ([wish(PRODUCTION, PREVIEW)], [stored(PRODUCTION, PREVIEW)], ([("new", MARK, (PRODUCTION, PREVIEW))], [], [])),
        ([wish(PRODUCTION), wish(PREVIEW)], [stored(PRODUCTION, PREVIEW)], ([("new", MARK, (PRODUCTION, PREVIEW))], [], [])),
        ([wish(PRODUCTION)], [stored(PRODUCTION, QA)], ([(None, "", (QA,))], [], [(PRODUCTION, *NEW)])),
        (
            [wish(PRODUCTION), wish(QA, value="qa", mark="hash:qa")],
            [stored(PRODUCTION, QA)],
            (
                [("new", MARK, (PRODUCTION,))],
                [],
                [(QA, "qa", "encrypted", "[saasops hash:qa]")],
            ),
        ),
        # Gone from some of its places or all.
        ([wish(PRODUCTION, value=None, absent=True)], [stored(PRODUCTION, PREVIEW)], ([(None, "", (PREVIEW,))], [], [])),
        ([wish(PRODUCTION, PREVIEW, value=None, absent=True)], [stored(PRODUCTION, PREVIEW)], ([], ["env_1"], [])),
        ([wish(PRODUCTION, value=None, absent=True), wish(PREVIEW)], [stored(PRODUCTION, PREVIEW)], ([("new", MARK, (PREVIEW,))], [], [])),
        # Another type.
        ([wish(PRODUCTION, type="plain", replace=True)], [stored(PRODUCTION)], ([], ["env_1"], [(PRODUCTION, "new", "plain", MARK)])),
        ([wish(PRODUCTION, type="plain", replace=True)], [stored(PRODUCTION, QA)], ([(None, "", (QA,))], [], [(PRODUCTION, "new", "plain", MARK)])),
        ([wish(PRODUCTION, value=None, type="plain", replace=True)], [stored(PRODUCTION)], ([], ["env_1"], [(PRODUCTION, "old", "plain", "")])),
        # Comments stay where nothing is said of them.
        ([wish(PRODUCTION)], [stored(PRODUCTION, comment="c", mark="hash:x")], ([("new", f"c {MARK}", (PRODUCTION,))], [], [])),
        (
            [wish(PRODUCTION, value=None, comment="d")],
            [stored(PRODUCTION, comment="c", mark="hash:x")],
            ([(None, "d [saasops hash:x]", (PRODUCTION,))], [], []),
        ),
        (
            [wish(PRODUCTION, value=None, comment="d")],
            [stored(PRODUCTION, QA, comment="c")],
            (
                [(None, "c", (QA,))],
                [],
                [(PRODUCTION, "old", "encrypted", "d")],
            ),
        ),
    ],
)
def test_the_plan(wishes: list[Wish], known: list[Stored], expected: t.Any) -> None:
    plan = variables.plan(wishes, known)
    assert told(plan) == expected
    assert plan.changes == any(expected)
    assert set(plan.how) == {(it.key, place) for it in wishes for place in it.places}


@pytest.mark.parametrize(
    ("wishes", "known", "words"),
    [
        ([wish(PRODUCTION), wish(PRODUCTION, PREVIEW)], [], "twice for production"),
        ([wish(PRODUCTION, value=None)], [], "no A for production"),
        ([wish(PRODUCTION, value=None, comment="d")], [stored(PRODUCTION, QA, type="sensitive")], "cannot be read"),
        ([wish(PRODUCTION, type="plain")], [stored(PRODUCTION)], "stored as encrypted"),
        ([wish(PRODUCTION)], [stored(PRODUCTION, owner="an integration")], "an integration"),
        ([wish(PRODUCTION)], [stored(PRODUCTION, type="quantum")], "quantum"),
    ],
)
def test_what_would_need_more_than_was_said_is_refused(wishes: list[Wish], known: list[Stored], words: str) -> None:
    with pytest.raises(Failure, match=words):
        variables.plan(wishes, known)


@pytest.mark.parametrize(
    ("comment", "mark"), [("", "hash:0a"), ("of the shop", "version:2026-11"), ("[saasops]", "hash:0a"), ("two\nlines", "version:a.b:c_d")]
)
def test_a_mark_is_found_again(comment: str, mark: str) -> None:
    assert variables.unmarked(variables.marked(comment, mark)) == (comment, mark)
    assert variables.unmarked(comment) == (comment, "")


@pytest.mark.parametrize("raw", [None, {}, {"id": "x", "key": "A"}, {"id": "", "key": "A", "type": "plain"}, {"id": "x", "key": 5, "type": "plain"}])
def test_what_is_no_variable_is_told(raw: t.Any) -> None:
    with pytest.raises(Failure) as caught:
        variables.stored(raw)
    assert caught.value.kind == "protocol"


def test_one_shape_for_all_that_vercel_says() -> None:
    raw = {
        "id": "x",
        "key": "A",
        "type": "plain",
        "value": "v",
        "target": "preview",
        "gitBranch": "next",
        "customEnvironmentIds": ["env_qa"],
        "updatedAt": 5000,
    }
    it = variables.stored(raw)
    assert (it.places, it.value, it.updated_at, it.owner) == ((BRANCH, QA), "v", 5.0, "")
    assert [str(place) for place in it.places] == ["preview of next", "env_qa"]
    assert variables.stored({**raw, "type": "encrypted"}).value is None
    assert variables.stored({**raw, "type": "encrypted", "decrypted": True}).value == "v"
    assert variables.stored({**raw, "type": "sensitive", "decrypted": True}).value is None
    assert variables.stored({**raw, "system": True}).owner == "Vercel itself"
