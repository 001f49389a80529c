# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that come from a vendor: whole or not at all, and read again after a fault."""

from __future__ import annotations

import hashlib
import json
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, Wire
from tests.harness.loopback import Answer, Loopback, Request, Script, each
from tests.harness.still_time import Time

BODY = bytes(range(256)) * 8192
OTHER = bytes(range(255, -1, -1)) * 8192
TOKEN = "transfer-test-5Wq9Zx2Kd7Vn4"


def refused(reply: Reply) -> Failure:
    return Failure("vendor_down" if reply.status >= 500 else "not_found", "no", status=reply.status, retryable=reply.status >= 500)


def download(script: Script, dest: pathlib.Path, seconds: float = 60.0) -> transfer.Received:
    with Loopback(script) as server:
        wire = Wire("vendor", server.url, clock.Deadline(seconds), 2.0, ("Authorization", f"Bearer {TOKEN}"))
        try:
            with transfer.new_file(str(dest)) as file:
                return transfer.download(wire, "fetch", "/file", file, refused)
        finally:
            wire.close()


def test_a_file_comes_whole_and_for_its_owner_alone(tmp_path: pathlib.Path) -> None:
    dest = tmp_path / "it.zip"
    received = download(each(Answer(body=BODY)), dest)
    assert dest.read_bytes() == BODY
    assert (received.size, received.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [dest]


@pytest.mark.parametrize("fault", [Answer(body=BODY, kind="cut"), Answer(kind="reset"), Answer(503, b"<html>")], ids=["cut", "reset", "503"])
def test_after_a_fault_it_begins_anew(tmp_path: pathlib.Path, time: Time, fault: Answer) -> None:
    dest = tmp_path / "it.zip"
    assert download(each(fault, fault, Answer(body=BODY)), dest).size == len(BODY)
    assert dest.read_bytes() == BODY


@pytest.mark.parametrize("fault", [Answer(body=BODY, kind="cut"), Answer(404), Answer(302)], ids=["cut", "404", "302"])
def test_what_never_comes_whole_leaves_nothing(tmp_path: pathlib.Path, time: Time, fault: Answer) -> None:
    dest = tmp_path / "it.zip"
    dest.write_bytes(b"before")
    with pytest.raises(Failure) as caught:
        download(each(fault), dest)
    assert not caught.value.maybe_sent
    assert dest.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [dest]


def whole(tag: str = '"one"', **more: t.Any) -> Answer:
    return Answer(body=BODY, headers={"ETag": tag, "Accept-Ranges": "bytes"}, **more)


def rest(request: Request, tag: str = '"one"', body: bytes = BODY) -> Answer:
    """As a server that goes on where it is told to."""
    begin = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    return Answer(206, body[begin:], {"ETag": tag, "Content-Range": f"bytes {begin}-{len(body) - 1}/{len(body)}"})


def script(*answers: Answer | t.Callable[[Request], Answer]) -> Script:
    left = list(answers)

    def give(request: Request) -> Answer:
        answer = left.pop(0)
        return answer if isinstance(answer, Answer) else answer(request)

    return give


def test_it_goes_on_where_it_broke_off(tmp_path: pathlib.Path, time: Time) -> None:
    asked: list[dict[str, str]] = []

    def seen(request: Request) -> Answer:
        asked.append({name: request.headers.get(name, "") for name in ("Range", "If-Range", "Accept-Encoding")})
        return rest(request)

    assert download(script(whole(kind="cut"), seen), tmp_path / "it.zip").sha256 == hashlib.sha256(BODY).hexdigest()
    assert (tmp_path / "it.zip").read_bytes() == BODY
    assert asked == [{"Range": f"bytes={len(BODY) // 2}-", "If-Range": '"one"', "Accept-Encoding": "identity"}]


@pytest.mark.parametrize(
    "then",
    [
        (whole('"two"'),),
        (lambda request: rest(request, '"two"', OTHER), whole('"two"')),
        (lambda request: rest(request, body=OTHER + b"more"), whole()),
        (lambda request: Answer(206, OTHER[: len(BODY) // 2], {"ETag": '"one"', "Content-Range": f"bytes 0-{len(BODY) // 2 - 1}/{len(BODY)}"}), whole()),
        (Answer(416), whole()),
        (Answer(503), whole()),
    ],
    ids=["anew", "another", "longer", "elsewhere", "shorter", "503"],
)
def test_what_is_not_the_rest_of_the_same_is_not_appended(tmp_path: pathlib.Path, time: Time, then: t.Any) -> None:
    received = download(script(whole(kind="cut"), *then), tmp_path / "it.zip")
    assert (received.size, (tmp_path / "it.zip").read_bytes()) == (len(BODY), BODY)


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_a_name_for_the_content_nothing_is_gone_on_with(tmp_path: pathlib.Path, time: Time, tag: str) -> None:
    ranges: list[str] = []

    def anew(request: Request) -> Answer:
        ranges.append(request.headers.get("Range", ""))
        return whole(tag)

    assert download(script(whole(tag, kind="cut"), anew), tmp_path / "it.zip").size == len(BODY)
    assert ranges == [""]


def test_as_long_as_something_comes_it_is_tried_again(tmp_path: pathlib.Path, time: Time) -> None:
    body = BODY * 32

    def some(request: Request) -> Answer:
        """Half of the rest, each time."""
        begin = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        answer = rest(Request("GET", "/file", {"Range": f"bytes={begin}-"}, b""), body=body)
        return Answer(206 if begin else 200, answer.body, answer.headers, "cut" if len(answer.body) > len(BODY) else "whole")

    with Loopback(some) as server:
        wire = Wire("vendor", server.url, clock.Deadline(600), 2.0)
        with transfer.new_file(str(tmp_path / "it.zip")) as file:
            received = transfer.download(wire, "fetch", "/file", file, refused)
        wire.close()
    assert received.sha256 == hashlib.sha256(body).hexdigest() and len(server.requests) == 6


def test_a_deadline_ends_it_in_the_middle(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Failure) as caught:
        download(each(Answer(body=BODY, kind="drip")), tmp_path / "it.zip", 0.5)
    assert caught.value.kind == "timeout"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Failure, match="no file can be made"):
        download(each(Answer(body=BODY)), tmp_path / "away" / "it.zip")


def test_a_disk_that_is_full_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Failure, match="cannot be written: No space left"), transfer.new_file(str(tmp_path / "it.zip")):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_manifest_tells_of_the_file_beside_it_or_is_not_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest = str(tmp_path / "it.gz")
    place = pathlib.Path(transfer.manifest_of(dest))

    def write(content: bytes, fails: bool = False) -> None:
        manifest = {"size": 0}
        with transfer.with_manifest(dest, manifest) as file:
            file.write(content)
            manifest["size"] = len(content)
            if fails:
                raise Failure("protocol", "cut off")

    write(b"one")
    assert (json.loads(place.read_text()), stat.S_IMODE(place.stat().st_mode)) == ({"size": 3}, 0o600)
    with pytest.raises(Failure, match="cut off"):
        write(b"another", fails=True)
    assert (pathlib.Path(dest).read_bytes(), json.loads(place.read_text())) == (b"one", {"size": 3})
    # Killed between the two files.
    monkeypatch.setattr(transfer.json, "dumps", lambda *_words, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(b"another")
    assert pathlib.Path(dest).read_bytes() == b"another" and not place.exists()
