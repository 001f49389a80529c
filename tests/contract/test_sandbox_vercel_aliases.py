# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's aliases: an assignment moves one, and no job moves what is not production's."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control

NAME = "next.example.com"


def assign(vercel: Vercel, tag: str, name: str = NAME) -> tuple[int, dict[str, object]]:
    return vercel.ask("POST", f"/v2/deployments/{vercel.tagged(tag)}/aliases", {"alias": name})[:2]


def test_an_assignment_moves_an_alias_and_a_job_does_not(sandbox: Control, vercel: Vercel, member: ClockMember) -> None:
    assert assign(vercel, "next")[1]["oldDeploymentId"] is None
    assert assign(vercel, "v1.4.2")[1]["oldDeploymentId"] == vercel.tagged("next")
    assert vercel.rollback(vercel.tagged("v1.4.1"))[0] == 201
    member.sleep(4)
    assert vercel.get(f"/v4/aliases/{NAME}")["deploymentId"] == vercel.tagged("v1.4.2")
    assert NAME in [it["alias"] for it in vercel.get(f"/v2/deployments/{vercel.tagged('v1.4.2')}/aliases")["aliases"]]


def test_what_cannot_be_assigned_is_refused(vercel: Vercel) -> None:
    assert assign(vercel, "v1.4.2-rc1")[0] == 400
    assert assign(vercel, "next", "elsewhere.example.com")[0] == 403
    assert assign(vercel, "next", "nothing")[0] == 400


def test_a_removed_alias_is_gone(vercel: Vercel) -> None:
    uid = assign(vercel, "next")[1]["uid"]
    assert vercel.ask("DELETE", f"/v2/aliases/{uid}")[:2] == (200, {"status": "SUCCESS"})
    assert vercel.ask("GET", f"/v4/aliases/{NAME}")[0] == 404
    assert vercel.ask("DELETE", f"/v2/aliases/{uid}")[0] == 404
