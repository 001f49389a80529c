# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines that documents show, found in their Markdown, and what each of them is."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shlex
import subprocess
import typing as t

from ansible.parsing.splitter import parse_kv

from ansible_collections.saasops.runbooks.extensions.cli import saasops
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard

# Words that begin a line that is typed, where a document shows it within its text.
PROGRAMS = r"(?:ansible-playbook|ansible-doc|ansible-galaxy|saasops|make|python3?|\.venv/bin/\S+|pip|pipx|uvx|npx|curl|docker|git)"
TYPED = re.compile(rf"{PROGRAMS} \S")
# As a screen shows it, which may have broken the line.
SHOWN = re.compile(r"ansible-playbook\s+playbooks/\w+\.yml\s+-i\s+[\w./-]+(?:\s+-e\s+(?:'[^']*'|[\w=.]+)|\s+--(?:check|diff|tags \w+|limit \w+))*")
PLACEHOLDERS = {"system": "tokpulse", "environment": "production", "component": "api", "module": "http_probe"}
SHELLS = ("sh", "bash", "shell", "console")


@dataclasses.dataclass(frozen=True)
class Line:
    """``text`` as a shell takes it: what a reader has to replace has been replaced. ``shown`` is what the document has it print."""

    where: str
    text: str
    shown: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def found(path: pathlib.Path) -> list[Line]:
    lines: list[Line] = []
    fence, begun, block = None, 0, list[str]()
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = re.match(r" *```(\w*)", text)
        if fence is None and mark:
            fence, begun, block = mark[1], number, []
        elif fence is not None and mark:
            lines += [Line(f"{path.name}:{begun}", *one) for one in _of_block(fence, block)]
            fence = None
        elif fence is not None:
            block.append(text)
        else:
            spans = [span for span in re.findall(r"`([^`]+)`", text) if TYPED.match(span)]
            lines += [Line(f"{path.name}:{number}", one) for span in spans for one in _variants(span)]
    return [dataclasses.replace(line, text=_filled(line.text)) for line in lines if "…" not in line.text]


def _of_block(language: str, block: list[str]) -> t.Iterator[tuple[str, str]]:
    """Lines, and what is shown under them."""
    begun = [number for number, text in enumerate(block) if text.startswith("$ ")]
    if begun:
        for number, end in zip(begun, [*begun[1:], len(block)], strict=True):
            yield block[number][2:], "\n".join(block[number + 1 : end])
    elif language in SHELLS:
        whole = re.sub(r"\\\n\s*", "", "\n".join(block))
        yield from ((text, "") for text in whole.splitlines() if text.strip() and not text.startswith("#"))
    elif language == "yaml":
        yield from ((text.partition("run:")[2].strip(), "") for text in block if re.match(r" *(- )?run: [^|>]", text))
    elif not language:
        yield from ((text, "") for text in block if TYPED.match(text))
        screen = "\n".join(text for text in block if not TYPED.match(text))
        yield from ((" ".join(text.split()), "") for text in SHOWN.findall(screen))


def _variants(span: str) -> list[str]:
    """What may be left out stands between brackets: the line without, and with all of it."""
    optional = r" \[([^]]+)\]"
    return list(dict.fromkeys([re.sub(optional, "", span), re.sub(optional, r" \1", span)]))


def _filled(text: str) -> str:
    text = text.replace("inventories/<environment>", "inventories/<system>/<environment>.yml")
    return re.sub(r"<([\w ]+)>", lambda mark: PLACEHOLDERS.get(mark[1], "example"), text)


# -- what is typed
def words(line: str, folder: pathlib.Path) -> list[list[str]]:
    """The programs that a real shell starts for a line, with their words. None of them does anything."""
    stubs, told = folder / "stubs", folder / "told"
    stubs.mkdir(exist_ok=True)
    for name in ("ansible-playbook", "saasops"):
        stub = stubs / name
        stub.write_text(f'#!/bin/sh\nprintf "%s\\0" {name} "$@" >>{shlex.quote(str(told))}; echo >>{shlex.quote(str(told))}\n', encoding="utf-8")
        stub.chmod(0o700)
    told.write_text("", encoding="utf-8")
    subprocess.run(["sh", "-c", line], cwd=folder, env={"PATH": f"{stubs}:/usr/bin:/bin"}, check=True, timeout=30)
    return [call.removesuffix("\0").split("\0") for call in told.read_text(encoding="utf-8").split("\n") if call]


@dataclasses.dataclass
class Wish:
    """What a line of ansible-playbook asks for; ``extra`` are the texts after ``-e``."""

    verb: str
    inventory: str = ""
    extra: list[str] = dataclasses.field(default_factory=list)
    options: list[tuple[str, ...]] = dataclasses.field(default_factory=list)

    @property
    def role(self) -> str:
        return saasops.verbs()[self.verb].role

    def values(self) -> dict[str, t.Any]:
        """As the guard takes them, which refuses what there is not."""
        given: dict[str, t.Any] = {}
        for text in self.extra:
            given.update(json.loads(text) if text.startswith("{") else parse_kv(text))
        played = given.get(f"{self.role}_verb")
        for role in (self.role, *([saasops.verbs()[played].role] if played else [])):
            mine = [text for text in self.extra if not played or f"{role}_" in text]
            own = {name: value for name, value in given.items() if not played or name.startswith(f"{role}_")}
            whole = guard.check_extra_variables(mine, own, role)
            given.pop("_raw_params", None)
            wanted = {name: value for name, value in {**own, **whole}.items() if name in guard.options_of(role)}
            checked = guard.check_values(role, wanted)
            given.update({name: checked[name] for name in wanted})
        return given

    def short(self) -> list[str]:
        """The words of the short line that asks for the same."""
        line = ["saasops", self.verb]
        if self.inventory:
            line.append(self.inventory.removeprefix("inventories/").removesuffix(".yml"))
        for text in self.extra:
            given = json.loads(text) if text.startswith("{") else dict([text.partition("=")[::2]])
            for name, value in given.items():
                line.append(f"{name.removeprefix(f'{self.role}_')}={value if isinstance(value, str) else json.dumps(value)}")
        for name, *value in self.options:
            line.append(f"{name}={value[0] if value else 'true'}")
        return line


def wish(argv: t.Sequence[str]) -> Wish:
    """Of the words of ansible-playbook."""
    rest = list(argv[1:])
    made = Wish(rest.pop(0).removeprefix("playbooks/").removeprefix(f"{saasops.COLLECTION}.").removesuffix(".yml"))
    while rest:
        word = rest.pop(0)
        if word == "-i":
            made.inventory = rest.pop(0)
        elif word == "-e":
            made.extra.append(rest.pop(0))
        elif word in ("--check", "--diff"):
            made.options.append((word[2:],))
        elif word in ("--limit", "--tags", "--forks"):
            made.options.append((word[2:], rest.pop(0)))
        else:
            raise ValueError(f"{word} of {shlex.join(argv)}: tests know nothing of it")
    return made
