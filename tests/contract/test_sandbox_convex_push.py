# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex: deploying code, and the sync protocol, without the vendor's client."""

from __future__ import annotations

import asyncio
import json
import typing as t
from collections.abc import Awaitable, Callable

import aiohttp
import brotli
import pytest

from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex, Json
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

MODULES = [{"path": "shop.js", "source": "export {}", "environment": "isolate"}]


def push(convex: Convex, dry: bool = False, modules: list[Json] | None = None, message: str | None = None) -> Json:
    def send(name: str, body: Json) -> Json:
        packed = brotli.compress(json.dumps({"adminKey": convex.key, "dryRun": dry, **body}).encode())
        headers = {"Authorization": f"Convex {convex.key}", "Content-Type": "application/json", "Content-Encoding": "br"}
        answer = convex.session.post(f"{convex.run['url']}/api/deploy2/{name}", data=packed, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return t.cast(Json, answer.json())

    started = send("start_push", {"functions": "convex/", "appDefinition": {"functions": MODULES if modules is None else modules}})
    status = send("wait_for_schema", {"schemaChange": started["schemaChange"], "timeoutMs": 10_000})
    return status if status["type"] != "complete" else send("finish_push", {"startPush": started, "message": message})


def test_a_push_is_a_new_release_with_a_message(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", user="paused")
    difference = push(convex, message="release v1.5")
    assert difference["componentDiffs"][""]["moduleDiff"] == {"added": ["shop.js"], "removed": []}
    control.patch("functions", user="none")
    state = control.state("functions")
    assert (state["serving"]["message"], state["effects"]["pushes"], state["audit"]) == ("release v1.5", 1, ["push_config_with_components"])
    answer = convex.send("POST", "/api/get_config_hashes", {"version": "1.48.0"}).json()
    assert [module["path"] for module in answer["moduleHashes"]] == ["shop.js"]
    assert push(convex, modules=[])["componentDiffs"][""]["moduleDiff"] == {"added": [], "removed": ["shop.js"]}


def test_a_dry_run_shows_the_same_and_changes_nothing(control: Sandbox, convex: Convex) -> None:
    assert push(convex, dry=True)["componentDiffs"][""]["moduleDiff"]["added"] == ["shop.js"]
    assert control.state("functions")["effects"]["pushes"] == 0
    assert control.journal(changes=True) == []


@pytest.mark.parametrize(("error", "kind"), [("race", "raceDetected"), ("Schema validation failed: orders", "failed")])
def test_a_schema_that_does_not_fit_is_refused(control: Sandbox, convex: Convex, error: str, kind: str) -> None:
    control.patch("functions", schema_error=error)
    assert push(convex)["type"] == kind
    assert control.state("functions")["effects"]["pushes"] == 0


def test_a_push_needs_its_action_and_its_beginning(control: Sandbox, convex: Convex) -> None:
    assert convex.send("POST", "/api/deploy2/finish_push", {"startPush": {"schemaChange": {"schemaIds": {"": "x"}}}}).status_code == 400
    control.patch("functions", allowed=["deployment:data:view"])
    assert convex.send("POST", "/api/deploy2/start_push", {}).status_code == 403


def test_the_journal_keeps_no_keys_and_no_code(control: Sandbox, convex: Convex) -> None:
    push(convex, modules=[{"path": "large.js", "source": "x" * 100_000, "environment": "isolate"}])
    entries = {entry["operation"]: entry["body"] for entry in control.journal()}
    assert entries["POST /api/deploy2/start_push"].endswith("bytes>")
    assert entries["POST /api/deploy2/finish_push"]["adminKey"] == "***"


# -- the sync protocol


class Client:
    def __init__(self, convex: Convex, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.convex, self._socket = convex, socket

    async def send(self, kind: str, **facts: t.Any) -> None:
        await self._socket.send_json({"type": kind, **facts})

    async def receive(self) -> Json:
        return t.cast(Json, await self._socket.receive_json(timeout=10))

    async def authenticate(self, key: str | None = None) -> Json:
        await self.send("Connect", sessionId="s", connectionCount=0, lastCloseReason=None, clientTs=0)
        await self.send("Authenticate", tokenType="Admin", value=key or self.convex.key, baseVersion=0)
        return await self.receive()

    async def add(self, path: str, args: Json, number: int = 0) -> Json:
        change = {"type": "Add", "queryId": number, "udfPath": path, "args": [args]}
        await self.send("ModifyQuerySet", baseVersion=number, newVersion=number + 1, modifications=[change])
        (modification,) = (await self.receive())["modifications"]
        return t.cast(Json, modification)


def talk(convex: Convex, conversation: Callable[[Client], Awaitable[None]]) -> None:
    async def session() -> None:
        url = convex.run["url"] + "/api/1.48.0/sync"
        async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
            await conversation(Client(convex, socket))

    asyncio.run(session())


def test_a_subscription_is_told_what_changes(control: Sandbox, convex: Convex) -> None:
    async def conversation(client: Client) -> None:
        hello = await client.authenticate()
        assert (hello["startVersion"]["identity"], hello["endVersion"]["identity"]) == (0, 1)
        first = await client.add("_system/cli/queryEnvironmentVariables:get", {"name": "APP_ENV"})
        assert (first["type"], first["value"]) == ("QueryUpdated", {"name": "APP_ENV", "value": "production"})
        convex.post("/api/v1/update_environment_variables", {"changes": [{"name": "APP_ENV", "value": "staging"}]})
        news = await client.receive()
        assert [change["value"]["value"] for change in news["modifications"]] == ["staging"]
        assert news["startVersion"]["ts"] != news["endVersion"]["ts"]
        await client.send("ModifyQuerySet", baseVersion=1, newVersion=2, modifications=[{"type": "Remove", "queryId": 0}])
        gone = await client.receive()
        assert [change["type"] for change in gone["modifications"]] == ["QueryRemoved"]

    talk(convex, conversation)


def test_a_query_fails_as_it_does_over_http_and_only_once(control: Sandbox, convex: Convex) -> None:
    control.patch("functions", allowed=["deployment:deploy"])

    async def conversation(client: Client) -> None:
        await client.authenticate()
        failed = await client.add("_system/cli/tables", {})
        assert failed["type"] == "QueryFailed" and "deployment:data:view" in failed["errorMessage"]
        refused = await client.add("integrity:orphans", {}, 1)
        assert refused["type"] == "QueryFailed" and "runInternalQueries" in refused["errorMessage"]

    talk(convex, conversation)


def test_mutations_and_actions_run_once(control: Sandbox, convex: Convex) -> None:
    async def conversation(client: Client) -> None:
        await client.authenticate()
        await client.send("Mutation", requestId=1, udfPath="maintenance:cleanup", args=[{"olderThan": 1000}])
        done = await client.receive()
        assert (done["type"], done["success"], done["result"]) == ("MutationResponse", True, {"deleted": 0.0})
        assert (await client.receive())["type"] == "Transition"
        await client.send("Action", requestId=2, udfPath="notifications:send", args=[{}])
        assert (await client.receive())["result"] == {"sent": True}
        await client.receive()
        await client.send("Mutation", requestId=3, udfPath="bookings:confirm", args=[{"id": "nobody"}])
        failed = await client.receive()
        assert (failed["success"], failed["errorData"]["code"]) == (False, "NOT_FOUND")

    talk(convex, conversation)
    assert control.state("functions")["effects"]["mutations"] == {"maintenance:cleanup": 1}


def test_a_bad_key_ends_the_conversation(convex: Convex) -> None:
    async def conversation(client: Client) -> None:
        answer = await client.authenticate("happy-otter-123|nonsense")
        assert (answer["type"], answer["authUpdateAttempted"]) == ("AuthError", False)

    talk(convex, conversation)
