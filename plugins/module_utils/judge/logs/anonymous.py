# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a line of a log is without what changes from one to the next, and without what tells of a person or opens a door."""

from __future__ import annotations

import re
import typing as t

# So much of a line makes its fingerprint, and so long it is at most.
LONGEST_LOOK = 1000
LONGEST = 200
# A memory of fingerprints that saves making most of them; emptied when it is full.
MOST_KNOWN = 5000
_DIGITS = bytes(48 if 48 <= byte <= 57 else byte for byte in range(256))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_DATE = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?"
_DATES = re.compile(rf"(?:{_DATE}|\b[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d|(?<![\w:.])\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?(?![\w:]))")
_LEADING = re.compile(r"^[\s\[(\"']*<time>[\s\])\"':,-]*")
_NAMES = r"password|passwd|pwd|secret|token|api[_-]?key|apikey|authorization|cookie|credential|signature|session[_-]?id|access[_-]?key|private[_-]?key"
# In a fingerprint each digit is 0 by then, that of %40 too.
# In this order: what opens a door, then what tells of a person, then what is merely different in every line.
_SECRETS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"), "<secret>"),
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "<secret>"),
    (re.compile(r"\b(?i:(?:bearer|basic)\s+)(?!realm|auth|token)[\w.~+/=-]{6,}"), "<secret>"),
    (re.compile(rf"(?i)((?:{_NAMES})[\w-]{{0,30}}[\"']?\s?[=:]\s?[\"']?)(?!<secret>)[^\s\"',;&}}]+"), r"\1<secret>"),
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"), "<secret>"),
    (re.compile(r"\b(?:[spr]k|whsec|shp(?:at|ss|ca|pa)|gh[pousr]|xox[abpr]|github_pat|vercel|vcp|AKIA|glpat)[_-]?[A-Za-z0-9][\w-]{7,}"), "<secret>"),
)
_PEOPLE = (
    (re.compile(r"[\w.+%'-]+(?:@|%[04]0)[\w.-]+"), "<email>"),
    (re.compile(r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b"), "<uuid>"),
    (re.compile(r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.]*\w)(?::\d{1,5})?"), "<ip>"),
    (re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*[0-9A-Fa-f])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"), "<ip>"),
    (re.compile(r"\b(?:0x[0-9A-Fa-f]+|(?=[0-9A-Fa-f]*\d)(?=\d*[A-Fa-f])[0-9A-Fa-f]{8,})\b"), "<hex>"),
    # Long, of letters and digits: a token or an id. Short, but letters between digits: an id.
    (re.compile(r"(?<![\w/+-])(?=[\w/+-]*\d)(?=[\w/+-]*[A-Za-z])(?![\w+-]*/[\w+-]{0,15}(?:/|\b))[\w+-]{16,}={0,2}|\b(?=\w*\d)(?=\w*[A-Za-z])\w{16,}"), "<id>"),
    (re.compile(r"\b(?=\w{6,})[A-Za-z_]*\d+[A-Za-z_]+\d\w*"), "<id>"),
)
# Of a telephone, a card, a customer.
_LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d[\d ().-]{7,}\d(?!\w)|\d{5,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def masked(text: str, limit: int = 500) -> str:
    """A line to show: without control characters, secrets, addresses and ids; times and short numbers stay. Names of people stay too, as no rule knows them."""
    whole = _CONTROL.sub(" ", _cut(text))
    # A moment's digits must not be taken for a number of a person.
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"<time{'i' * len(kept)}>"

    whole = _without(_DATES.sub(keep, whole))
    whole = _LONG_NUMBER.sub("<n>", whole)
    for number, moment in enumerate(kept, 1):
        whole = whole.replace(f"<time{'i' * number}>", moment, 1)
    return whole if len(whole) <= limit else whole[: limit - 1] + "…"


class Fingerprints:
    """Remembers what it has made: most lines differ from an earlier one in digits only."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def of(self, text: str) -> str:
        """The line with every number, id and address replaced, and without its moment; the same for lines that say the same."""
        return self._of(text[: LONGEST_LOOK + 1].encode("utf-8", "replace"))

    def of_line(self, line: bytes) -> str:
        """The same of a line as it stands in its source."""
        return self._of(line) if len(line) <= LONGEST_LOOK else self.of(line.decode("utf-8", "replace"))

    def _of(self, text: bytes) -> str:
        key = text.translate(_DIGITS)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = _fingerprint(key.decode("utf-8", "replace"))
        return known


def _fingerprint(text: str) -> str:
    whole = _DATES.sub("<time>", _CONTROL.sub(" ", _cut(text)))
    whole = _NUMBER.sub("<n>", _without(_LEADING.sub("", whole))).strip()
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def _cut(text: str) -> str:
    """As much as is looked at. A word that the cut divides is left out: half an address would not be known as one."""
    if len(text) <= LONGEST_LOOK:
        return text
    return text[:LONGEST_LOOK].rpartition(" ")[0] + " …"


def _without(text: str) -> str:
    rules: t.Iterable[tuple[re.Pattern[str], str]] = (*_SECRETS, *_PEOPLE)
    for rule, word in rules:
        text = rule.sub(word, text)
    return text
