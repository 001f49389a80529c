# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP server on loopback that answers as a test says, broken answers included, and remembers what it was asked."""

from __future__ import annotations

import collections
import dataclasses
import http.server
import json
import socket
import ssl
import struct
import threading
import typing as t

Kind = t.Literal["whole", "reset", "cut", "hang", "drip"]


@dataclasses.dataclass(frozen=True)
class Answer:
    """``whole`` is sent as it stands; ``reset`` breaks the connection unanswered, ``cut`` in the middle of the body; ``hang`` sends
    nothing, ``drip`` one byte now and then, both until the server stops. The body is sent ``times`` over, as it is taken."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    kind: Kind = "whole"
    times: int = 1


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = t.Callable[[Request], Answer]


def said(value: t.Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer; header names carry underscores for their dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


def each(*answers: Answer) -> Script:
    """One answer after the other; the last one again and again."""
    left = collections.deque(answers)
    return lambda dummy: left.popleft() if len(left) > 1 else left[0]


class Loopback:
    """``with Loopback(each(said({}))) as server: server.url, server.requests``."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        # Bytes of streamed bodies that somebody has taken.
        self.taken = 0
        self.peers: set[t.Any] = set()
        self.over = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, script))
        self._server.daemon_threads = True
        if tls:
            # Handshakes happen in the handler's thread, so that one that is refused stops nobody.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.handle_error = lambda *dummy: None  # type: ignore[method-assign,assignment]
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        # The poll is how long leaving the server may take.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *dummy: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(loopback: Loopback, script: Script) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, dict(self.headers), body)
            loopback.requests.append(request)
            loopback.peers.add(self.client_address)
            self._give(script(request))

        def _give(self, answer: Answer) -> None:
            if answer.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if answer.kind == "hang":
                loopback.over.wait()
            if answer.kind in ("reset", "hang"):
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) * answer.times))
            self.end_headers()
            if answer.kind == "drip":
                for byte in answer.body:
                    self.wfile.write(bytes([byte]))
                    if loopback.over.wait(0.02):
                        break
                self.close_connection = True
            elif answer.times > 1:
                for _time in range(answer.times):
                    self.wfile.write(answer.body)
                    loopback.taken += len(answer.body)
            elif self.command != "HEAD":
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.kind == "cut" else answer.body)
                self.close_connection = answer.kind == "cut"

        def log_message(self, *dummy: object) -> None:
            return None

    return Handler


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def certificate(folder: t.Any, name: str = "127.0.0.1", days: float = 30) -> tuple[str, ssl.SSLContext]:
    """A self-signed certificate of an address or host name: (its file, the context of a server that shows it)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    try:
        subject: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=60))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, secret = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    return str(shown), context
