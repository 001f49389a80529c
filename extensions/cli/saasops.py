# SPDX-License-Identifier: GPL-3.0-or-later
"""One short line to type: finds the inventory, checks the names, and becomes the line of ansible-playbook that it prints.

    saasops rollback tokpulse/production reason="checkout 500s" [check=true] [limit=api] [-v] [-- any option of ansible-playbook]
    saasops rollback --help | saasops list
    saasops completion bash|zsh

Nothing is decided here: the printed line does the same without it. Names and types of variables come from the argument specs of the roles.
A file of secret references beside the inventory (production.env beside production.yml) is handed to op run; one of plain values is read.
"""

from __future__ import annotations

import difflib
import functools
import json
import os
import re
import shlex
import shutil
import sys
import typing as t
from pathlib import Path

import yaml

from ansible_collections.saasops.runbooks.plugins.plugin_utils import variables as inventory_variables

COLLECTION = "saasops.runbooks"
ROOT = Path(__file__).resolve().parents[2]
# Words that are options of ansible-playbook and no variables; True: without a value.
OPTIONS = {"check": True, "diff": True, "limit": False, "tags": False, "forks": False}
HELP = ("-h", "--help", "help")
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
# The argument spec of a variable that names a verb.
OF_VERBS: dict[str, t.Any] = {"type": "str", "required": True}
BESIDE = ("group_vars", "host_vars", "roles")
REFERENCE = re.compile(r"^\s*(?:export\s+)?\w+\s*=\s*[\"']?op://", re.M)
# Readline takes name=value for three words and replaces the last of them alone; what is asked is the line as it stands before the cursor.
BASH = """_saasops() {
    local IFS=$'\\n' line=${COMP_LINE:0:COMP_POINT} word
    local -a words
    IFS=$' \\t' read -ra words <<<"$line"
    [[ $line == *[[:blank:]] ]] && words+=('')
    word=${words[${#words[@]}-1]}
    COMPREPLY=()
    while read -r found; do
        [[ $found == "$word"* ]] || continue
        [[ $word == *=* ]] && found=${found#*=}
        COMPREPLY+=("$found")
    done < <(saasops complete "${words[@]:1}" 2>/dev/null)
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -F _saasops saasops
"""
ZSH = """#compdef saasops
_saasops() {
    local -a found
    found=(${(f)"$(saasops complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
}
# From a folder of $fpath this file is the function at its first call, and makes itself known otherwise.
if [[ ${funcstack[1]} == _saasops ]]; then _saasops "$@"; else compdef _saasops saasops; fi
"""
Json = dict[str, t.Any]


class Refusal(Exception):
    """What is wrong, and what to do about it."""


class Verb(t.NamedTuple):
    """``role`` has its variables; ``inventory``: whether it is about the components of an environment."""

    role: str
    inventory: bool


def main(words: t.Sequence[str] | None = None) -> t.NoReturn:
    given = list(sys.argv[1:] if words is None else words)
    try:
        told = answered(given)
        if told is not None:
            print(told)
            raise SystemExit(0)
        command, environment, shown = line(given)
    except Refusal as refusal:
        print(f"saasops: {refusal}", file=sys.stderr)
        raise SystemExit(2) from None
    print(shown, file=sys.stderr, flush=True)
    try:
        # This process becomes Ansible's: signals, the screen and the exit status are its own.
        os.execvpe(command[0], command, environment)
    except OSError as error:
        print(f"saasops: {command[0]} cannot be run ({error.strerror})\n  pip install saasops-runbooks brings ansible-playbook with it", file=sys.stderr)
        raise SystemExit(127) from None


def answered(given: list[str]) -> str | None:
    """What is told without Ansible; None where a verb is to be run."""
    if not given or given[0] in HELP:
        return f"{(__doc__ or '').strip()}\n\n{listed([])}"
    if given[0] == "list":
        return listed(given[1:])
    if given[0] == "completion":
        if given[1:] not in (["bash"], ["zsh"]):
            raise Refusal("completion is for bash or for zsh\n  saasops completion bash >>~/.bashrc")
        return BASH if given[1] == "bash" else ZSH
    if given[0] == "complete":
        return "\n".join(candidates(given[1:]))
    return listed(given[:1]) if set(_parted(given)[0]) & set(HELP) else None


def line(given: list[str]) -> tuple[list[str], dict[str, str], str]:
    """The command that a line stands for, its environment, and what does the same in a shell."""
    own, passed = _parted(given)
    verb = known(own[0], verbs(), "verb", "saasops list shows them")
    words, inventory = own[1:], None
    if verbs()[verb].inventory:
        if not words or "=" in words[0]:
            raise Refusal(f"{verb} of which environment?\n  {', '.join(inventories()) or 'There is no folder inventories here or above'}")
        inventory = found_inventory(words.pop(0))
    extra: Json = {}
    options: list[str] = []
    if inventory is None and words and re.fullmatch(r"[\w-]+/[\w-]+", words[0]) and {"system", "environment"} <= set(named(verb, ())):
        # It needs no inventory, and may be about to make one.
        words[:1] = [f"{name}={value}" for name, value in zip(("system", "environment"), words[0].split("/"), strict=True)]
    for word in words:
        name, equals, value = word.partition("=")
        if re.fullmatch(r"-v+|--check|--diff", word):
            options.append(word)
        elif not equals:
            raise Refusal(f"{word!r} is not name=value\n  What is meant for ansible-playbook stands after --")
        elif name in OPTIONS:
            options += option(name, value)
        else:
            variable, spec = variable_of(verb, name, words)
            if spec is OF_VERBS:
                known(value, verbs(), "verb", "saasops list shows them")
            extra[variable] = typed(name, value, spec)
    command = [program(), playbook(verb), *(["-i", relative(inventory)] if inventory else [])]
    if extra:
        command += ["-e", json.dumps(extra, ensure_ascii=False)]
    return with_secrets([*command, *options, *passed], inventory)


def _parted(given: list[str]) -> tuple[list[str], list[str]]:
    at = given.index("--") if "--" in given else len(given)
    return given[:at], given[at + 1 :]


# -- what there is
@functools.cache
def verbs() -> dict[str, Verb]:
    """As the playbooks tell."""
    found = {}
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        role = re.search(r"^ +verb: (\w+)$", text, re.M)
        found[path.stem] = Verb(role[1] if role else path.stem, bool(re.search(r"^ +hosts:.*\bcomponents\b", text, re.M)))
    return found


@functools.cache
def variables(verb: str) -> Json:
    """Its variables, and the options that their argument specs give them."""
    text = (ROOT / "roles" / verbs()[verb].role / "meta/argument_specs.yml").read_text(encoding="utf-8")
    specs: Json = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return t.cast(Json, specs["argument_specs"]["main"])


def short_names(verb: str) -> dict[str, str]:
    """The names of its variables as they are typed -> whole."""
    return {name.removeprefix(f"{verbs()[verb].role}_"): name for name in variables(verb).get("options") or {}}


def named(verb: str, words: t.Sequence[str]) -> dict[str, tuple[str, Json]]:
    """Variables as they may be typed -> whole name and argument spec. A verb that plays the one that is told by its variable verb takes that one's, too."""
    options, role = variables(verb).get("options") or {}, verbs()[verb].role
    found: dict[str, tuple[str, Json]] = {}
    if f"{role}_verb" in options:
        options = {**options, f"{role}_verb": OF_VERBS}
        played = [word.partition("=")[2] for word in words if word.startswith(("verb=", f"{role}_verb="))]
        for other in played:
            found |= named(other, ()) if other in verbs() else {}
    whole = {name: (name, about) for name, about in options.items()}
    return {**found, **whole, **{name.removeprefix(f"{role}_"): entry for name, entry in whole.items()}}


def inventories() -> dict[str, Path]:
    """``system/environment`` -> its file, of the nearest folder ``inventories``."""
    here = Path.cwd()
    folder = next((place / "inventories" for place in (here, *here.parents) if (place / "inventories").is_dir()), None)
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.y*ml")) if folder else []:
        inside = path.relative_to(t.cast(Path, folder))
        if path.suffix not in (".yml", ".yaml") or set(inside.parts) & set(BESIDE):
            continue
        # A folder with its hosts in a file of that name is one inventory.
        if path.stem == "hosts" and inside.parent.name:
            found[str(inside.parent)] = path.parent
        else:
            found[str(inside.with_suffix(""))] = path
    return dict(sorted(found.items()))


def found_inventory(name: str) -> Path:
    there = inventories()
    if name in there:
        return there[name]
    if Path(name).exists():
        return Path(name)
    return there[known(name, there, "environment", f"There are: {', '.join(there) or 'none here, and no folder inventories above'}")]


def known(name: str, names: t.Iterable[str], what: str, otherwise: str) -> str:
    names = list(names)
    if name in names:
        return name
    raise Refusal(f"there is no {what} {name}\n  {meant(name, names) or otherwise}")


def meant(name: str, names: t.Iterable[str]) -> str:
    near = " or ".join(difflib.get_close_matches(name, names, 2, 0.6))
    return f"Did you mean {near}?" if near else ""


# -- what is given
def variable_of(verb: str, name: str, words: t.Sequence[str]) -> tuple[str, Json]:
    """A variable of the verb, or one of the inventory by its whole name."""
    there, of_inventory = named(verb, words), inventory_variables.known_variables()
    known(name, [*there, *OPTIONS, *of_inventory], "variable or option", f"saasops {verb} --help shows what there is")
    if name in of_inventory and inventory_variables.is_secret(name):
        place = "Have it in the environment, or in the file beside the inventory: docs/inventory.md"
        raise Refusal(f"{name} is a secret, and every process here could read it\n  {place}")
    return there.get(name, (name, {"type": "any"}))


def option(name: str, value: str) -> list[str]:
    if not OPTIONS[name]:
        return [f"--{name}", value]
    return [f"--{name}"] if word(name, value) else []


def word(name: str, value: str) -> bool:
    if value.lower() not in WORDS:
        raise Refusal(f"{name} is {value!r}\n  Write {name}=true or {name}=false")
    return WORDS[value.lower()]


def typed(name: str, value: str, spec: Json) -> t.Any:
    """The value as its argument spec has it; what may be in it is looked at here, so that a slip is told at once."""
    made = converted(name, value, spec.get("type", "str"))
    choices = [str(choice) for choice in spec.get("choices") or []]
    wrong = [str(one) for one in (made if isinstance(made, list) else [made]) if choices and str(one) not in choices]
    if wrong:
        raise Refusal(f"{name} is {wrong[0]!r}\n  {meant(wrong[0], choices) or 'Write one of: ' + ', '.join(choices)}")
    return made


def converted(name: str, value: str, kind: str) -> t.Any:
    try:
        if kind in ("int", "float"):
            return int(value) if kind == "int" else float(value)
        if kind == "dict" or (kind in ("any", "list", "raw") and value[:1] in ("[", "{")):
            return json.loads(value)
    except ValueError:
        shape = "a number" if kind in ("int", "float") else "JSON"
        raise Refusal(f"{name} is {value!r}\n  Write it as {shape}") from None
    if kind == "bool":
        return word(name, value)
    return [part.strip() for part in value.split(",") if part.strip()] if kind == "list" else value


# -- the command
def program() -> str:
    """pip and pipx put it beside the Python that runs this, which need not be on the PATH."""
    beside = Path(sys.executable).parent / "ansible-playbook"
    found = shutil.which("ansible-playbook")
    return str(beside) if beside.exists() and (found is None or not beside.samefile(found)) else "ansible-playbook"


def playbook(verb: str) -> str:
    """At the root of a checkout the file, so that the line can be read; else the name by which Ansible finds it."""
    file = Path("playbooks", f"{verb}.yml")
    return str(file) if file.exists() and file.samefile(ROOT / file) else f"{COLLECTION}.{verb}"


def relative(path: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_absolute() and here in path.parents else str(path)


def with_secrets(command: list[str], inventory: Path | None) -> tuple[list[str], dict[str, str], str]:
    environment, whole = dict(os.environ), shlex.join(command)
    file = inventory.parent / f"{inventory.name if inventory.is_dir() else inventory.stem}.env" if inventory else None
    if file is None or not file.is_file():
        return command, environment, whole
    name, text = relative(file), file.read_text(encoding="utf-8")
    if REFERENCE.search(text):
        if shutil.which("op") is None:
            raise Refusal(f"{name} has references of 1Password, and op is not installed\n  Install it, or set these variables and move the file away")
        command = ["op", "run", f"--env-file={name}", "--", *command]
        return command, environment, shlex.join(command)
    if file.stat().st_mode & 0o077:
        raise Refusal(f"{name} holds secrets, and others may read it\n  chmod 600 {shlex.quote(name)}")
    for number, entry in enumerate(text.splitlines(), 1):
        if entry.strip() and not entry.lstrip().startswith("#"):
            environment.update([plain(entry, f"{name}, line {number}")])
    return command, environment, f"(set -a; . {shlex.quote(name if '/' in name else f'./{name}')}; {whole})"


def plain(entry: str, where: str) -> tuple[str, str]:
    """A line NAME=value, which a shell that reads the file must understand alike. What is wrong never shows the value."""
    try:
        parts = shlex.split(entry, comments=True)
    except ValueError:
        parts = []
    name, equals, value = (parts[1] if parts[:1] == ["export"] and parts[1:] else "".join(parts[:1])).partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name) or len(parts) > 1 + (parts[0] == "export"):
        raise Refusal(f"{where} is not NAME=value\n  Put a value with spaces between single quotes")
    if re.search(r"[$`\\;&|<>()*?~\[]", re.sub(r"'[^']*'", "", entry.partition("=")[2].partition(" #")[0])):
        raise Refusal(f"{where}: a shell would read more into this value\n  Put it between single quotes")
    return name, value


# -- help
def listed(given: list[str]) -> str:
    if given:
        verb = known(given[0], verbs(), "verb", "saasops list shows them")
        options, of = variables(verb).get("options") or {}, " environment" if verbs()[verb].inventory else ""
        rows = [(short, options[name]) for short, name in short_names(verb).items()]
        width = max((len(name) for name, _about in rows), default=0)
        told = [f"  {name:{width}}  {_kind(about)}: {plain_text(about.get('description', ''))}" for name, about in rows]
        head = [f"saasops {verb}{of} [name=value …]", plain_text(variables(verb)["short_description"])]
        told += ["  and, after verb=…, the variables of that verb"] if f"{verbs()[verb].role}_verb" in options else []
        return "\n".join([*head, *told, f"  {', '.join(OPTIONS)}: as options of ansible-playbook; those of the inventory by their whole names"])
    width = max(map(len, verbs()))
    told = [f"  {verb:{width}}  {plain_text(variables(verb)['short_description'])}" for verb in verbs()]
    return "\n".join(["Verbs:", *told, "Environments:", *(f"  {name}" for name in inventories() or ["none: there is no folder inventories here or above"])])


def _kind(about: Json) -> str:
    default = "needed" if about.get("required") else about.get("default")
    kind = " | ".join(map(str, about.get("choices") or [about.get("type", "str")]))
    return kind if default in (None, "", [], {}) else f"{kind}, {json.dumps(default) if isinstance(default, bool) else default}"


def plain_text(text: str | list[str]) -> str:
    whole = text if isinstance(text, str) else " ".join(text)
    return re.sub(r"[A-Z]\(([^)]*)\)", r"\1", whole)


def candidates(given: list[str]) -> list[str]:
    """What the last of these words may become."""
    if len(given) < 2:
        return [*verbs(), "list", "completion"]
    if given[0] in ("list", "completion"):
        return list(verbs()) if given[0] == "list" else ["bash", "zsh"]
    if given[0] not in verbs():
        return []
    if len(given) == 2 and verbs()[given[0]].inventory:
        return list(inventories())
    there = named(given[0], given[1:-1])
    name, equals, _value = given[-1].partition("=")
    if equals:
        spec = {"type": "bool"} if OPTIONS.get(name) else there.get(name, ("", {}))[1]
        values = list(verbs()) if spec is OF_VERBS else [str(choice) for choice in spec.get("choices") or []]
        return [f"{name}={value}" for value in (["true", "false"] if spec.get("type") == "bool" else values)]
    whole = {variable for variable, _about in there.values()}
    # Whole names are taken, and offered once something of them is there.
    return [f"{one}=" for one in (*there, *OPTIONS) if given[-1] or one not in whole]


if __name__ == "__main__":
    main()
