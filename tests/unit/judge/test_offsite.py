# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a repository outlives what it is a backup of, from addresses alone."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import offsite

DATA = [
    {"name": "database", "vendors": ["postgres", "railway"], "hosts": ["db.example.com"]},
    {"name": "functions", "vendors": ["convex"], "hosts": []},
]


@pytest.mark.parametrize(
    ("repository", "verdict", "words"),
    [
        ("/srv/backups", False, "this machine"),
        ("local:/srv/backups", False, "this machine"),
        ("sftp:backup@localhost:/srv", False, "this machine"),
        ("sftp://backup@127.0.0.1:2222//srv", False, "this machine"),
        ("rest:http://[::1]:8000/", False, "this machine"),
        ("sftp:backup@ops-laptop:/srv", False, "this machine"),
        ("sftp:backup@db.example.com:/srv", False, "holds the data of database, too"),
        ("s3:https://bucket.storage.railway.app/shop", False, "belongs to railway"),
        ("rest:https://happy-animal-123.convex.cloud/", False, "belongs to convex"),
        ("s3:https://s3.example.com/shop", True, "s3.example.com"),
        ("s3:s3.amazonaws.com/shop", True, "s3.amazonaws.com"),
        ("rest:https://user:word@backup.example.com:8000/shop", True, "backup.example.com"),
        ("sftp:backup@host.example.com:/srv", True, "host.example.com"),
        ("b2:shop:/", True, "backblazeb2.com"),
        ("azure:shop:/", True, "blob.core.windows.net"),
        ("gs:shop:/", True, "storage.googleapis.com"),
        # A name that only ends alike is somebody else's.
        ("s3:https://notrailway.app/shop", True, "notrailway.app"),
        ("rclone:remote:shop", None, "cannot be told"),
        ("swift:shop:/", None, "cannot be told"),
    ],
)
def test_where_a_repository_is(repository: str, verdict: bool | None, words: str) -> None:
    found = offsite.place(repository, DATA, {"ops-laptop"})
    assert found.offsite is verdict, found
    assert words in found.why
    assert "word" not in found.why.replace("words", "")
