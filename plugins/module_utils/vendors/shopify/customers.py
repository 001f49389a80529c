# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Customers as members: their tags and metafields.

Facts (Shopify GraphQL Admin API): tags are a set that does not tell upper from lower case, and a tag holds no comma. ``metafieldsSet``
writes up to 25 metafields or none; with ``compareDigest`` it writes only over what was read, and null there means that nothing may be
there yet. JSON values may come back written otherwise.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customer_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import searches
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE, Shop, connect, gid, nodes

# The vendor's largest number of metafields in one call.
MOST_METAFIELDS = 25
# What one query may cost bounds the page when metafields are asked for too.
POINTS = 1000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+\d{6,15}")
_PART = re.compile(r"[A-Za-z0-9_$:-]{2,255}")
LONGEST_TAG = 255
LONGEST_VALUE = 65536


@dataclasses.dataclass(frozen=True)
class Metafield:
    type: str
    value: str
    digest: str


@dataclasses.dataclass(frozen=True)
class Customer:
    id: str
    name: str
    email: str | None
    state: str
    tags: tuple[str, ...]
    metafields: dict[str, Metafield]
    updated_at: str

    def has(self, tag: str) -> bool:
        return tag.lower() in {one.lower() for one in self.tags}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Metafields by ``namespace.key``; a type of None is that of its definition, or of what is there."""

    tags: tuple[str, ...]
    absent_tags: tuple[str, ...]
    metafields: dict[str, tuple[str | None, str]]
    absent_metafields: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        return sorted([*self.metafields, *self.absent_metafields])


# -- what is wanted
def identifier_of(text: str) -> dict[str, str]:
    """How the vendor is asked for a customer: by id, mail address or telephone number."""
    given = text.strip()
    if _EMAIL.fullmatch(given):
        return {"emailAddress": given}
    if _PHONE.fullmatch(given):
        return {"phoneNumber": given}
    return {"id": gid("Customer", given, "customer")}


def wanted_of(params: t.Mapping[str, t.Any]) -> Wanted:
    """The options, checked before anything is asked."""
    tags, absent = _tags(params["tags"], "tags"), _tags(params["absent_tags"], "absent_tags")
    metafields: dict[str, tuple[str | None, str]] = {}
    for one in params["metafields"]:
        name = _name(one["namespace"], one["key"])
        if name in metafields:
            raise Failure("invalid", f"metafields: {name} is named more than once", "Name each metafield once", VENDOR)
        if not one["value"]:
            raise Failure(
                "invalid", f"metafields: {name} has no value, and Shopify keeps none that is empty", "Name it in absent_metafields to remove it", VENDOR
            )
        metafields[name] = (one["type"], one["value"])
    gone = tuple(sorted({_name(one["namespace"], one["key"]) for one in params["absent_metafields"]}))
    both = sorted({tag.lower() for tag in tags} & {tag.lower() for tag in absent}) + sorted(set(metafields) & set(gone))
    if both:
        raise Failure("invalid", f"{', '.join(both)} is to be there and to be absent", "Name it in one of the two", VENDOR)
    if not (tags or absent or metafields or gone):
        raise Failure("invalid", "nothing was asked for", "Give tags, absent_tags, metafields or absent_metafields", VENDOR)
    if len(metafields) > MOST_METAFIELDS or len(gone) > MOST_METAFIELDS:
        raise Failure("invalid", f"more than {MOST_METAFIELDS} metafields", "Shopify takes so many at once: use several tasks", VENDOR)
    return Wanted(tags, absent, metafields, gone)


def _tags(given: list[str], option: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in given:
        tag = text.strip()
        if not tag or "," in tag or len(tag) > LONGEST_TAG or not tag.isprintable():
            raise Failure(
                "invalid", f"{option}: {redaction.plain(text, 80)!r} cannot be a tag", f"Give it without commas, in up to {LONGEST_TAG} characters", VENDOR
            )
        found.setdefault(tag.lower(), tag)
    return tuple(found.values())


def _name(namespace: str, key: str) -> str:
    for part in (namespace, key):
        if not _PART.fullmatch(part):
            raise Failure("invalid", f"{redaction.plain(part, 80)!r} is no namespace or key of a metafield", "Give letters, digits, - and _", VENDOR)
    return f"{namespace}.{key}"


# -- what is there
def found(client: Shop, text: str, keys: list[str]) -> Customer:
    """One request."""
    identifier = identifier_of(text)
    data = client.ask(op.CUSTOMER, identifier=identifier, first=max(1, len(keys)), keys=keys, withMetafields=bool(keys))
    raw = data.get("customerByIdentifier")
    if raw is None and "customerByIdentifier" in data:
        told = redaction.plain(text, 120)
        raise Failure("not_found", f"the shop has no customer {told}", "Check the id or the address, and whether this is the shop", VENDOR, op.CUSTOMER.name)
    return _customer(raw, op.CUSTOMER, bool(keys))


def _customer(raw: t.Any, operation: Operation, with_metafields: bool) -> Customer:
    known = raw if isinstance(raw, dict) else {}
    tags, email = known.get("tags"), known.get("defaultEmailAddress")
    if not isinstance(known.get("id"), str) or not known["id"]:
        raise malformed(operation, "holds no customer")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise malformed(operation, "does not hold the tags as texts")
    return Customer(
        redaction.plain(known["id"], 100),
        redaction.plain(known.get("displayName") or "", 200),
        redaction.plain(email["emailAddress"], 320) if isinstance(email, dict) and isinstance(email.get("emailAddress"), str) else None,
        redaction.plain(known.get("state") or "", 40),
        tuple(sorted(tags, key=str.lower)),
        _metafields(known.get("metafields"), operation) if with_metafields else {},
        redaction.plain(known.get("updatedAt") or "", 40),
    )


def _metafields(listed: t.Any, operation: Operation) -> dict[str, Metafield]:
    all_of = listed.get("nodes") if isinstance(listed, dict) else None
    if not isinstance(all_of, list):
        raise malformed(operation, "has no list of metafields")
    kept = {}
    for one in all_of:
        if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("namespace", "key", "type", "value", "compareDigest")):
            raise malformed(operation, "holds a metafield without name, type, value or digest")
        kept[f"{one['namespace']}.{one['key']}"] = Metafield(redaction.plain(one["type"], 100), one["value"], one["compareDigest"])
    return kept


def is_so(now: Metafield | None, kind: str | None, value: str) -> bool:
    """Whether a metafield holds what is wanted; JSON is compared as data."""
    if now is None or kind not in (None, now.type):
        return False
    if now.value == value:
        return True
    if now.type != "json" and not now.type.startswith("list."):
        return False
    try:
        return _canonical(now.value) == _canonical(value)
    except (ValueError, RecursionError):
        return False


def _canonical(text: str) -> str:
    """In Python 1, 1.0 and true are equal; written down they are not."""
    return json.dumps(json.loads(text), sort_keys=True)


# -- doing it
def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_customer does; its documentation tells options and result."""
    params = task.params
    wanted = wanted_of(params)
    identifier_of(params["customer"])
    client = connect(task, params)
    before = found(client, params["customer"], wanted.keys)
    adds = [tag for tag in wanted.tags if not before.has(tag)]
    removes = [tag for tag in before.tags if tag.lower() in {one.lower() for one in wanted.absent_tags}]
    writes = {name: given for name, given in wanted.metafields.items() if not is_so(before.metafields.get(name), *given)}
    deletes = [name for name in wanted.absent_metafields if name in before.metafields]
    if deletes and task.gate.allow != "destroy":
        # Before anything is sent: the other changes must not be made alone.
        raise refuse(
            f"deleting {', '.join(deletes)} of {before.id} loses what it holds, and needs allow: destroy",
            "Set allow: destroy on the task (inventory: saasops_allow) if you mean it",
            code="allow",
        )
    change = _Change(client, before, wanted.keys)
    # First what the vendor may refuse, so that nothing else is done then.
    if writes:
        change.send(
            op.SET_METAFIELDS,
            ", ".join(writes),
            {"metafields": [_written(before, name, *given) for name, given in writes.items()]},
            lambda now: all(is_so(now.metafields.get(name), *given) for name, given in writes.items()),
        )
    if adds:
        change.send(op.ADD_TAGS, ", ".join(adds), {"id": before.id, "tags": adds}, lambda now: all(now.has(tag) for tag in adds))
    if removes:
        change.send(op.REMOVE_TAGS, ", ".join(removes), {"id": before.id, "tags": removes}, lambda now: not any(now.has(tag) for tag in removes))
    if deletes:
        listed = [{"ownerId": before.id, **_parts(name)} for name in deletes]
        change.send(op.DELETE_METAFIELDS, ", ".join(deletes), {"metafields": listed}, lambda now: not any(name in now.metafields for name in deletes))
    tags = sorted([*(tag for tag in before.tags if tag not in removes), *adds], key=str.lower)
    values = {name: held.value for name, held in before.metafields.items() if name not in deletes} | {name: value for name, (_kind, value) in writes.items()}
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "customer": {"id": before.id, "tags": _plain(tags), "metafields": _values(values)},
        "diff": {
            "before": {"tags": _plain(before.tags), "metafields": _values({name: held.value for name, held in before.metafields.items()})},
            "after": {"tags": _plain(tags), "metafields": _values(values)},
        },
    }


@dataclasses.dataclass(frozen=True)
class _Change:
    client: Shop
    before: Customer
    keys: list[str]

    def send(self, operation: Operation, what: str, variables: dict[str, t.Any], done: t.Callable[[Customer], bool]) -> None:
        def look() -> dict[str, t.Any] | None:
            # By its id: the index of addresses lags behind.
            return {"seen": True} if done(found(self.client, self.before.id, self.keys)) else None

        try:
            self.client.change(operation, f"{self.before.id}: {redaction.plain(what, 500)}", variables=variables, look=look)
        except Failure as failure:
            # A request of ours whose answer was lost, or somebody who wanted the same.
            if failure.kind not in ("conflict", "not_found", "protocol", "invalid") or failure.status is None or look() is None:
                raise


def _written(before: Customer, name: str, kind: str | None, value: str) -> dict[str, t.Any]:
    now = before.metafields.get(name)
    chosen = kind or (now.type if now else None)
    return {
        "ownerId": before.id,
        **_parts(name),
        "value": value,
        "compareDigest": now.digest if now else None,
        **({"type": chosen} if chosen else {}),
    }


def _parts(name: str) -> dict[str, str]:
    namespace, _dot, key = name.rpartition(".")
    return {"namespace": namespace, "key": key}


def _plain(tags: t.Iterable[str]) -> list[str]:
    return [redaction.plain(tag, LONGEST_TAG) for tag in tags]


def _values(values: t.Mapping[str, str]) -> dict[str, str]:
    return {name: redaction.plain(value, LONGEST_VALUE) for name, value in sorted(values.items())}


# -- looking
def query_of(params: t.Mapping[str, t.Any]) -> str | None:
    """A search in the vendor's syntax. A value is quoted, so that it can say nothing else."""
    terms = [f"tag:'{searches.quoted(tag)}'" for tag in _tags(params["tags"], "tags")]
    if params["updated_since"] is not None:
        terms.append(searches.since("updated_at", params["updated_since"], "updated_since"))
    return " AND ".join(terms) or None


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module shopify_customer_info does; its documentation tells options and result."""
    params = task.params
    keys = sorted({_name(*_halves(name)) for name in params["metafields"]})
    if len(keys) > MOST_METAFIELDS:
        raise Failure("invalid", f"more than {MOST_METAFIELDS} metafields", "Ask for fewer", VENDOR)
    if params["customer"] is not None:
        identifier_of(params["customer"])
        client = connect(task, params)
        listed = [found(client, params["customer"], keys)]
    else:
        query = query_of(params)
        client = connect(task, params)
        listed = list(_all(client, query, keys))
    shown = [
        {
            "id": one.id,
            "name": one.name,
            "email": one.email,
            "state": one.state,
            "tags": _plain(one.tags),
            "metafields": _values({name: held.value for name, held in one.metafields.items()}),
            "updated_at": one.updated_at,
        }
        for one in listed
    ]
    return {**client.told(), "customers": shown}


def _all(client: Shop, query: str | None, keys: list[str]) -> t.Iterator[Customer]:
    operation = op.MEMBERS if keys else op.CUSTOMERS
    # A customer is a point, its address and its list of metafields are one each, and so is each metafield; a list takes two more.
    page = (POINTS - 2) // (5 + len(keys)) if keys else PAGE
    more: dict[str, t.Any] = {"fields": len(keys), "keys": keys} if keys else {}

    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(client.ask(operation, first=page, after=after, query=query, **more).get("customers"), operation)

    for raw in paging.pages(fetch, "customers"):
        yield _customer(raw, operation, bool(keys))


def _halves(name: str) -> tuple[str, str]:
    namespace, dot, key = name.strip().rpartition(".")
    if not dot:
        raise Failure("invalid", f"{redaction.plain(name, 80)!r} is no metafield", "Give namespace.key", VENDOR)
    return namespace, key
