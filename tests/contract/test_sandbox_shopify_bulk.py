# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk operations of the sandbox's Shopify: all states, in the vendor's own time, and files that want no token."""

from __future__ import annotations

import json
import re
import typing as t
from collections import Counter
from pathlib import Path

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract.shopify_sandbox import Json, Shopify
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

CUSTOMERS = "{ customers { edges { node { id tags defaultEmailAddress { emailAddress } } } } }"
MEMBERS = """
{
  customers(query: "tag:'member'") {
    edges { node { id tags updatedAt metafields(namespace: "membership") { edges { node { key value } } } } }
  }
}"""
NOBODY = "{ customers(query: \"tag:'nobody'\") { edges { node { id } } } }"
RUN = """
mutation BulkQuery($query: String!, $group: Boolean! = false) {
  bulkOperationRunQuery(query: $query, groupObjects: $group) { bulkOperation { id status type createdAt url } userErrors { field message code } }
}"""
POLL = """
query BulkPoll($id: ID!) {
  bulkOperation(id: $id) {
    id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl query
  }
}"""
LIST = """
query BulkList($first: Int!, $query: String, $reverse: Boolean) {
  bulkOperations(first: $first, query: $query, reverse: $reverse) {
    nodes { id status type createdAt completedAt errorCode objectCount } pageInfo { hasNextPage endCursor }
  }
}"""
CANCEL = "mutation BulkCancel($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } } }"
STAGED = """
mutation StagedUpload($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) { stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } }
}"""
IMPORT = """
mutation BulkMutation($mutation: String!, $path: String!, $clientId: String) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $clientId) {
    bulkOperation { id status type } userErrors { field message code }
  }
}"""
TAGS = "mutation($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }"
MANY = "".join(["{ customers { edges { node { id ", *(f"m{number}: metafields {{ edges {{ node {{ id }} }} }} " for number in range(5)), "} } } }"])
VARIABLES = {"resource": "BULK_MUTATION_VARIABLES", "filename": "tags.jsonl", "mimeType": "text/jsonl", "httpMethod": "POST"}


@pytest.fixture
def shopify(running: Sandbox, sandbox: Sandbox) -> Shopify:
    return Shopify(running.run)


def started(shopify: Shopify, query: str, **variables: t.Any) -> str:
    said = shopify.data(RUN, query=query, **variables)["bulkOperationRunQuery"]
    assert said["userErrors"] == [] and said["bulkOperation"]["status"] == "CREATED"
    return str(said["bulkOperation"]["id"])


def refused(shopify: Shopify, query: str) -> Json:
    said = shopify.data(RUN, query=query)["bulkOperationRunQuery"]
    assert said["bulkOperation"] is None
    return t.cast(Json, said["userErrors"][0])


def seen(shopify: Shopify, identity: str) -> Json:
    return t.cast(Json, shopify.data(POLL, id=identity)["bulkOperation"])


def made(shopify: Shopify, member: ClockMember, query: str, **variables: t.Any) -> tuple[Json, list[Json]]:
    identity = started(shopify, query, **variables)
    member.sleep(30)
    it = seen(shopify, identity)
    assert it["status"] == "COMPLETED"
    content = requests.get(it["url"], timeout=20).content
    lines = [json.loads(line) for line in content.splitlines()]
    assert (len(content), len(lines)) == (int(it["fileSize"]), int(it["objectCount"]))
    return it, lines


def test_it_grows_until_it_is_complete(shopify: Shopify, member: ClockMember) -> None:
    identity, counts = started(shopify, CUSTOMERS), []
    for _second in range(25):
        it = seen(shopify, identity)
        counts.append((it["status"], int(it["objectCount"]), it["url"] is not None))
        member.sleep(1)
    states = list(dict.fromkeys(state for state, _count, _url in counts))
    assert states == ["CREATED", "RUNNING", "COMPLETED"]
    numbers = [count for _state, count, _url in counts]
    assert numbers == sorted(numbers) and len(set(numbers)) >= 4 and numbers[-1] == 2000
    assert [url for state, _count, url in counts] == [state == "COMPLETED" for state, _count, _url in counts]


def test_the_lines_are_what_was_asked_for(shopify: Shopify, member: ClockMember) -> None:
    it, lines = made(shopify, member, MEMBERS)
    roots = [line for line in lines if "__parentId" not in line]
    children = [line for line in lines if "__parentId" in line]
    assert (len(roots), len(children), it["rootObjectCount"]) == (500, 500, "500")
    assert set(roots[0]) == {"id", "tags", "updatedAt"} and set(children[0]) == {"__parentId", "key", "value"}
    assert {line["__parentId"] for line in children} == {line["id"] for line in roots}
    # Not next to their parents, unless that was asked for.
    assert "__parentId" not in lines[1]
    _it, grouped = made(shopify, member, MEMBERS, group=True)
    assert all(two["__parentId"] == one["id"] for one, two in zip(grouped[::2], grouped[1::2], strict=True))
    assert Counter(map(str, grouped)) == Counter(map(str, lines))


@pytest.mark.parametrize(
    ("query", "roots"),
    [
        ("{ orders { edges { node { id name customer { id } lineItems { edges { node { id quantity } } } refunds { id note } } } } }", 720),
        ("{ discountNodes { edges { node { id discount { ... on DiscountCodeBasic { title codes { edges { node { id code } } } } } } } } }", 53),
        ("{ inventoryItems { edges { node { id sku inventoryLevels { edges { node { id } } } } } } }", 79),
        ("{ subscriptionContracts { edges { node { id status customer { id } } } } }", 294),
        ("{ products { edges { node { id title } } } }", 40),
    ],
)
def test_every_list_of_the_shop_can_run_in_bulk(shopify: Shopify, member: ClockMember, query: str, roots: int) -> None:
    it, lines = made(shopify, member, query)
    children = [line for line in lines if "__parentId" in line]
    assert int(it["rootObjectCount"]) == len(lines) - len(children) == roots
    assert {line["__parentId"] for line in children} <= {line["id"] for line in lines} and bool(children) is (query.count("edges") > 1)


def test_nothing_found_is_no_file(shopify: Shopify, member: ClockMember) -> None:
    identity = started(shopify, NOBODY)
    member.sleep(30)
    it = seen(shopify, identity)
    assert (it["status"], it["objectCount"], it["url"], it["fileSize"]) == ("COMPLETED", "0", None, None)


def test_a_file_is_kept_for_a_week(shopify: Shopify, member: ClockMember) -> None:
    it, _lines = made(shopify, member, CUSTOMERS)
    member.sleep(7 * 86400)
    assert requests.get(it["url"], timeout=20).status_code == 400
    later = seen(shopify, it["id"])
    assert (later["status"], later["url"]) == ("EXPIRED", None)


def test_a_token_has_no_place_at_the_file(shopify: Shopify, member: ClockMember, running: Sandbox) -> None:
    it, _lines = made(shopify, member, CUSTOMERS)
    running.clear_journal()
    assert requests.get(it["url"], headers={"X-Shopify-Access-Token": shopify.facts["token"]}, timeout=20).status_code == 400
    assert requests.get(it["url"].partition("?")[0], timeout=20).status_code == 403
    assert [(entry["operation"], entry["auth"]) for entry in running.journal()] == [
        ("GET /bulk-operation-outputs/{number}.jsonl", "token"),
        ("GET /bulk-operation-outputs/{number}.jsonl", None),
    ]


@pytest.mark.parametrize("query", [CUSTOMERS, NOBODY.replace("nobody", "newsletter")], ids=["large", "small"])
def test_a_file_goes_on_where_it_broke_off(shopify: Shopify, member: ClockMember, running: Sandbox, query: str) -> None:
    if query is CUSTOMERS:
        running.scenario("bad-release", scale=20)
    it, _lines = made(Shopify(running.run), member, query)
    whole = requests.get(it["url"], timeout=20)
    assert ("etag" in whole.headers) and (len(whole.content) > 1 << 20) is (query is CUSTOMERS)
    rest = requests.get(it["url"], headers={"Range": "bytes=1000-", "If-Range": whole.headers["etag"]}, timeout=20)
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    assert requests.get(it["url"], headers={"Range": f"bytes={len(whole.content)}-"}, timeout=20).status_code == 416


# -- how many at a time
def test_five_at_a_time_and_one_of_each_type_before(shopify: Shopify, member: ClockMember, running: Sandbox) -> None:
    for _number in range(5):
        started(shopify, CUSTOMERS)
    assert refused(shopify, CUSTOMERS)["code"] == "LIMIT_REACHED"
    member.sleep(30)
    started(shopify, CUSTOMERS)
    running.scenario("bad-release", shopify_versions=["2025-10", "2026-01"])
    body = {"query": RUN, "variables": {"query": CUSTOMERS}}
    headers = {"X-Shopify-Access-Token": shopify.facts["token"]}
    answers = [requests.post(f"{shopify.facts['url']}/admin/api/2025-10/graphql.json", json=body, headers=headers, timeout=10).json() for _number in range(2)]
    (error,) = answers[1]["data"]["bulkOperationRunQuery"]["userErrors"]
    assert error["code"] == "OPERATION_IN_PROGRESS" and answers[0]["data"]["bulkOperationRunQuery"]["bulkOperation"]["id"] in error["message"]


def test_another_app_has_its_own(shopify: Shopify) -> None:
    identity = started(shopify, CUSTOMERS)
    other = shopify.post(POLL, token=shopify.facts["reports_token"], id=identity).json()
    assert other["data"]["bulkOperation"] is None
    said = shopify.post(RUN, token=shopify.facts["reports_token"], query=CUSTOMERS).json()["data"]["bulkOperationRunQuery"]
    assert said["userErrors"] == []


def test_a_list_can_be_narrowed(shopify: Shopify, member: ClockMember) -> None:
    first = started(shopify, CUSTOMERS)
    member.sleep(30)
    second = started(shopify, NOBODY)

    def listed(query: str | None, reverse: bool = False) -> list[str]:
        return [str(node["id"]) for node in shopify.data(LIST, first=10, query=query, reverse=reverse)["bulkOperations"]["nodes"]]

    assert listed(None) == [first, second] and listed(None, True) == [second, first]
    assert listed("status:created") == [second] and listed("status:completed operation_type:query") == [first] and listed("operation_type:mutation") == []
    answer = shopify.post(LIST, first=10, query="state:running").json()
    assert answer["extensions"]["search"][0]["warnings"][0]["field"] == "state" and len(answer["data"]["bulkOperations"]["nodes"]) == 2
    former = requests.post(
        f"{shopify.facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": "{ currentBulkOperation { id } }"},
        headers={"X-Shopify-Access-Token": shopify.facts["token"]},
        timeout=10,
    )
    assert former.json()["data"]["currentBulkOperation"]["id"] == second


# -- what does not end well
def test_cancelling_takes_a_moment(shopify: Shopify, member: ClockMember) -> None:
    identity = started(shopify, CUSTOMERS)
    member.sleep(5)
    said = shopify.data(CANCEL, id=identity)["bulkOperationCancel"]
    assert (said["bulkOperation"]["status"], said["userErrors"]) == ("CANCELING", [])
    member.sleep(30)
    assert (seen(shopify, identity)["status"], seen(shopify, identity)["url"]) == ("CANCELED", None)
    assert shopify.data(CANCEL, id=identity)["bulkOperationCancel"]["userErrors"]
    assert shopify.data(CANCEL, id="gid://shopify/BulkOperation/1")["bulkOperationCancel"]["userErrors"]


def test_what_was_made_before_a_failure_can_be_fetched(shopify: Shopify, member: ClockMember, running: Sandbox) -> None:
    running.ask("POST", "/world", {"vendor": "shopify", "set": {"bulk_result": "FAILED", "bulk_error": "TIMEOUT"}})
    identity = started(shopify, CUSTOMERS)
    member.sleep(30)
    it = seen(shopify, identity)
    assert (it["status"], it["errorCode"], it["url"]) == ("FAILED", "TIMEOUT", None)
    assert 0 < len(requests.get(it["partialDataUrl"], timeout=20).content.splitlines()) < 2000


def test_one_may_stop_growing(shopify: Shopify, member: ClockMember, running: Sandbox) -> None:
    running.ask("POST", "/world", {"vendor": "shopify", "set": {"bulk_stalls": True}})
    identity = started(shopify, CUSTOMERS)
    member.sleep(30)
    before = seen(shopify, identity)
    member.sleep(86400)
    assert seen(shopify, identity) == before and before["status"] == "RUNNING"


def test_an_app_without_the_scope_finds_out_later(shopify: Shopify, member: ClockMember) -> None:
    said = shopify.post(RUN, token=shopify.facts["reports_token"], query=CUSTOMERS).json()["data"]["bulkOperationRunQuery"]
    member.sleep(30)
    it = shopify.post(POLL, token=shopify.facts["reports_token"], id=said["bulkOperation"]["id"]).json()["data"]["bulkOperation"]
    assert (it["status"], it["errorCode"]) == ("FAILED", "ACCESS_DENIED")


@pytest.mark.parametrize(
    "query",
    [
        "{ shop { name } }",
        "{ customers { edges { node { id } } } shop { name } }",
        "{ customers { nodes { id } } }",
        "{ customers { edges { node { nosuch } } } }",
        "{ customers",
        'mutation { webhookSubscriptionDelete(id: "1") { userErrors { message } } }',
        "query($q: String) { customers(query: $q) { edges { node { id } } } }",
        MANY,
    ],
)
def test_a_query_that_cannot_run_in_bulk_is_refused(shopify: Shopify, query: str) -> None:
    assert refused(shopify, query)["code"] == "INVALID"


# -- the other way
def put(target: Json, content: bytes, **more: str) -> requests.Response:
    form = {one["name"]: one["value"] for one in target["parameters"]}
    return requests.post(target["url"], data={**form, **more}, files={"file": ("tags.jsonl", content)}, timeout=20)


def test_a_mutation_runs_for_each_line_of_an_upload(shopify: Shopify, member: ClockMember) -> None:
    (target,) = shopify.data(STAGED, input=[VARIABLES])["stagedUploadsCreate"]["stagedTargets"]
    path = next(one["value"] for one in target["parameters"] if one["name"] == "key")
    rows = [{"id": f"gid://shopify/Customer/{number}", "tags": ["bulk"]} for number in (7000000001, 7000000002, 1)]
    assert shopify.data(IMPORT, mutation=TAGS, path=path)["bulkOperationRunMutation"]["userErrors"][0]["code"] == "NO_SUCH_FILE"
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert put(target, content, key="tmp/elsewhere").status_code == 403
    done = put(target, content)
    assert done.status_code == 201 and f"<Key>{path}</Key>" in done.text
    said = shopify.data(IMPORT, mutation=TAGS, path=path, clientId="restore-1")["bulkOperationRunMutation"]
    assert (said["bulkOperation"]["type"], said["userErrors"]) == ("MUTATION", [])
    member.sleep(30)
    it = seen(shopify, said["bulkOperation"]["id"])
    assert (it["status"], it["objectCount"]) == ("COMPLETED", "3")
    lines = [json.loads(line) for line in requests.get(it["url"], timeout=20).content.splitlines()]
    assert [line["__lineNumber"] for line in lines] == [0, 1, 2]
    # Complete, and one of its rows was refused.
    assert [bool(line["data"]["tagsAdd"]["userErrors"]) for line in lines] == [False, False, True]
    tags = "query($id: ID!) { customer(id: $id) { tags } }"
    assert shopify.data(tags, id=rows[0]["id"])["customer"]["tags"] == ["bulk"]


def test_what_cannot_be_uploaded_or_run_is_refused(shopify: Shopify, running: Sandbox) -> None:
    assert shopify.data(STAGED, input=[{**VARIABLES, "httpMethod": "PUT"}])["stagedUploadsCreate"]["userErrors"]
    assert shopify.data(STAGED, input=[{**VARIABLES, "fileSize": "200000000"}])["stagedUploadsCreate"]["userErrors"]
    (target,) = shopify.data(STAGED, input=[VARIABLES])["stagedUploadsCreate"]["stagedTargets"]
    path = next(one["value"] for one in target["parameters"] if one["name"] == "key")
    form = {one["name"]: (None, one["value"]) for one in target["parameters"]}
    assert requests.post(target["url"], files={"file": ("x", b"{}"), **form}, timeout=20).status_code == 400
    assert requests.post(target["url"], data=b"{}", timeout=20).status_code == 400
    token = {"X-Shopify-Access-Token": shopify.facts["token"]}
    assert requests.post(target["url"], files={**form, "file": ("x", b"{}")}, headers=token, timeout=20).status_code == 400
    assert put(target, b"{}\n[]\n").status_code == 201
    wrong = [shopify.data(IMPORT, mutation=text, path=path)["bulkOperationRunMutation"]["userErrors"][0]["code"] for text in (TAGS, "{ shop { name } }", "{")]
    assert wrong == ["INVALID_STAGED_UPLOAD_FILE", "INVALID_MUTATION", "INVALID_MUTATION"]


# -- a million
def memory(pid: int) -> int:
    return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) // 1024


@pytest.mark.timeout(600)
def test_a_million_objects_take_no_more_memory() -> None:
    """In a process of its own, for a high-water mark stays."""
    with Sandbox(scenario="bad-release", clock="virtual") as small:
        before = memory(small.pid)
    with Sandbox(scenario="bad-release", clock="virtual", scale=500) as large:
        member = ClockMember(large.run["clock_url"])
        shopify = Shopify(large.run)
        identity = started(shopify, CUSTOMERS)
        for _minute in range(30):
            member.sleep(10)
            it = seen(shopify, identity)
        member.close()
        assert (it["status"], it["objectCount"]) == ("COMPLETED", "1000000")
        count = 0
        with requests.get(it["url"], stream=True, timeout=60) as answer:
            for chunk in answer.iter_content(1 << 20):
                count += chunk.count(b"\n")
        assert count == 1_000_000
        assert memory(large.pid) < before + 200
