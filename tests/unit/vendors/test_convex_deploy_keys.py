# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploy keys at Convex's management API: made once, shown once, and only where the result is hidden."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import deploy_keys, management
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import LOST, NAME, NOW, Convex, Json, error

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
TOKEN = "convex-team-test-8Kd2Vw7Zx4Ns1Qm"
NEW = f"prod:{NAME}|convex-new-key-test-3Rf6Yc1Gs9"
PLACE = f"/deployments/{NAME}"
LIST, CREATE, DELETE = f"GET /v1{PLACE}/list_deploy_keys", f"POST /v1{PLACE}/create_deploy_key", f"POST /v1{PLACE}/delete_deploy_key"


def key(name: str = "ci", *permissions: str, **facts: t.Any) -> Json:
    return {"id": 7, "name": name, "creationTime": 1_769_223_720_000, "lastUsedTime": None, "allowedActions": list(permissions), **facts}


def run(execute: transaction.Execute, check: bool = False, no_log: bool = True, **params: t.Any) -> Json:
    common: Json = {"request_timeout": 5.0, "deadline": 60.0, "allow": "change", "token": TOKEN, "api_url": management.API_URL, "deployment": NAME}
    return transaction.outcome(execute, {**common, **params}, check, no_log)


def ensure(check: bool = False, no_log: bool = True, **params: t.Any) -> Json:
    return run(deploy_keys.execute, check, no_log, **{"name": "ci", "state": "present", "permissions": ["deployment:deploy"], "lifetime": None, **params})


class Api:
    def __init__(self, convex: Convex) -> None:
        self._convex = convex

    def on(self, method: str, path: str, *answers: t.Any) -> None:
        self._convex.on(method, path, *answers, base=management.API_URL)

    def keys(self, *lists: list[Json]) -> None:
        self.on("GET", f"{PLACE}/list_deploy_keys", *lists)

    def create(self, *answers: t.Any) -> None:
        self.on("POST", f"{PLACE}/create_deploy_key", *(answers or ({"deployKey": NEW},)))

    def delete(self, *answers: t.Any) -> None:
        self.on("POST", f"{PLACE}/delete_deploy_key", *(answers or (None,)))


@pytest.fixture
def api(convex: Convex, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.delenv(management.TOKEN_VARIABLE, raising=False)
    return Api(convex)


def test_a_key_is_made_and_returned_once(convex: Convex, api: Api) -> None:
    api.keys([key("other")])
    api.create()
    plan = ensure(check=True, lifetime=86400.0)
    assert convex.asked == [LIST]
    done = ensure(lifetime=86400.0)
    assert convex.asked == [LIST, LIST, CREATE]
    assert convex.request(0).headers["Authorization"] == f"Bearer {TOKEN}"
    assert convex.sent() == {"name": "ci", "allowedActions": ["deployment:deploy"], "expiresAt": round((NOW + 86400) * 1000)}
    assert (done["deploy_key"]["value"], done["deploy_key"]["made"], done["changed"]) == (NEW, True, True)
    assert plan["deploy_key"]["value"] == {"known_after": "create_deploy_key"}
    assert (plan["changes"], plan["diff"]) == (done["changes"], done["diff"])
    assert NEW not in str([done["changes"], done["diff"], done["steps"]])


@pytest.mark.parametrize("check", [True, False])
def test_a_result_that_would_be_shown_is_refused(convex: Convex, api: Api, check: bool) -> None:
    failure = ensure(check, no_log=False)["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("refused", "no_log", [])


@pytest.mark.parametrize("permissions", [["deployment:deploy"], None])
def test_a_key_that_is_there_stays(convex: Convex, api: Api, permissions: list[str] | None) -> None:
    api.keys([key("ci", "deployment:deploy")])
    result = ensure(permissions=permissions)
    assert (result["changed"], result["changes"], result["deploy_key"]["value"], convex.asked) == (False, [], None, [LIST])


def test_permissions_cannot_be_changed(convex: Convex, api: Api) -> None:
    api.keys([key("ci", "deployment:deploy", "deployment:pause")])
    failure = ensure()["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("refused", "permissions", [LIST])


def test_without_permissions_none_are_named(convex: Convex, api: Api) -> None:
    api.keys([])
    api.create()
    assert ensure(permissions=None)["diff"]["after"] == {"key": {"name": "ci", "permissions": "all"}}
    assert convex.sent() == {"name": "ci"}


def test_a_value_that_was_lost_makes_another_key(convex: Convex, api: Api) -> None:
    api.keys([], [key()])
    api.create(LOST, {"deployKey": NEW})
    api.delete()
    result = ensure()
    assert result["deploy_key"]["value"] == NEW
    assert convex.asked == [LIST, CREATE, LIST, DELETE, CREATE]
    assert [change["operation"] for change in result["changes"]] == ["create_deploy_key", "delete_deploy_key", "create_deploy_key"]


def test_a_value_that_is_lost_again_is_told(convex: Convex, api: Api) -> None:
    api.keys([], [key()])
    api.create(LOST)
    api.delete()
    failure = ensure()["failure"]
    assert (failure["kind"], failure["code"]) == ("unknown", "lost_value")
    assert convex.asked[-1] == DELETE


def test_a_request_that_was_lost_is_sent_again(convex: Convex, api: Api) -> None:
    api.keys([])
    api.create((503, error("Overloaded", "Later")), {"deployKey": NEW})
    assert ensure()["deploy_key"]["value"] == NEW
    assert DELETE not in convex.asked


# -- deleting
def test_a_key_is_deleted_by_its_name(convex: Convex, api: Api) -> None:
    api.keys([key()])
    api.delete()
    plan = ensure(check=True, state="absent", no_log=False)
    done = ensure(state="absent", no_log=False)
    assert (plan["changes"], plan["diff"]) == (done["changes"], done["diff"]) != ([], {})
    assert (convex.sent(), done["changed"]) == ({"id": "ci"}, True)


def test_a_key_that_is_not_there_stays_away(convex: Convex, api: Api) -> None:
    api.keys([key("other")])
    assert not ensure(state="absent")["changed"]
    assert convex.asked == [LIST]


@pytest.mark.parametrize("answer", [LOST, (404, error("AccessTokenNotFound", "No"))])
def test_a_key_that_is_gone_meanwhile_is_gone(convex: Convex, api: Api, answer: t.Any) -> None:
    api.keys([key()], [])
    api.delete(answer)
    assert ensure(state="absent")["changed"]
    assert convex.asked == [LIST, DELETE, LIST]


def test_a_key_that_stays_is_told(convex: Convex, api: Api) -> None:
    api.keys([key()])
    api.delete((404, error("AccessTokenNotFound", "No")))
    assert ensure(state="absent")["failure"]["kind"] == "not_found"


# -- what cannot be
@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"name": " "}, "invalid"),
        ({"name": "prod:x|y"}, "invalid"),
        ({"lifetime": 60.0}, "invalid"),
        ({"token": None}, "auth"),
        ({"token": "two words-7Hs3Tf6Yc1Rg9"}, "auth"),
        ({"token": NEW}, "auth"),
        ({"deployment": " "}, "invalid"),
        ({"api_url": "http://api.example.com"}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(convex: Convex, api: Api, params: Json, kind: str) -> None:
    result = ensure(**params)
    assert (result["failure"]["kind"], convex.asked) == (kind, [])
    assert result["failure"]["hint"]
    assert str(params.get("token") or "?") not in str(result)


def test_a_misspelt_deployment_names_the_near_ones(convex: Convex, api: Api) -> None:
    api.on("GET", "/deployments/happy-animl-123/list_deploy_keys", (404, error("DeploymentNotFound", "No")))
    api.on("GET", "/token_details", {"type": "teamToken", "teamId": 42})
    pages = [
        {"items": [{"name": "calm-cow-4"}, "strange"], "pagination": {"hasMore": True, "nextCursor": "c"}},
        {"items": [{"name": NAME}], "pagination": {"hasMore": False, "nextCursor": None}},
    ]
    api.on("GET", "/teams/42/list_deployments", *pages)
    failure = ensure(deployment="happy-animl-123")["failure"]
    assert (failure["kind"], failure["hint"]) == ("not_found", f"Near or other names here: {NAME}")
    assert convex.request(-1).params == {"cursor": "c"}


@pytest.mark.parametrize("details", [(403, None), {"type": "projectToken", "projectId": 7}, [], None])
def test_without_names_the_failure_stays(convex: Convex, api: Api, details: t.Any) -> None:
    api.on("GET", f"{PLACE}/list_deploy_keys", (404, error("DeploymentNotFound", "No")))
    api.on("GET", "/token_details", details)
    failure = ensure()["failure"]
    assert (failure["kind"], "whose token" in failure["hint"]) == ("not_found", True)


@pytest.mark.parametrize("answer", [{}, [1], [{"name": "ci"}], [{"name": 1, "allowedActions": []}], None])
def test_a_list_of_another_shape_changes_nothing(convex: Convex, api: Api, answer: t.Any) -> None:
    api.on("GET", f"{PLACE}/list_deploy_keys", answer)
    assert ensure()["failure"]["kind"] == "protocol"
    assert convex.asked == [LIST]


def test_keys_are_listed(convex: Convex, api: Api) -> None:
    api.keys([key("b", "deployment:pause", "deployment:deploy", lastUsedTime=1_769_223_720_500, creator=71), key("a")])
    listed = run(deploy_keys.execute_info, no_log=False)["deploy_keys"]
    assert [each["name"] for each in listed] == ["a", "b"]
    used = {"id": 7, "name": "b", "created_at": 1769223720.0, "last_used_at": 1769223720.5, "expires_at": None, "creator": 71}
    assert listed[1] == {**used, "permissions": ["deployment:deploy", "deployment:pause"]}
