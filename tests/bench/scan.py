# SPDX-License-Identifier: GPL-3.0-or-later
"""The most common errors of a large log: ``log_scan`` beside ``grep``, ``cut``, ``sort`` and ``uniq``, as the runbook asks for them.

Both read the same file from memory and tell no times. The module tells kinds of lines apart, whatever their numbers and ids; the pipe counts lines
that are equal, and one with ``sed`` those that are equal but for their digits. A second run of the module tells when each kind came, too.
"""

from __future__ import annotations

import json
import os
import pathlib
import random
import sys
import tempfile
import typing as t

from tests.bench import measure
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Row, Table, ratio

MEGABYTES = 1024
# One line of so many is an error.
ONE_OF = 100
OURS = """
import json, sys
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from ansible_collections.saasops.runbooks.plugins.modules import log_scan
result = outcome(log_scan.execute, json.load(open(sys.argv[1])), False)
if result.get("failed"):
    sys.exit(result["msg"])
print(result["patterns"]["mark"]["count"])
"""
PIPE = "grep '❌' {path} | tee {path}.found | cut -d' ' -f2- | {sed}sort | uniq -c | sort -nr | head -10 >{path}.top && wc -l <{path}.found"
SED = "sed -E 's/[0-9]+/N/g' | "
KINDS = (
    "API error: /memberships/{} returned 503",
    "payment failed for order {}: card_declined",
    "Webhook processing failed: timeout after {} ms",
    "Membership Alert: customer {} has no plan",
)


def large(rounds: int, megabytes: int = MEGABYTES) -> Table:
    before, memory = measure.load(), Memory()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = pathlib.Path(folder) / "app.log"
        _write(path, megabytes)
        (path.parent / "given.json").write_text(json.dumps({**_options(path), "time": {"format": "none"}}), encoding="utf-8")
        (path.parent / "timed.json").write_text(json.dumps(_options(path)), encoding="utf-8")
        module = [sys.executable, "-c", OURS, str(path.parent / "given.json")]
        ways = {
            "log_scan": module,
            "log_scan, and when each came": [*module[:-1], str(path.parent / "timed.json")],
            "grep, cut, sort, uniq": ["sh", "-c", PIPE.format(path=path, sed="")],
            "the same with sed": ["sh", "-c", PIPE.format(path=path, sed=SED)],
        }
        samples: dict[str, list[Sample]] = {name: [] for name in ways}
        for _round in range(rounds):
            for name, command in ways.items():
                samples[name].append(measure.run(command, os.environ, path.parent))
        measure.run(module, os.environ, path.parent, memory)
        if len({sample.output.strip() for found in samples.values() for sample in found}) != 1:
            raise BenchError("the ways do not count the same")
    speeds = {name: megabytes / median(sample.wall for sample in found) for name, found in samples.items()}
    return Table(
        f"The most common errors in a log of {megabytes} MB, medians of {rounds} rounds, load {before} to {measure.load()}",
        ["way", "MB a second", "CPU seconds"],
        [Row(name, [f"{speeds[name]:.0f}", f"{median(sample.cpu for sample in found):.2f}"]) for name, found in samples.items()],
        [
            ratio("speed of log_scan / of grep, cut, sort, uniq", speeds["log_scan"] / speeds["grep, cut, sort, uniq"], 0.5, at_least=True),
            ratio("the same, and when each came", speeds["log_scan, and when each came"] / speeds["grep, cut, sort, uniq"], None),
            ratio("speed of log_scan / of the same with sed", speeds["log_scan"] / speeds["the same with sed"], None),
            ratio("megabytes of memory at most", memory.main / measure.MEGABYTE, 100.0),
        ],
    )


def _options(path: pathlib.Path) -> dict[str, t.Any]:
    """All options, as Ansible would have them."""
    absent = dict.fromkeys(("command", "lines", "time", "since", "until", "interval"))
    counted = {"packs": [], "patterns": [{"name": "mark", "regex": "❌"}], "limits": [], "top": 10, "samples": 0, "count_lines": False}
    return {**absent, **counted, "files": [str(path)], "lines_complete": True, "when_silent": "inconclusive", "deadline": "10m"}


def _write(path: pathlib.Path, megabytes: int) -> None:
    """A log by chance, the same every time."""
    chance, size, number = random.Random(7), 0, 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        while size < megabytes * measure.MEGABYTE:
            lines = []
            for _line in range(20_000):
                number += 1
                moment = f"2026-11-21T{number // 3_600_000 % 24:02}:{number // 60_000 % 60:02}:{number // 1000 % 60:02}.{number % 1000:03}Z"
                if chance.randrange(ONE_OF):
                    request = f"INFO request {chance.randrange(10**9)} served GET /api/cart/{chance.randrange(10**5)} 200 in {chance.randrange(900)} ms"
                else:
                    request = "❌ " + chance.choice(KINDS).format(chance.randrange(10**6))
                lines.append(f"{moment} {request}\n")
            size += file.write("".join(lines))
