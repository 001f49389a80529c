# SPDX-License-Identifier: GPL-3.0-or-later
"""Datadog's calls, as declared and as really sent, and the sandbox's answers, against the vendor's OpenAPI document and its own client.

The document is that of version 1. Of downtimes of version 2 the client tells everything: where they are, and what goes there and comes back.
"""

from __future__ import annotations

import datetime
import functools
import json
import re
import typing as t

import pytest
import requests
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ApiTypeError, ForbiddenException
from datadog_api_client.model_utils import UnparsedObject, validate_and_convert_types
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v1.model.monitor_overall_states import MonitorOverallStates
from datadog_api_client.v1.model.monitor_type import MonitorType
from datadog_api_client.v1.model.monitor_update_request import MonitorUpdateRequest
from datadog_api_client.v2.api.downtimes_api import DowntimesApi
from datadog_api_client.v2.model.downtime_create_request import DowntimeCreateRequest
from datadog_api_client.v2.model.downtime_response import DowntimeResponse
from datadog_api_client.v2.model.downtime_update_request import DowntimeUpdateRequest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import client as datadog_client
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import monitors
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.operations import OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.harness import writes
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
BODIES: dict[str, t.Any] = {
    "create_monitor": Monitor,
    "update_monitor": MonitorUpdateRequest,
    "validate_monitor": Monitor,
    "validate_existing_monitor": Monitor,
    "create_downtime": DowntimeCreateRequest,
    "update_downtime": DowntimeUpdateRequest,
}


@functools.cache
def document() -> vendor_schemas.OpenApi:
    return vendor_schemas.OpenApi(vendor_schemas.folder() / "datadog" / "openapi-v1.json")


@functools.cache
def endpoints() -> dict[tuple[str, str], t.Any]:
    """What the vendor's own client can ask: its endpoints by method and path."""
    offline = ApiClient(Configuration())
    apis = (MonitorsApi(offline), DowntimesApi(offline))
    found = [value for api in apis for name, value in vars(api).items() if name.endswith("_endpoint")]
    return {(one.settings["http_method"], one.settings["endpoint_path"]): one for one in found}


def own_client(sandbox: Sandbox, **keys: str) -> ApiClient:
    known = sandbox.run["datadog"]
    configuration = Configuration(host=known["url"], enable_retry=False)
    configuration.api_key = {"apiKeyAuth": known["api_key"], "appKeyAuth": known["app_key"], **keys}
    return ApiClient(configuration)


def check_with_client(model: t.Any, content: t.Any) -> None:
    """Raise when the vendor's client would not take it as this model, or does not know one of its fields."""
    whole = validate_and_convert_types(content, (model,), ["content"], False, True, configuration=Configuration())
    strange = list(_strange(whole))
    assert not strange, strange


def _strange(part: t.Any) -> t.Iterator[str]:
    """What the client could not make sense of: it keeps such things, and says nothing."""
    if isinstance(part, list):
        for item in part:
            yield from _strange(item)
    elif getattr(part, "_unparsed", False) or isinstance(part, UnparsedObject):
        yield f"{type(part).__name__}: {part}"
    elif hasattr(part, "_data_store"):
        known = {*part.openapi_types, "value"}
        yield from (f"{type(part).__name__} has no {name}" for name in part._data_store if part.additional_properties_type is not None and name not in known)
        for value in part._data_store.values():
            yield from _strange(value)


def test_a_field_that_the_client_does_not_know_is_noticed() -> None:
    about: Json = {"scope": "*", "monitor_identifier": {"monitor_id": 1}, "schedule": {"end": "2030-01-01T00:00:00+00:00"}}
    check_with_client(DowntimeCreateRequest, {"data": {"type": "downtime", "attributes": about}})
    for wrong in ({"mesage": "a"}, {"scope": 5}, {"monitor_identifier": {"monitor": 1}}, {"schedule": {"ends": 1}}, {"notify_end_types": ["never"]}):
        with pytest.raises((AssertionError, ApiTypeError)):
            check_with_client(DowntimeCreateRequest, {"data": {"type": "downtime", "attributes": {**about, **wrong}}})


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    endpoint = endpoints()[operation.method, operation.path]
    named = {about["attribute"] for about in endpoint.params_map.values() if about.get("location") in ("query", "path")}
    assert set(operation.query) <= named and set(re.findall(r"{(\w+)}", operation.path)) <= named
    assert set(endpoint.settings["auth"]) >= {"apiKeyAuth", "appKeyAuth"}, "both keys are needed"
    assert operation.changes == (operation.method != "GET" and not operation.path.endswith("/validate"))
    assert operation.destroys == (operation.name == "delete_monitor")
    if operation.name in BODIES:
        assert set(operation.body) <= set(BODIES[operation.name].attribute_map.values())
    described = document().paths.get(operation.path, {}).get(operation.method.lower())
    queries = {parameter["name"] for parameter in (described or {}).get("parameters", [])}
    # The document has version 1 alone, and of it not what looks at a monitor that is there.
    assert (described is None) == (operation.path.startswith("/api/v2/") or operation.name == "validate_existing_monitor")
    assert described is None or set(operation.query) <= queries


def test_words_and_sites_are_the_vendor_s() -> None:
    assert set(monitors.TYPES) == set(document()._components["schemas"]["MonitorType"]["enum"]) >= set(MonitorType.allowed_values)
    assert set(monitors.STATES) == set(MonitorOverallStates.allowed_values) == set(document()._components["schemas"]["MonitorOverallStates"]["enum"])
    assert set(monitors.OPTIONS) <= set(document()._components["schemas"]["MonitorOptions"]["properties"])
    assert set(monitors.THRESHOLDS) <= set(document()._components["schemas"]["MonitorThresholds"]["properties"])
    servers = json.loads((vendor_schemas.folder() / "datadog" / "openapi-v1.json").read_text(encoding="utf-8"))["servers"]
    assert set(datadog_client.SITES) == set(servers[0]["variables"]["site"]["enum"])
    assert servers[0]["url"].replace("{subdomain}", "api").format(site="datadoghq.eu") == datadog_client.base_url({"site": "datadoghq.eu"})


def test_what_is_sent_is_declared_and_documented(sandbox: Sandbox, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox.run["clock_url"])
    whole = {
        "name": "all",
        "type": "query alert",
        "query": "avg(last_5m):avg:shop.response{*} > 500",
        "notification_message": "slow",
        "priority": 2,
        "tags": ["a:b"],
        "thresholds": {"critical": 500, "warning": 200, "critical_recovery": 400, "warning_recovery": 150},
        "notify_no_data": True,
        "no_data_timeframe": "10m",
        "renotify_interval": "1h",
        "evaluation_delay": "1m",
        "new_group_delay": "1m",
        "escalation_message": "still",
        "require_full_window": False,
        "include_tags": True,
        "notify_audit": False,
    }
    acts = [
        writes.Act("datadog_monitor", whole),
        writes.Act("datadog_monitor", {"name": "kept", "type": "log alert", "query": 'logs("*").rollup("count").last("5m") > 5', "on_missing_data": "resolve"}),
        writes.Act("datadog_downtime", {"name": "one", "duration": "1h", "monitor": "all", "scope": "env:production"}),
        *(act for write in writes.DATADOG for act in (*write.before, write.act) if isinstance(act, writes.Act)),
    ]
    for act in acts:
        result = writes.play(sandbox, act, tmp_path)
        assert not result.get("failed"), result["msg"]
    for options in ({**whole, "name": "planned"}, {**whole, "priority": 1}):
        plan = writes.play(sandbox, writes.Act("datadog_monitor", options), tmp_path, check_mode=True)
        assert plan["changed"], plan
    seen = set()
    for entry in sandbox.journal(vendor="datadog"):
        (operation,) = (one for one in OPERATIONS.values() if f"{one.method} {re.sub('{[^}]*}', '{id}', one.path)}" == entry["operation"])
        seen.add(operation.name)
        assert set(entry["query"]) <= set(operation.query) and set(entry["body"] or {}) <= set(operation.body)
        assert bool(entry["body"]) == (operation.name in BODIES)
        if operation.name in BODIES:
            check_with_client(BODIES[operation.name], entry["body"])
    assert seen == set(OPERATIONS)


def test_the_sandbox_answers_as_the_vendor_documents(sandbox: Sandbox) -> None:
    known = sandbox.run["datadog"]

    def ask(method: str, path: str, body: Json | None = None, status: int = 200, **more: str) -> t.Any:
        headers = {"DD-API-KEY": known["api_key"], "DD-APPLICATION-KEY": known["app_key"], **more}
        answer = requests.request(method, known["url"] + path, json=body, headers=headers, timeout=10)
        content = answer.json() if answer.content else None
        assert answer.status_code == status, content
        place = path.partition("?")[0]
        if place.startswith("/api/v1/") and not re.search(r"/\d+/validate$", place):
            document().check_answer(method, place, status, content)
        elif status == 200 and place.startswith("/api/v2/") and "?" not in path:
            check_with_client(DowntimeResponse, content)
        return content

    query = "avg(last_5m):avg:shop.response{*} > 500"
    made = ask("POST", "/api/v1/monitor", {"type": "metric alert", "query": query, "name": "slow", "options": {"thresholds": {"critical": 500}}})
    assert made["overall_state"] == "No Data" and made["type"] == "query alert"
    sandbox.ask("POST", "/world", {"vendor": "datadog", "set": {"status": {"slow": "Alert"}}})
    assert ask("GET", "/api/v1/monitor?group_states=alert&page=0&page_size=2")[0]["state"] == {"groups": {}}
    assert list(ask("GET", f"/api/v1/monitor/{made['id']}?group_states=all")["state"]["groups"]) == ["host:web-1"]
    ask("POST", "/api/v1/monitor/validate", {"type": "metric alert", "query": "avg(last_5m)"}, 400)
    assert ask("POST", f"/api/v1/monitor/{made['id']}/validate", {"type": "metric alert", "query": query}) == {}
    assert ask("PUT", f"/api/v1/monitor/{made['id']}", {"priority": 1, "options": {}})["options"].get("thresholds") is None
    ask("PUT", "/api/v1/monitor/1", {"priority": 1}, 404)
    ask("GET", "/api/v1/monitor", None, 403, **{"DD-APPLICATION-KEY": "none"})
    about = {"scope": "*", "monitor_identifier": {"monitor_id": made["id"]}, "message": "held"}
    held = ask("POST", "/api/v2/downtime", {"data": {"type": "downtime", "attributes": about}})["data"]
    assert held["attributes"]["status"] == "active" and held["attributes"]["schedule"]["end"] is None
    changed = {"data": {"type": "downtime", "id": held["id"], "attributes": {"schedule": {"end": "2030-01-01T00:00:00+01:00"}}}}
    assert ask("PATCH", f"/api/v2/downtime/{held['id']}", changed, 400)["errors"]
    ask("DELETE", f"/api/v2/downtime/{held['id']}", None, 204)
    assert ask("GET", f"/api/v2/downtime/{held['id']}")["data"]["attributes"]["status"] == "canceled"
    assert ask("GET", "/api/v2/downtime?page[limit]=1&current_only=true")["data"] == []
    assert ask("DELETE", f"/api/v1/monitor/{made['id']}") == {"deleted_monitor_id": made["id"]}


def test_the_vendor_s_own_client_believes_the_sandbox(sandbox: Sandbox) -> None:
    with own_client(sandbox) as client:
        api, downtimes = MonitorsApi(client), DowntimesApi(client)
        body = {"type": "query alert", "query": "avg(last_5m):avg:shop.response{*} > 500", "name": "slow", "options": {"thresholds": {"critical": 500.0}}}
        made = api.create_monitor(Monitor(**body))  # type: ignore[arg-type]
        assert [one.name for one in api.list_monitors_with_pagination(page_size=2)] == ["checkout errors", "queue is long", "slow"]
        assert api.update_monitor(made.id, MonitorUpdateRequest(priority=2)).priority == 2
        whom = {"scope": "*", "monitor_identifier": {"monitor_id": made.id}, "schedule": {"end": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)}}
        held = downtimes.create_downtime(DowntimeCreateRequest(data={"type": "downtime", "attributes": whom}, _check_type=True))
        assert str(held.data.attributes.status) == "active" and held.data.attributes.schedule.end.year == 2030
        assert [one.id for one in downtimes.list_downtimes_with_pagination(page_limit=1)] == [held.data.id]
        downtimes.cancel_downtime(held.data.id)
        assert str(downtimes.get_downtime(held.data.id).data.attributes.status) == "canceled"
        with pytest.raises(ApiException) as refused:
            api.validate_monitor(Monitor(type=MonitorType("query alert"), query="avg(last_5m)"))
        assert refused.value.status == 400
        assert api.delete_monitor(made.id).deleted_monitor_id == made.id
    with own_client(sandbox, appKeyAuth="none") as stranger, pytest.raises(ForbiddenException):
        MonitorsApi(stranger).list_monitors()
