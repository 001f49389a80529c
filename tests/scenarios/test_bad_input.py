# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input and bad answers: one clear message that says what to do, and nothing is changed."""

from __future__ import annotations

import contextlib
import http.server
import pathlib
import threading
import typing as t
import unicodedata

import pytest

from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World

NewWorld = t.Callable[..., World]
SYMBOLS = "\x1b[31m\x07\x00\u202e\u2066\r\n"


def check_changes_nothing(world: World, run: Run, *sentences: str) -> None:
    """It ends badly, says so in the words given, and no vendor was sent a change."""
    assert run.code not in (0, None), run.output
    assert "nothing was changed" in run.headline, run.summary
    for sentence in sentences:
        assert sentence in said(run), run.summary
    assert world.changes() == []
    assert "Traceback" not in run.output
    check_fits(run, last=False)


def with_variables(world: World, launcher: Launcher, *arguments: str, **variables: t.Any) -> Run:
    return launcher.play(world, "rollback", *arguments, inventory=world.write_inventory(**variables))


def test_an_unknown_project_is_named_with_what_comes_near(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=world.write_inventory(railway_project="exmaple"))
    check_refused(world, run, "project exmaple was asked for", "name example")
    vercel = launcher.play(world, "rollback", inventory=world.write_inventory(hosts={"app": {"vercel_project": "hydra"}}))
    check_refused(world, vercel, "there is no project hydra (Vercel, team example-team)", "hydrogen")


def test_a_wrong_token_says_where_to_put_a_right_one(world: World, launcher: Launcher) -> None:
    run = with_variables(world, launcher, vercel_token="x" * 40, railway_token="y" * 40)
    check_refused(world, run, "app: Not authorized. Give a valid token", "VERCEL_TOKEN", "api: Project Token not found", "RAILWAY_API_TOKEN")
    check_fits(run, last=False)


def test_no_token_says_where_to_put_one(world: World, launcher: Launcher) -> None:
    run = launcher.play(world, "rollback", inventory=world.write_inventory(without=("vercel_token", "railway_token")))
    check_refused(world, run, "there is no Vercel token", "VERCEL_TOKEN", "there is no Railway token", "RAILWAY_TOKEN")


def test_a_malformed_address_is_refused_before_the_first_request(world: World, launcher: Launcher) -> None:
    inventory = {"vercel_api_url": "htp:/x", "railway_api_url": "example.com"}
    run = launcher.play(world, "rollback", inventory=world.write_inventory(hosts={"app": {"component_url": "ftp://app.example.com"}}, **inventory))
    check_changes_nothing(world, run, "api_url is not a usable address: 'htp:/x'", "api_url is not a usable address: 'example.com'")
    health = launcher.play(world, "rollback", "--limit", "app", inventory=world.write_inventory(hosts={"app": {"component_url": "ftp://app.example.com"}}))
    check_changes_nothing(world, health, "'ftp://app.example.com/health' is not an http address", "Give a full address")


def test_plain_http_to_a_public_host_is_refused_so_that_the_token_stays_private(world: World, launcher: Launcher) -> None:
    run = with_variables(world, launcher, vercel_api_url="http://api.example.com", railway_api_url="http://api.example.com/graphql")
    check_changes_nothing(world, run, "api_url is plain http to api.example.com", "Use https")


@pytest.mark.parametrize(
    "variable", ["rollback_request_timeout", "rollback_deadline", "rollback_probes", "rollback_verify_deadline", "rollback_probe_interval"]
)
def test_a_negative_number_is_refused_before_anything_is_asked(world: World, launcher: Launcher, variable: str) -> None:
    kind = "a number above 0" if variable == "rollback_probes" else "seconds, or like 90s, 15m"
    refused = launcher.play(world, "rollback", "-e", f"{variable}=-1")
    check_changes_nothing(world, refused, f"{variable} is {'-1' if variable == 'rollback_probes' else repr('-1')}", f"Give {variable} as {kind}")
    assert world.sandbox.journal() == []


def test_no_network_says_what_to_check(world: World, launcher: Launcher) -> None:
    run = with_variables(world, launcher, vercel_api_url="http://127.0.0.1:1", railway_api_url="http://127.0.0.1:1/graphql")
    check_changes_nothing(world, run, "127.0.0.1:1 could not be reached", "Check the network and the address")


def test_a_name_that_does_not_resolve_is_no_verdict_about_health(world: World, launcher: Launcher) -> None:
    hosts = {name: {"component_url": "http://app.invalid"} for name in world.components()}
    run = launcher.play(world, "rollback", inventory=world.write_inventory(hosts=hosts))
    check_changes_nothing(world, run, "app: /health the name app.invalid was not found")
    assert said(run).count("app: /health the name") == 1, "it is told twice"


def test_html_instead_of_json_says_that_something_stands_in_between(world: World, launcher: Launcher) -> None:
    for vendor in ("vercel", "railway"):
        world.sandbox.fault("garbage", vendor=vendor, times=0)
    run = launcher.play(world, "rollback")
    check_changes_nothing(world, run, "answered 200 with text/html that is not the documented JSON", "whether a proxy or login page stands in between")
    assert said(run).count("documented JSON") == 3


@contextlib.contextmanager
def listener(answer: t.Callable[[http.server.BaseHTTPRequestHandler], None]) -> t.Iterator[str]:
    """The address of a server that treats every request alike."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        do_POST = do_GET

        def log_message(self, format: str, *arguments: t.Any) -> None:
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_a_redirect_is_not_followed_with_a_token(world: World, launcher: Launcher) -> None:
    reached: list[str] = []

    def catch(request: http.server.BaseHTTPRequestHandler) -> None:
        reached.append(f"{request.command} {request.path} {request.headers}")
        request.send_error(404)

    with listener(catch) as elsewhere:

        def redirect(request: http.server.BaseHTTPRequestHandler) -> None:
            request.send_response(307)
            request.send_header("Location", elsewhere + request.path)
            request.send_header("Content-Length", "0")
            request.end_headers()

        with listener(redirect) as url:
            run = with_variables(world, launcher, vercel_api_url=url, railway_api_url=f"{url}/graphql")
    check_changes_nothing(world, run, "answered with a redirect (307)", "redirects are not followed")
    assert reached == []


def template(mark: pathlib.Path) -> str:
    """What would make a file if anybody took it for a template, and would paint, beep and turn the terminal round."""
    return "{{ lookup('ansible.builtin.pipe', 'touch " + str(mark) + "') }}" + SYMBOLS


def is_harmless(run: Run, mark: pathlib.Path) -> None:
    assert not mark.exists(), "a vendor's text was templated"
    strange = {character for character in run.output if unicodedata.category(character) in ("Cc", "Cf")} - {"\n", "\t"}
    assert not strange, sorted(strange)
    check_fits(run, last=False)


def test_a_vendor_s_error_text_is_shown_and_never_templated(new_world: NewWorld, launcher: Launcher, tmp_path: pathlib.Path) -> None:
    world, mark = new_world(), tmp_path / "templated"
    world.sandbox.fault("body", vendor="vercel", status=403, times=0, body={"error": {"code": "forbidden", "message": template(mark)}})
    world.sandbox.fault("body", vendor="railway", times=0, body={"data": None, "errors": [{"message": f"Not Authorized {template(mark)}"}]})
    run = launcher.play(world, "rollback", "-vvv", "--diff")
    check_refused(world, run, "{{ lookup('ansible.builtin.pipe'", "api: Not Authorized {{")
    is_harmless(run, mark)


def test_a_vendor_s_names_are_shown_and_never_templated(new_world: NewWorld, launcher: Launcher, tmp_path: pathlib.Path) -> None:
    """Tags and failing checks travel through plan, saga, apply, record and screen."""
    world, mark = new_world(), tmp_path / "templated"
    for tag in ("v1.4.1", "v1.4.2"):
        commit = next(one["commit"] for one in world.sandbox.state("app")["deployments"] if one["tag"] == tag)
        world.sandbox.patch("app", commit, tag=template(mark))
    world.sandbox.patch("api", "v1.4.1", branch=template(mark))
    run = launcher.play(world, "rollback", "-vvv", "--diff")
    assert run.code == 0, run.output
    assert "{{ lookup" in run.summary
    is_harmless(run, mark)
    forward = launcher.play(world, "roll_forward", "-vvv")
    assert forward.code == 0, forward.output
    is_harmless(forward, mark)
    records = [path.read_text(encoding="utf-8") for path in (world.state / "saasops" / "shop-production").glob("*/summary.txt")]
    assert any("{{ lookup" in record for record in records)
