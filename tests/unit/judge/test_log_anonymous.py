# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of a line opens nothing and tells of nobody, and lines that say the same look the same."""

from __future__ import annotations

import random
import string
import uuid

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.anonymous import LONGEST, Fingerprints, masked
from tests.harness import matrix

SEEDS = [*range(8), matrix.seed()]


def word(chance: random.Random, size: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(chance.choice(letters) for _letter in range(size))


def secrets(chance: random.Random) -> list[tuple[str, str]]:
    """A piece of a line, and what of it must not be shown."""
    # A token of letters alone could be a word: with a digit in it, as they are made.
    token = word(chance, 12) + "7" + word(chance, 12)
    digits = word(chance, 12, string.digits)
    name = word(chance, 9, string.ascii_lowercase)
    return [
        (f"sk_live_{token}", token),
        (f"whsec_{token}", token),
        (f"Authorization: Bearer {token}", token),
        (f"password={name}!", name),
        (f'"api_key": "{name}"', name),
        (f"postgres://user:{name}@db.example.com/x", name),
        (f"eyJ{name}.{name}.{name}", name),
        (f"{name}@example.com", name),
        (f"{name}%40example.com", name),
        (f"to=<{name}.x+y@mail.example.com>", name),
        (str(uuid.UUID(int=chance.getrandbits(128))), ""),
        (f"card {digits[:4]} {digits[4:8]} {digits[8:]} 4242", digits[4:8] + " " + digits[8:]),
        (f"+49{digits}", digits),
        (f"customer {digits}", digits),
        (f"token {token}", token),
        ("10.{}.{}.{}".format(*(chance.randrange(100, 256) for _part in range(3))), ""),
        (f"2001:db8:{chance.getrandbits(16):x}::{chance.getrandbits(16):x}", "2001:db8"),
        (f"0x{chance.getrandbits(60):x}", ""),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_opens_or_tells_is_shown_nowhere(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    for piece, hidden in secrets(chance):
        line = f"2026-11-21T14:00:00Z ❌ {chance.choice(['failed for', 'error:', 'from'])} {piece} {chance.choice(['', '(retry)', 'at 12:00:01'])}"
        for shown in (masked(line), Fingerprints().of(line)):
            assert (hidden or piece) not in shown, (piece, shown)
            assert "<" in shown


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_that_differ_in_numbers_and_ids_have_one_fingerprint(seed: int) -> None:
    print(f"seed {seed}")
    chance, kinds = random.Random(seed), Fingerprints()

    def line() -> str:
        second, ids = f"{chance.randrange(60):02}.{chance.randrange(1000):03}", uuid.UUID(int=chance.getrandbits(128))
        who = f"{word(chance, 6, string.ascii_lowercase)}@example.com from 10.0.{chance.randrange(256)}.{chance.randrange(256)}"
        return f"2026-11-21T14:{chance.randrange(60):02}:{second}Z ❌ order {chance.randrange(10**9)} ({ids}) of {who} took {chance.randrange(9999)}ms"

    assert {kinds.of(line()) for _line in range(200)} == {"❌ order <n> (<uuid>) of <email> from <ip> took <n>ms"}


def test_what_differs_in_words_stays_apart() -> None:
    kinds = Fingerprints()
    assert kinds.of("card declined") != kinds.of("card expired")
    assert kinds.of("❌ API error: /memberships returned 503") == "❌ API error: /memberships returned <n>"
    assert kinds.of("std::string at /app/src/index.ts:10:22") == "std::string at /app/src/index.ts:<n>:<n>"


def test_short_numbers_and_moments_stay_in_what_is_shown() -> None:
    line = "2026-11-21T14:00:00.123Z GET /api 503 in 120 ms, attempt 3/3, v1.4.2"
    assert masked(line) == line


def test_nothing_controls_a_terminal_and_nothing_is_long() -> None:
    for text in ("\x1b[31mred\x00\x07", "a\u202eb\u2066c\u2028d", "x\r\ny", "{{ lookup('env', 'HOME') }}" * 100, "é" * 100_000, "a1" * 50_000, "1:" * 3000):
        for shown in (masked(text), Fingerprints().of(text)):
            assert len(shown) <= 500 and shown.isprintable(), ascii(text[:20])
    assert len(Fingerprints().of("word " * 1000)) == LONGEST


def test_half_an_address_at_the_cut_is_left_out() -> None:
    for size in range(960, 1010):
        line = "w " * (size // 2) + "." * (size % 2) + " jane.doe@example.com " + "z" * 40
        assert "jane" not in masked(line, 5000) and "jane" not in Fingerprints().of(line)


def test_the_memory_of_fingerprints_is_bounded() -> None:
    kinds = Fingerprints()
    for number in range(12_000):
        kinds.of("".join(string.ascii_lowercase[int(digit)] for digit in str(number)))
    assert len(kinds._known) <= 5000
