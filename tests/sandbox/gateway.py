# SPDX-License-Identifier: GPL-3.0-or-later
"""What every request to a vendor or to the app goes through: journal, kill, faults; then the vendor itself.

A vendor's handler runs without giving up the event loop, so an effect is complete or has not happened.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
import time
import typing as t
import weakref

from aiohttp import web

from .bending import bend
from .faults import Fault
from .journal import Entry
from .world import Call, Vendor, World

Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]
HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"
# Larger bodies than this are noted by their size.
LARGEST_NOTED = 64 * 1024
CREDENTIALS = frozenset({"adminKey", "client_secret", "deployKey", "routing_key"})
_connections: weakref.WeakKeyDictionary[asyncio.BaseTransport, int] = weakref.WeakKeyDictionary()
_numbers = itertools.count(1)


class Severed(web.Response):
    """The connection was cut on purpose: the server drops this answer, for nobody is left to read it."""


def middleware(world: World, vendor: Vendor) -> t.Any:
    @web.middleware
    async def gateway(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.monotonic()
        world.clock.request_seen()
        raw = await request.read()
        body = _parsed(raw, request.headers.get("Content-Type", ""))
        call = vendor.identify(request, body)
        entry = world.journal.open(
            at=world.now(),
            vendor=vendor.name,
            operation=call.operation,
            method=request.method,
            path=call.path or request.path,
            query=dict(request.query),
            body=body if len(raw) <= LARGEST_NOTED else f"<{len(raw)} bytes>",
            changes=call.changes,
            component=call.component,
            auth=call.auth,
            connection=_connection(request),
        )
        try:
            answer = await _serve(world, vendor, call, entry, request, handler)
            if not isinstance(answer, Severed):
                entry.status = answer.status
            return answer
        finally:
            entry.ms = round((time.monotonic() - began) * 1000, 1)

    return gateway


async def _serve(world: World, vendor: Vendor, call: Call, entry: Entry, request: web.Request, handler: Handler) -> web.StreamResponse:
    dies = world.kill.due(call.changes)
    if dies and world.kill.when == "before":
        world.kill.fire(call.operation)
        entry.fault = "kill"
        if world.kill.tree:
            return _cut(request)
    fault = world.faults.strike(vendor.name, call.operation, call.changes, call.component)
    if fault is not None:
        entry.fault = fault.kind
        if fault.kind == "slow":
            await asyncio.sleep(float(fault.option("delay_ms", 1000)) / 1000)
        if fault.before_effect:
            return await _before(vendor, fault, request)
    latency = float(world.setting("latency_ms")) if vendor.name != "app" else 0.0
    if latency > 0:
        await asyncio.sleep(latency / 1000)
    effects = world.watch()
    answer = t.cast(web.Response, await handler(request))
    entry.effect = bool(effects)
    if dies and world.kill.when == "after":
        world.kill.fire(call.operation)
        entry.fault = "kill"
        if world.kill.tree:
            return _cut(request)
    for name, value in vendor.headers().items():
        answer.headers.setdefault(name, value)
    if fault is not None:
        return await _after(vendor, fault, request, answer)
    return answer


async def _before(vendor: Vendor, fault: Fault, request: web.Request) -> web.StreamResponse:
    option = fault.option
    if fault.kind == "reset":
        return _cut(request)
    if fault.kind == "timeout":
        await asyncio.sleep(float(option("seconds", 30)))
        return _cut(request)
    if fault.kind == "garbage":
        return web.Response(text=HTML, content_type="text/html", headers=vendor.headers())
    if fault.kind == "body":
        return web.json_response(option("body", {}), status=int(option("status", 200)), headers=vendor.headers())
    if fault.kind == "graphql_error":
        message, code = option("message", "Problem processing request"), option("code", "INTERNAL_SERVER_ERROR")
        return web.json_response(vendor.graphql_error(message, code), headers=vendor.headers())
    if fault.kind == "big":
        return await _big(request, int(float(option("mb", 8)) * 1024 * 1024))
    status = 429 if fault.kind == "rate_limited" else int(option("status", 500))
    headers = vendor.headers()
    retry_after = option("retry_after", 1 if fault.kind == "rate_limited" else None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if option("body_html", False):
        return web.Response(status=status, text=HTML, content_type="text/html", headers=headers)
    message = option("message", "Rate limit exceeded" if status == 429 else "Something went wrong")
    return web.json_response(vendor.error(status, message, option("code", None)), status=status, headers=headers)


async def _after(vendor: Vendor, fault: Fault, request: web.Request, answer: web.Response) -> web.StreamResponse:
    if fault.kind == "lost":
        return _cut(request)
    if fault.kind == "timeout_after":
        await asyncio.sleep(float(fault.option("seconds", 30)))
        return _cut(request)
    if fault.kind == "graphql_error_after":
        message = fault.option("message", "Problem processing request")
        return web.json_response(vendor.graphql_error(message, fault.option("code", "INTERNAL_SERVER_ERROR")), headers=vendor.headers())
    if fault.kind == "truncated":
        return await _truncated(request, answer)
    if fault.kind == "bent" and answer.content_type == "application/json" and answer.body:
        text = bend(json.loads(t.cast(bytes, answer.body)), fault.option("how", "null"), int(fault.option("seed", 0)))
        return web.Response(text=text, status=answer.status, content_type="application/json", headers=vendor.headers())
    if fault.kind == "unknown_status" and answer.content_type == "application/json" and answer.body:
        bent = vendor.obscure(json.loads(t.cast(bytes, answer.body)))
        return web.json_response(bent, status=answer.status, headers=vendor.headers())
    return answer


def _cut(request: web.Request) -> Severed:
    """End the connection the rude way (RST), without an answer."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return Severed()


async def _truncated(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = t.cast(bytes, answer.body or b"")
    # What tells a client whether it may go on where this breaks off stays.
    kept = {name: answer.headers[name] for name in ("Accept-Ranges", "Content-Range", "ETag") if name in answer.headers}
    headers = {"Content-Type": "application/json", "Content-Length": str(max(len(body), 64)), **kept}
    half = web.StreamResponse(status=answer.status, headers=headers)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


async def _big(request: web.Request, size: int) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    await answer.write(b'{"padding": "')
    for _dummy in range(max(1, size // 65536)):
        await answer.write(b"x" * 65536)
    await answer.write(b'"}')
    await answer.write_eof()
    return answer


def _parsed(raw: bytes, content_type: str) -> t.Any:
    if not raw:
        return None
    if content_type == "application/octet-stream":
        return f"<{len(raw)} bytes>"
    try:
        body = json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
    # A vendor's client may send its key in the body, too.
    return {name: "***" if name in CREDENTIALS else value for name, value in body.items()} if isinstance(body, dict) else body


def _connection(request: web.Request) -> int:
    transport = request.transport
    if transport is None:
        return 0
    if transport not in _connections:
        _connections[transport] = next(_numbers)
    return _connections[transport]
