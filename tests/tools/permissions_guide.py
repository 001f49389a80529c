# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders docs/permissions.md: what a token must be able to do at each vendor for each verb, and how such a token is made.

``python -m tests.tools.permissions_guide`` writes it, after ``tests.tools.verb_operations`` has written what it rests on; ``tests/unit/test_permissions.py``
compares both.
"""

from __future__ import annotations

import collections
import pathlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.verb_operations import VERBS

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/permissions.md"
HEAD = """# Permissions: the smallest token that will do

<!-- Written by tests/tools/permissions_guide.py from the operations of each vendor and from the source of each verb. -->

A token that can do less can break less. This page tells, for each vendor, what a token must be able to do for each verb, by the vendor's own
names, and how to make one. Verbs that are not in a vendor's table ask it nothing.

`saasops doctor` asks the vendors the same: which token is used and where it came from, whether it belongs to this environment, what it may do, and
when it ends. It never says what the token is, and what a vendor does not tell is never held against a token.

A verb may ask less than its row says: what it reads of a log, of data or of monitors is asked only where the inventory declares it. `db_migrate`
and `restore` put a component into maintenance where it declares how (`component_maintenance`), and every verb that changes something ends what
another run left on: a token then needs what the row of `maintenance` says, too. A plan
(`--check`) only reads. Tokens belong into the environment of the process, or into an encrypted file beside the inventory, not into the inventory
itself.
"""
# How such a token is made, and what its vendor tells of it.
VENDORS = {
    "railway": (
        "Railway",
        "any token that sees the service",
        """Use a **project token**: it is one environment of one project, and can reach no other. Make it in the project's settings, *Tokens*, for the
environment of the inventory, and export it as `RAILWAY_TOKEN` (inventory variable `railway_token`). A workspace or account token goes into
`RAILWAY_API_TOKEN` (`railway_api_token`) instead; it sees every project of its workspace, and both at once are refused.

Railway names no finer rights than the kinds of tokens, and does not publish which changes it refuses to a project token. A token has no end. A dead
token and one without access are answered alike.""",
    ),
    "vercel": (
        "Vercel",
        "any token that reaches the project",
        """Make a token in the account's settings, *Tokens*: choose a scope as small as you can (one team, or one project where your plan offers it) and
an end, and export it as `VERCEL_TOKEN` (`vercel_token`). Name the team in `vercel_team`.

A token for one project is accepted: it may not ask for itself, so when it ends is not known here. Vercel does not publish whether such a token may
promote and roll back; a plan (`--check`) does not show it either, so try a rollback and a roll-forward once on a quiet day.""",
    ),
    "convex": (
        "Convex",
        "any key of the deployment",
        """Make a deploy key in the deployment's settings, or with the module `convex_deploy_key`, whose option `permissions` takes the names below, and
export it as `CONVEX_DEPLOY_KEY` (`convex_deploy_key`), in single quotes: it contains a `|`. A key is for one deployment, and what it may do cannot be
changed afterwards.

Functions of your own that are internal want `deployment:functions:runInternalQueries`, `…Mutations` or `…Actions` in addition.""",
    ),
    "shopify": (
        "Shopify",
        "any token of an app in the shop",
        """Give the app the access scopes below in its settings in the Dev Dashboard, release that version, and let the shop grant it. With an app of the
organisation that owns the shop export `SHOPIFY_API_KEY` and `SHOPIFY_API_SECRET`: a token of a day is fetched for each task. Else export its access
token as `SHOPIFY_ACCESS_TOKEN`. Who may write may read.""",
    ),
    "stripe": (
        "Stripe",
        "any key",
        """Make a **restricted key** in the dashboard, *Developers, API keys*, with the permissions below, and export it as `STRIPE_API_KEY`
(`stripe_api_key`). Set `stripe_mode: live` (or `test`) in the inventory: a key of the other mode is refused before anything is asked.

Stripe has no call that tells what a restricted key may do: what may be read is tried with a list of one, what would change something is not tried. A
refusal names the permission that is missing.""",
    ),
    "atlas": (
        "MongoDB Atlas",
        "any service account of the project",
        """Make a service account of the project with the role below, let it ask from the address where this runs, and export its id and secret as
`ATLAS_CLIENT_ID` and `ATLAS_CLIENT_SECRET` (`atlas_client_id`, `atlas_client_secret`). Each task gets a token of an hour with them. Who may manage
backups may read them, too; an account that only verifies sets needs no more than to read.

Atlas is asked only where the inventory names the cluster (`atlas_project`, `atlas_cluster`). No call tells which roles an account has: what may be read
is tried. A restore (`atlas_restore_job`) replaces all that its target holds, and no verb begins one.""",
    ),
    "supabase": (
        "Supabase",
        "any token whose owner sees the project",
        """Make a personal access token in the account's settings, *Access Tokens*, and export it as `SUPABASE_ACCESS_TOKEN` (`supabase_token`). It may do in
every project all that its owner may; where a token can be held to some permissions, those below will do.

Supabase is asked only where the inventory names the project (`supabase_project`). A restore (`supabase_restore`) needs `backups_write`, and no verb
begins one.""",
    ),
    "datadog": (
        "Datadog",
        "both keys",
        """Make an API key and an application key in the organisation's settings, hold the application key to the scopes below, and export them as
`DD_API_KEY` and `DD_APP_KEY`. A dead key and one without permission are answered alike.""",
    ),
    "sentry": (
        "Sentry",
        "any token of the organisation",
        """Make a token in the organisation's settings, *Auth Tokens*, with the scopes below, and export it as `SENTRY_AUTH_TOKEN`.""",
    ),
    "uptimerobot": (
        "UptimeRobot",
        "any key of the account",
        """Use the account's main API key where monitors are made or held back, a read-only key where they are only looked at, and export it as
`UPTIMEROBOT_API_KEY`. Of which kind a key is, it does not tell.""",
    ),
}


def page() -> str:
    parts = [HEAD, *(_vendor(vendor, *texts) for vendor, texts in VENDORS.items())]
    return "\n".join(parts)


def _vendor(vendor: str, title: str, enough: str, how: str) -> str:
    table = permissions.operations(vendor)
    asked = {verb: names[vendor] for verb, names in VERBS.items() if vendor in names}
    lines = [f"## {title}", "", how, ""]
    if asked:
        lines += ["| verb | what the token must be able to do | changes something there |", "| --- | --- | --- |"]
        lines += [f"| `{verb}` | {_words(permissions.needed(verb, vendor)) or enough} | {_changes(table, names)} |" for verb, names in asked.items()]
    else:
        lines += ["No verb asks it anything; its modules do."]
    users: dict[str, list[str]] = collections.defaultdict(list)
    for name, operation in sorted(table.items()):
        for permission in operation.needs:
            users[permission].append(name)
    if users:
        lines += ["", "| permission | operations that need it |", "| --- | --- |"]
        lines += [f"| {_words([permission])} | {_words(users[permission])} |" for permission in sorted(users)]
    return "\n".join([*lines, ""])


def _changes(table: t.Mapping[str, t.Any], names: t.Iterable[str]) -> str:
    return _words(name for name in names if table[name].changes)


def _words(names: t.Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
