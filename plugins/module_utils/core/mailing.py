# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One mail to a mail server. The password goes over TLS only; without TLS the server must be this machine. Imported where it is used."""

from __future__ import annotations

import dataclasses
import email.message
import email.utils
import smtplib
import ssl
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import is_loopback

PORTS = {"starttls": 587, "tls": 465, "none": 25}
VENDOR = "mail"


@dataclasses.dataclass(frozen=True)
class Server:
    """``security``: ``starttls``, ``tls`` (from the first byte) or ``none``."""

    host: str
    port: int
    security: str
    username: str
    password: str
    timeout: float

    def check(self) -> None:
        if self.security not in PORTS:
            raise Failure("invalid", f"tls is {self.security!r}", f"Give one of: {', '.join(PORTS)}", VENDOR)
        if self.security == "none" and not is_loopback(self.host):
            raise Failure("invalid", f"mail to {self.host} without TLS", "Use tls: starttls or tls; tls: none is for a server on this machine", VENDOR)


@dataclasses.dataclass(frozen=True)
class Mail:
    """``thread``: the id of the first mail about the same thing, empty when this is the first."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    identity: str
    thread: str = ""

    def message(self) -> email.message.EmailMessage:
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, ", ".join(self.recipients), plain(self.subject, 200)
        message["Date"] = email.utils.formatdate(clock.now())
        message["Message-ID"] = self.identity
        # Holiday notes do not answer what a machine has sent.
        message["Auto-Submitted"] = "auto-generated"
        if self.thread and self.thread != self.identity:
            message["In-Reply-To"] = message["References"] = self.thread
        message.set_content(self.text)
        return message


def deliver(server: Server, mail: Mail) -> list[str]:
    """Hand the mail over. Returns the recipients that the server refused; all of them refused is a failure."""
    server.check()
    try:
        message = mail.message()
    except (ValueError, IndexError) as error:
        raise Failure("invalid", "an address of the mail is not usable", "Check from and to: name@example.com, one line each", VENDOR) from error
    try:
        with _connected(server) as connection:
            if server.username:
                connection.login(server.username, server.password)
            return sorted(connection.send_message(message, mail.sender, list(mail.recipients)))
    except smtplib.SMTPAuthenticationError as error:
        raise Failure("auth", f"{server.host} refused user name and password", "Check username and password", VENDOR, status=error.smtp_code) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise Failure("failed", f"{server.host} refused every recipient", "Check the addresses under to", VENDOR) from error
    except smtplib.SMTPResponseException as error:
        passing = 400 <= error.smtp_code < 500
        text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        message_ = f"{server.host} answered {error.smtp_code}: {plain(text, 120)}"
        raise Failure("vendor_down" if passing else "failed", message_, "Check the mail server", VENDOR, status=error.smtp_code, retryable=passing) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Failure("protocol", f"{server.host}: {plain(error, 120)}", "Check port and tls", VENDOR) from error
    except ssl.SSLError as error:
        raise Failure("protocol", f"the TLS certificate of {server.host} was not accepted", "Check the host's name, port and tls", VENDOR) from error
    except (smtplib.SMTPException, OSError) as error:
        why = "did not answer in time" if isinstance(error, TimeoutError) else "could not be reached, or broke off"
        raise Failure("vendor_down", f"{server.host} {why}", "Check host and port", VENDOR, retryable=True, maybe_sent=True) from error


def _connected(server: Server) -> smtplib.SMTP:
    context: t.Any = ssl.create_default_context()
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    try:
        if server.security == "starttls":
            connection.starttls(context=context)
    except BaseException:
        connection.close()
        raise
    return connection
