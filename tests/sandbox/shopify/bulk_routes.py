# SPDX-License-Identifier: GPL-3.0-or-later
"""Where results of bulk operations are fetched and files are put: storage that knows signatures, and wants no token of the shop's."""

from __future__ import annotations

import re
import typing as t

from aiohttp import web

from ..world import Call
from .bulk_resolvers import LARGEST_UPLOAD

if t.TYPE_CHECKING:
    from .bulk import Bulk, Upload
    from .vendor import Shopify

RESULT, UPLOADS = "/bulk-operation-outputs/{number}.jsonl", "/staged-uploads"
TOKEN = "X-Shopify-Access-Token"
# Larger files are read from the disk while they are sent.
LARGEST_HELD = 1 << 20
_NAME = re.compile(rb'name="([^"]*)"')
_RANGE = re.compile(r"bytes=(\d+)-")


def add(app: web.Application, shopify: Shopify) -> None:
    async def result(request: web.Request) -> web.StreamResponse:
        return _result(shopify, request)

    async def upload(request: web.Request) -> web.StreamResponse:
        return _upload(shopify, request, await request.read())

    app.router.add_get(RESULT, result)
    app.router.add_post(UPLOADS, upload)


def identify(request: web.Request, kind: str | None) -> Call | None:
    """Of what is not the vendor's API; a token there is noted as any other."""
    if request.path.startswith("/bulk-operation-outputs/"):
        return Call(f"{request.method} {RESULT}", False, None, kind)
    return Call(f"{request.method} {UPLOADS}", True, None, kind) if request.path == UPLOADS else None


def _refused(status: int, code: str, message: str) -> web.Response:
    text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return web.Response(status=status, text=text, content_type="application/xml")


def _result(shopify: Shopify, request: web.Request) -> web.StreamResponse:
    if TOKEN in request.headers or "Authorization" in request.headers:
        return _refused(400, "InvalidArgument", "The token of a shop has nothing to do here")
    number = request.match_info["number"]
    it = shopify.bulk.every.get(int(number) if number.isdigit() else 0)
    now = shopify.world.now()
    if it is None or request.query.get("Signature") != it.signature:
        return _refused(403, "SignatureDoesNotMatch", "The request signature does not match")
    if it.state(now) == "EXPIRED" or now >= float(request.query.get("Expires", 0)):
        return _refused(400, "ExpiredToken", "The provided token has expired.")
    if it.status not in ("COMPLETED", "FAILED"):
        return _refused(404, "NoSuchKey", "The specified key does not exist.")
    if it.size > LARGEST_HELD:
        return web.FileResponse(it.file.name, headers={"Content-Type": "application/jsonl"})
    return _held(it, request)


def _held(it: Bulk, request: web.Request) -> web.Response:
    with open(it.file.name, "rb") as file:
        content = file.read()
    headers = {"ETag": f'"{it.number}"', "Accept-Ranges": "bytes", "Content-Type": "application/jsonl"}
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
        return web.Response(body=content, headers=headers)
    begin = int(asked[1])
    if begin >= len(content):
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    part = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
    return web.Response(status=206, body=content[begin:], headers={**headers, **part})


# -- what is put there
def _upload(shopify: Shopify, request: web.Request, content: bytes) -> web.Response:
    if TOKEN in request.headers:
        return _refused(400, "InvalidArgument", "The token of a shop has nothing to do here")
    fields = _fields(content, request.content_type, request.headers.get("Content-Type", ""))
    if not fields or fields[-1][0] != "file":
        return _refused(400, "InvalidArgument", "The file must be the last field of the form")
    given = {name: value.decode(errors="replace") for name, value in fields[:-1]}
    it: Upload | None = shopify.bulk.uploads.get(given.get("key", ""))
    if it is None or given != it.parameters:
        return _refused(403, "SignatureDoesNotMatch", "Invalid according to Policy: Policy Condition failed")
    if len(fields[-1][1]) > LARGEST_UPLOAD:
        return _refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
    if it.content != fields[-1][1]:
        it.content = fields[-1][1]
        shopify.world.changed()
    told = f"<PostResponse><Bucket>uploads</Bucket><Key>{it.key}</Key></PostResponse>"
    return web.Response(status=201, text=told, content_type="application/xml")


def _fields(content: bytes, kind: str, header: str) -> list[tuple[str, bytes]]:
    """Names and values of a multipart form, in order."""
    boundary = header.partition("boundary=")[2].strip('"').encode()
    if kind != "multipart/form-data" or not boundary:
        return []
    found = []
    for part in content.split(b"--" + boundary)[1:-1]:
        head, _blank, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            found.append((name[1].decode(), value.removesuffix(b"\r\n")))
    return found
