# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a Global Config: changed together, looked at again, and found under their former address too."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import vercel_global_config_item, vercel_global_config_item_info
from tests.integration.tasks import Json, asked
from tests.integration.vercel_shop import changes, check_planned_and_done, run

NAME, LIST, PATCH = "get_global_configs", "get_global_config_items", "patch_global_config_items"


@pytest.fixture
def world(sandbox: t.Any) -> t.Any:
    return sandbox


def ensure(world: t.Any, **options: t.Any) -> Json:
    return check_planned_and_done(world, vercel_global_config_item, **{"config": "shop-flags", **options})


def failed(world: t.Any, **options: t.Any) -> Json:
    result = run(world, vercel_global_config_item, **{"config": "shop-flags", "items": {"maintenance": True}, **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def seen(world: t.Any, **options: t.Any) -> Json:
    return t.cast(Json, run(world, vercel_global_config_item_info, **{"config": "shop-flags", **options})["config_items"])


def test_several_items_are_one_change(world: t.Any) -> None:
    nested = {"text": "{{ back }} soon", "hours": [1, 2.5, None], "open": False}
    done = ensure(world, items={"maintenance": True, "notice": nested}, absent=["banner", "never"])
    assert asked(done) == [NAME, LIST, PATCH, LIST]
    assert seen(world) == {"maintenance": True, "notice": nested}
    assert done["config_items"] == {"maintenance": True, "notice": nested}
    assert done["diff"] == {
        "before": {"maintenance": False, "banner": "Welcome"},
        "after": {"maintenance": True, "notice": nested},
    }


def test_a_run_that_changes_nothing_is_one_request_with_the_id(world: t.Any) -> None:
    identity = run(world, vercel_global_config_item_info, config="shop-flags")["config_id"]
    result = run(world, vercel_global_config_item, config=identity, items={"maintenance": False})
    assert (result["changed"], asked(result)) == (False, [LIST])
    assert seen(world, keys=["maintenance"]) == {"maintenance": False}


def test_true_is_not_one(world: t.Any) -> None:
    assert ensure(world, items={"maintenance": 0})["changed"]
    assert seen(world)["maintenance"] == 0 and seen(world)["maintenance"] is not False


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("by_id", [True, False])
def test_the_former_address_is_used_where_only_that_is_known(world: t.Any, status: int, by_id: bool) -> None:
    identity = run(world, vercel_global_config_item_info, config="shop-flags")["config_id"]
    world.patch("app", edge_config_status=status)
    done = ensure(world, config=identity if by_id else "shop-flags", items={"maintenance": True})
    names = ["get_edge_config_items", "patch_edge_config_items", "get_edge_config_items"]
    assert asked(done) == ([LIST, *names] if by_id else [NAME, "get_edge_configs", *names])
    assert changes(world) == ["PATCH /v1/edge-config/{id}/items"]


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"config": "shop-flgs"}, "not_found", "shop-flgs"),
        ({"config": "ecfg_none"}, "not_found", "there is no Global Config ecfg_none"),
        ({"items": {"a b": 1}}, "invalid", "a b"),
        ({"items": {"a": 1}, "absent": ["a"]}, "invalid", "to be absent"),
        ({"items": {"x" * 257: 1}}, "invalid", "usable key"),
        ({"team": "example-staging"}, "permission", ""),
        ({"allow": "read"}, "refused", ""),
    ],
)
def test_what_cannot_be_is_told(world: t.Any, options: Json, kind: str, words: str) -> None:
    failure = failed(world, **options)
    assert failure["kind"] == kind and words in failure["message"]
    assert changes(world) == []
    if options.get("config") == "shop-flgs":
        assert failure["hint"] == "Near or other names here: shop-flags"


def test_two_of_one_name_need_an_id(world: t.Any) -> None:
    body = [{"id": "ecfg_a", "slug": "shop-flags"}, {"id": "ecfg_b", "slug": "shop-flags"}]
    world.fault("body", vendor="vercel", changes=False, body=body)
    assert "ecfg_a, ecfg_b" in failed(world)["hint"]


def test_what_does_not_hold_is_told(world: t.Any) -> None:
    world.patch("app", config_read_only=True)
    failure = failed(world)
    assert (failure["kind"], "does not hold" in failure["message"]) == ("failed", True)


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after"])
def test_whatever_happens_to_the_change_it_has_one_effect(world: t.Any, kind: str) -> None:
    world.fault(kind, vendor="vercel", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = run(world, vercel_global_config_item, config="shop-flags", items={"maintenance": True}, absent=["banner"], request_timeout=1.0)
    assert done["changed"] and not done.get("failed")
    assert (seen(world), len(changes(world))) == ({"maintenance": True}, 1)


@pytest.mark.parametrize("body", [{}, [None], [{"key": 1}], [{"key": "a"}], {"id": "ecfg_x", "slug": 5}])
def test_a_list_that_is_none_is_told(world: t.Any, body: t.Any) -> None:
    world.fault("body", vendor="vercel", operation="items$", changes=False, body=body, times=0)
    assert failed(world)["kind"] == "protocol"
    assert changes(world) == []


def test_one_config_may_be_the_whole_answer(world: t.Any) -> None:
    identity = run(world, vercel_global_config_item_info, config="shop-flags")["config_id"]
    world.fault("body", vendor="vercel", changes=False, body={"id": identity, "slug": "shop-flags"})
    assert seen(world)["maintenance"] is False
