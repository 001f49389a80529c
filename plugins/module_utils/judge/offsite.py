# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether a repository of backups outlives what it is a backup of. Pure: decided from addresses alone.

A repository with the vendor that holds the data goes with the account, and one on the machine that makes the backups with that machine.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import urlsplit

# Where vendors keep things; a host is one of these, or ends with one of them after a dot.
HOSTS = {
    "atlas": ("mongodb.com", "mongodb.net"),
    "convex": ("convex.cloud", "convex.dev", "convex.site"),
    "mongodb": ("mongodb.com", "mongodb.net"),
    "railway": ("railway.app", "railway.com", "railway.internal", "rlwy.net", "storage.railway.app"),
    "shopify": ("myshopify.com", "shopify.com"),
    "stripe": ("stripe.com",),
    "supabase": ("supabase.co", "supabase.com", "supabase.in"),
    "vercel": ("vercel.app", "vercel.com", "vercel-storage.com"),
}
# Places whose host stands in no address.
FIXED = {"azure": "blob.core.windows.net", "b2": "backblazeb2.com", "gs": "storage.googleapis.com"}
_HERE = re.compile(r"(localhost|127(\.\d+){3}|::1|0\.0\.0\.0)?$")


@dataclasses.dataclass(frozen=True)
class Place:
    """``offsite`` is None where the address does not tell."""

    offsite: t.Optional[bool]  # noqa: UP045
    why: str


def host_of(repository: str) -> str | None:
    """The host on which it lies; empty for this machine, None where that cannot be told."""
    kind, colon, rest = repository.partition(":")
    if kind in FIXED and colon:
        return FIXED[kind]
    if kind not in ("rest", "s3", "sftp") or not colon:
        return None if kind in ("rclone", "swift") and colon else ""
    if "://" in rest or rest.startswith("//"):
        return (urlsplit(rest).hostname or "").lower()
    first = rest.split("/")[0]
    return first.rpartition("@")[2].split(":")[0].lower()


def place(repository: str, components: t.Sequence[t.Mapping[str, t.Any]], here: t.Collection[str] = ()) -> Place:
    """``components``: ``[{name, vendors, hosts}]``, who holds the data and at which addresses; ``here``: names of this machine."""
    host = host_of(repository)
    if host is None:
        return Place(None, f"where {repository.partition(':')[0]} keeps it cannot be told from backup_repository")
    if _HERE.match(host) or host in {name.lower() for name in here}:
        return Place(False, "it is on this machine")
    for component in components:
        for vendor in component["vendors"]:
            if any(_is_within(host, known) for known in HOSTS.get(vendor, ())):
                return Place(False, f"{host} belongs to {vendor}, which holds the data of {component['name']}")
        if host in {str(name).lower() for name in component["hosts"]}:
            return Place(False, f"{host} holds the data of {component['name']}, too")
    return Place(True, f"it is at {host}, with none of those who hold the data")


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
