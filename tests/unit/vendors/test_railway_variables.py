# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables have to be written, sealed or deleted, decided from what is there; and what is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import variables, variables_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.variables import Plan, Stored, Wanted
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import API_SERVICE, LOST, Json, Railway, connection, of_module, refusal, when

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
SECRET = "unit-test-8Gf3Lz6Wq9Tk2Xv5Rn7Hd4"
PLAIN, SEALED = Stored("1", False), Stored(None, True)
THERE = {"A": PLAIN, "B": Stored("2", False), "KEY": SEALED}


def wanted(**options: t.Any) -> Wanted:
    given: Json = {"variables": {}, "sealed": {}, "absent": (), "purge": False, "purge_sealed": False, "write_sealed": False}
    return Wanted(**{**given, **options})


@pytest.mark.parametrize(
    ("options", "plan"),
    [
        ({"variables": {"A": "1"}}, Plan({}, {}, (), False)),
        ({"variables": {"A": "1", "B": "3", "C": ""}}, Plan({"B": "3", "C": ""}, {}, (), False)),
        ({"sealed": {"KEY": "x"}}, Plan({}, {}, (), False)),
        ({"sealed": {"KEY": "x"}, "write_sealed": True}, Plan({}, {"KEY": "x"}, (), False)),
        ({"sealed": {"A": "x", "NEW": "y"}}, Plan({}, {"A": "x", "NEW": "y"}, (), False)),
        ({"absent": ("B", "KEY", "NEVER")}, Plan({}, {}, ("B", "KEY"), False)),
        # A replacement holds everything that stays; a sealed one that is to stay forbids it.
        ({"variables": {"A": "1"}, "purge": True, "absent": ("KEY",)}, Plan({"A": "1"}, {}, ("B", "KEY"), True)),
        ({"variables": {"A": "1"}, "purge": True, "purge_sealed": True}, Plan({"A": "1"}, {}, ("B", "KEY"), True)),
        ({"variables": {"A": "2"}, "sealed": {"KEY": "x"}, "purge": True}, Plan({"A": "2"}, {}, ("B",), False)),
        ({"variables": {"A": "1", "B": "2"}, "sealed": {"KEY": "x"}, "purge": True}, Plan({}, {}, (), False)),
        ({"purge": True, "purge_sealed": True, "sealed": {"NEW": "y"}}, Plan({}, {"NEW": "y"}, ("A", "B", "KEY"), True)),
    ],
)
def test_what_has_to_be_sent(options: Json, plan: Plan) -> None:
    assert variables.decide(wanted(**options), THERE) == plan


@pytest.mark.parametrize(("options", "code"), [({"variables": {"KEY": "x"}}, "sealed"), ({"purge": True}, "purge_sealed")])
def test_what_would_destroy_more_than_was_said(options: Json, code: str) -> None:
    with pytest.raises(Failure) as failure:
        variables.decide(wanted(**options), THERE)
    assert failure.value.code == code and "KEY" in failure.value.message


def test_what_railway_provides_is_not_purged() -> None:
    provided = {"RAILWAY_PUBLIC_DOMAIN": Stored("x", False, known=False), "RAILWAY_RUN_UID": Stored("0", False)}
    assert variables.decide(wanted(purge=True), provided).deleted == ("RAILWAY_RUN_UID",)


# -- against scripted answers


def answer(values: Json, sealed: t.Collection[str] = (), stamp: float = 0, cursor: str | None = None) -> Json:
    nodes = [{"name": name, "serviceId": API_SERVICE, "isSealed": name in sealed, "references": [], "updatedAt": when(stamp)} for name in values]
    others = [{"name": "A", "serviceId": None, "isSealed": True, "references": [], "updatedAt": when(0)}]
    return {"variables": values, "environment": {"variables": connection([*nodes, *others], cursor)}}


def state(check: bool = False, **params: t.Any) -> Json:
    given = {"shared": False, "variables": {}, "sealed": {}, "update_sealed": "on_create", "absent": [], "purge": False, "purge_sealed": False}
    return of_module(variables.execute, check, **{**given, "skip_deploys": True, **params})


def test_only_what_differs_is_sent(railway: Railway) -> None:
    railway.on("variables", answer({"A": "1", "B": "2"}))
    railway.on("variableCollectionUpsert", {"variableCollectionUpsert": True})
    result = state(variables={"A": "1", "B": SECRET})
    sent = railway.sent("variableCollectionUpsert")[0]["input"]
    assert (sent["variables"], sent["skipDeploys"], sent["serviceId"]) == ({"B": SECRET}, True, API_SERVICE)
    assert railway.asked == ["projectToken", "variables", "variableCollectionUpsert"] and SECRET not in str(result)


def test_a_lost_answer_is_looked_for_and_sent_once(railway: Railway) -> None:
    railway.on("variables", answer({}), answer({"A": "1"}))
    railway.on("variableCollectionUpsert", LOST)
    assert state(variables={"A": "1"})["changed"]
    assert railway.asked.count("variableCollectionUpsert") == 1


def test_a_seal_that_was_lost_is_seen_by_its_time(railway: Railway) -> None:
    railway.on("variables", answer({"KEY": None}, ["KEY"], stamp=1), answer({"KEY": None}, ["KEY"], stamp=2))
    railway.on("environmentPatchCommit", LOST)
    assert state(sealed={"KEY": SECRET}, update_sealed="always")["sealed"] == ["KEY"]
    assert railway.asked.count("environmentPatchCommit") == 1
    patch = railway.sent("environmentPatchCommit")[0]
    assert patch["patch"] == {"services": {API_SERVICE: {"variables": {"KEY": {"value": SECRET, "isSealed": True}}}}}
    assert SECRET not in patch["commitMessage"]


def test_a_variable_that_somebody_else_deleted_is_gone(railway: Railway) -> None:
    railway.on("variables", answer({"A": "1"}))
    railway.on("variableDelete", refusal("Variable not found"))
    assert state(absent=["A"], allow="destroy")["deleted"] == ["A"]


def test_a_value_that_is_withheld_counts_as_sealed(railway: Railway) -> None:
    railway.on("variables", answer({"A": None}))
    assert state(variables={"A": "1"})["failure"]["code"] == "sealed"
    shown = of_module(variables_info.execute, shared=False, values="none")["variables"]
    assert shown == [{"name": "A", "sealed": True, "references": [], "fingerprint": None}]
