# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Code pushed to a Convex deployment by the vendor's own command-line client, which bundles and checks it.

Vendor facts (Convex's command-line client): there is no other way to deploy source. With ``--dry-run`` everything happens but the last
step. The key belongs into the environment, and a personal token there would be taken before it. A key with a type is the cloud's; the
client asks the management API's host where its deployment is.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import (
    KEY_VARIABLES,
    SELF_HOSTED_KEY,
    SELF_HOSTED_URL,
    VENDOR,
    Place,
    connect,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.management import API_URL, TOKEN_VARIABLE

# Not a call of ours: the client makes them.
DEPLOY = Operation("deploy", changes=True)
# What tells the client where to go and as whom.
SELECTORS = (*KEY_VARIABLES, SELF_HOSTED_KEY, SELF_HOSTED_URL, TOKEN_VARIABLE, "CONVEX_DEPLOYMENT", "CONVEX_PROVISION_HOST")
_CLOUD = re.compile(r"(dev|prod|preview|project):")


def environment(place: Place, api_url: str) -> dict[str, str]:
    """The client's: ours without what would lead it to another deployment, and with the key."""
    kept = {name: value for name, value in os.environ.items() if name not in SELECTORS}
    key = place.client.wire.key.partition(" ")[2]
    if "|" not in key:
        raise Failure("auth", "the client takes no token of a team", "Give a deploy key of this deployment", VENDOR)
    quiet = {"CI": "1", "NO_COLOR": "1"}
    if not _CLOUD.match(key):
        return {**kept, **quiet, SELF_HOSTED_URL: place.url, SELF_HOSTED_KEY: key}
    host = checked_base_url(api_url, "api_url").removesuffix("/v1")
    elsewhere = {"CONVEX_PROVISION_HOST": host} if api_url != API_URL else {}
    return {**kept, **quiet, **elsewhere, "CONVEX_DEPLOY_KEY": key}


def arguments(params: t.Mapping[str, t.Any], dry_run: bool) -> list[str]:
    """What is given to the client. Never a secret: a command line can be read by everybody on the machine."""
    made = [*params["command"], "deploy", "-y", "--typecheck", params["typecheck"], "--codegen", params["codegen"]]
    for option, name in (("--message", "push_message"), ("--cmd", "cmd"), ("--cmd-url-env-var-name", "cmd_url_env_var_name")):
        if params[name]:
            made.append(f"{option}={params[name]}")
    return [*made, "--dry-run"] if dry_run else made


def run(task: Task, command: list[str], folder: str, given: dict[str, str]) -> list[str]:
    """The last lines that the client wrote. One that fails or takes too long is a failure with them."""
    ended = programs.run(command, folder, given, task.deadline.left, together=True)
    lines = programs.lines(ended.output, given)
    if ended.code is None:
        raise Failure(
            "unknown",
            f"the client was ended after {task.deadline.seconds:g} s; whether it had deployed is not known{_said(lines)}",
            "Look at the deployment's history in the dashboard; give a larger deadline",
            VENDOR,
            DEPLOY.name,
            state=lines,
        )
    if ended.code:
        hint = "Read what the client says, and run it by hand in this folder with --dry-run. A push is made whole or not at all"
        raise Failure("failed", f"the client ended with {ended.code}{_said(lines)}", hint, VENDOR, DEPLOY.name, code=f"exit_{ended.code}", state=lines)
    return lines


def _said(lines: list[str]) -> str:
    return f": {redaction.plain(' / '.join(lines[-5:]), 1000)}" if lines else ""


def execute(task: Task) -> dict[str, t.Any]:
    """What the module convex_deploy does; its documentation tells options and result."""
    params = task.params
    folder = params["project_dir"]
    if not os.path.isfile(os.path.join(folder, "package.json")):
        raise Failure("invalid", f"{folder} has no package.json", "Give the folder of the app's package.json, with its packages installed", VENDOR, code="file")
    if not params["command"] or not programs.there(params["command"][0], folder):
        client = redaction.plain(" ".join(params["command"][:1]) or "nothing", 200)
        raise Failure("invalid", f"there is no client: command begins with {client}", "Install Node.js, or give command as the client is started", VENDOR)
    place = connect(task, params)
    given = environment(place, params["api_url"])
    target = f"{place.where} code of {os.path.basename(os.path.abspath(folder))}"
    task.gate.admit(VENDOR, DEPLOY, target)
    started = clock.elapsed()
    lines: list[str] = []
    if task.check_mode:
        lines = run(task, arguments(params, True), folder, given)
    said = task.gate.change(VENDOR, DEPLOY, target, arguments(params, False), lambda: run(task, arguments(params, False), folder, given))
    if isinstance(said, list):
        lines = said
    return {
        "changed": True,
        "deploy": {"deployment": place.name, "dry_run": task.check_mode, "seconds": round(clock.elapsed() - started, 1), "output": lines},
        "diff": {"before": {"deployed": None}, "after": {"deployed": params["push_message"] or target}},
    }
