# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bulk operation says of itself, and whether what came of it is the whole."""

from __future__ import annotations

import dataclasses
import gzip
import io
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk, bulk_export
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk_operations as op

Json = dict[str, t.Any]
RAW: Json = {
    "id": "gid://shopify/BulkOperation/1",
    "status": "COMPLETED",
    "type": "QUERY",
    "query": "{ customers { edges { node { id } } } }",
    "errorCode": None,
    "createdAt": "2026-11-20T03:02:00Z",
    "completedAt": "2026-11-20T03:03:00Z",
    "objectCount": "3",
    "rootObjectCount": "2",
    "fileSize": "42",
    "url": "https://storage.example.com/x.jsonl?Signature=abc",
    "partialDataUrl": None,
}


def of(**changes: t.Any) -> bulk.Bulk:
    return bulk.bulk_of({**RAW, **changes}, op.BULK)


def test_it_is_read_as_it_is_written() -> None:
    it = of()
    assert (it.objects, it.roots, it.size, it.completed_at) == (3, 2, 42, it.created_at + 60)
    assert (it.running, it.has_part, it.error) == (False, False, "")
    assert of(objectCount=7, fileSize=None, completedAt=None, url=None).objects == 7


def test_its_addresses_are_secrets() -> None:
    redaction.forget()
    of(partialDataUrl="https://storage.example.com/part.jsonl?Signature=def")
    assert redaction.registered() == {RAW["url"], "https://storage.example.com/part.jsonl?Signature=def"}
    redaction.forget()


@pytest.mark.parametrize(
    "wrong",
    [{name: value} for name in ("id", "status", "type", "query", "createdAt") for value in (None, 7, "", [])]
    + [{"createdAt": "yesterday"}, {"completedAt": 7}, {"objectCount": None}, {"objectCount": "-1"}, {"objectCount": True}, {"objectCount": "9" * 30}]
    + [{"rootObjectCount": 1.5}, {"fileSize": "large"}, {"url": 7}, {"partialDataUrl": {}}],
    ids=str,
)
def test_what_cannot_be_read_is_told(wrong: Json) -> None:
    with pytest.raises(Failure) as caught:
        of(**wrong)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("raw", [None, [], "COMPLETED"])
def test_what_is_no_operation_is_told(raw: t.Any) -> None:
    with pytest.raises(Failure):
        bulk.bulk_of(raw, op.BULK)


@dataclasses.dataclass
class Lists:
    """Answers as a shop with these pages of operations does."""

    pages: list[list[Json]]
    asked: int = 0

    def ask(self, _operation: t.Any, first: int, after: str | None) -> Json:
        assert first == 250
        self.asked += 1
        at = int(after or 0)
        return {"bulkOperations": {"nodes": self.pages[at], "pageInfo": {"hasNextPage": at + 1 < len(self.pages), "endCursor": str(at + 1)}}}


def test_the_list_is_read_as_far_back_as_it_matters() -> None:
    days = [{**RAW, "id": f"gid://shopify/BulkOperation/{day}", "createdAt": f"2026-11-{day:02}T00:00:00Z"} for day in range(20, 0, -1)]
    shop = Lists([days[:5], days[5:10], days[10:]])
    since = of(createdAt="2026-11-13T00:00:00Z").created_at
    found = bulk.listed(t.cast(t.Any, shop), since)
    assert ([it.id.rpartition("/")[2] for it in found], shop.asked) == ([str(day) for day in range(20, 12, -1)], 2)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"url": None}, "protocol"),
        ({"status": "FAILED", "errorCode": "ACCESS_DENIED"}, "permission"),
        ({"status": "FAILED", "errorCode": "SOMETHING_NEW"}, "failed"),
        ({"status": "FAILED"}, "failed"),
        ({"status": "CANCELED"}, "failed"),
        ({"status": "EXPIRED"}, "failed"),
        ({"status": "HIBERNATING"}, "unknown"),
    ],
    ids=str,
)
def test_an_end_that_is_not_good_is_told(changes: Json, kind: str) -> None:
    with pytest.raises(Failure) as caught:
        bulk.check_complete(of(**changes))
    assert caught.value.kind == kind and caught.value.hint
    bulk.check_complete(of())
    bulk.check_complete(of(url=None, objectCount="0"))


@pytest.mark.parametrize(
    ("query", "name"),
    [("{ customers { edges } }", "customers"), ('query Members {\n  found: customers(query: "{ x") { edges } }', "customers"), ("query {", "something")],
)
def test_a_query_is_named_for_people(query: str, name: str) -> None:
    assert bulk.named(bulk_export.query_of(f"\n {query} ")) == name


@pytest.mark.parametrize("text", ["", "  ", "mutation { x }", "customers { edges }", "querying", "subscription { x }"])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="query is no query"):
        bulk_export.query_of(text)


# -- what came
@dataclasses.dataclass
class Asks:
    """As far as an address is looked at."""

    base_url: str

    @property
    def wire(self) -> Asks:
        return self


def test_a_result_is_asked_for_where_it_is() -> None:
    shop = t.cast(t.Any, Asks("https://example-shop.myshopify.com"))
    assert bulk_export._place("https://storage.example.com/a/b.jsonl?Expires=1&Signature=x%2By", shop) == (
        "https://storage.example.com",
        "/a/b.jsonl?Expires=1&Signature=x%2By",
    )
    assert bulk_export._place("http://127.0.0.1:1/x", t.cast(t.Any, Asks("http://127.0.0.1:2"))) == ("http://127.0.0.1:1", "/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://storage.example.com/x",
        "ftp://example.com/x",
        "https://user@example.com/x",
        "https:///x",
        "x",
        "https://a/ b",
        "https://[/",
        "https://a/\x1b",
    ],
)
def test_an_address_that_cannot_be_asked_is_told_without_showing_it(url: str) -> None:
    with pytest.raises(Failure) as caught:
        bulk_export._place(url, t.cast(t.Any, Asks("https://example-shop.myshopify.com")))
    assert caught.value.code == "address" and url not in str(caught.value)


def test_lines_are_counted_however_they_are_cut() -> None:
    content = b'{"id":"1"}\n{"__parentId":"1","note":"\\"__parentId\\":"}\n{"id":"2"}\n'
    for size in range(1, len(content) + 1):
        file = io.BytesIO()
        compressed = bulk_export._Compressed(file)
        result = bulk_export.Counted(compressed)
        result.take(b'{"__parentId":')
        result.restart()
        for place in range(0, len(content), size):
            result.take(content[place : place + size])
        written = compressed.end()
        assert (written.records, result.records, result.children, gzip.decompress(file.getvalue())) == (3, 3, 1, content)


@pytest.mark.parametrize(("size", "records", "children"), [(41, 3, 1), (42, 2, 1), (42, 4, 2), (42, 3, 0)])
def test_what_was_not_counted_so_is_not_the_whole(size: int, records: int, children: int) -> None:
    bulk_export._check_whole(of(), 42, 3, 1)
    with pytest.raises(Failure) as caught:
        bulk_export._check_whole(of(), size, records, children)
    assert caught.value.code == "counts"


@pytest.mark.parametrize(("status", "kind"), [(403, "failed"), (404, "failed"), (429, "vendor_down"), (503, "vendor_down"), (302, "failed")])
def test_what_storage_refuses_is_told(status: int, kind: str) -> None:
    failure = bulk_export._refused(Reply(status, {}, None, ""))
    assert (failure.kind, failure.retryable) == (kind, kind == "vendor_down")
