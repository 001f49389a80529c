# SPDX-License-Identifier: GPL-3.0-or-later
"""One short line to type: finds the inventory, checks the names, and becomes the ``ansible-playbook`` line that it prints.

    saasops rollback tokpulse/production reason="checkout 500s" [check=true] [limit=api] [-v] [-- any option of ansible-playbook]
    saasops list [rollback]
    saasops completion bash|zsh

Nothing is decided here: the printed line does the same without it. Names and types of variables come from the argument specs of the roles.
A file of secret references beside the inventory (``production.env`` beside ``production.yml``) is handed to ``op run``; one of plain values is read.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import shutil
import sys
import typing as t
from pathlib import Path

import yaml

COLLECTION = "saasops.runbooks"
ROOT = Path(__file__).resolve().parents[2]
# Words that are options of ansible-playbook and no variables; True: without a value.
OPTIONS = {"check": True, "diff": True, "limit": False, "tags": False, "forks": False}
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
BESIDE = ("group_vars", "host_vars")
REFERENCE = re.compile(r"^\s*(?:export\s+)?\w+\s*=\s*[\"']?op://", re.M)
BASH = """_saasops() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "$(saasops complete "${COMP_WORDS[@]:1:COMP_CWORD}")" -- "${COMP_WORDS[COMP_CWORD]}"))
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _saasops saasops
"""
ZSH = """#compdef saasops
_saasops() {
    local -a found
    found=(${(f)"$(saasops complete "${(@)words[2,CURRENT]}")"})
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
}
compdef _saasops saasops
"""
Json = dict[str, t.Any]


class Refusal(Exception):
    """What is wrong, and what to do about it."""


def main(words: t.Sequence[str] | None = None) -> t.NoReturn:
    given = list(sys.argv[1:] if words is None else words)
    try:
        told = answered(given)
        if told is not None:
            print(told)
            raise SystemExit(0)
        command, environment = line(given)
    except Refusal as refusal:
        print(f"saasops: {refusal}", file=sys.stderr)
        raise SystemExit(2) from None
    print(shlex.join(command), file=sys.stderr, flush=True)
    try:
        # This process becomes Ansible's: signals, the screen and the exit status are its own.
        os.execvpe(command[0], command, environment)
    except OSError as error:
        print(f"saasops: {command[0]} cannot be run ({error.strerror})\n  pip install saasops-runbooks brings ansible-playbook with it", file=sys.stderr)
        raise SystemExit(127) from None


def answered(given: list[str]) -> str | None:
    """What is told without Ansible; None where a verb is to be run."""
    if not given or given[0] in ("-h", "--help", "help"):
        return f"{(__doc__ or '').strip()}\n\n{listed([])}"
    if given[0] == "list":
        return listed(given[1:])
    if given[0] == "completion":
        if given[1:] not in (["bash"], ["zsh"]):
            raise Refusal("completion is for bash or for zsh\n  saasops completion bash >>~/.bashrc")
        return BASH if given[1] == "bash" else ZSH
    return "\n".join(candidates(given[1:])) if given[0] == "complete" else None


def line(given: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command that a line stands for, and its environment."""
    own, passed = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    verb = known(own[0], verbs(), "verb", "saasops list shows them")
    if len(own) < 2 or "=" in own[1]:
        raise Refusal(f"{verb} of which environment?\n  {', '.join(sorted(inventories())) or 'There is no folder inventories here or above'}")
    inventory = found_inventory(own[1])
    extra: Json = {}
    options: list[str] = []
    for word in own[2:]:
        name, equals, value = word.partition("=")
        if re.fullmatch(r"-v+|--check|--diff", word):
            options.append(word)
        elif not equals:
            raise Refusal(f"{word!r} is not name=value\n  What is meant for ansible-playbook stands after --")
        elif name in OPTIONS:
            options += option(name, value)
        else:
            variable, spec = variable_of(verb, name)
            extra[variable] = typed(name, value, spec)
    command = ["ansible-playbook", playbook(verb), "-i", relative(inventory)]
    if extra:
        command += ["-e", json.dumps(extra, ensure_ascii=False)]
    return with_secrets([*command, *options, *passed], inventory)


# -- what there is
def verbs() -> dict[str, str]:
    """verb -> the role that has its variables."""
    found = {}
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        role = re.search(r"^ +verb: (\w+)$", path.read_text(encoding="utf-8"), re.M)
        found[path.stem] = role[1] if role else path.stem
    return found


def variables(verb: str) -> Json:
    """Its variables, and the options that their argument specs give them."""
    text = (ROOT / "roles" / verbs()[verb] / "meta/argument_specs.yml").read_text(encoding="utf-8")
    specs: Json = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return t.cast(Json, specs["argument_specs"]["main"])


def inventories() -> dict[str, Path]:
    """``system/environment`` -> its file, of the nearest folder ``inventories``."""
    here = Path.cwd()
    folder = next((place / "inventories" for place in (here, *here.parents) if (place / "inventories").is_dir()), None)
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.y*ml")) if folder else []:
        if path.suffix not in (".yml", ".yaml") or set(path.relative_to(t.cast(Path, folder)).parts) & {*BESIDE, "roles"}:
            continue
        # A folder with its hosts in a file of that name is one inventory.
        whole = path.parent if path.stem == "hosts" else path
        found[str(whole.relative_to(t.cast(Path, folder)).with_suffix(""))] = whole
    return found


def found_inventory(name: str) -> Path:
    there = inventories()
    if name in there:
        return there[name]
    if Path(name).exists():
        return Path(name)
    return there[known(name, there, "environment", f"There are: {', '.join(sorted(there)) or 'none here, and no folder inventories above'}")]


def known(name: str, names: t.Iterable[str], what: str, otherwise: str) -> str:
    names = list(names)
    if name in names:
        return name
    near = " or ".join(difflib.get_close_matches(name, names, 2, 0.6))
    raise Refusal(f"there is no {what} {name}\n  {f'Did you mean {near}?' if near else otherwise}")


# -- what is given
def variable_of(verb: str, name: str) -> tuple[str, Json]:
    options, role = variables(verb)["options"], verbs()[verb]
    full = name if name in options else f"{role}_{name}"
    if full in options:
        return full, options[full]
    short = [one.removeprefix(f"{role}_") for one in options]
    known(name, [*short, *OPTIONS], f"variable {role}_{name}, nor an option", f"saasops list {verb} shows what there is")
    raise AssertionError("unreachable")


def option(name: str, value: str) -> list[str]:
    if not OPTIONS[name]:
        return [f"--{name}", value]
    return [f"--{name}"] if word(name, value) else []


def word(name: str, value: str) -> bool:
    if value.lower() not in WORDS:
        raise Refusal(f"{name} is {value!r}\n  Write {name}=true or {name}=false")
    return WORDS[value.lower()]


def typed(name: str, value: str, spec: Json) -> t.Any:
    kind = spec.get("type", "str")
    choices = [str(choice) for choice in spec.get("choices", [])]
    if choices and value not in choices:
        known(value, choices, f"{name} that is", f"Write one of: {', '.join(choices)}")
    try:
        if kind in ("int", "float"):
            return int(value) if kind == "int" else float(value)
        if kind == "dict" or (kind == "list" and value[:1] in "[{"):
            return json.loads(value)
    except ValueError:
        shape = "JSON" if kind in ("dict", "list") else "a number"
        raise Refusal(f"{name} is {value!r}\n  Write it as {shape}") from None
    if kind == "bool":
        return word(name, value)
    return [part.strip() for part in value.split(",") if part.strip()] if kind == "list" else value


# -- the command
def playbook(verb: str) -> str:
    """In a checkout the file, so that the line can be read; else the name by which Ansible finds it."""
    path = ROOT / "playbooks" / f"{verb}.yml"
    return relative(path) if Path.cwd().resolve() in (ROOT, *path.parents) else f"{COLLECTION}.{verb}"


def relative(path: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_absolute() and here in path.parents else str(path)


def with_secrets(command: list[str], inventory: Path) -> tuple[list[str], dict[str, str]]:
    environment = dict(os.environ)
    # pip and pipx put it beside the Python that runs this, which need not be on the PATH.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    file = inventory.with_suffix(".env")
    if not file.is_file():
        return command, environment
    text = file.read_text(encoding="utf-8")
    if REFERENCE.search(text):
        if shutil.which("op") is None:
            raise Refusal(f"{relative(file)} has references of 1Password, and op is not installed\n  Install it, or set these variables and move the file away")
        return ["op", "run", f"--env-file={relative(file)}", "--", *command], environment
    if file.stat().st_mode & 0o077:
        raise Refusal(f"{relative(file)} holds secrets, and others may read it\n  chmod 600 {shlex.quote(relative(file))}")
    for entry in text.splitlines():
        parts = shlex.split(entry, comments=True)
        for part in parts[1:] if parts[:1] == ["export"] else parts[:1]:
            name, equals, value = part.partition("=")
            if not equals:
                raise Refusal(f"{relative(file)}: a line of it is not NAME=value")
            environment[name] = value
    return command, environment


# -- help
def listed(given: list[str]) -> str:
    if given:
        verb = known(given[0], verbs(), "verb", "saasops list shows them")
        spec = variables(verb)
        rows = [(name.removeprefix(f"{verbs()[verb]}_"), about) for name, about in spec["options"].items()]
        width = max(len(name) for name, _about in rows) if rows else 0
        told = [f"  {name:{width}}  {about.get('type', 'str')}: {_plain(about.get('description', ''))}" for name, about in rows]
        return "\n".join([f"{verb}: {spec['short_description']}", *told, f"  {', '.join(OPTIONS)} are those of ansible-playbook."])
    width = max(map(len, verbs()))
    told = [f"  {verb:{width}}  {variables(verb)['short_description']}" for verb in verbs()]
    return "\n".join(["Verbs:", *told, "Environments:", *(f"  {name}" for name in inventories() or ["none: there is no folder inventories here or above"])])


def _plain(text: str | list[str]) -> str:
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
    if len(given) == 2:
        return sorted(inventories())
    role, options = verbs()[given[0]], variables(given[0])["options"]
    name, equals, _value = given[-1].partition("=")
    if equals:
        spec = options.get(f"{role}_{name}", {"type": "bool"} if OPTIONS.get(name) else {})
        values = ["true", "false"] if spec.get("type") == "bool" else [str(choice) for choice in spec.get("choices", [])]
        return [f"{name}={value}" for value in values]
    return [f"{one.removeprefix(f'{role}_')}=" for one in options] + [f"{one}=" for one in OPTIONS]


if __name__ == "__main__":
    main()
