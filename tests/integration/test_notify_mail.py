# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail, against a real mail server: with and without TLS, with a password, refused, and as one thread."""

from __future__ import annotations

import datetime
import email
import pathlib
import ssl
import typing as t

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.saasops.runbooks.plugins.modules import notify
from tests.integration.conftest import Vendors
from tests.integration.tasks import Json, run

PASSWORD = "notify-test-mail-5Vd8Kn3Wq7Zx"
FIELDS = {"from": "Runbooks <runbooks@example.com>", "to": ["ops@example.com", "lead@example.com"]}


class Inbox:
    """Keeps what it is given, and refuses who is told to be refused."""

    def __init__(self) -> None:
        self.mails: list[email.message.Message] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, _server: t.Any, _session: t.Any, envelope: t.Any, address: str, _options: t.Any) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: t.Any, session: t.Any, envelope: t.Any) -> str:
        message = email.message_from_bytes(envelope.content)
        message["X-Over-TLS"] = str(session.ssl is not None)
        self.mails.append(message)
        return "250 taken"


class Server(Controller):
    """On a port that the system chooses, which the controller itself does not know how to find."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def certificate(folder: pathlib.Path) -> pathlib.Path:
    """A certificate for this machine with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    signed = built.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    file = folder / "localhost.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
def serve() -> t.Iterator[t.Callable[..., tuple[Inbox, int]]]:
    """``serve(**how)``: a mail server on a free port of its own."""
    running: list[Server] = []

    def start(**how: t.Any) -> tuple[Inbox, int]:
        inbox = Inbox()
        server = Server(inbox, hostname="127.0.0.1", port=0, **how)
        server.start()
        running.append(server)
        return inbox, int(server.port)

    yield start
    for server in running:
        server.stop()


def tell(ledger: pathlib.Path, port: int, **more: t.Any) -> Json:
    fields = {name: more.pop(name) for name in ("tls", "host", "username", "password") if name in more}
    route = {"name": "mail", "kind": "mail", "host": "localhost", "port": port, "tls": "none", **FIELDS, **fields}
    about = {"severity": "error", "title": "backup failed", "text": "no space left\non /data", "fingerprint": "backup"}
    options = {"environment": "shop/production", "ledger_url": f"sqlite:///{ledger}/l.sqlite3", "routes": [route], "request_timeout": "3s", **about, **more}
    return run(notify, options)


def test_a_mail_and_its_end_are_one_thread(sandbox: Vendors, tmp_path: pathlib.Path, serve: t.Any) -> None:
    inbox, port = serve()
    assert tell(tmp_path, port)["told"] == "Told: mail"
    assert tell(tmp_path, port, resolved=True)["told"] == "Told: mail"
    first, second = inbox.mails
    assert first["Subject"] == "[ERROR] shop/production: backup failed" and first["To"] == "ops@example.com, lead@example.com"
    assert "no space left\non /data" in first.get_payload().replace("\r", "") and first["In-Reply-To"] is None
    assert (second["Subject"], second["In-Reply-To"]) == ("[RESOLVED] shop/production: backup failed", first["Message-ID"])


def test_a_title_cannot_smuggle_in_a_header(sandbox: Vendors, tmp_path: pathlib.Path, serve: t.Any) -> None:
    inbox, port = serve()
    assert tell(tmp_path, port, title="x\r\nBcc: thief@example.com\r\n\r\nhello")["told"] == "Told: mail"
    (mail,) = inbox.mails
    assert mail["Bcc"] is None and mail["Subject"].startswith("[ERROR] shop/production: x? Bcc: thief@example.com")


def test_a_password_goes_over_tls_and_an_untrusted_certificate_gets_none(
    sandbox: Vendors, tmp_path: pathlib.Path, serve: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    asked: list[tuple[bytes, bytes]] = []

    def authenticate(_server: t.Any, _session: t.Any, _envelope: t.Any, _mechanism: str, data: t.Any) -> AuthResult:
        asked.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    inbox, port = serve(tls_context=context, auth_required=True, authenticator=authenticate)
    secured = {"tls": "starttls", "username": "runbooks"}
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    refused = tell(tmp_path, port, **secured)
    assert "the TLS certificate of localhost was not accepted" in refused["told"] and asked == []
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert tell(tmp_path, port, **secured)["told"] == "Told: mail"
    assert inbox.mails[0]["X-Over-TLS"] == "True" and asked == [(b"runbooks", PASSWORD.encode())]
    wrong = tell(tmp_path, port, **secured, password="notify-test-wrong-2Kq9", always=True)
    assert "localhost refused user name and password" in wrong["told"] and "notify-test-wrong" not in str(wrong)


def test_who_is_refused_is_counted_and_all_refused_is_a_failure(sandbox: Vendors, tmp_path: pathlib.Path, serve: t.Any) -> None:
    inbox, port = serve()
    inbox.refused = {"lead@example.com"}
    partly = tell(tmp_path, port)
    assert (partly["told"], partly["routes"][0]["reason"]) == ("Told: mail", "1 of 2 recipients were refused")
    inbox.refused = {"lead@example.com", "ops@example.com"}
    assert "NOT told: mail (localhost refused every recipient)" in tell(tmp_path, port, always=True)["told"]


def test_a_server_that_is_not_there(sandbox: Vendors, tmp_path: pathlib.Path, serve: t.Any) -> None:
    _inbox, port = serve()
    result = tell(tmp_path, 1)
    assert port and "NOT told: mail (localhost could not be reached, or broke off)" in result["told"]
    assert not result.get("failed")
