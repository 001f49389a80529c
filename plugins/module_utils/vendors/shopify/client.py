# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Speaking with a shop at Shopify: which version of the API, with which token, and how fast.

Facts (Shopify GraphQL Admin API): a version lives for a year; a call for one that has ended is answered with 200 by the oldest that is
still served, and only the header ``X-Shopify-API-Version`` tells. Client credentials give a token for 24 hours, and only where app and
shop belong to the same organisation.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, Wire, checked_base_url, sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import THROTTLED, VENDOR, cost_of, interpret, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.throttle import Bucket

# The newest stable version whose schema the operations were held to.
API_VERSION = "2026-10"
# Options of every module that speaks with Shopify; documented in doc_fragments/shopify.py.
SHOPIFY_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "shop": {"type": "str", "required": True},
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["SHOPIFY_ACCESS_TOKEN"])},
    "client_id": {"type": "str", "fallback": (env_fallback, ["SHOPIFY_API_KEY"])},
    "client_secret": {"type": "str", "no_log": True, "fallback": (env_fallback, ["SHOPIFY_API_SECRET"])},
    "api_version": {"type": "str", "default": API_VERSION},
    "api_version_mismatch": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "api_url": {"type": "str"},
}
# The vendor's largest page.
PAGE = 250
TOKEN_HEADER = "X-Shopify-Access-Token"
# Reads that fail inside a 200 are asked again this often.
MOST_READS = 4
MOST_THROTTLED = 20
_VERSION = re.compile(r"\d{4}-(01|04|07|10)|unstable")
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*")
_GID = re.compile(r"gid://shopify/(\w+)/(\d+)")
# How refresh tokens of expiring offline access begin.
REFRESH_TOKEN = "shprt_"
_OTHER_ORGANISATION = "shop_not_permitted"


class Shop(Client):
    """A client that knows its bucket and its version, and gets another token where it can."""

    def __init__(self, task: Task, wire: Wire, version: str, mismatch: str, renew: t.Callable[[], str] | None) -> None:
        super().__init__(wire, task.gate, self._interpret_all, f"/admin/api/{version}/graphql.json")
        self.version, self.served = version, ""
        self.deprecated: set[str] = set()
        self._fails_on_mismatch = mismatch == "fail"
        self._renew = renew
        self._bucket = Bucket()

    def ask(self, operation: Operation, /, **variables: t.Any) -> dict[str, t.Any]:
        """A query's ``data``. A passing error inside a 200, which HTTP retries do not see, is asked again."""
        for attempt in range(1, MOST_READS + 1):
            try:
                return t.cast("dict[str, t.Any]", self.call(operation, variables=variables))
            except Failure as failure:
                passing = failure.status == 200 and failure.kind == "vendor_down"
                if not passing or attempt == MOST_READS or self.wire.deadline.left() < attempt:
                    raise
                clock.sleep(float(attempt))
        raise AssertionError("unreachable")

    def needs(self, version: str, option: str) -> None:
        """Refuse what an older version of the API does not have, before anything is asked of it. ``unstable`` is later than all numbers."""
        if self.version < version:
            raise Failure(
                "invalid",
                f"{option} came with version {version} of the API, and api_version is {self.version}",
                "Set a newer api_version, or leave it out",
                VENDOR,
            )

    def told(self) -> dict[str, t.Any]:
        """What every result says of the API's version."""
        warnings = [self._fallen()] if self.served not in ("", self.version) else []
        api = {"requested": self.version, "served": self.served or None, "deprecated": sorted(self.deprecated)}
        return {"api": api, **({"warnings": warnings} if warnings else {})}

    def throttle(self) -> dict[str, t.Any] | None:
        """How much of the app's points in this shop is used, as the newest answer says."""
        return self._bucket.told()

    def _send(self, operation: Operation, path: t.Any, query: t.Any, body: t.Any, variables: t.Any, headers: t.Any = None) -> t.Any:
        """As any client does, when the bucket holds enough. What was throttled, or refused for its token, was not done."""
        renewed = False
        for _attempt in range(MOST_THROTTLED):
            self._wait(self._bucket.seconds_until(operation.name), operation)
            try:
                return super()._send(operation, path, query, body, variables, headers)
            except Failure as failure:
                if failure.status == 401 and self._renew is not None and not renewed:
                    renewed = True
                    self.wire.authorize(TOKEN_HEADER, self._renew())
                elif failure.code == THROTTLED and failure.status == 200:
                    # Without costs in the answer a second is as good as any time.
                    self._wait(max(1.0, self._bucket.seconds_until(operation.name)), operation)
                else:
                    raise
                if operation.changes:
                    self.gate.again()
        raise Failure("rate_limited", f"throttled {MOST_THROTTLED} times", "Let fewer tasks use the app at the same time", self.vendor, operation.name)

    def _wait(self, seconds: float, operation: Operation) -> None:
        if not seconds:
            return
        if seconds >= self.wire.deadline.left():
            raise Failure(
                "rate_limited",
                f"the app has used up its points in this shop; there are enough in {seconds:.0f} s, which is after this task's deadline",
                "Give a larger deadline, or let fewer tasks use the app at the same time",
                self.vendor,
                operation.name,
                retryable=True,
                retry_after=seconds,
            )
        clock.sleep(seconds)

    def _interpret_all(self, operation: Operation, reply: Reply) -> dict[str, t.Any]:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        self._bucket.learn(operation.name, cost_of(reply))
        if headers.get("x-shopify-api-deprecated-reason"):
            reasons = headers["x-shopify-api-deprecated-reason"].split(",")
            self.deprecated |= {redaction.plain(reason, 200) for reason in reasons[:20]}
        data = interpret(operation, reply)
        self.served = redaction.plain(headers.get("x-shopify-api-version") or self.served, 20)
        # Every module reads before it changes. When a version ends in between, the change has been made: then it is told.
        if self.served not in ("", self.version) and self._fails_on_mismatch and not operation.changes:
            raise refuse(self._fallen(), "Set api_version to one that shopify_shop_info lists as supported; api_version_mismatch: warn goes on", "api_version")
        return data

    def _fallen(self) -> str:
        return f"version {self.version} of the API was asked for, and {self.served} answered: {self.version} is not served any more, or not yet"


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Shop:
    """A client for ``params``: the shop, and ``token`` or ``client_id`` and ``client_secret``."""
    version = params["api_version"].strip()
    if not _VERSION.fullmatch(version):
        raise Failure(
            "invalid", f"api_version is {redaction.plain(version, 40)!r}", "Give a year and the first month of a quarter, such as 2026-10, or unstable"
        )
    host = shop_domain(params["shop"])
    url = checked_base_url(params.get("api_url") or f"https://{host}", "api_url")
    token, secret = _clean(params.get("token"), "token"), _clean(params.get("client_secret"), "client_secret")
    identity = str(params.get("client_id") or "").strip()
    # A vendor may repeat a secret in what it answers, and answers are written down.
    redaction.register(token, secret)
    for option, given in (("token", token), ("client_secret", secret)):
        if given.startswith(REFRESH_TOKEN):
            # Each use makes another one, and whoever does not keep that has none. This collection keeps no secrets.
            raise refuse(
                f"{option} is a refresh token, which Shopify replaces at each use, and nothing here could keep the new one",
                "Let the app that keeps it refresh, and give the access token of an hour as token; or use an app with client credentials",
                code="refresh_token",
            )
    if token and secret:
        raise refuse(
            "both token (SHOPIFY_ACCESS_TOKEN) and client_secret (SHOPIFY_API_SECRET) are set, and they may belong to different apps",
            "Keep one of them: client credentials cannot be forgotten in a file for years",
            code="two_tokens",
        )
    if token:
        return Shop(task, task.wire(VENDOR, url, (TOKEN_HEADER, token)), version, params["api_version_mismatch"], None)
    if not (identity and secret):
        raise Failure(
            "auth",
            "there is no Shopify token",
            "Set token (SHOPIFY_ACCESS_TOKEN), or client_id and client_secret (SHOPIFY_API_KEY and SHOPIFY_API_SECRET)",
            VENDOR,
        )
    asks = Client(task.wire(VENDOR, url, None), task.gate, interpret)

    def renew() -> str:
        return granted(asks, identity, secret, host)

    wire = task.wire(VENDOR, url, (TOKEN_HEADER, renew()))
    # Each token is another one: fingerprints are keyed with what stays.
    wire.key = secret
    return Shop(task, wire, version, params["api_version_mismatch"], renew)


def granted(client: Client, identity: str, secret: str, host: str) -> str:
    """A token for these client credentials."""
    try:
        answer = client.call(op.ACCESS_TOKEN, body={"grant_type": "client_credentials", "client_id": identity, "client_secret": secret})
    except Failure as failure:
        if failure.code == _OTHER_ORGANISATION:
            failure.kind = "permission"
            failure.hint = f"The app must be installed in {host} and belong to the organisation that owns it. This does not mean that the secret is wrong"
        elif failure.status in (400, 401):
            failure.kind, failure.hint = "auth", "Check client_id and client_secret in the app's settings"
        raise
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token or not sendable(token):
        raise malformed(op.ACCESS_TOKEN, "holds no token")
    redaction.register(token)
    return token


# -- names
def shop_domain(shop: t.Any) -> str:
    """``example-shop`` or its whole domain; the token goes nowhere else."""
    text = str(shop or "").strip().lower().removeprefix("https://").rstrip("/")
    name = text.removesuffix(".myshopify.com")
    if not _SHOP.fullmatch(name):
        raise Failure(
            "invalid", f"{redaction.plain(shop, 80)!r} is no shop", "Give shop as example-shop.myshopify.com, not the address that customers see", VENDOR
        )
    return f"{name}.myshopify.com"


def gid(kind: str, value: t.Any, option: str) -> str:
    """The global id of a thing, given as such or as its number."""
    text = str(value).strip()
    found = _GID.fullmatch(text)
    if text.isascii() and text.isdigit():
        return f"gid://shopify/{kind}/{text}"
    if found is None or found[1] != kind:
        raise Failure(
            "invalid", f"{option}: {redaction.plain(text, 80)!r} is no id of a {kind}", f"Give its number, or gid://shopify/{kind}/ and its number", VENDOR
        )
    return text


def nodes(connection: t.Any, operation: Operation) -> tuple[list[dict[str, t.Any]], str | None]:
    """The items of a page, and the cursor of the next one."""
    listed = connection.get("nodes") if isinstance(connection, dict) else None
    info = connection.get("pageInfo") if isinstance(connection, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise malformed(operation, "has no list of nodes")
    if not isinstance(info, dict) or not isinstance(info.get("hasNextPage"), bool):
        raise malformed(operation, "does not say whether there are more")
    if not info["hasNextPage"]:
        return listed, None
    if not isinstance(info.get("endCursor"), str) or not info["endCursor"]:
        raise malformed(operation, "has more, and no cursor")
    return listed, info["endCursor"]


def _clean(value: t.Any, option: str) -> str:
    """As it can travel in a header; whitespace around it comes from files and is dropped."""
    text = str(value or "").strip()
    if not sendable(text):
        raise Failure("auth", f"{option} holds characters that Shopify's never have", f"Copy it again into {option}", VENDOR)
    return text
