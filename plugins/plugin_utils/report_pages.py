# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""A report as Markdown, and as one HTML page that needs nothing from elsewhere. What vendors have said is data on both: escaped, one line, bounded."""

from __future__ import annotations

import datetime
import html
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, scrub
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.heartbeat import label

Json = t.Mapping[str, t.Any]
NOT_MEASURED = "not measured"
WORDS = {"pass": "ok", "warn": "WARN", "fail": "FAIL", "error": "ERROR", "inconclusive": "INCONCLUSIVE", "skipped": "-"}
WIDTH, HEIGHT = 240, 40


class Table(t.NamedTuple):
    heading: str
    columns: list[str]
    rows: list[list[str]]
    empty: str


STYLE = """
body{font:16px/1.4 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
td,th{padding:.3rem .6rem .3rem 0;text-align:left;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
.fail,.error{color:#b00020;font-weight:600}.warn,.inconclusive{color:#8a5a00;font-weight:600}.ok,.pass{color:#1b6e3c}
svg{width:100%;max-width:15rem;height:2.5rem}polyline{fill:none;stroke:#2a5db0;stroke-width:2}
@media(max-width:40rem){body{padding:.6rem}thead{display:none}td{display:flex;gap:.6rem;border:0;padding:.1rem 0}
td::before{content:attr(data-label);flex:0 0 7rem;color:#767676;font-weight:400}tr{display:block;padding:.5rem 0;border-bottom:1px solid #ddd}}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}td,th{border-color:#444}.fail,.error{color:#ff8a8a}.warn,.inconclusive{color:#f2c26b}.ok,.pass{color:#7fd6a0}}
"""


def when(at: float | None) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%a %-d %b %H:%M UTC") if at else "-"


def end(at: float | None) -> str:
    """With its year: some ends are a year away."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%-d %b %Y %H:%M UTC") if at else "-"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def title(run: Json, data: Json) -> str:
    return f"{run['environment']}: {WORDS[data['verdict']]}, {len(data['bad'])} of {data['checks']} checks not well"


def tables(data: Json) -> list[Table]:
    """(heading, columns, rows, what stands there when there is no row). What is empty says so, and is never left out: no data is not the same as all well."""
    known = data["measured"]
    return [
        Table(
            "What needs a person",
            ["component", "check", "verdict", "why", "last", "times"],
            [[one["component"], one["name"], WORDS[one["verdict"]], one["reason"], when(one["at"]), str(one["times"])] for one in data["bad"]]
            + [[one["component"], "held back", "pinned", one["reason"], when(one["since"]), "-"] for one in data["pins"]],
            "Nothing." if known["bad"] else NOT_MEASURED,
        ),
        Table(
            "Scheduled runs",
            ["run", "began", "verdict", "items"],
            [[label(one["tags"]), when(one["started_at"]), WORDS.get(one["verdict"], one["verdict"]), _items(one["items"])] for one in data["runs"]],
            "None is known of this time.",
        ),
        Table("Backups", ["component", "what", "verdict", "value", "last"], [_measured(one) for one in data["backups"]], NOT_MEASURED),
        Table(
            "Certificates",
            ["component", "what", "verdict", "ends"],
            [[one["component"], one["name"], WORDS[one["verdict"]], end(one["ends_at"])] for one in data["certificates"]],
            NOT_MEASURED,
        ),
        Table(
            "Open windows for a rollback",
            ["component", "back to", "ends", "looked at"],
            [[one["component"], one["target"] if one["can"] else f"no: {_refused(one, data['at'])}", _end(one), when(one["at"])] for one in data["windows"]],
            NOT_MEASURED,
        ),
        Table(
            "Deployments",
            ["when", "component", "deployment", "what"],
            [[when(one["at"]), one["component"], one["deployment"], one["what"]] for one in data["releases"]],
            "None was seen." if known["releases"] else NOT_MEASURED,
        ),
        Table(
            "Incidents",
            ["when", "component", "what", "state"],
            [[when(one["at"]), one["component"], one["what"], one["state"]] for one in data["incidents"]],
            "None was told." if known["incidents"] else NOT_MEASURED,
        ),
        Table(
            "What was done",
            ["when", "component", "what", "run"],
            [[when(one["at"]), one["component"], one["what"], one["run"]] for one in data["events"]],
            "None is known of this time.",
        ),
        Table(
            "Slowest",
            ["component", "what", "p95 ms", "samples"],
            [[one["component"], one["name"], number(one["p95"]), str(one["samples"])] for one in data["slow"]],
            NOT_MEASURED,
        ),
        Table(
            "Most frequent in the logs",
            ["component", "kind of line", "in a look", "in all", "against before"],
            [[one["component"], one["fingerprint"], number(one["a_look"]), str(one["count"]), one["word"] or change(one["change"])] for one in data["logs"]],
            "No kind of line was told." if known["logs"] else NOT_MEASURED,
        ),
        Table(
            "Databases",
            ["component", "finding", "verdict", "what"],
            [[one["component"], one["name"], WORDS[one["verdict"]], one["reason"]] for one in data["databases"]],
            NOT_MEASURED,
        ),
        Table(
            "Usage and cost",
            ["component", "what", "last", "against before"],
            [[one["component"], one["name"], _value(one), change(one["change"])] for one in data["usage"]] + [["", "cost", NOT_MEASURED, "-"]],
            NOT_MEASURED,
        ),
        Table(
            "Trends",
            ["component", "what", "last", "average", "against before"],
            [
                [one["component"], one["name"], f"{number(one['last'])} {one['unit']}".strip(), number(one["average"]), change(one["change"])]
                for one in data["trends"]
            ],
            NOT_MEASURED,
        ),
        Table(
            "Limits that history suggests",
            ["component", "what", "warn", "fail", "looks"],
            [
                [one["component"], one["name"], *(f"{one[level]:g} {one['unit']}" for level in ("warn", "fail")), str(one["samples"])]
                for one in data["suggested"]
            ],
            "None: too few looks, or a report of less than a week. Nothing is set by itself.",
        ),
        Table(
            "Who and where",
            ["name", "address"],
            [[name, address] for name, address in {**data["contacts"], **data["links"]}.items()],
            "Nobody is named: see saasops_contacts and saasops_links of the inventory.",
        ),
    ]


def change(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:+.0f}%"


def _value(one: Json) -> str:
    return f"{number(one['value'])} {one['unit']}".strip() if one["value"] is not None else "-"


def _measured(one: Json) -> list[str]:
    return [one["component"], one["name"], WORDS[one["verdict"]], _value(one) if one["value"] is not None else one["reason"], when(one["at"])]


def _refused(one: Json, now: float) -> str:
    return "the window is over" if one["ends_at"] is not None and one["ends_at"] <= now else str(one["reason"]).removeprefix("no: ")


def _end(one: Json) -> str:
    return "-" if not one["can"] else end(one["ends_at"]) if one["ends_at"] is not None else "the vendor tells no end"


def _items(items: t.Sequence[Json]) -> str:
    return ", ".join(f"{item['name']} {WORDS[item['verdict']]}" for item in items) or "-"


def _text(value: t.Any) -> str:
    return str(scrub(plain(value, 300)))


def markdown(run: Json, data: Json) -> str:
    lines = [f"# {_cell(title(run, data))}", "", f"From {when(data['since'])} to {when(data['at'])}."]
    for heading, columns, rows, empty in tables(data):
        lines += ["", f"## {heading}", ""]
        if rows:
            lines += [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}", *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]
        else:
            lines.append(empty)
    return "\n".join(lines) + "\n"


def _cell(value: t.Any) -> str:
    """Markdown that is text alone: no link, no picture, no HTML, no row of a table."""
    return re.sub(r"([\\`*_{}\[\]()<>#|!~])", r"\\\1", _text(value)) or " "


def page(run: Json, data: Json) -> str:
    """One page: no script, no picture, no font and no style from elsewhere; a policy in it forbids what would slip in."""
    body = [f"<h1>{_safe(title(run, data))}</h1>", f"<p>From {when(data['since'])} to {when(data['at'])}.</p>"]
    for heading, columns, rows, empty in tables(data):
        body.append(f"<h2>{_safe(heading)}</h2>")
        if not rows:
            body.append(f"<p>{_safe(empty)}</p>")
            continue
        plots = [plot(one["points"]) for one in data["trends"]] if heading == "Trends" else []
        head = "".join(f"<th>{_safe(column)}</th>" for column in [*columns, *(["plot"] if plots else [])])
        # A narrow page shows each row as a list, where a cell has its column's name before it.
        cells = ["".join(map(_td, columns, row)) for row in rows]
        cells = [f'{row}<td data-label="plot">{picture}</td>' for row, picture in zip(cells, plots, strict=True)] if plots else cells
        body.append(f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(f"<tr>{row}</tr>" for row in cells)}</tbody></table></div>')
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{_safe(title(run, data))}</title><style>{STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _safe(value: t.Any) -> str:
    return html.escape(_text(value), quote=True)


def _td(column: str, cell: str) -> str:
    return f'<td{_class(cell)} data-label="{_safe(column)}">{_safe(cell)}</td>'


def _class(cell: str) -> str:
    return f' class="{cell.lower()}"' if cell in WORDS.values() and cell != "-" else ""


def plot(points: t.Sequence[t.Sequence[float]]) -> str:
    """A line through the points, from the oldest to the newest; one point is a line of its own height."""
    times, values = [point[0] for point in points], [point[1] for point in points]
    wide, high = max(times) - min(times) or 1.0, max(values) - min(values) or 1.0
    at = [f"{(x - min(times)) / wide * WIDTH:.1f},{HEIGHT - 2 - (y - min(values)) / high * (HEIGHT - 4):.1f}" for x, y in zip(times, values, strict=True)]
    drawn = at if len(at) > 1 else [f"0,{HEIGHT / 2:.1f}", f"{WIDTH},{HEIGHT / 2:.1f}"]
    told = html.escape(f"from {number(min(values))} to {number(max(values))}")
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}"><polyline points="{" ".join(drawn)}"/></svg>'
