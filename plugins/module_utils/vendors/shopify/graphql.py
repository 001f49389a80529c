# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module shopify_graphql does; its documentation tells options and result.

Fact (Shopify GraphQL Admin API): a mutation that was refused answers 200, and says why in ``userErrors`` or a field whose name ends so. So one
that does not ask for them is not sent.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import documents
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed, of_user_errors
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, nodes

# What a document without a name is called here; the vendor shows it in no place.
UNNAMED = "unnamed"
ERRORS = "serErrors"
AFTER = "after"
# Mutations of these names lose data, rights or money, and cannot be taken back.
_LOSES = re.compile(r"Delete|Destroy|Erasure|Revoke|Uninstall|Cancel|Merge|Purge")
_PATH = re.compile(r"[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)*")
Json = dict[str, t.Any]


def execute(task: Task) -> Json:
    params = task.params
    operation, variables, path = prepared(params)
    client = connect(task, params)
    try:
        if operation.changes:
            data = _changed(client, operation, variables)
        else:
            data = _paged(client, operation, variables, path) if path else client.ask(operation, **variables)
    except Failure as failure:
        if failure.kind == "protocol" and failure.status == 200 and failure.code:
            # Here the document is not ours.
            failure.kind, failure.hint = "invalid", "Correct the query, or set api_version to one that knows what it asks for"
        raise
    kind = "mutation" if operation.changes else "query"
    sides = {"diff": {"before": {"ran": None}, "after": {"ran": f"mutation {operation.name}"}}} if operation.changes else {}
    return {**client.told(), "changed": operation.changes, "operation": {"name": operation.name, "type": kind}, "data": data, **sides}


# -- what is asked for
def prepared(params: t.Mapping[str, t.Any]) -> tuple[Operation, Json, list[str]]:
    """The operation, its variables, and the way to the list that is to be read to its end. Nothing is asked yet."""
    text, variables = params["query"], dict(params["variables"])
    document = documents.read(text)
    asked = _chosen(document, params["operation"])
    if asked.kind == "subscription":
        raise Failure("invalid", "query is a subscription, and Shopify's Admin API has none", "Use shopify_webhook to be told of events", VENDOR)
    strange = sorted(set(map(str, variables)) - set(asked.variables))
    if strange:
        known = ", ".join(asked.variables) or "none"
        raise Failure("invalid", f"variables: {plain(', '.join(strange), 200)} is not in the document", f"It has {known}", VENDOR)
    is_change = asked.kind == "mutation"
    if is_change and not params["changes"]:
        raise refuse("query is a mutation, which changes the shop", "Set changes: true if you mean it", "changes")
    if params["changes"] and not is_change:
        raise refuse("changes is true, and the query only reads", "Leave changes out", "changes")
    if is_change:
        _check_errors(document, asked)
    name = asked.name or UNNAMED
    if not asked.name:
        text = f"{text[: asked.name_at]}{'query ' if text[asked.name_at] == '{' else ' '}{UNNAMED} {text[asked.name_at :]}"
    loses = is_change and any(_LOSES.search(field.name) for field in document.fields(asked.selected))
    return Operation(name, document=text, changes=is_change, destroys=loses), variables, _way(params["paginate"], asked)


def _chosen(document: documents.Document, name: str | None) -> documents.Asked:
    names = [one.name for one in document.operations]
    if not names:
        raise Failure("invalid", "query holds no operation", "Give a query or a mutation", VENDOR)
    if name is None and len(names) > 1:
        raise Failure("invalid", f"query holds {len(names)} operations", f"Name one with operation: {plain(', '.join(names), 200)}", VENDOR)
    found = [one for one in document.operations if name in (None, one.name)]
    if len(found) != 1:
        raise Failure("invalid", f"query holds {len(found) or 'no'} operations {plain(name, 60)}", f"It has {plain(', '.join(names), 200)}", VENDOR)
    return found[0]


def _check_errors(document: documents.Document, asked: documents.Asked) -> None:
    """Refuse a mutation that could be refused without a word, or say so under another name."""
    for field in documents.every_field(document):
        is_errors = field.name.endswith(ERRORS)
        if is_errors != field.key.endswith(ERRORS) or (is_errors and (field.key != field.name or field.conditional)):
            raise refuse(f"{plain(field.key, 60)} would hide errors, or look like them", f"Ask for {plain(field.name, 60)} by its own name", "user_errors")
    for field in document.fields(asked.selected):
        if not any(one.name.endswith(ERRORS) for one in document.fields(field.selected)):
            raise refuse(
                f"the mutation does not ask for the userErrors of {plain(field.name, 80)}: it could be refused, and nobody would know",
                "Add userErrors { field message }, or what the mutation calls them",
                "user_errors",
            )


def _way(path: str | None, asked: documents.Asked) -> list[str]:
    if path is None:
        return []
    if not _PATH.fullmatch(path) or asked.kind != "query":
        raise Failure("invalid", f"paginate is {plain(path, 80)!r}", "Give the way to a query's connection, such as orders, or customer.orders", VENDOR)
    if AFTER not in asked.variables:
        raise Failure("invalid", "paginate needs a query with the variable $after", f"Write $after: String, and after: $after at {plain(path, 80)}", VENDOR)
    return path.split(".")


# -- asking
def _paged(client: Shop, operation: Operation, variables: Json, path: list[str]) -> Json:
    """The first answer, with the nodes of all pages."""
    first: Json = {}
    last: Json = {}

    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        nonlocal last
        asked = {**variables, AFTER: after} if after is not None else variables
        data = client.ask(operation, **asked)
        if not first:
            first.update(data)
        last = _at(data, path, operation)
        return nodes(last, operation)

    every = list(paging.pages(fetch, plain(".".join(path), 80)))
    _at(first, path, operation).update(nodes=every, pageInfo=last["pageInfo"])
    return first


def _at(data: t.Any, path: list[str], operation: Operation) -> Json:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        raise malformed(operation, f"has nothing at {plain('.'.join(path), 80)}")
    return data


def _changed(client: Shop, operation: Operation, variables: Json) -> t.Any:
    try:
        data = client.change(operation, f"mutation {operation.name}", variables=variables)
    except Failure as failure:
        if failure.maybe_sent:
            failure.kind = "unknown"
            failure.message = f"{failure.message}; whether the mutation was made is not known, and it was not sent again"
            failure.hint = "Look at what it should have changed before you run it again"
            failure.retryable = False
        raise
    if planned(data):
        return data
    errors = list(_errors(data))
    if errors:
        refused = of_user_errors(errors, 200, "")
        refused.vendor, refused.operation = VENDOR, operation.name
        refused.hint = f"{refused.hint}. What else the same mutation did is done"
        raise refused
    return data


def _errors(data: t.Any) -> t.Iterator[Json]:
    """At any depth."""
    left = [data]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            for name, value in node.items():
                if str(name).endswith(ERRORS) and value:
                    yield from (one if isinstance(one, dict) else {"message": one} for one in (value if isinstance(value, list) else [value]))
                else:
                    left.append(value)
