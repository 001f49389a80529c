# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The page that lies in the repository: how to get everything back with ``restic`` and the databases' own programs alone."""

from __future__ import annotations

import hashlib
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.manifest import MANIFEST, PAGE
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import new_file
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import Repository

TEXT = """# How to restore these backups without saasops.runbooks

This folder, or bucket, is a restic repository. You need `restic` (0.14 or newer), its password, and for databases their own programs.
Nothing else: no Ansible, no ledger, not the machine that made the backups.

## 1. Open it

    export RESTIC_REPOSITORY={repository}
    export RESTIC_PASSWORD=...            # the one thing that is not in here

## 2. Find a set

A set holds everything of one moment. It is complete when it has a manifest; the newest stands last.

    restic snapshots --host {host} --tag manifest

The column Tags shows `set:<id>`. What the set holds, with counts and checksums, and which command below is for it (`kind`):

    SET=set:20261120T030000Z-7f3c
    restic dump --host {host} --tag manifest,$SET latest /{manifest}

## 3. Get a part out

Every part is a snapshot of its own, named `<component>/<file>`. Its SHA-256 stands in the manifest.

    restic snapshots --host {host} --tag $SET
    restic dump --host {host} --tag $SET,part:database/postgres.dump latest /database/postgres.dump > postgres.dump
    sha256sum postgres.dump

## 4. Put it back

kind `postgres`: a custom-format archive of pg_dump. Into a new database, beside what is there:

    createdb restored
    pg_restore --exit-on-error --no-owner --no-privileges --dbname=restored postgres.dump
    pg_restore --list postgres.dump       # what is in it; --table=... takes one table alone

kind `redis`: an RDB file. Stop Redis, put it where `CONFIG GET dir` and `CONFIG GET dbfilename` say, start Redis.

kind `convex`: a ZIP as `npx convex export` makes it: `npx convex import --replace-all export.zip` into a new deployment.

kind `shopify`, `stripe`: JSON lines, one object in each. They are there to be read and compared; the vendor keeps its own originals.

kind `variables`: JSON with names and values. They are secrets: do not leave the file lying about.

kind `command`: what the application's own export wrote; the application knows how to read it.

kind `railway_volume`, `supabase`, `atlas`: a reference. It tells which backup the vendor keeps; it is not the data, and is gone when the vendor's is.
Read it as any other part, such as `restic dump --host {host} --tag $SET,part:database/atlas.json latest /database/atlas.json`.
Put back at the vendor: `atlas` in the cluster's *Backup*, *Snapshots*, by the id of the snapshot and before `expires_at`, into another cluster than
the one that serves (a restore replaces all that the target holds); `railway_volume` in the service's *Backups*; `supabase` in the project's *Database*,
*Backups*.

## When something is damaged

    restic check --read-data              # names what cannot be read
    restic unlock                         # removes locks of dead processes alone

The set before is independent of it, as far as its parts do not share the damaged blocks.
"""


def text(repo: Repository) -> bytes:
    return TEXT.format(repository=repo.shown, host=repo.host, manifest=MANIFEST).encode()


def keep(repo: Repository, snapshots: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Stored only when its text is another one than the last; beside a local repository it lies to be read without a password, too."""
    content = text(repo)
    mark = f"text:{hashlib.sha256(content).hexdigest()[:16]}"
    if any(mark in one["tags"] for one in snapshots if "page" in one["tags"]):
        return
    planned = repo.store(PAGE, ["page", mark], clock.now(), lambda sink: sink.take(content))
    if repo.local and planned.snapshot:
        with new_file(os.path.join(repo.location, PAGE)) as file:
            file.write(content)
