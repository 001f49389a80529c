# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's deployments that are made from git and deleted."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Json, Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control

GIT: Json = {"type": "github", "repoId": 100200300, "ref": "main"}


def make(vercel: Vercel, **git: object) -> tuple[int, Json]:
    return vercel.ask("POST", "/v13/deployments", {"name": "hydrogen", "project": "hydrogen", "gitSource": {**GIT, **git}})[:2]


def test_a_branch_means_its_newest_commit(vercel: Vercel) -> None:
    status, document = make(vercel)
    assert (status, document["meta"]["tag"], document["target"]) == (200, "v1.4.2", None)
    assert make(vercel, ref="feature/next")[1]["meta"]["tag"] == "next"


def test_what_the_repository_does_not_have_is_refused(vercel: Vercel) -> None:
    for wrong in ({"ref": "nothing"}, {"sha": "0" * 40}, {"repoId": 1}, {"type": "gitlab"}):
        assert make(vercel, **wrong)[1]["error"]["code"] in ("incorrect_git_source_info", "bad_request")


def test_what_is_deleted_is_gone_and_cannot_be_returned_to(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    old = vercel.tagged("v1.4.0")
    assert vercel.ask("DELETE", f"/v13/deployments/{old}")[:2] == (200, {"uid": old, "state": "DELETED"})
    assert vercel.ask("GET", f"/v13/deployments/{old}")[0] == 404
    assert vercel.ask("DELETE", f"/v13/deployments/{old}")[0] == 404
    assert vercel.rollback(old)[0] == 404
    assert old not in [it["uid"] for it in vercel.get("/v7/deployments", projectId="hydrogen")["deployments"]]
