# SPDX-License-Identifier: GPL-3.0-or-later
"""The short line to type: what it finds, what it refuses, and the line of ansible-playbook that it becomes."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import subprocess
import sys
import typing as t

import pexpect
import pytest

from ansible_collections.saasops.runbooks.extensions.cli import saasops

ROOT = saasops.ROOT
PYTHON = sys.executable


class Became(Exception):
    """Instead of another program."""


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder with inventories of its own, and no playbooks."""
    for name in ("shop/production.yml", "shop/staging.yml", "shop/group_vars/components/rules.yml", "lonely.yml", "whole/hosts.yml", "whole/host_vars/app.yml"):
        file = tmp_path / "inventories" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("components: {hosts: {}}\n")
    (tmp_path / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def programs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Where this Python and the programs beside it are; the ansible-playbook there tells how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    stub = folder / "ansible-playbook"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$VERCEL_TOKEN" "$RAILWAY_TOKEN"\n')
    stub.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment that a line becomes; what is printed is the same command."""
    told: list[tuple[list[str], dict[str, str]]] = []

    def become(_file: str, command: list[str], environment: dict[str, str]) -> None:
        told.append((command, environment))
        raise Became

    monkeypatch.setattr(os, "execvpe", become)
    with pytest.raises(Became):
        saasops.main(words)
    command, environment = told[0]
    # What is printed does the same in a shell.
    assert said(["sh", "-c", capsys.readouterr().err], dict(os.environ)) == said(command, environment)
    return command, environment


def said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        saasops.main(words)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_environments_are_the_files_and_folders_that_are_inventories() -> None:
    assert {name: path.name for name, path in saasops.inventories().items()} == {
        "shop/production": "production.yml",
        "shop/staging": "staging.yml",
        "lonely": "lonely.yml",
        "whole": "whole",
    }


def test_a_folder_below_finds_them_too(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place / "deep/er")
    command, _environment = typed(capsys, monkeypatch, "health", "shop/staging")
    assert command == ["ansible-playbook", "saasops.runbooks.health", "-i", str(place / "inventories/shop/staging.yml")]


@pytest.mark.usefixtures("place")
def test_values_have_the_types_that_the_verb_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "reason=it's checkout 500s, für alle $HOME",
        "saasops_allow=read",
        'component_journeys=["/"]',
        "force=yes",
        "probes=5",
        "incident_started_at=1.5e9",
        "rollback_on_partial=undo",
        "to=123",
    ]
    command, _environment = typed(capsys, monkeypatch, "rollback", "shop/production", *words, "check=true", "diff=no", "limit=api", "-vv", "--", "--forks", "3")
    assert command[:4] == ["ansible-playbook", "saasops.runbooks.rollback", "-i", "inventories/shop/production.yml"]
    assert command[4] == "-e" and command[6:] == ["--check", "--limit", "api", "-vv", "--forks", "3"]
    assert json.loads(command[5]) == {
        "rollback_reason": "it's checkout 500s, für alle $HOME",
        "saasops_allow": "read",
        "component_journeys": ["/"],
        "rollback_force": True,
        "rollback_probes": 5,
        "rollback_incident_started_at": 1.5e9,
        "rollback_on_partial": "undo",
        "rollback_to": "123",
    }


def test_in_a_checkout_the_file_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    command, _environment = typed(capsys, monkeypatch, "scheduled", "tokpulse/production", "tags=daily")
    assert command == ["ansible-playbook", "playbooks/scheduled.yml", "-i", "inventories/tokpulse/production.yml", "--tags", "daily"]
    assert (ROOT / command[1]).is_file() and (ROOT / command[3]).is_file()


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rolback", "shop/production"], "there is no verb rolback\n  Did you mean rollback or backup?"),
        (["rollback"], "rollback of which environment?\n  lonely, shop/production, shop/staging, whole"),
        (["rollback", "reason=x"], "rollback of which environment?"),
        (["rollback", "shop/prodution"], "there is no environment shop/prodution\n  Did you mean shop/production or shop/staging?"),
        (["rollback", "elsewhere"], "there is no environment elsewhere\n  There are: lonely, shop/production, shop/staging, whole"),
        (["rollback", "shop/production", "raeson=x"], "there is no variable or option raeson\n  Did you mean reason?"),
        (["rollback", "shop/production", "rollback_raeson=x"], "Did you mean rollback_reason or"),
        (["rollback", "shop/production", "saasops_alow=read"], "Did you mean saasops_allow or"),
        (["rollback", "shop/production", "component_limits={"], "component_limits is '{'\n  Write it as JSON"),
        (["rollback", "shop/production", "zzz=x"], "saasops rollback --help shows what there is"),
        (["rollback", "shop/production", "checkout"], "'checkout' is not name=value"),
        (["rollback", "shop/production", "force=perhaps"], "force is 'perhaps'\n  Write force=true or force=false"),
        (["rollback", "shop/production", "probes=three"], "probes is 'three'\n  Write it as a number"),
        (["rollback", "shop/production", "on_partial=keap"], "Did you mean keep?"),
        (["rollback", "shop/production", "--chekc"], "'--chekc' is not name=value\n  What is meant for ansible-playbook stands after --"),
        (["completion", "fish"], "completion is for bash or for zsh"),
    ],
)
def test_a_slip_is_refused_with_what_was_meant(words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execvpe", lambda *_all: pytest.fail("it was run"))
    assert told in refused(capsys, *words)


@pytest.mark.usefixtures("place")
def test_lists_may_be_written_in_two_ways() -> None:
    assert saasops.typed("only", "JWT_SECRET, SESSION_SECRET", {"type": "list"}) == ["JWT_SECRET", "SESSION_SECRET"]
    assert saasops.typed("only", '["a,b"]', {"type": "list"}) == ["a,b"]
    assert saasops.typed("limits", '{"a": 1}', {"type": "dict"}) == {"a": 1}
    packs = {"type": "list", "choices": ["errors", "security"]}
    assert saasops.typed("packs", "errors,security", packs) == ["errors", "security"]
    with pytest.raises(saasops.Refusal, match="packs is 'securty'\n  Did you mean security?"):
        saasops.typed("packs", "errors,securty", packs)
    with pytest.raises(saasops.Refusal, match="Write it as JSON"):
        saasops.typed("limits", "a: 1", {"type": "dict"})


# -- secrets
def test_references_go_through_their_own_program(
    place: pathlib.Path, programs: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "inventories/shop/production.env").write_text("VERCEL_TOKEN=op://infra/vercel/token\n")
    assert "op is not installed" in refused(capsys, "health", "shop/production")
    (programs / "op").write_text('#!/bin/sh\necho "$@"\n')
    (programs / "op").chmod(0o700)
    command, _environment = typed(capsys, monkeypatch, "health", "shop/production")
    assert command[:5] == ["op", "run", "--env-file=inventories/shop/production.env", "--", "ansible-playbook"]


def test_plain_values_are_read_by_nobody_else(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = place / "inventories/shop/production.env"
    file.write_text("# tokens\nexport VERCEL_TOKEN='a $b#c'\nRAILWAY_TOKEN=xyz  # of `production`\n\n")
    file.chmod(0o640)
    assert "others may read it\n  chmod 600 inventories/shop/production.env" in refused(capsys, "health", "shop/production")
    file.chmod(0o600)
    command, environment = typed(capsys, monkeypatch, "health", "shop/production")
    assert (environment["VERCEL_TOKEN"], environment["RAILWAY_TOKEN"]) == ("a $b#c", "xyz")
    assert not [word for word in command if "xyz" in word]


@pytest.mark.parametrize(
    "line", ["s3cr3t", "A B=s3cr3t", "TOKEN=s3cr3t more", "TOKEN='s3cr3t", "export", "T=a$s3cr3t", 'T="`s3cr3t`"', "T=a;s3cr3t", "T=s3cr3t\\"]
)
def test_a_value_that_a_shell_would_read_otherwise_is_refused_and_not_shown(
    line: str, place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place / "inventories/lonely.env"
    file.write_text(f"VERCEL_TOKEN=fine\n{line}\n")
    file.chmod(0o600)
    monkeypatch.setattr(os, "execvpe", lambda *_all: pytest.fail("it was run"))
    told = refused(capsys, "health", "lonely")
    assert "inventories/lonely.env, line 2" in told and "between single quotes" in told and "s3cr3t" not in told


@pytest.mark.usefixtures("place")
def test_a_secret_on_the_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "health", "lonely", "vercel_token=abc123")
    assert "Have it in the environment" in told and "abc123" not in told


# -- the program
@pytest.mark.usefixtures("place")
def test_another_ansible_on_the_path_is_not_taken(
    tmp_path: pathlib.Path, programs: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert typed(capsys, monkeypatch, "health", "lonely")[0][0] == str(programs / "ansible-playbook")
    other = tmp_path / "other"
    other.mkdir()
    (other / "ansible-playbook").write_text("#!/bin/sh\n")
    (other / "ansible-playbook").chmod(0o700)
    monkeypatch.setenv("PATH", f"{other}:{programs}:/usr/bin:/bin")
    assert typed(capsys, monkeypatch, "health", "lonely")[0][0] == str(programs / "ansible-playbook")


# -- verbs of another kind
@pytest.fixture
def others(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    """A collection of three verbs: two are about no inventory, and the third plays the others."""
    root = tmp_path / "collection"
    needed = "{type: str, required: true, description: Its V(name).}"
    for verb, hosts, options in (
        ("adopt", "localhost", f"adopt_system: {needed}, adopt_environment: {needed}"),
        ("tidy", "localhost", "tidy_depth: {type: int, default: 2, description: How deep.}"),
        ("try_out", "localhost:components", f"try_out_verb: {needed}"),
    ):
        (root / f"roles/{verb}/meta").mkdir(parents=True)
        specs = f"argument_specs: {{main: {{short_description: Does {verb}, options: {{{options}}}}}}}"
        (root / f"roles/{verb}/meta/argument_specs.yml").write_text(specs)
        (root / "playbooks").mkdir(exist_ok=True)
        (root / f"playbooks/{verb}.yml").write_text(f"- name: Guard\n  hosts: {hosts}\n")
    monkeypatch.setattr(saasops, "ROOT", root)
    forget()
    yield
    forget()


def forget() -> None:
    saasops.verbs.cache_clear()
    saasops.variables.cache_clear()


@pytest.mark.usefixtures("place", "others")
def test_a_verb_without_components_takes_no_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command, _environment = typed(capsys, monkeypatch, "tidy", "depth=3")
    assert command == ["ansible-playbook", "saasops.runbooks.tidy", "-e", '{"tidy_depth": 3}']
    assert "'shop/production' is not name=value" in refused(capsys, "tidy", "shop/production")
    assert saasops.listed(["tidy"]).splitlines()[:3] == ["saasops tidy [name=value …]", "Does tidy", "  depth  int, 2: How deep."]
    assert saasops.candidates(["tidy", ""])[0] == "depth="


@pytest.mark.usefixtures("place", "others")
def test_the_names_of_what_is_to_be_made_may_be_typed_as_those_of_what_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command, _environment = typed(capsys, monkeypatch, "adopt", "store/live", "check=true")
    assert command == ["ansible-playbook", "saasops.runbooks.adopt", "-e", '{"adopt_system": "store", "adopt_environment": "live"}', "--check"]
    assert command == typed(capsys, monkeypatch, "adopt", "system=store", "environment=live", "check=true")[0]
    assert "  system       str, needed: Its name." in saasops.listed(["adopt"])


@pytest.mark.usefixtures("place", "others")
def test_a_verb_that_plays_another_takes_the_variables_of_that_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command, _environment = typed(capsys, monkeypatch, "try_out", "lonely", "verb=tidy", "depth=3")
    assert json.loads(command[-1]) == {"try_out_verb": "tidy", "tidy_depth": 3}
    assert "there is no variable or option depth" in refused(capsys, "try_out", "lonely", "verb=adopt", "depth=3")
    assert "there is no verb tdy\n  Did you mean tidy?" in refused(capsys, "try_out", "lonely", "verb=tdy")
    assert saasops.candidates(["try_out", "lonely", "verb="]) == ["verb=adopt", "verb=tidy", "verb=try_out"]
    assert "depth=" in saasops.candidates(["try_out", "lonely", "verb=tidy", ""])


# -- what it tells
@pytest.mark.usefixtures("place")
def test_every_verb_has_a_line_and_variables_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        saasops.main([])
    told = capsys.readouterr().out
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert ended.value.code == 0 and set(saasops.verbs()) == playbooks
    assert all(f"\n  {verb} " in told for verb in playbooks) and "\n  shop/production" in told
    for verb in saasops.verbs():
        shown, short = saasops.answered([verb, "shop/production", "--help"]), saasops.short_names(verb)
        assert shown and all(f"\n  {name} " in shown for name in short)
        # A word that is both would mean one of them only.
        assert not set(short) & set(saasops.OPTIONS)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "among"),
    [
        ([""], {"rollback", "health", "list"}),
        (["rollback", ""], {"shop/production", "lonely"}),
        (["rollback", "shop/production", "re"], {"reason=", "check="}),
        (["rollback", "shop/production", "on_partial="], {"on_partial=keep", "on_partial=undo"}),
        (["rollback", "shop/production", "rollback_force="], {"rollback_force=true"}),
        (["rollback", "shop/production", "check="], {"check=true", "check=false"}),
        (["completion", ""], {"bash", "zsh"}),
        (["list", ""], {"rollback"}),
        (["nothing", ""], set()),
    ],
)
def test_a_word_is_completed(words: list[str], among: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        saasops.main(["complete", *words])
    told = set(capsys.readouterr().out.split())
    assert among <= told and bool(told) is bool(among)


def test_a_real_bash_completes_the_line(place: pathlib.Path, programs: pathlib.Path) -> None:
    """Readline splits a word at its ``=``, which a function called by hand would not show."""
    # ansible-test runs a copy, of which another Python knows nothing.
    collections = shlex.quote(str(pathlib.Path(saasops.__file__).parents[5]))
    (programs / "saasops").write_text(f'#!/bin/sh\nPYTHONPATH={collections} exec {shlex.quote(PYTHON)} -m {saasops.__name__} "$@"\n')
    (programs / "saasops").chmod(0o700)
    bash = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], cwd=place, env={**os.environ, "PS1": "ready>", "TERM": "dumb"}, encoding="utf-8", timeout=30)
    bash.setwinsize(50, 300)
    bash.expect("ready>")
    bash.sendline('source <(saasops completion bash); bind "set bell-style none"; echo loaded')
    bash.expect("\nloaded.*ready>")
    for begun, rest in (
        ("rollb", "ack "),
        ("rollback shop/p", "roduction "),
        ("rollback shop/production rea", "son="),
        ("rollback shop/production on_partial=k", "eep "),
        ("rollback shop/production reason='a b' force=t", "rue "),
    ):
        bash.send(f"saasops {begun}\t")
        bash.expect_exact(f"saasops {begun}{rest}")
        # What has been completed is no command to be run.
        bash.sendcontrol("u")
    bash.sendline("echo $((40 + 2)) left")
    assert bash.expect_exact("42 left") == 0
    bash.close(force=True)


def test_without_ansible_it_says_how_to_get_it(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def nothing(*_all: t.Any) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    assert place.is_dir()
    monkeypatch.setattr(os, "execvpe", nothing)
    with pytest.raises(SystemExit) as ended:
        saasops.main(["health", "lonely"])
    assert ended.value.code == 127 and "pip install saasops-runbooks" in capsys.readouterr().err
