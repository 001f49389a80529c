# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, changes, and what is done about a change whose answer was lost."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import MOST_SENDS, Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change, Gate
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply
from tests.harness.still_time import NOW, Time

READ = Operation("get_project", "GET", "/v9/projects/{project}")
CHANGE = Operation("request_rollback", "POST", "/v1/projects/{project}/rollback", changes=True)
DOCUMENT = Operation("deploymentRollback", document="mutation deploymentRollback($id: String!) { deploymentRollback(id: $id) }", changes=True)


def lost(kind: t.Any = "timeout") -> Failure:
    return Failure(kind, "no answer came", vendor="vendor", operation="request_rollback", retryable=True, maybe_sent=True)


class Script:
    """Stands in for the wire: answers or raises one thing after the other."""

    vendor = "vendor"
    timeout = 3.0
    key = "a token"

    def __init__(self, *answers: t.Any) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[t.Any, ...]] = []
        self.keys: list[str | None] = []

    def send(self, name: str, method: str, path: str, changes: bool, query: t.Any = None, body: t.Any = None, headers: t.Any = None) -> Reply:
        self.sent.append((name, method, path, changes, dict(query or {}), body))
        self.keys.append((headers or {}).get("Idempotency-Key"))
        answer = self.answers.pop(0)
        if isinstance(answer, Failure):
            raise answer
        return Reply(200, {}, answer, "req-1")


class Turns:
    """A recorder that counts the turns of waiting."""

    def __init__(self) -> None:
        self.turns = 0
        self.failures: list[Failure | None] = []

    def before(self, change: Change) -> None:
        return None

    def after(self, change: Change, failure: Failure | None) -> None:
        self.failures.append(failure)

    def turn(self) -> None:
        self.turns += 1

    def again(self) -> None:
        self.turns += 1


def client(script: Script, check_mode: bool = False, recorder: Turns | None = None, **options: t.Any) -> Client:
    def interpret(dummy: Operation, reply: Reply) -> t.Any:
        if isinstance(reply.body, dict) and "errors" in reply.body:
            raise Failure("conflict", "the vendor is busy", maybe_sent=True)
        return reply.body

    return Client(t.cast(t.Any, script), Gate(check_mode, recorder=recorder), interpret, **options)


def change(one: Client, look: t.Any = None) -> t.Any:
    return one.change(CHANGE, "project hydrogen", path={"project": "hydrogen"}, body={"why": "bad"}, look=look)


# -- the ordinary way
def test_a_read_carries_what_every_call_carries() -> None:
    script = Script({"name": "hydrogen"})
    one = client(script, check_mode=True, always={"slug": "example-team"})
    assert one.call(READ, path={"project": "hydro/gen"}, query={"limit": 1}) == {"name": "hydrogen"}
    assert script.sent == [("get_project", "GET", "/v9/projects/hydro%2Fgen", False, {"slug": "example-team", "limit": 1}, None)]


def test_a_document_is_posted_with_its_variables() -> None:
    script = Script({"deploymentRollback": True})
    one = client(script, graphql_path="/graphql/v2")
    assert one.change(DOCUMENT, "service api", variables={"id": "d1"}) == {"deploymentRollback": True}
    body = {"query": DOCUMENT.document, "variables": {"id": "d1"}, "operationName": "deploymentRollback"}
    assert script.sent == [("deploymentRollback", "POST", "/graphql/v2", True, {}, body)]


def test_a_change_cannot_go_round_the_gate() -> None:
    with pytest.raises(TypeError, match="change"):
        client(Script()).call(CHANGE)
    with pytest.raises(TypeError, match="call"):
        client(Script()).change(READ, "project hydrogen")


def test_check_mode_neither_sends_nor_looks() -> None:
    script = Script()
    answer = change(client(script, check_mode=True), look=lambda: pytest.fail("looked"))
    assert planned(answer)
    assert script.sent == []
    assert not planned({"known_after": "request_rollback"}), "a vendor's text is no plan"


def test_an_error_in_the_answer_carries_who_and_what() -> None:
    with pytest.raises(Failure) as caught:
        change(client(Script({"errors": ["busy"]})))
    assert (caught.value.vendor, caught.value.operation, caught.value.maybe_sent) == ("vendor", "request_rollback", True)
    with pytest.raises(Failure) as caught:
        client(Script({"errors": ["busy"]})).call(READ, path={"project": "x"})
    assert (caught.value.operation, caught.value.maybe_sent) == ("get_project", False)


# -- a lost answer
def test_an_effect_that_shows_is_the_answer(time: Time) -> None:
    script, recorder = Script(lost()), Turns()
    assert change(client(script, recorder=recorder), look=lambda: {"id": "job"}) == {"id": "job"}
    assert (len(script.sent), time.slept, recorder.failures) == (1, [], [None])


def test_an_effect_that_shows_late_is_waited_for(time: Time) -> None:
    script = Script(lost())
    seen = iter([None, None, {"id": "job"}])
    assert change(client(script), look=lambda: next(seen)) == {"id": "job"}
    assert (len(script.sent), time.slept) == (1, [1.0, 1.0])


def test_it_is_sent_again_only_when_no_late_request_can_arrive_any_more(time: Time) -> None:
    script, recorder, looked = Script(lost(), {"id": "second"}), Turns(), []
    assert change(client(script, recorder=recorder), look=lambda: looked.append(time.now)) == {"id": "second"}
    assert looked == [NOW, NOW + 1, NOW + 2, NOW + 3]
    assert (len(script.sent), recorder.turns) == (2, 1)


@pytest.mark.parametrize(("kind", "becomes"), [("timeout", "unknown"), ("vendor_down", "vendor_down"), ("protocol", "protocol")])
def test_it_is_given_up_after_some_sends(time: Time, kind: t.Any, becomes: str) -> None:
    script = Script(*[lost(kind)] * MOST_SENDS)
    with pytest.raises(Failure) as caught:
        change(client(script), look=lambda: None)
    assert (caught.value.kind, caught.value.maybe_sent, len(script.sent)) == (becomes, True, MOST_SENDS)
    assert "looks before it acts" in caught.value.hint


def test_without_a_look_it_is_sent_once(time: Time) -> None:
    script = Script(lost())
    with pytest.raises(Failure) as caught:
        change(client(script))
    assert (caught.value.kind, caught.value.maybe_sent, len(script.sent)) == ("timeout", True, 1)


def test_who_cannot_look_does_not_send_again(time: Time) -> None:
    script = Script(lost())

    def blind() -> t.Any:
        raise Failure("vendor_down", "the vendor cannot be read")

    with pytest.raises(Failure) as caught:
        change(client(script), look=blind)
    assert (caught.value.kind, caught.value.maybe_sent, len(script.sent)) == ("unknown", True, 1)
    assert "cannot be read" in caught.value.message


def test_what_was_surely_not_done_needs_no_look(time: Time) -> None:
    script = Script(Failure("auth", "the token is dead"))
    with pytest.raises(Failure, match="the token is dead"):
        change(client(script), look=lambda: pytest.fail("looked"))
    assert len(script.sent) == 1


def test_a_lease_lost_meanwhile_stops_the_second_send(time: Time) -> None:
    script, recorder = Script(lost(), {"id": "second"}), Turns()

    def taken_over() -> None:
        raise Failure("refused", "taken over", code="fenced")

    recorder.again = taken_over  # type: ignore[method-assign]
    with pytest.raises(Failure, match="taken over"):
        change(client(script, recorder=recorder), look=lambda: None)
    assert len(script.sent) == 1


# -- idempotency keys and forms
def test_after_an_error_of_the_vendor_s_own_another_key_is_used(time: Time) -> None:
    down = lost("vendor_down")
    down.status = 500
    script = Script(lost(), down, {"done": True})
    client = Client(t.cast("t.Any", script), Gate(False), lambda _operation, reply: reply.body)
    assert client.change(CHANGE, "target", path={"project": "x"}, look=lambda: None, key="key") == {"done": True}
    # A lost answer is kept under its key; so is an error.
    assert script.keys == ["key", "key", "key-1"]


def test_a_form_is_sent_as_one(time: Time) -> None:
    script = Script({})
    form = Operation("refund", "POST", "/v1/refunds", changes=True, form=True)
    Client(t.cast("t.Any", script), Gate(False), lambda _operation, reply: reply.body).change(form, "target", body={"metadata": {"a": True}})
    assert script.sent[0][-1] == b"metadata%5Ba%5D=true" and script.keys == [None]
