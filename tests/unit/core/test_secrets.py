# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that a module is given, compares or returns: hidden where Ansible shows options, told apart without being told."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t

import pytest
from ansible import constants as C

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction, transaction
from ansible_collections.saasops.runbooks.plugins.plugin_utils import direct

SECRET = "helper-test-7Vq2Lx9Nd4Wm1Zk8Ty6Rb3"
SPEC = {
    "token": {"type": "str", "no_log": True},
    "variables": {"type": "dict"},
    "name": {"type": "str"},
}


def execute(task: transaction.Task) -> dict[str, t.Any]:
    task.returns_secret("the new token")
    return {"secret": SECRET}


def test_a_secret_is_returned_to_a_task_that_hides_it() -> None:
    assert transaction.outcome(execute, {}, False, no_log=True)["secret"] == SECRET


@pytest.mark.parametrize("check", [True, False])
def test_it_is_refused_to_every_other_task(check: bool) -> None:
    result = transaction.outcome(execute, {}, check)
    assert (result["failure"]["kind"], result["failure"]["code"]) == ("refused", "no_log")
    assert "the new token" in result["msg"] and "no_log: true" in result["msg"] and SECRET not in str(result)


# A module as Ansible starts it: arguments on stdin, its result on stdout.
MODULE = """
import sys
from ansible.module_utils import basic
from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction

basic._ANSIBLE_PROFILE = "legacy"
spec = {"token": {"type": "str", "no_log": True}, "variables": {"type": "dict"}, "name": {"type": "str"}}

def execute(task):
    task.returns_secret("the new token")
    return {"given": bool(task.params["variables"])}

transaction.run_module({"argument_spec": spec}, execute, ("variables",))
"""


def started(**arguments: t.Any) -> dict[str, t.Any]:
    # Newer cores put it into results only where that was asked for; older ones do not know the question.
    asks = {"_ansible_inject_invocation": True} if "INJECT_INVOCATION" in C.config.get_configuration_definitions() else {}
    given = {"ANSIBLE_MODULE_ARGS": {"_ansible_tracebacks_for": [], **asks, **arguments}}
    done = subprocess.run([sys.executable, "-c", MODULE], input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return t.cast(dict[str, t.Any], json.loads(done.stdout.splitlines()[-1]))


def test_a_module_knows_whether_its_task_hides_the_result() -> None:
    assert started(_ansible_no_log=True, variables={"A": "1"})["given"] is True
    for unset in ({}, {"_ansible_no_log": False}):
        assert started(**unset)["failure"]["code"] == "no_log"


@pytest.mark.parametrize("more", [{}, {"_ansible_no_log": True}, {"unknown": 1}])
def test_a_module_shows_no_value_of_a_hidden_option(more: dict[str, t.Any]) -> None:
    result = started(variables={"A": SECRET, "B": "1"}, token=f"{SECRET}-token", name="api 1", **more)
    shown = result["invocation"]["module_args"]
    assert SECRET not in json.dumps(result)
    assert (shown["variables"], shown["token"], shown["name"]) == (transaction.HIDDEN, transaction.HIDDEN, "api 1")


def test_what_is_shown_of_options() -> None:
    parameters = {"token": "t", "variables": {"A": SECRET}, "name": None}
    assert transaction.shown(SPEC, ("variables", "name"), parameters) == {"token": transaction.HIDDEN, "variables": transaction.HIDDEN, "name": None}


@pytest.mark.parametrize("hides", [True, False])
def test_only_the_task_itself_decides_for_a_module(monkeypatch: pytest.MonkeyPatch, hides: bool) -> None:
    def of_ansible(self: t.Any, module_name: str, module_args: dict[str, t.Any], task_vars: t.Any, **more: t.Any) -> None:
        # With no_target_syslog Ansible says so for every module.
        module_args["_ansible_no_log"] = True

    monkeypatch.setattr(direct.ActionBase, "_update_module_args", of_ansible)
    action = object.__new__(direct.action("http_probe"))
    action._task = type("Task", (), {"no_log": hides})()
    arguments: dict[str, t.Any] = {}
    action._update_module_args("http_probe", arguments, {}, ignore_unknown_opts=False)
    assert arguments["_ansible_no_log"] is hides


# -- fingerprints
def test_a_fingerprint_of_a_secret_needs_the_key() -> None:
    one = redaction.keyed_fingerprint("key", "on")
    assert one == redaction.keyed_fingerprint("key", "on")
    assert len({one, redaction.keyed_fingerprint("key", "off"), redaction.keyed_fingerprint("other", "on"), redaction.fingerprint("on")}) == 4
    assert len(one) == 16


def test_words_of_others_lose_the_values_that_were_sent() -> None:
    assert redaction.without("bad value s3cret-long for A, s3cret too", ["s3cret", "s3cret-long", "", "  ", "bad", None]) == (
        f"bad value {redaction.MASK} for A, {redaction.MASK} too"
    )
