# SPDX-License-Identifier: GPL-3.0-or-later
"""Status pages over HTTP: what is posted warns, and a page that says nothing is never well."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import vendor_status
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.plugin_utils import variables
from tests.harness.loopback import Answer, Loopback, each, said
from tests.harness.still_time import Time

Json = dict[str, t.Any]
QUIET = said({"status": {"indicator": "none"}, "incidents": []})


def posted(answer: Answer, *vendors: str) -> Json:
    with Loopback(each(answer)) as server:
        pages = dict.fromkeys(vendors or ("vercel",), server.url)
        return vendor_status.execute(Task({"vendors": list(pages), "pages": pages, "request_timeout": "0.5"}, False))


def test_every_vendor_has_a_page_or_none_to_have() -> None:
    assert {*vendor_status.PAGES, *vendor_status.WITHOUT} == set(variables.VENDORS)
    assert all(address.startswith("https://") for address in vendor_status.PAGES.values())


def test_what_is_ones_own_is_left_out(time: Time) -> None:
    found = vendor_status.execute(Task({"vendors": ["other", "postgres", "redis"], "pages": {}, "request_timeout": "1"}, False))
    assert (found["checks"], found["pages"], found["verdict"]) == ([], [], "inconclusive")


def test_an_incident_warns_and_says_where_to_read(time: Time) -> None:
    incident = {"name": "Builds\x1b[2J fail", "impact": "major", "status": "investigating", "shortlink": "https://example.com/1"}
    found = posted(said({"status": {"indicator": "major"}, "incidents": [incident, incident]}))
    (check,) = found["checks"]
    assert (check["verdict"], check["reason"], check["next"]) == ("warn", "Builds?[2J fail (major) (and 1 more)", "Read https://example.com/1")
    assert found["pages"][0]["incidents"][0]["status"] == "investigating"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (said({}, 503), "answers 503"),
        (said({"ok": True}), "is none whose form is known"),
        (Answer(body=b"<html>"), "is none whose form is known"),
        (Answer(kind="hang"), "no answer within 0.5 s"),
        (Answer(kind="reset"), "the connection failed"),
    ],
)
def test_a_page_that_says_nothing_is_an_error(time: Time, answer: Answer, why: str) -> None:
    found = posted(answer)
    assert found["verdict"] == "error"
    assert found["checks"][0]["reason"] == f"{why}, so nobody knows whether an incident is posted"


def test_several_pages_are_told_in_the_order_of_their_names(time: Time) -> None:
    found = posted(QUIET, "vercel", "railway", "own")
    assert [(page["vendor"], page["indicator"]) for page in found["pages"]] == [("own", "none"), ("railway", "none"), ("vercel", "none")]
    assert found["verdict"] == "pass"


def test_a_vendor_that_nobody_knows_is_refused(time: Time) -> None:
    with pytest.raises(Failure, match="Did you mean railway"):
        vendor_status.execute(Task({"vendors": ["ralway"], "pages": {}, "request_timeout": "1"}, False))
