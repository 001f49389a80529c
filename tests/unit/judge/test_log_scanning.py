# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines by chance, looked through in blocks and, by a plain loop over every line, in the simplest way: both find the same."""

from __future__ import annotations

import collections
import contextlib
import datetime
import random
import re
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import blocks, limits, packs, scanning, sketches
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.anonymous import Fingerprints
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.blocks import Blocks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Counted, Settings
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Compiled, Pattern, compiled
from tests.harness import matrix

NOW = 1_795_269_600.0  # 2026-11-21T14:00:00Z
OWN = [
    Pattern("status", r"returned (?P<status>\d{3})", counts=("status",)),
    Pattern("mark", "❌"),
    Pattern("cyrillic", "ошибка"),
    Pattern("any_case", "TimeOut|[Rr]efused by peer", True, unless="unless"),
    Pattern("took", r"took (?P<took>\d+(?: ?ms| ?s)?)", durations=("took",)),
    Pattern("no_text", r"^\S+ [A-Z]\d"),
    Pattern("at_the_end", r"done$"),
    Pattern("kinds", r"job (?P<what>\w+)", kind="what"),
]
WORDS = [
    *(
        "error",
        "Error:",
        "ERROR",
        "❌",
        "✅",
        "ошибка",
        "returned 503",
        "returned 404",
        "TIMEOUT",
        "refused by peer",
        "unless",
        "took 12ms",
        "took 3 s",
        "took 9",
    ),
    *("A1", "done", "job alpha", "job beta7", "payment failed", "webhook", "WebHook processed in 15 ms", "GET /a/b 500", 'POST /x HTTP/1.1" 401', "in 503 ms"),
    *(
        "jane.doe@example.com",
        "10.1.2.3",
        "{{ 7 * 7 }}",
        "\x1b[31m",
        "\x00",
        "\u2028",
        "ſ",
        "WebHoo\u212a",
        "\ufffd",
        "deadlock",
        "too many requests",
        "invalid token",
    ),
]
RAW = [b"\xff\xfe", b"\xe2\x9d", b"\x8c", b"\xd0", b"\r"]


def seeds() -> list[int]:
    """The same every time, and one that nobody has tried; a failure names it."""
    return [*range(12), matrix.seed()]


def log(chance: random.Random) -> bytes:
    lines, at = [], NOW - chance.choice([0, 86400])
    for _line in range(chance.randrange(400)):
        at += chance.choice([0, 0.001, 0.5, 1, 61, -3])
        moment = datetime.datetime.fromtimestamp(at, datetime.UTC)
        head = chance.choice(
            [moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), moment.strftime("[%Y-%m-%d %H:%M:%S]"), "  at", "2026-13-45T99:99:99Z"]
        )
        words = [chance.choice(WORDS).encode() if chance.random() < 0.95 else chance.choice(RAW) for _word in range(chance.randrange(6))]
        long = [b"x" * chance.choice([blocks.LONGEST_LINE - 40, blocks.LONGEST_LINE, 3 * blocks.LONGEST_LINE])] if chance.random() < 0.005 else []
        lines.append(b" ".join([head.encode(), *long, *words]) + chance.choice([b"\n", b"\n", b"\r\n", b"\n\n"]))
    return b"".join(lines).removesuffix(b"\n" if chance.random() < 0.3 else b"\0\0")


def pieces(chance: random.Random, content: bytes) -> t.Iterator[bytes]:
    most = chance.choice([1, 7, 100, 5000, 300_000])
    most = max(most, len(content) // 3000)
    while content:
        size = chance.randint(1, most)
        yield content[:size]
        content = content[size:]


class Reference:
    """What the scan says of itself, in the simplest way."""

    def __init__(self, patterns: t.Sequence[Compiled], content: bytes, since: float | None, until: float | None) -> None:
        times, fingerprints = Times("iso", datetime.UTC, NOW), Fingerprints()
        self.seen: collections.Counter[str] = collections.Counter()
        self.untimed: collections.Counter[str] = collections.Counter()
        self.top: dict[str, collections.Counter[str]] = {one.pattern.name: collections.Counter() for one in patterns}
        self.values: dict[str, collections.Counter[tuple[str, str]]] = {one.pattern.name: collections.Counter() for one in patterns}
        self.moments: dict[str, list[float]] = {one.pattern.name: [] for one in patterns}
        at = None
        lines = content.removesuffix(b"\n").split(b"\n") if content else []
        self.lines = len(lines)
        for raw in lines:
            at = times.of(raw) or at
            line = raw[: blocks.LONGEST_LINE] if len(raw) > blocks.LONGEST_LINE else raw.removesuffix(b"\r")
            text = line.decode("utf-8", "replace")
            for one in patterns:
                name, match = one.pattern.name, one.regex.search(text)
                if match is None or (one.unless and one.unless.search(text)):
                    continue
                self.untimed[name] += at is None
                if at is None and (since is not None or until is not None):
                    continue
                if at is not None and ((since is not None and at < since) or (until is not None and at >= until)):
                    continue
                self.seen[name] += 1
                self.moments[name] += [] if at is None else [at]
                self.top[name][fingerprints.of((match[one.pattern.kind] if one.pattern.kind else text) or text)] += 1
                groups = {group: match[group] for group in one.pattern.counts if match[group] is not None}
                self.values[name].update((group, value if len(value) < 5 and value.isdigit() else fingerprints.of(value)) for group, value in groups.items())


@pytest.mark.parametrize("seed", seeds())
def test_a_scan_finds_what_a_loop_over_every_line_finds(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    content = log(chance)
    known = [compiled(pattern) for pattern in (*OWN, *(one for pack in packs.PACKS.values() for one in pack))]
    chance.shuffle(known)
    known = known[: chance.randint(1, len(known))]
    since = chance.choice([None, NOW - 3600, NOW + 5])
    until = chance.choice([None, NOW + 300])
    settings = Settings(since, until, interval=60.0, top=1000, rolling=frozenset(one.pattern.name for one in known))
    scan = scanning.Scan(known, Times("iso", datetime.UTC, NOW), settings)
    span = scan.begin()
    for block in Blocks(pieces(chance, content)):
        scan.block(block)
    told = Reference(known, content, since, until)
    compare(scan, told)
    assert span.lines == told.lines


@pytest.mark.parametrize("seed", seeds())
def test_lines_that_are_handed_in_are_counted_alike(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    content = log(chance).replace(b"\r", b"")
    since, until = chance.choice([None, NOW]), chance.choice([None, NOW + 300])
    settings = Settings(since, until, interval=60.0, top=1000, rolling=frozenset(pattern.name for pattern in OWN))
    times = Times("iso", datetime.UTC, NOW)
    scan = scanning.Scan([compiled(pattern) for pattern in OWN], times, settings)
    raw = [line[: blocks.LONGEST_LINE] for line in content.removesuffix(b"\n").split(b"\n")]
    while raw:
        size = chance.randint(1, 50)
        scan.given([(line.decode("utf-8", "replace"), times.of(line)) for line in raw[:size]])
        raw = raw[size:]
    assert [counted.pattern.name for counted in scan.counted] == [pattern.name for pattern in OWN]
    compare(scan, Reference([compiled(pattern) for pattern in OWN], content, since, until))


def compare(scan: scanning.Scan, told: Reference) -> None:
    for counted in scan.counted:
        name = counted.pattern.name
        moments = told.moments[name]
        assert (counted.seen, counted.untimed) == (told.seen[name], told.untimed[name]), name
        assert (counted.first_at, counted.last_at) == (min(moments, default=None), max(moments, default=None)), name
        assert {kind: count for kind, count, _first, _last in counted.kinds.top(1000)} == {kind: count for kind, count in told.top[name].items() if kind}, name
        shown = {(group, value): count for group, values in counted.values.items() for value, count, _first, _last in values.top(1000)}
        assert shown == dict(told.values[name]), name
        windows = collections.Counter(at // 60 * 60 for at in moments)
        assert counted.windows is not None and dict(counted.windows.slots()) == dict(windows), name
        assert counted.moments is not None and counted.moments.peak(60)[0] == peak(moments, 60), name


def peak(moments: list[float], within: float) -> int:
    exact = sorted(round(at * 1000) for at in moments)
    return max((sum(first <= at < first + within * 1000 for at in exact) for first in exact), default=0)


@pytest.mark.parametrize("seed", seeds())
def test_blocks_are_the_stream_in_whole_lines(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    content = log(chance)
    read = Blocks(pieces(chance, content))
    found = list(read)
    assert all(block.endswith(b"\n") for block in found[:-1])
    whole = [line[: blocks.LONGEST_LINE] for line in b"".join(found).split(b"\n")]
    assert whole == [line[: blocks.LONGEST_LINE] for line in content.split(b"\n")]
    assert read.bytes == len(content)
    assert read.cut <= sum(len(line) > blocks.LONGEST_LINE for line in content.split(b"\n"))


def test_a_line_without_a_moment_belongs_to_the_one_before_in_another_block_too() -> None:
    scan = scanning.Scan([compiled(Pattern("mark", "boom"))], Times("iso", datetime.UTC, NOW), Settings(since=NOW))
    scan.begin()
    scan.block(b"2026-11-21T13:59:59Z fine\n at boom\n")
    scan.block(b" at boom\n2026-11-21T14:00:00Z fine\n")
    scan.block(b" at boom\n at boom\n")
    assert (scan.counted[0].seen, scan.counted[0].untimed) == (2, 0)
    # Another source knows nothing of it.
    scan.begin()
    scan.block(b" at boom\n")
    assert (scan.counted[0].seen, scan.counted[0].untimed) == (2, 1)


@pytest.mark.parametrize("text", ["boom", r"b\wom"], ids=["with a text", "without"])
def test_a_line_is_looked_at_as_far_as_is_said(text: str) -> None:
    scan = scanning.Scan([compiled(Pattern("mark", text))], Times("none", datetime.UTC, NOW), Settings())
    span = scan.begin()
    fits = b"x" * (blocks.LONGEST_LINE - 4) + b"boom"
    scan.block(fits + b"\n")
    assert (scan.counted[0].seen, span.long) == (1, 0)
    scan.block(fits + b"y\n")
    assert (scan.counted[0].seen, span.long) == (2, 1)
    scan.block(b"x" + fits + b"\n")
    assert (scan.counted[0].seen, span.long) == (2, 2)


def test_a_sign_whose_last_byte_is_frequent_is_found_all_the_same() -> None:
    scan = scanning.Scan([compiled(Pattern("mark", "❌"))], Times("none", datetime.UTC, NOW), Settings())
    # The last byte of the cross is also that of a letter of Cyrillic.
    assert "❌".encode()[-1:] == "Ќ".encode()[-1:]
    filler = ("Ќ" * 30 + "\n").encode()
    scan.block(("❌\n").encode() + filler * 50 + "Ќ❌\n".encode() + filler * 50 + "❌❌\n".encode())
    assert scan.counted[0].seen == 3


def test_what_takes_too_long_is_given_up_and_the_others_go_on() -> None:
    known = [compiled(Pattern("good", "alpha")), compiled(Pattern("slow", "beta"))]
    turns: list[int] = []

    class Slow:
        def search(self, _text: str) -> None:
            turns.append(1)
            raise TimeoutError

    known[1] = Compiled(known[1].pattern, t.cast("re.Pattern[str]", Slow()), None, known[1].texts, known[1].folds)
    scan = scanning.Scan(known, Times("none", datetime.UTC, NOW), Settings(), contextlib.nullcontext)
    for _block in range(3):
        scan.block(b"alpha\nbeta\nalpha beta\n")
    assert turns == [1]
    good, slow = (counted.as_dict(True) for counted in scan.counted)
    assert (good["count"], good["seen"], good["given_up"]) == (6, 6, False)
    assert (slow["count"], slow["seen"], slow["given_up"]) == (None, 0, True)


def test_kinds_of_lines_are_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_HELD", 20_000)
    every = [compiled(pattern) for pack in packs.PACKS.values() for pattern in pack]
    sieve = blocks.Sieve(every)
    for number in range(300):
        word = "".join(chr(97 + int(digit)) for digit in str(number))
        lines, _long = sieve.lines(f"{word} is fine\n{word} is an ERROR\n".encode())
        assert len(lines) == 1
        assert sum(len(kind) + 150 for kind in sieve._known) < 20_500


def test_a_limit_within_less_than_can_be_told_is_in_doubt() -> None:
    pattern = Pattern("mark", "boom")
    counted = Counted(pattern, Settings(rolling=frozenset({"mark"})))
    counted.moments = sketches.Moments(0.001, 50)
    fingerprints = Fingerprints()
    match = re.search("boom", "boom")
    assert match
    for second in range(1000):
        counted.add(match, "boom", float(second * 3), "", fingerprints)
    assert counted.moments.seconds > 60
    found = {within: limits.judged(limits.Limit("mark", 10, within), counted, "")["verdict"] for within in (2.0, 600.0)}
    assert found == {2.0: "inconclusive", 600.0: "fail"}
    assert limits.judged(limits.Limit("mark", 2000, 2.0), counted, "")["verdict"] == "pass"
    # At least 190 and at most 210 or so: between them nothing is known.
    low = limits.judged(limits.Limit("mark", 10, 600.0), counted, "")["found"]
    assert limits.judged(limits.Limit("mark", low, 600.0), counted, "")["verdict"] == "inconclusive"
    assert low <= 200
