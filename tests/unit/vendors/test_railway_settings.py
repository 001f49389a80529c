# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a service's settings is sent, and what is made of answers that say less."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import settings
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.settings import State
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import API_SERVICE, LOST, Json, Railway, of_module

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]


def state(regions: Json | None = None, **more: t.Any) -> State:
    return State({"regions": regions, **more}, True, "", None, 1)


def test_a_patch_holds_what_changes_and_takes_regions_away() -> None:
    before = state({"us-west2": 2, "us-east4-eqdc4a": 1})
    patch = settings.patch_of(before, {"regions": {"us-west2": 3}, "overlap": 30, "start_command": None, "vcpus": 2})
    assert patch == {
        "overlapSeconds": 30,
        "startCommand": None,
        "multiRegionConfig": {"us-east4-eqdc4a": None, "us-west2": {"numReplicas": 3}},
    }


def test_one_number_belongs_to_the_one_region() -> None:
    assert settings.placed({"replicas": 3, "overlap": 1}, state({"us-west2": 1})) == {"regions": {"us-west2": 3}, "overlap": 1}
    for regions in ({"us-west2": 1, "us-east4-eqdc4a": 1}, None):
        with pytest.raises(Failure) as failure:
            settings.placed({"replicas": 3}, state(regions))
        assert failure.value.code == "regions"


def answer(**more: t.Any) -> Json:
    instance = {"healthcheckPath": "", "overlapSeconds": None, "numReplicas": None, "region": None, "activeDeployments": [], **more.pop("instance", {})}
    return {"serviceInstance": instance, "environment": {"config": more.pop("config", {"services": {}})}, **more}


def wanted(check: bool = False, **params: t.Any) -> Json:
    given = dict.fromkeys((*settings.OPTIONS, "replicas"))
    return of_module(settings.execute, check, **{**given, **params})


@pytest.mark.parametrize(
    ("said", "regions"),
    [
        (answer(), None),
        (answer(instance={"region": "us-west2"}), {"us-west2": 1}),
        (answer(instance={"region": "us-west2", "numReplicas": 4}), {"us-west2": 4}),
        (answer(config={"services": {API_SERVICE: {"deploy": {"multiRegionConfig": {"a": {"numReplicas": 2}, "b": None}}}}}), {"a": 2}),
    ],
)
def test_where_the_replicas_are(railway: Railway, said: Json, regions: Json | None) -> None:
    railway.on("serviceInstanceSettings", said)
    assert of_module(settings.information)["settings"]["regions"] == regions


def test_no_path_and_an_empty_path_are_the_same(railway: Railway) -> None:
    railway.on("serviceInstanceSettings", answer())
    assert not wanted(healthcheck_path="")["changed"]
    assert railway.asked == ["projectToken", "serviceInstanceSettings"]


def test_a_lost_answer_is_looked_for(railway: Railway) -> None:
    railway.on("serviceInstanceSettings", answer(), answer(instance={"overlapSeconds": 30}))
    railway.on("environmentPatchCommit", LOST)
    assert wanted(overlap="30s")["changed"]
    assert railway.asked.count("environmentPatchCommit") == 1
    assert railway.sent("environmentPatchCommit")[0]["patch"] == {"services": {API_SERVICE: {"deploy": {"overlapSeconds": 30}}}}


def test_a_config_file_is_told(railway: Railway) -> None:
    railway.on("serviceInstanceSettings", answer(instance={"railwayConfigFile": "/railway.toml"}))
    notes = wanted(check=True, overlap="30s")["notes"]
    assert notes[-1] == "/railway.toml in the repository overrides what is set here"
