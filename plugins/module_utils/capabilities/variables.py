# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The variables capability: what a component's code finds in its environment. Here: reading one that is no secret.

A vendor fulfils it with a function ``readable(task, target) -> {name: value, or None for one that nobody may read}`` in its room, which
takes the vendor's usual options from ``task.params``; ``target`` is the place among several where a vendor has several.
"""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

VENDORS = ("convex", "railway", "vercel")
# Words in names of variables whose values open something. A public key is meant to be seen.
_SECRET = re.compile(r"(?<![A-Z])(SECRET|TOKENS?|PASSWORD|PASSWD|PASS|PRIVATE|CREDENTIALS?|(API|ACCESS|DEPLOY|ENCRYPTION|SIGNING)?_?KEYS?|DSN|SALT)(?![A-Z])")
_PUBLIC = re.compile(r"(?<![A-Z])(PUBLIC|PUBLISHABLE)(?![A-Z])")
# An address with somebody's password in it.
_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]+@", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    return bool(_SECRET.search(name.upper())) and not _PUBLIC.search(name.upper())


def read_one(task: Task, vendor: str, name: str, target: str) -> str:
    """The value of one variable. Refuses what is a secret: by its name before anything is asked, or by what the vendor says of it."""
    if is_secret_name(name):
        raise _refused(name, "its name says that it is a secret")
    if vendor not in VENDORS:
        raise Failure("invalid", f"{plain(vendor, 40)} has no variables that could be read", f"Variables are read of: {', '.join(VENDORS)}")
    found = value(task, vendor, name, target)
    if _WITH_PASSWORD.match(found):
        raise _refused(name, "its value is an address with a password")
    return found


def value(task: Task, vendor: str, name: str, target: str) -> str:
    """The same of any variable, secrets too. For what a module uses itself: it registers the value, and returns it to nobody."""
    found = _room(vendor).readable(task, target)
    if name not in found:
        near = difflib.get_close_matches(name, found, n=3, cutoff=0.6)
        hint = f"Did you mean {' or '.join(plain(one, 100) for one in near)}?" if near else "Check its name, and where it is set"
        raise Failure("not_found", f"there is no variable {plain(name, 100)}", hint, vendor)
    if found[name] is None:
        raise _refused(name, f"{vendor} keeps its value from everybody")
    return t.cast(str, found[name])


def _refused(name: str, why: str) -> Failure:
    return refuse(f"{plain(name, 100)} is not read: {why}", "Compare secrets with the modules *_env and *_variables: no lookup reads one", "secret")


def _room(vendor: str) -> t.Any:
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import environment

        return environment
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import variables_info

        return variables_info
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import env_info

    return env_info
