# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Patterns by name, in packs: what runbooks of small teams look for in their logs. They count; how many are too many is for the inventory to say."""

from __future__ import annotations

import dataclasses

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Pattern

_REQUEST = r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<path>[^\s?\"]{1,300})[^\n]{0,40}? "
_TOOK = r"(?P<took>\d+(?:\.\d+)? ?(?:ms|s))\b"

_PACKS: dict[str, tuple[Pattern, ...]] = {
    "errors": (
        Pattern(
            "error_line", r"\b(?:errors?|fatal|panic|critical|emergency|exception)\b", True, unless=r"(?i)\b(?:no|0|without) errors?\b|\berrors?[\"']?[=:] ?0\b"
        ),
        Pattern("error_mark", "❌"),
        Pattern(
            "unhandled",
            r"unhandled ?(?:promise)? ?rejection|uncaught [^\n]{0,40}?(?:error|exception)|traceback \(most recent call last\)|segmentation fault",
            True,
        ),
        Pattern("memory", r"out of memory|oom[-_ ]?kill|heap limit|memory leak|cannot allocate memory|ENOMEM", True),
        Pattern("memory_word", r"memory|leak", True),
        Pattern("api_error", r"API error: (?P<endpoint>\S{1,300}) returned (?P<status_code>\d{3})", counts=("endpoint", "status_code")),
        Pattern("server_error", _REQUEST + r"(?P<status>5\d\d)\b(?! ?m?s\b)", kind="path", counts=("path", "status"), near=r" 5\d\d\b(?! ?m?s\b)"),
        Pattern("alert", r"Membership Alert: (?P<message>.{1,500})", kind="message"),
        Pattern("warning_mark", "⚠"),
    ),
    "payments": (
        Pattern("payment_failed", r"(?:payment|charge|checkout|invoice|refund)[^\n]{0,80}?\b(?:fail(?:ed|ure|s)?|declined|rejected|error)\b", True),
        Pattern("card_declined", r"card_declined|insufficient_funds|expired_card|incorrect_cvc|do_not_honor|authentication_required", True),
        Pattern("purchase", "Processing membership purchase"),
        Pattern("membership_created", "Membership created for customer"),
        Pattern("discount", r"Discount applied: (?P<amount>\d[\d.,]*) (?P<currency>[A-Z]{3}) saved", counts=("currency",), numbers=("amount",)),
        Pattern("cancellation_rate", "High cancellation rate", True),
        Pattern("booking_payment", "handleBookingPayment"),
        Pattern("checkout_completed", r"checkout\.session\.completed"),
    ),
    "webhooks": (
        Pattern("webhook", "webhook", True),
        Pattern("webhook_processed", r"Webhook processed successfully: (?P<type>[\w./-]{1,100})", kind="type", counts=("type",)),
        Pattern("webhook_failed", r"Webhook processing failed: (?P<error>.{1,500})", kind="error"),
        Pattern("webhook_retry", r"Webhook retry attempt: (?P<attempt>\d{1,3})/(?P<of>\d{1,3})", counts=("attempt",), numbers=("attempt",)),
        Pattern("webhook_last_retry", r"Webhook retry attempt: (?P<attempt>\d{1,3})/(?P=attempt)(?!\d)"),
        Pattern("webhook_took", r"webhook[^\n]{0,200}?processed[^\n]{0,200}?\b" + _TOOK, True, durations=("took",)),
    ),
    "database": (
        Pattern(
            "connection_failed",
            r"ECONNREFUSED|ECONNRESET|ETIMEDOUT|connection (?:refused|reset|terminated|timed out|closed)"
            r"|can't reach database|MongoNetworkError|server selection timed out",
            True,
        ),
        Pattern(
            "connections_exhausted",
            r"too many (?:clients|connections)|remaining connection slots|(?:connection )?pool (?:exhausted|timeout|is full)|P2024",
            True,
        ),
        Pattern("deadlock", r"deadlock|lock wait timeout|could not serialize access|WriteConflict", True),
        Pattern("slow_query", r"slow query|duration: (?P<took>\d+(?:\.\d+)? ms)", True, durations=("took",)),
        Pattern("statement_timeout", r"statement timeout|canceling statement|query (?:timed out|timeout)|maxTimeMS", True),
        Pattern("constraint", r"duplicate key|violates \w+(?: \w+)? constraint|E11000|P2002", True),
        Pattern("storage", r"no space left on device|disk (?:is )?full|could not extend file", True),
    ),
    "rate_limits": (
        Pattern("rate_limit_near", r"rate limit approaching: (?P<percentage>\d{1,3}(?:\.\d+)?)%", True, numbers=("percentage",)),
        Pattern("rate_limited", r"too many requests|rate[ _-]?limit(?:ed|ing)?\b[^\n]{0,30}?\b(?:exceeded|hit|reached)|rate[-_]limited|throttled", True),
        Pattern("status_429", _REQUEST + r"429\b(?! ?m?s\b)|\b(?:status|code|returned)[\"']?[ :=]{1,3}429\b", kind="path"),
    ),
    "security": (
        Pattern(
            "authentication_failed",
            r"(?:authentication|login|log-in|sign-?in|password|credentials)[^\n]{0,40}?\b(?:fail(?:ed|ure|s)?|invalid|incorrect|wrong|rejected|mismatch)\b"
            r"|\b(?:failed|invalid|incorrect|wrong)\b[^\n]{0,30}?\b(?:login|log-in|sign-?in|password|credentials|authentication)\b",
            True,
        ),
        Pattern(
            "token_refused",
            r"(?:invalid|expired|malformed|revoked) (?:access |refresh |api |auth |id )?(?:token|jwt|key)\b"
            r"|jwt (?:expired|malformed)|TokenExpiredError|JsonWebTokenError",
            True,
        ),
        Pattern("unauthorised", r"unauthori[sz]ed|forbidden|access denied|permission denied|not authori[sz]ed", True),
        Pattern("status_401_403", _REQUEST + r"(?P<status>40[13])\b(?! ?m?s\b)", kind="path", counts=("path", "status"), near=r" 40[13]\b(?! ?m?s\b)"),
        Pattern(
            "signature_failed",
            r"(?:signature|hmac)[^\n]{0,60}?\b(?:fail(?:ed|ure|s)?|invalid|mismatch|missing|rejected|does not match)\b"
            r"|\b(?:invalid|missing|wrong|bad|unverified)\b[^\n]{0,20}?\b(?:signature|hmac)\b|no signatures found",
            True,
        ),
        Pattern("attack", r"sql injection|union(?: all)? select|<script|\.\./\.\./|/etc/passwd|xp_cmdshell|\$\{jndi:", True),
        Pattern("security_word", r"security|auth", True),
    ),
}
PACKS: dict[str, tuple[Pattern, ...]] = {pack: tuple(dataclasses.replace(pattern, pack=pack) for pattern in patterns) for pack, patterns in _PACKS.items()}
