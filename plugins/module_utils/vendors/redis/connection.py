# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A connection to a Redis server, and what goes wrong with it in kinds of ours."""

from __future__ import annotations

import contextlib
import importlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

VENDOR = "redis"


def driver() -> t.Any:
    try:
        return importlib.import_module("redis")
    except ImportError:
        raise Failure(
            "invalid",
            "Redis needs the Python library redis",
            "Install it for the Python that runs this task: pip install 'saasops-runbooks[redis]', or redis",
            VENDOR,
            code="driver",
        ) from None


@contextlib.contextmanager
def connected(dsn: str, timeout: float, **options: t.Any) -> t.Iterator[t.Any]:
    """A client of the driver for the length of the block. What it raises there becomes a failure."""
    redis = driver()
    redaction.register(dsn)
    try:
        # One try: whoever looks wants to know how it is, and not how it may be in a while.
        client = redis.Redis.from_url(dsn, socket_timeout=timeout, socket_connect_timeout=timeout, retry=None, **options)
    except ValueError:
        hint = "Give redis://user:password@host:6379/0, rediss:// where the server speaks TLS, or unix:///path"
        raise Failure("invalid", "the address of the Redis server is none", hint, VENDOR, code="dsn") from None
    redaction.register(client.connection_pool.connection_kwargs.get("password"))
    try:
        yield client
    except redis.exceptions.AuthenticationError as error:
        raise Failure("auth", _said(error), "Check user and password in the address of the Redis server", VENDOR, code="auth") from None
    except redis.exceptions.BusyLoadingError:
        raise Failure("vendor_down", "it is still loading its data", "Look again in a minute", VENDOR, code="starting") from None
    except redis.exceptions.TimeoutError:
        raise Failure("timeout", f"no answer within {timeout:g} s", "Look at the server's host, and at what lies between", VENDOR, code="timeout") from None
    except (redis.exceptions.ResponseError, redis.exceptions.NoPermissionError) as error:
        kind: t.Literal["auth", "vendor_down"] = "auth" if "NOAUTH" in str(error) or "NOPERM" in str(error) else "vendor_down"
        raise Failure(kind, _said(error), "Check what the user of this address may do", VENDOR, code="refused") from None
    except (redis.exceptions.RedisError, OSError, UnicodeError) as error:
        why = _said(error)
        if "max number of clients" in why:
            raise Failure("vendor_down", why, "Every connection is taken: look for a pool that is too large or leaks", VENDOR, code="exhausted") from None
        if "Name or service" in why or "getaddrinfo" in why or "nodename" in why:
            raise Failure("invalid", why, "Check the host in the address of the Redis server", VENDOR, code="host") from None
        raise Failure("vendor_down", why, "Look whether the server runs, and whether it can be reached from here", VENDOR, code="down") from None
    finally:
        client.close()


def _said(error: Exception) -> str:
    return redaction.plain(redaction.scrub(str(error)) or type(error).__name__, 200)
