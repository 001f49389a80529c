# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts that are looked for before a pattern is tried never hide a line that fits."""

from __future__ import annotations

import datetime
import random
import re
import sys
import types
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import needles, packs, scanning
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Settings
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Pattern, compiled
from tests.harness import matrix

LETTERS = ["a", "b", "k", "s", "K", "S", "é", "❌", "ſ", "\u212a", "0", " ", "\ufffd"]


def expression(chance: random.Random, depth: int = 0) -> str:
    """A regular expression by chance."""
    kinds = ["text", "text", "text", "class", "any", "group", "choice", "repeat", "look", "anchor"][: 10 if depth < 3 else 5]
    parts = []
    for _part in range(chance.randint(1, 4)):
        kind = chance.choice(kinds)
        if kind == "text":
            parts.append("".join(re.escape(chance.choice(LETTERS)) for _letter in range(chance.randint(1, 5))))
        elif kind == "class":
            parts.append(chance.choice(["[ab]", "[^k]", r"\w", r"\d", "[a-s]"]))
        elif kind == "any":
            parts.append(chance.choice([".", ".?", ".{0,2}"]))
        elif kind == "group":
            parts.append(chance.choice(["(?:", "(", "(?>", "(?i:"]) + expression(chance, depth + 1) + ")")
        elif kind == "choice":
            parts.append("(?:" + "|".join(expression(chance, depth + 1) for _branch in range(chance.randint(2, 3))) + ")")
        elif kind == "repeat":
            # Of letters alone: a repetition within one may never end.
            parts.append(
                "(?:"
                + re.escape("".join(chance.choices(LETTERS, k=chance.randint(1, 5))))
                + ")"
                + chance.choice(["?", "*", "+", "{2}", "{0,2}", "{1,3}", "++", "*+", "??"])
            )
        elif kind == "look":
            parts.append(chance.choice(["(?=", "(?!"]) + expression(chance, depth + 2) + ")")
        else:
            parts.append(chance.choice([r"\b", "^", "$"]))
    return "".join(parts)


def text(chance: random.Random, pattern: str) -> str:
    """A line that has a chance to fit: pieces of the pattern itself, and some letters."""
    own = re.findall(r"[\w ❌éſ\u212a\ufffd]+", pattern)
    pieces = [chance.choice([*own, *LETTERS]) for _piece in range(chance.randint(1, 8))]
    return "".join(piece.swapcase() if chance.random() < 0.3 else piece for piece in pieces)


@pytest.mark.parametrize("seed", [*range(10), matrix.seed()])
def test_every_line_that_fits_holds_one_of_the_texts(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    with_texts = fitting = 0
    for _pattern in range(300):
        pattern, flags = expression(chance), re.ASCII | chance.choice([0, re.IGNORECASE])
        found = needles.of(pattern, flags)
        if found is None:
            continue
        texts, folds = found
        with_texts += 1
        regex = re.compile(pattern, flags)
        for _line in range(25):
            raw = text(chance, pattern).encode()
            if regex.search(raw.decode("utf-8", "replace")):
                fitting += 1
                hay = raw.lower() if folds else raw
                assert any(one in hay for one in texts), (pattern, flags, raw, texts)
    assert with_texts > 20 and fitting > 20


KNOWN: list[tuple[str, t.Any]] = [
    ("error", {b"error"}),
    ("(?i)Error", {b"error"}),
    ("error|exception", {b"rror", b"xception"}),
    ("web.*hooked", {b"hooked"}),
    ("(?:foo|barbar)+x?", {b"foo", b"barbar"}),
    ("❌ ", {b"\xe2\x9d\x8c "}),
    ("(?=needle).*", {b"needle"}),
    ("(?!needle).x", None),
    ("(?:needle)?x", None),
    ("(?:needle)*", None),
    ("a|needle", None),
    ("[ab]", None),
    ("ab\ufffd", None),
    ("one\ntwo", None),
    ("(a)(?(1)needle|x)", None),
    ("(", None),
]


@pytest.mark.parametrize(("pattern", "texts"), KNOWN)
def test_the_texts_of_a_pattern(pattern: str, texts: t.Any) -> None:
    found = needles.of(pattern, re.ASCII)
    assert (found and set(found[0])) == texts


@pytest.mark.parametrize("pattern", ["(?i)Needle", "(?i:Needle)", "(?s)x(?-s:.)(?si:Needle)", "a(?:b(?i:Needle))"])
def test_a_part_that_ignores_case_is_looked_for_in_small_letters(pattern: str) -> None:
    assert needles.of(pattern, re.ASCII) == (frozenset({b"needle"}), True)


def test_every_pattern_of_a_pack_is_spared_most_lines() -> None:
    every = [compiled(pattern) for pack in packs.PACKS.values() for pattern in pack]
    assert [one.pattern.name for one in every if one.texts is None and one.near is None] == []


@pytest.mark.parametrize("parser", [None, types.SimpleNamespace(), types.SimpleNamespace(parse=lambda _text, _flags: ())])
def test_without_pythons_own_tree_every_line_is_tried_and_the_same_is_found(parser: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Python that has none, or another one."""
    lines = [
        *("fine", "❌ API error: /memberships returned 503", "GET /a/b 500 in 3 ms", "ErrOr: payment declined", "POST /x 429"),
        *("webhook order processed in 15 ms", "invalid jwt", "too many requests", "ECONNREFUSED 10.0.0.1", "no errors"),
    ]
    block = "\n".join([*lines * 3, ""]).encode()
    patterns = [pattern for pack in packs.PACKS.values() for pattern in pack] + [Pattern("own", "decl(?:ined)?|fine", True)]

    def found() -> tuple[bool, list[t.Any]]:
        known = [compiled(pattern) for pattern in patterns]
        scan = scanning.Scan(known, Times("none", datetime.UTC, 0.0), Settings())
        scan.block(block)
        return any(one.texts is not None for one in known), [counted.as_dict(True) for counted in scan.counted]

    with_tree, told = found()
    monkeypatch.setitem(sys.modules, "re._parser", parser)
    assert with_tree and sum(one["seen"] for one in told) > 40
    assert found() == (False, told)


WRONG = [
    (Pattern("Name", "x"), "the name 'Name' is not of small letters"),
    (Pattern("a", ""), "has 1 to 2000 characters"),
    (Pattern("a", "x" * 2001), "has 1 to 2000 characters"),
    (Pattern("a", "("), "is no regular expression"),
    (Pattern("a", "(?u)x"), "is no regular expression"),
    (Pattern("a", "x*"), "fits every line"),
    (Pattern("a", "x", unless=".*"), "fits every line"),
    (Pattern("a", "x", kind="what"), "no group named 'what'"),
    (Pattern("a", "(?P<b>x)", durations=("b", "c")), "no group named 'c'"),
    (Pattern("a", "(?P<b>x)", durations=("b",), unit="fortnights"), "'fortnights' is no unit"),
]


@pytest.mark.parametrize(("pattern", "words"), WRONG)
def test_what_cannot_be_a_pattern_is_refused_with_a_reason(pattern: Pattern, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        compiled(pattern)
