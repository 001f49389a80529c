# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What restic complains of, as a failure with what to do next. By its exit status where newer versions have one of their own, else by its words."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR


@dataclasses.dataclass(frozen=True)
class Complaint:
    """``codes``: exit statuses since restic 0.17."""

    words: str
    kind: Kind
    code: str
    message: str
    hint: str
    codes: tuple[int, ...] = ()
    retryable: bool = False


# The first that fits counts.
COMPLAINTS = (
    Complaint(
        r"wrong password|no key found",
        "auth",
        "password",
        "the repository does not open with this password",
        "Give the password that it was made with, as backup_password or RESTIC_PASSWORD; without it nobody can read the backups",
        (12,),
    ),
    Complaint(
        r"already locked",
        "conflict",
        "locked",
        "somebody else is at work in the repository",
        "Wait for that to end, then run it again; a lock that a dead process has left goes by itself",
        (11,),
        retryable=True,
    ),
    Complaint(
        r"unsupported repository version|unsupported repository|invalid repository version|repository version \d+ is not supported",
        "invalid",
        "format",
        "this restic is older than the format of the repository",
        "Install a newer restic on this machine, or say where one is: backup_programs",
    ),
    Complaint(
        r"no space left on device|disk quota exceeded|file too large|quota ?exceeded|insufficient storage",
        "failed",
        "disk_full",
        "there is no room left",
        "Make room where the repository is kept, and in TMPDIR on this machine; nothing that was stored before is lost",
    ),
    Complaint(
        r"no matching ID|not found in snapshot|ID \S+ not found", "not_found", "snapshot", "the repository does not hold this snapshot", "Look what it holds"
    ),
    Complaint(
        r"unable to open config file.*(no such file or directory|does not exist|not found|404|NoSuchKey|NoSuchBucket)|repository does not exist",
        "not_found",
        "no_repository",
        "there is no repository",
        "Check backup_repository; the first backup makes the repository",
        (10,),
    ),
    Complaint(
        r"permission denied|access ?denied|read-only file system|forbidden|\b403\b|SignatureDoesNotMatch|InvalidAccessKeyId|unauthorized|\b401\b",
        "permission",
        "access",
        "the place of the repository refuses access",
        "Check the rights on it, and the credentials that its kind of place takes from the process environment",
    ),
    Complaint(
        r"invalid backend|parsing repository location", "invalid", "repository", "restic does not know such a place", "Write backup_repository as restic does"
    ),
    Complaint(
        r"dial tcp|connection (refused|reset)|no such host|i/o timeout|network is unreachable|subprocess ssh|ssh session|sftp session|TLS|x509|EOF|"
        r"unable to open (config file|repository)|\b50\d\b|server misbehaving",
        "vendor_down",
        "repository_down",
        "the place of the repository cannot be reached",
        "Check backup_repository and the way there",
        retryable=True,
    ),
)


def failure(operation: str, code: int | None, said: t.Sequence[str]) -> Failure:
    """What ended with ``code`` and said these last lines."""
    text = " ".join(said)
    found = next((one for one in COMPLAINTS if code in one.codes), None) or next(
        (one for one in COMPLAINTS if re.search(one.words, text, re.IGNORECASE | re.DOTALL)), None
    )
    own = next((line for line in said if line.startswith("Fatal:")), said[-1] if said else f"it ended with {code}").removeprefix("Fatal: ")
    if found is None:
        return Failure("failed", own, "Look at what it says; the same command tries again", VENDOR, operation, code="restic")
    return Failure(found.kind, f"{found.message} ({own})", found.hint, VENDOR, operation, code=found.code, retryable=found.retryable)
