# SPDX-License-Identifier: GPL-3.0-or-later
"""vercel_project against the sandbox: pause and assignment, settings, and one effect whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_production, vercel_project, vercel_project_info
from tests.integration.tasks import Json, sent
from tests.integration.vercel_shop import check_planned_and_done, effects, run

FAULTS = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


def check_settled(world: t.Any, **options: t.Any) -> Json:
    done = check_planned_and_done(world, vercel_project, **options)
    assert run(world, vercel_project_info)["project"] == done["project"]
    return done


def test_a_pause_and_its_end_move_the_assignment(sandbox: t.Any) -> None:
    assert sent(check_settled(sandbox, paused=True)) == ["pause_project"]
    assert run(sandbox, vercel_project, auto_assign=True)["failure"]["kind"] == "invalid"
    assert sent(check_settled(sandbox, paused=False)) == ["unpause_project"]
    assert sandbox.state()["components"]["app"]["auto_assign"] is True
    check_settled(sandbox, paused=True, build_command="make", root_directory="app")
    done = check_settled(sandbox, paused=False, auto_assign=False, build_command="")
    assert sent(done) == ["update_project", "unpause_project", "update_project"]
    assert (done["project"]["auto_assign"], done["project"]["build_command"], done["project"]["root_directory"]) == (False, "", "app")


def test_a_pin_survives_a_pause_only_when_it_is_said(sandbox: t.Any) -> None:
    run(sandbox, vercel_production, deployment="v1.4.1")
    run(sandbox, vercel_project, paused=True)
    assert run(sandbox, vercel_project, paused=False, auto_assign=False)["project"]["auto_assign"] is False


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
@pytest.mark.parametrize(("wish", "word"), [({"paused": True}, "pause"), ({"node_version": "24.x"}, "PATCH")])
def test_whatever_happens_to_the_request_it_has_one_effect(sandbox: t.Any, wish: Json, word: str, fault: Json) -> None:
    sandbox.fault(**{"vendor": "vercel", "operation": word, "changes": True, **fault})
    done = run(sandbox, vercel_project, request_timeout=1.0, **wish)
    assert done["changed"], done
    assert effects(sandbox, word) == 1
    assert not run(sandbox, vercel_project, **wish)["changed"]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"project": "hydrogem", "paused": True}, "not_found"),
        ({"paused": True, "allow": "read"}, "refused"),
        ({"token": "wrong-8Lw2QxVz5CnTj7MbRs4Kd9Gf", "paused": True}, "auth"),
    ],
)
def test_what_cannot_be_is_refused(sandbox: t.Any, options: Json, kind: str) -> None:
    assert run(sandbox, vercel_project, **options)["failure"]["kind"] == kind
    assert sandbox.state()["components"]["app"]["paused"] is False
