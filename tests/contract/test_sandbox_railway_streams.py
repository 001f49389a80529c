# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference subscriptions, listened to with a well-known client: what changes is told, in the shape of the vendor's schema."""

from __future__ import annotations

import asyncio
import contextlib
import typing as t

import pytest
from aiohttp import ClientSession, WSMsgType
from gql import Client, GraphQLRequest
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError
from graphql import DocumentNode, OperationDefinitionNode, OperationType, parse, print_ast

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.test_sandbox_railway_reference import Json, wrongs
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

STREAMS = {
    str(definition.name.value): definition
    for definition in parse(vendor_schemas.railway_reference_operations()).definitions
    if isinstance(definition, OperationDefinitionNode) and definition.name and definition.operation == OperationType.SUBSCRIPTION
}
PROTOCOL = "graphql-transport-ws"
PATIENCE = 30


class Listener:
    """Subscribes as Railway's clients do; gql checks each document against the vendor's schema."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.url = sandbox.run["railway"]["url"].replace("http", "ws", 1)
        self.headers = {"Project-Access-Token": sandbox.run["railway"]["token"]}

    def listen(self, name: str, enough: t.Callable[[list[Json]], bool], between: t.Callable[[], t.Any] = lambda: None, **variables: t.Any) -> list[Json]:
        """What is told until it is ``enough``; ``between`` two answers something may happen."""

        async def run() -> list[Json]:
            told: list[Json] = []
            transport = AIOHTTPWebsocketsTransport(url=self.url, headers=self.headers, subprotocols=[PROTOCOL])
            document = GraphQLRequest(print_ast(DocumentNode(definitions=(STREAMS[name],))), variable_values=variables)
            client = Client(transport=transport, schema=vendor_schemas.railway())
            async with asyncio.timeout(PATIENCE), client as session, contextlib.aclosing(session.subscribe(document)) as answers:
                async for answer in answers:
                    told.append(answer)
                    if enough(told):
                        return told
                    between()
            raise AssertionError("it ended by itself")

        return asyncio.run(run())


@pytest.fixture
def listener(sandbox: Sandbox) -> Listener:
    return Listener(sandbox)


def deployment(listener: Listener) -> str:
    return str(listener.sandbox.state("api")["serving"]["id"])


def test_both_reference_subscriptions_are_served(listener: Listener) -> None:
    assert sorted(STREAMS) == ["DeploymentLogStream", "DeploymentStatusStream"]
    for name, variables in {
        "DeploymentLogStream": {"deploymentId": deployment(listener), "limit": 5},
        "DeploymentStatusStream": {"id": deployment(listener)},
    }.items():
        (answer,) = listener.listen(name, bool, **variables)
        assert wrongs(vendor_schemas.railway().subscription_type, answer, STREAMS[name].selection_set, name) == []
        assert all(answer.values())


def test_a_build_is_told_until_it_serves(listener: Listener) -> None:
    made = listener.sandbox.push("api", tag="v1.4.3", build_seconds=30)
    told = listener.listen("DeploymentStatusStream", lambda told: told[-1]["deployment"]["status"] == "SUCCESS", lambda: listener.sandbox.advance(600), id=made)
    statuses = [answer["deployment"]["status"] for answer in told]
    assert len(statuses) >= 2 and len(set(statuses)) == len(statuses)


def test_each_line_is_told_once(listener: Listener) -> None:
    told = listener.listen("DeploymentLogStream", lambda told: len(told) == 3, lambda: listener.sandbox.advance(60), deploymentId=deployment(listener))
    lines = [(line["timestamp"], line["message"]) for answer in told for line in answer["deploymentLogs"]]
    assert len(lines) > 3 and len(set(lines)) == len(lines)


def test_another_deployment_is_refused(listener: Listener) -> None:
    with pytest.raises(TransportQueryError, match="Not Authorized|not found"):
        listener.listen("DeploymentStatusStream", bool, id="11111111-2222-4333-8444-555555555555")


@pytest.mark.parametrize(
    ("messages", "code"),
    [([{"type": "subscribe", "id": "1", "payload": {"query": "subscription { x }"}}], 4401), ([{"type": "connection_init"}, {"type": "greet"}], 4400)],
    ids=["before the greeting", "no such message"],
)
def test_what_the_protocol_forbids_ends_the_connection(listener: Listener, messages: list[Json], code: int) -> None:
    async def run() -> int | None:
        async with asyncio.timeout(PATIENCE), ClientSession() as session, session.ws_connect(listener.url, protocols=[PROTOCOL]) as socket:
            for message in messages:
                await socket.send_json(message)
            while (await socket.receive()).type is WSMsgType.TEXT:
                pass
            return socket.close_code

    assert asyncio.run(run()) == code
