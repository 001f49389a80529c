# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal from its beginning to its end: a folder, a sandbox, databases, the failure, the playbook; and all of it away again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import yaml

from .. import scenario
from ..errors import Refused
from ..launch import ControlError, Sandbox
from ..postgresql import dies_with_parent
from . import databases, failures, overlay
from .place import Place
from .verbs import NOT_REHEARSED, VERBS, Rehearsed

Json = dict[str, t.Any]
RULE = "=" * 78
# What Ansible prints after the screen.
AFTER = re.compile(r"\n(?:ok|fatal|failed|changed|skipping): \[|\nPLAY RECAP|\n\[ERROR\]")
# Of the process environment nothing else is taken.
ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TERM", "TZ", "USER")
# Where nothing listens: whatever should ask beyond this machine finds no way, not even to a name server.
NOWHERE = "http://127.0.0.1:9"
SETTINGS = """[defaults]
collections_path = {collections}
stdout_callback = default
vars_plugins_enabled =
[inventory]
enable_plugins = yaml
"""


class Stopped(BaseException):
    """Whoever asked for the rehearsal is gone, or does not want it any more."""


class Literal(str):
    """A text that Ansible must not take for a template."""


yaml.SafeDumper.add_representer(Literal, lambda dumper, data: dumper.represent_scalar("!unsafe", str(data)))


def stop(_number: int, _frame: t.Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def rehearse(request: Json, begun: t.Callable[[str], None]) -> Json:
    """``request``: ``verb`` (the playbook's name), ``scenario`` (or None), ``components`` (name -> the variables taken from the inventory), ``extra``
    (the verb's own extra variables), ``arguments`` (of ansible-playbook), ``playbook`` and ``inventory`` (as they were typed), ``playbooks`` (the
    folder that ``playbook`` is in), ``collections`` (where Ansible finds them)."""
    verb = str(request["verb"])
    if verb in NOT_REHEARSED:
        raise Refused(f"{verb} is not rehearsed: {NOT_REHEARSED[verb]}", f"Rehearse one of: {', '.join(VERBS)}")
    if verb not in VERBS:
        raise Refused(f"there is no failure for {verb} to rehearse with", f"Rehearse one of: {', '.join(VERBS)}")
    about = VERBS[verb]
    name = str(request.get("scenario") or about.scenario)
    if name not in scenario.names() or name == "fleet":
        raise Refused(f"there is no scenario {name!r}", f"Give one of: {', '.join(one for one in scenario.names() if one != 'fleet')}")
    overlay.check(request["extra"], "what is given by -e")
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        begun(str(folder))
        # A database server, which is somebody else, has to pass through.
        folder.chmod(0o711)
        tempfile.tempdir = str(folder)
        left_out: dict[str, list[str]] = {}
        asked = request["components"] if about.databases else {}
        addresses = stack.enter_context(databases.started(folder, asked, left_out))
        components = {one: facts for one, facts in request["components"].items() if one not in left_out}
        sandbox = stack.enter_context(Sandbox(name, state_file=folder / "sandbox" / "run.json"))
        try:
            sandbox.scenario(name, {"components": components, "addresses": addresses})
        except ControlError as error:
            raise Refused(str(error), "A world has one of each: rehearse with an inventory that has no more") from error
        place = Place(folder, sandbox, components, addresses, left_out, verb)
        relational = next((one for one, address in addresses.items() if address.startswith("postgresql")), None)
        if verb == "db_migrate" and relational and not any(facts.get("component_migrate") for facts in components.values()):
            components[relational] = {**components[relational], "component_migrate": {"tool": "prisma"}}
        return _played(place, request, about, stack)


def _played(place: Place, request: Json, about: Rehearsed, stack: contextlib.ExitStack) -> Json:
    inventory = overlay.inventory(place, request["components"])
    for component in place.components:
        if place.log(component).parent.exists() and inventory["components"]["hosts"][component].get("component_logs", {}).get("files"):
            failures.write_log(place, component, [])
    told = _written(place, request, inventory)
    tags = _tags(place, request)
    heard = ""
    for former in [*about.before, *sets_first(request, tags)]:
        heard += _play(place, request, former, [told, *(tags if former == "scheduled" else [])], stack)[1]
        place.sandbox.advance(1)
    # A named scenario is what it is, and nothing beside it.
    if about.plant is not None and not request.get("scenario"):
        about.plant(place)
    own = [*request["arguments"], *(tags if request["verb"] == "scheduled" and "--tags" not in request["arguments"] else [])]
    code, output = _play(place, request, str(request["verb"]), [told, *own, *_extra(place, request)], stack)
    return {
        "code": code,
        # Its folder is not there any more when this is read.
        "screen": _screen(output).replace(str(place.folder), "(removed)"),
        "stats": _stats(output),
        "failure": f"scenario {request['scenario']}" if request.get("scenario") else about.failure,
        "left_out": {one: "; ".join(why) for one, why in place.left_out.items()},
        "output": heard + output,
        "requests": _asked(place),
    }


def _asked(place: Place) -> Json:
    journal = place.sandbox.journal()
    return {"all": len(journal), "changing": sum(1 for entry in journal if entry["changes"]), "effects": sum(1 for entry in journal if entry["effect"])}


def _tags(place: Place, request: Json) -> list[str]:
    """Of the first run that the inventory has installed."""
    facts: Json = next(iter(request["components"].values()), {})
    runs = facts.get("schedule_runs") or [{"tags": ["daily"]}]
    return ["--tags", ",".join(runs[0]["tags"])]


def sets_first(request: Json, tags: t.Sequence[str]) -> list[str]:
    """The playbook that makes a set first, where a scheduled run looks at sets or proves one and makes none itself."""
    arguments = list(request["arguments"])
    if request["verb"] != "scheduled":
        return []
    given = arguments[arguments.index("--tags") + 1] if "--tags" in arguments[:-1] else tags[1]
    facts: Json = next(iter(request["components"].values()), {})
    due = {item.get("do") for item in facts.get("scheduled_items") or [] if set(given.split(",")) & set(item.get("tags") or [])}
    return ["backup"] if due & {"backup_verify", "drill"} and "backup" not in due else []


def _written(place: Place, request: Json, inventory: Json) -> str:
    """The name of the inventory, as it was typed where that is possible: the screen tells what to type next."""
    typed = Path(str(request["inventory"]))
    name = typed if not typed.is_absolute() and ".." not in typed.parts else Path(typed.name)
    if name.suffix not in (".yml", ".yaml"):
        name = Path(f"{name}.yml")
    file = place.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        yaml.safe_dump(_literal(inventory), out)
    folder = Path(str(request["playbook"])).parent
    if not Path(str(request["playbook"])).is_absolute() and ".." not in folder.parts and folder.parts:
        (place.folder / folder).parent.mkdir(parents=True, exist_ok=True)
        (place.folder / folder).symlink_to(request["playbooks"])
    (place.folder / "ansible.cfg").write_text(SETTINGS.format(collections=os.pathsep.join(request["collections"])), encoding="utf-8")
    return str(name)


def _literal(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _literal(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_literal(one) for one in value]
    return Literal(value) if isinstance(value, str) and ("{{" in value or "{%" in value or "{#" in value) else value


def _extra(place: Place, request: Json) -> list[str]:
    """The last one wins: files of the rehearsal go nowhere else, whatever is given."""
    forced = {name: value for name, value in overlay.forced_files(place).items() if name in request["extra"]}
    both = {**request["extra"], **forced}
    return ["-e", json.dumps(_literal(both))] if both else []


def _play(place: Place, request: Json, verb: str, arguments: list[str], stack: contextlib.ExitStack) -> tuple[int, str]:
    typed = str(request["playbook"])
    playbook = typed.replace("rehearse", verb) if "/" not in typed else str(Path(typed).with_name(f"{verb}.yml"))
    if not (place.folder / playbook).exists() and not typed.startswith("saasops."):
        playbook = str(Path(request["playbooks"]) / f"{verb}.yml")
    forks = str(max(5, len(place.components)))
    command = [sys.executable, "-m", "ansible.cli.playbook", playbook, "-i", arguments[0], "--forks", forks, *arguments[1:]]
    process = subprocess.Popen(
        command,
        cwd=place.folder,
        env=_environment(place, request),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )
    stack.callback(_end, process)
    output, _nothing = process.communicate()
    return process.returncode, output


def _end(process: subprocess.Popen[str]) -> None:
    """With everything that it has started: it leads a process group of its own."""
    for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            if number == signal.SIGKILL:
                return


def _environment(place: Place, request: Json) -> dict[str, str]:
    """Nothing of the operator's own: no token, no setting of Ansible's, no home with configuration in it."""
    home = place.folder / "home"
    temporary = place.folder / "t"
    for folder in (home, temporary):
        folder.mkdir(exist_ok=True)
    return {
        **{name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_STATE_HOME": str(place.folder / "state"),
        "PYTHONPATH": os.pathsep.join(request["python_path"]),
        "ANSIBLE_CONFIG": str(place.folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_LOCAL_TEMP": str(temporary / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_SHOW_CUSTOM_STATS": "1",
        "SAASOPS_CLOCK_URL": place.sandbox.run["clock_url"],
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), NOWHERE),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"),
    }


def _screen(output: str) -> str:
    """From its first rule to the end of the task's output, without the place of a record that is not kept."""
    start = output.rfind(RULE, 0, max(0, output.rfind(RULE)))
    if start < 0:
        return ""
    text = AFTER.split(output[start:])[0].rstrip()
    return re.sub(r"\n Record:.*(\n   .*)*", "", text)


def _stats(output: str) -> Json | None:
    found = re.search(r"^\tRUN: (\{.*\})$", output, re.MULTILINE)
    return t.cast("Json", json.loads(found[1])).get("saasops") if found else None
