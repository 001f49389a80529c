# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's environment variables at Vercel against the vendor's documents, and their quirks one by one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Json, Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Control
from ansible_collections.saasops.runbooks.tests.sandbox.vercel import env

ENV = "/v10/projects/hydrogen/env"


def wish(key: str = "API_KEY", *target: str, **more: t.Any) -> Json:
    return {"key": key, "value": "a-value", "type": "encrypted", "target": list(target or ("production",)), **more}


def create(vercel: Vercel, body: t.Any, **query: t.Any) -> tuple[int, t.Any]:
    return vercel.ask("POST", ENV, body, **query)[:2]


def code(answer: tuple[int, t.Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


BODIES: dict[tuple[str, str], tuple[int, t.Any]] = {
    ("POST", "/v10/projects/{project}/env"): (201, wish("NEW")),
    ("PATCH", "/v9/projects/{project}/env/{env}"): (200, {"value": "other"}),
}


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _operation in env.ROUTES])
@pytest.mark.parametrize("kind", ["plain", "encrypted", "sensitive"])
def test_every_operation_answers_as_the_vendor_s_document_says(sandbox: Control, vercel: Vercel, method: str, path: str, kind: str) -> None:
    sandbox.patch("app", env=[{"key": "API_KEY", "value": "x", "type": kind, "comment": "c"}], environments=[environment()])
    found = vercel.get(ENV)["envs"][0]["id"]
    status, body = BODIES.get((method, path), (200, {"ids": [found]} if method == "DELETE" and path.endswith("/env") else None))
    assert vercel.ask(method, path.format(project="hydrogen", env=found), body)[0] == status


def environment() -> Json:
    return {"id": "env_qa", "slug": "qa", "type": "preview", "createdAt": 1, "updatedAt": 1}


def test_what_the_vendor_does_not_publish_is_what_its_client_asks(vercel: Vercel) -> None:
    documents = (vendor_schemas.vercel(), vendor_schemas.vercel_2025())
    published = [path for method, path, _operation in env.OF_THE_CLIENT if any(document.template(method, path) for document in documents)]
    assert published == []
    assert all(any(document.template(method, path) for document in documents) for method, path, _operation in env.ROUTES)


def test_values_are_shown_as_far_as_their_type_allows(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env=[{"key": kind.upper(), "value": "a-value", "type": kind} for kind in ("plain", "encrypted", "sensitive")])

    def values(**query: t.Any) -> list[tuple[str, bool]]:
        return [(it["value"], it["decrypted"]) for it in vercel.get(ENV, **query)["envs"]]

    plain, encrypted, sensitive = values()
    assert (plain, sensitive, encrypted[1]) == (("a-value", False), ("", False), False) and "a-value" not in encrypted[0]
    assert values(decrypt="true")[1] == ("a-value", True)
    singles = [vercel.get(f"/v1/projects/hydrogen/env/{it['id']}") for it in vercel.get(ENV)["envs"]]
    assert [it.get("value") for it in singles] == ["a-value", "a-value", None]
    sandbox.patch("app", step_up=True)
    assert code(vercel.ask("GET", ENV, decrypt="true")[:2]) == (403, "challenge_required")
    assert vercel.ask("GET", ENV)[0] == 200


def test_one_key_has_one_value_for_each_place(vercel: Vercel) -> None:
    assert create(vercel, wish("A", "production", "preview"))[0] == 201
    assert code(create(vercel, wish("A", "preview"))) == (400, "ENV_ALREADY_EXISTS")
    # Overwriting is for exactly the same places.
    assert code(create(vercel, wish("A", "preview"), upsert="true")) == (400, "ENV_CONFLICT")
    assert create(vercel, wish("A", "preview", "production"), upsert="true")[0] == 201
    assert create(vercel, wish("A", "preview", gitBranch="main"))[0] == 201
    assert create(vercel, wish("A", "development"))[0] == 201
    assert len(vercel.get(ENV)["envs"]) == 3


def test_a_list_may_fail_in_part_inside_a_success(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env_failing=["C"])
    status, answer = create(vercel, [wish("A"), wish("VERCEL_URL"), wish("C")])
    assert (status, [it["key"] for it in answer["created"]]) == (201, ["A"])
    assert [it["error"]["code"] for it in answer["failed"]] == ["KEY_RESERVED", "UNKNOWN_ERROR"]
    assert [entry["effect"] for entry in sandbox.journal(changes=True)] == [True]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (wish("1A"), "INVALID_KEY"),
        (wish("VERCEL_ENV"), "KEY_RESERVED"),
        (wish("A", "production", gitBranch="main"), "BAD_REQUEST"),
        (wish("A", "development", type="sensitive"), "BAD_REQUEST"),
        (wish("A", "nowhere"), "BAD_REQUEST"),
        (wish("A", customEnvironmentIds=["env_nowhere"]), "BAD_REQUEST"),
        (wish("A", comment="c" * 501), "INVALID_VALUE"),
        ({"key": "A"}, "bad_request"),
        (wish("A", colour="red"), "bad_request"),
    ],
)
def test_nonsense_is_refused(sandbox: Control, vercel: Vercel, body: Json, expected: str) -> None:
    assert code(create(vercel, body)) == (400, expected)
    assert [entry["effect"] for entry in sandbox.journal(changes=True)] == [False]


def test_there_is_a_limit(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env_limit=1)
    assert create(vercel, wish("A"))[0] == 201
    assert code(create(vercel, wish("B"))) == (400, "MAX_ENVS_EXCEEDED")


def test_an_edit_keeps_the_type_and_takes_no_key_of_a_sensitive_one(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env=[{"key": "A", "value": "x", "type": "sensitive"}, {"key": "B", "value": "x", "type": "plain", "target": ["preview"]}])
    sensitive, plain = (f"/v9/projects/hydrogen/env/{it['id']}" for it in vercel.get(ENV)["envs"])
    assert vercel.ask("PATCH", sensitive, {"key": "A", "value": "y"})[0] == 400
    assert vercel.ask("PATCH", sensitive, {"value": "y", "type": "plain"})[1]["type"] == "sensitive"
    assert vercel.ask("PATCH", plain, {"key": "B", "type": "sensitive"})[1]["type"] == "plain"
    assert code(vercel.ask("PATCH", plain, {"key": "A", "target": ["production"]})[:2]) == (400, "ENV_CONFLICT")
    assert vercel.ask("PATCH", "/v9/projects/hydrogen/env/none", {"value": "y"})[0] == 404


def test_a_policy_makes_what_is_not_for_development_sensitive(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", sensitive_policy=True)
    assert [create(vercel, wish("A", target))[1]["created"]["type"] for target in ("production", "preview", "development")] == ["sensitive"] * 2 + ["encrypted"]


def test_what_an_integration_manages_is_its_own(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env=[{"key": "A", "value": "x", "configuration": "icfg_example"}])
    identity = vercel.get(ENV)["envs"][0]["id"]
    assert code(vercel.ask("PATCH", f"/v9/projects/hydrogen/env/{identity}", {"value": "y"})[:2]) == (403, "NOT_AUTHORIZED")


def test_variables_for_production_may_be_hidden_and_the_list_may_be_paged(sandbox: Control, vercel: Vercel) -> None:
    sandbox.patch("app", env=[{"key": "A", "value": "x"}, {"key": "B", "value": "x", "target": ["preview"]}], env_hides_production=True)
    answer = vercel.get(ENV)
    assert ([it["key"] for it in answer["envs"]], answer["hiddenProductionEnvCount"]) == (["B"], 1)
    sandbox.patch("app", env_paged=True)
    assert vercel.get(ENV)["pagination"] == {"count": 1, "next": None, "prev": None}


def test_deleting_what_is_gone_is_not_found(vercel: Vercel) -> None:
    identity = create(vercel, wish("A"))[1]["created"]["id"]
    assert vercel.ask("DELETE", "/v1/projects/hydrogen/env", {"ids": [identity, "none"]})[1] == {"deleted": 1, "ids": [identity]}
    assert vercel.ask("DELETE", "/v1/projects/hydrogen/env", {"ids": [identity]})[0] == 404
    assert vercel.ask("DELETE", f"/v9/projects/hydrogen/env/{identity}")[0] == 404
