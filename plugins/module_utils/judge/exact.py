# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Numbers, moments and lengths of time without rounding: what is compared with a limit is compared exactly. Pure: no I/O, no clock.

A float stands for the decimal number that people write for it: 0.1 is one tenth, not the binary number beside it.
"""

from __future__ import annotations

import datetime
import decimal
import re
import typing as t
from decimal import Decimal
from fractions import Fraction

Number = t.Union[int, Decimal]  # noqa: UP007
_LONGEST = 40
_LARGEST = 10**_LONGEST
# Sums of such numbers keep every digit: the largest and the smallest float are fewer digits apart.
EXACT = decimal.Context(prec=400, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_NUMERAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_UNITS = {"ms": Fraction(1, 1000), "s": Fraction(1), "m": Fraction(60), "h": Fraction(3600), "d": Fraction(86400)}
_LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def number(value: t.Any) -> Number | None:
    """The number that a value is, or that a text writes; None for everything else, NaN, infinity and booleans included."""
    if isinstance(value, float):
        return Decimal(float.__repr__(value)) if -1e40 < value < 1e40 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -_LARGEST < value < _LARGEST else None
    if isinstance(value, str) and len(value) <= _LONGEST and value.isascii() and _NUMERAL.fullmatch(value):
        written = Decimal(value)
        return written if -_LARGEST < written < _LARGEST else None
    return None


def moment(value: t.Any) -> Decimal | None:
    """Seconds since the epoch, of a number or of an ISO 8601 text with its offset.

    Without an offset a time of day exists twice when clocks are put back, and means another moment on every machine: None.
    """
    found = number(value)
    if found is not None:
        return Decimal(found)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        when = datetime.datetime.fromisoformat(value)
        if when.tzinfo is None:
            return None
        since = when - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    except (ValueError, OverflowError):
        return None
    return Decimal(since.days * 86400 + since.seconds) + Decimal(since.microseconds) / 1000000


def seconds(value: t.Any) -> Fraction | None:
    """A length of time such as 90, 90s, 1500ms, 15m, 24h, 7d or 1h30m, in seconds; None when it is none."""
    text = value.strip().lower() if isinstance(value, str) else value
    plain = number(text)
    if plain is not None:
        return Fraction(plain) if plain >= 0 else None
    if not isinstance(text, str) or len(text) > _LONGEST or not _LENGTH.fullmatch(text):
        return None
    return sum((Fraction(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)), Fraction(0))


def duration(length: Fraction) -> str:
    """A length of time as people write it: ``5m``, ``1h30m``, ``12.5s``."""
    if length < 0:
        return f"-{duration(-length)}"
    if length < 1 and length:
        return f"{decimals(length * 1000)}ms"
    words, rest = [], length
    for unit in ("d", "h", "m"):
        whole = rest // _UNITS[unit]
        rest -= whole * _UNITS[unit]
        words += [f"{whole}{unit}"] if whole else []
    # Days need no seconds beside them, unless they are all there is to tell.
    words += [f"{decimals(rest)}s"] if rest or not words else []
    return "".join(words)


def decimals(value: Fraction, digits: int = 4) -> str:
    """So many significant digits, and all digits before the point."""
    if value == 0:
        return "0"
    size = len(str(abs(value.numerator) // value.denominator)) if abs(value) >= 1 else 0
    context = decimal.Context(prec=max(digits, size), Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    divided = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    text = f"{divided:f}" if -20 < divided.adjusted() < 20 else f"{divided:.{digits - 1}e}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def approximate(value: Fraction) -> float | str:
    """For results, which carry floats; digits where no float is large enough."""
    try:
        return float(value)
    except OverflowError:
        return decimals(value)


def plain(text: str, most: int = 200) -> str:
    """A text from elsewhere, short and on one line."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return printable if len(printable) <= most else f"{printable[: most - 1]}…"


def quoted(text: str) -> str:
    return repr(plain(text, 40))
