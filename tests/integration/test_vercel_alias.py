# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_alias against the sandbox: assigned, moved, removed, once; production's own domains stay where they are."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_alias, vercel_deployment, vercel_production
from tests.integration.tasks import Json, sent
from tests.integration.vercel_shop import check_planned_and_done, effects, run

NAME = "next.example.com"
FAULTS = [{"kind": kind} for kind in ("lost", "truncated", "reset", "garbage")] + [
    {"kind": "status", "status": 503},
    {"kind": "rate_limited", "retry_after": 2},
]


def test_an_alias_is_assigned_moved_and_removed(sandbox: t.Any) -> None:
    plan = run(sandbox, vercel_alias, check=True, alias=NAME, deployment="next")
    done = run(sandbox, vercel_alias, alias=NAME, deployment="next")
    assert (plan["changes"], plan["alias"]["deployment"]) == (done["changes"], done["alias"]["deployment"])
    assert not run(sandbox, vercel_alias, alias=NAME, deployment="next")["changed"]
    assert len(run(sandbox, vercel_alias, alias=NAME, deployment=done["alias"]["deployment"])["steps"]) == 2
    assert sent(check_planned_and_done(sandbox, vercel_alias, alias=NAME, deployment="v1.4.1")) == ["assign_alias"]
    # No job moves it.
    run(sandbox, vercel_production, deployment="v1.4.0")
    assert not run(sandbox, vercel_alias, alias=NAME, deployment="v1.4.1")["changed"]
    refused = run(sandbox, vercel_deployment, deployment="v1.4.1", state="absent", keep=1, allow="destroy")
    assert refused["failure"]["code"] == "aliased"
    assert sent(check_planned_and_done(sandbox, vercel_alias, alias=NAME, state="absent")) == ["delete_alias"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
def test_whatever_happens_to_the_request_it_has_one_effect(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "vercel", "operation": "aliases", "changes": True, **fault})
    assert run(sandbox, vercel_alias, alias=NAME, deployment="next", request_timeout=1.0)["changed"]
    sandbox.fault(**{"vendor": "vercel", "operation": "aliases", "changes": True, **fault})
    assert run(sandbox, vercel_alias, alias=NAME, state="absent", request_timeout=1.0)["changed"]
    assert (effects(sandbox, "POST /v2/deployments"), effects(sandbox, "DELETE /v2/aliases")) == (1, 1)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"alias": "app.example.com", "deployment": "v1.4.1"}, "refused"),
        ({"alias": "app.example.com", "state": "absent"}, "refused"),
        ({"alias": "dashboard.example.com", "deployment": "v1.4.1"}, "refused"),
        ({"alias": "elsewhere.example.com", "deployment": "v1.4.1"}, "permission"),
        ({"alias": NAME, "deployment": "v1.4.2-rc1"}, "refused"),
        ({"alias": NAME, "deployment": "v9"}, "not_found"),
    ],
)
def test_what_must_not_pass_is_refused(sandbox: t.Any, options: Json, kind: str) -> None:
    assert run(sandbox, vercel_alias, **options)["failure"]["kind"] == kind
    assert effects(sandbox, "alias") == 0
