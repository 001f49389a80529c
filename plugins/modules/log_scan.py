#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module log_scan."""

from __future__ import annotations

DOCUMENTATION = r"""
module: log_scan
short_description: Count what logs say, and judge it
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Looks files, the output of a command, or lines of the vendors' log modules through for patterns, and counts how many lines fit, when, of which
    kinds, and what they measure.
  - Never fails because of what a log says, or because a log cannot be read. Look at RV(verdict). What was not seen is never taken for nothing. A log
    that is missing, damaged, silent or too short gives V(inconclusive) or V(error), and RV(patterns) then has a C(count) of V(null).
  - Returns no line unless O(samples) asks for some. Everywhere else numbers, ids, addresses of mail and of the network, and whatever looks like a
    secret are replaced. Names of people are not recognised.
notes:
  - Asks nobody over the network. O(command) may, and has to be one that only reads, since it runs in check mode too.
  - Memory does not grow with a log. Of a line 64 KiB are looked at. A gzip file is known by its content. Bytes that are no UTF-8 read as U+FFFD.
  - A plain file is read as far as it reached when it was opened. One that is replaced meanwhile is read on under its name.
  - Of kinds and values the 500 most frequent are kept. A C(count) of them may be too low by C(top_missed) or C(missed), which is 0 as long as there were
    at most 1000. Percentiles are within 1 per cent. Rolling windows are exact to a millisecond up to 20000 moments, and V(inconclusive) where they then
    cannot tell.
  - A pattern is given up when it computes for more than two seconds on 256 KiB. A pattern is tried only on lines that hold a text of it, where it has one
    of three bytes or more, so one that begins with such a text is much faster than one of classes alone.
extends_documentation_fragment:
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_all
options:
  files:
    description:
      - Paths of files, or patterns for paths such as V(/var/log/app.log*), which take in the rotated ones.
    type: list
    elements: str
    default: []
  command:
    description:
      - A command and its arguments, whose standard output is looked through. No shell sees it. It shows in outputs, so give no secret.
      - It has to end with status 0 before O(deadline), else what it said counts as a part.
    type: list
    elements: str
  lines:
    description:
      - Texts, or rows as M(saasops.runbooks.railway_log_info), M(saasops.runbooks.vercel_log_info) and M(saasops.runbooks.convex_log_info) return them.
      - A row reads as C(level=error the message), a request as C(GET /path 500 120). They are kept out of every output.
    type: list
    elements: raw
  lines_complete:
    description:
      - Whether O(lines) are all that there were. For example V(not log.more).
    type: bool
    default: true
  when_silent:
    description:
      - What it means when there is no line at all, or none since O(since). V(pass) is right where a vendor has left out what is well, as with a filter
        for errors.
    type: str
    choices: [inconclusive, pass]
    default: inconclusive
  packs:
    description:
      - Patterns that are there already. RV(patterns) has their names.
    type: list
    elements: str
    choices: [errors, payments, webhooks, database, rate_limits, security]
    default: []
  patterns:
    description:
      - Patterns of your own.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name, of small letters, digits and underscores.
        type: str
        required: true
      regex:
        description:
          - A regular expression as Python has them, for a line without its end. Classes such as V(\\d) mean ASCII.
          - A line counts once. Groups take what they find first in it.
        type: str
        required: true
      ignore_case:
        description: Whether A is a. Of letters of ASCII alone.
        type: bool
        default: false
      unless:
        description: A regular expression. Lines that it fits too do not count.
        type: str
      kind:
        description: The named group that tells kinds of lines apart. When not set, the whole line.
        type: str
      counts:
        description: Named groups whose values are counted.
        type: list
        elements: str
      numbers:
        description: Named groups that are numbers, whose sum and percentiles are taken.
        type: list
        elements: str
      durations:
        description: Named groups that are lengths of time, such as C(120ms) or C(1.5 s). They become seconds.
        type: list
        elements: str
      duration_unit:
        description: The unit of a duration that has none.
        type: str
        choices: [ns, us, ms, s]
        default: ms
  limits:
    description:
      - How many lines are too many.
    type: list
    elements: dict
    default: []
    suboptions:
      pattern:
        description: Name of the pattern.
        type: str
        required: true
      most:
        description: So many are still good.
        type: int
        required: true
      within:
        description: In any window of this length, wherever it begins, such as V(5m). When not set, in all.
        type: str
  time:
    description:
      - How lines of files and commands, and handed in texts, say when they were written. A line that does not say so belongs to the one before it.
    type: dict
    suboptions:
      format:
        description:
          - V(iso) is like C(2026-11-21T14:00:00.123Z), with a space too; V(epoch) seconds; V(epoch_ms) milliseconds; V(syslog) C(Nov 21 14:00:00),
            of the last such day; V(clf) C([21/Nov/2026:14:00:00 +0000]) of web servers. V(none) looks for no time.
        type: str
        choices: [iso, epoch, epoch_ms, syslog, clf, none]
        default: iso
      after:
        description: The text after which it stands. When not set, it begins the line, for V(clf) anywhere.
        type: str
      zone:
        description: The zone of times without one. V(UTC), an offset such as V(+04:00), or a name such as V(Asia/Dubai).
        type: str
        default: UTC
  since:
    description:
      - Only lines since then. A length of time ago, such as V(1h), or a time such as V(2026-11-21T14:00:00Z).
    type: str
  until:
    description:
      - Only lines before that, written as O(since).
    type: str
  interval:
    description:
      - Count in windows of this length too, such as V(1h). Windows begin at whole multiples of it since the epoch. When there would be more than 500,
        they are twice as long, again and again.
    type: str
  top:
    description:
      - The most kinds of lines to tell of each pattern, up to 100.
    type: int
    default: 10
  samples:
    description:
      - The most lines to show of each pattern, up to 200, the last ones. Secrets, addresses and ids are masked as far as rules know them.
    type: int
    default: 0
  count_lines:
    description:
      - Whether to count all lines. Without, RV(lines) is V(null), and a large file with few hits is looked through in about half the time.
    type: bool
    default: true
  deadline:
    description:
      - Time that reading may take. What is not read by then counts as not seen.
    type: str
    default: 5m
seealso:
  - module: saasops.runbooks.railway_log_info
  - module: saasops.runbooks.vercel_log_info
  - module: saasops.runbooks.convex_log_info
"""

EXAMPLES = r"""
- name: Find the most common errors of the last hour
  saasops.runbooks.log_scan:
    files: [/var/log/app.log*]
    packs: [errors]
    since: 1h
    top: 10

- name: Put a log there to look through
  ansible.builtin.copy:
    dest: "{{ backup_folder }}/app.log"
    content: |
      2026-11-21T14:00:00Z ✅ Webhook processed successfully: orders/paid
      2026-11-21T14:00:09Z ❌ API error: /memberships returned 503
      2026-11-21T14:01:00Z ❌ payment failed: card_declined
    mode: "0600"

- name: Have more than three payments failed within five minutes
  saasops.runbooks.log_scan:
    files: ["{{ backup_folder }}/app.log"]
    packs: [payments]
    limits:
      - pattern: payment_failed
        most: 3
        within: 5m
  register: payments
  failed_when: payments.verdict != 'pass'

- name: Read what Railway has
  saasops.runbooks.railway_log_info:
    service: api
    since: 1h
  register: log

- name: Look it through for what is a matter of security
  saasops.runbooks.log_scan:
    lines: "{{ log.logs }}"
    lines_complete: "{{ not log.more }}"
    packs: [security]
    limits:
      - pattern: authentication_failed
        most: 20

- name: Measure how long webhooks took
  saasops.runbooks.log_scan:
    command: [tail, -n, "1000", "{{ backup_folder }}/app.log"]
    patterns:
      - name: took
        regex: 'webhook (?P<type>\S+) processed in (?P<took>\d+ ?ms)'
        counts: [type]
        durations: [took]
"""

RETURN = r"""
verdict:
  description:
    - The worst of RV(limits). V(error) when nothing could be read. Without O(limits) V(null), or V(inconclusive) when RV(complete) is false.
  returned: success
  type: str
  sample: fail
reason:
  description: Why it is so. Empty when it is good.
  returned: success
  type: str
  sample: 'payment_failed: 4 lines, at most 3 are good'
complete:
  description: Whether nothing can have been missed. Every source was read whole, had lines, and reached back to O(since).
  returned: success
  type: bool
lines:
  description: How many lines there were; V(null) when they were not counted.
  returned: success
  type: int
window:
  description: C(since) and C(until) as they were asked for, C(first_at) and C(last_at) of the lines that there were; seconds since the epoch.
  returned: success
  type: dict
sources:
  description: What was read.
  returned: success
  type: list
  elements: dict
  contains:
    kind: {description: 'V(file), V(command) or V(lines).', type: str}
    name: {description: The file or the first word of the command., type: str}
    state: {description: 'V(read), V(partly), V(missing) or V(unreadable).', type: str}
    reason: {description: Why it is not V(read)., type: str}
    lines: {description: 'Its lines; V(null) when they were not counted.', type: int}
    bytes: {description: 'Its bytes, unpacked; V(null) for O(lines).', type: int}
    cut: {description: Lines that were too long to be looked at whole., type: int}
    first_at: {description: Moment of its first line that has one., type: float}
    last_at: {description: Moment of its last line., type: float}
limits:
  description: Each of O(limits) with what was found.
  returned: success
  type: list
  elements: dict
  contains:
    pattern: {description: The pattern., type: str}
    most: {description: So many are good., type: int}
    within: {description: Length of the window in seconds., type: float}
    found: {description: 'So many were found, in the fullest window.', type: int}
    at: {description: 'When that window begins, or the first line.', type: float}
    verdict: {description: 'V(pass), V(fail) or V(inconclusive).', type: str}
    reason: {description: Why it is not V(pass)., type: str}
patterns:
  description: What was found, by the pattern's name.
  returned: success
  type: dict
  contains:
    count: {description: 'How many lines fit; V(null) when that is not known, since something was not seen.', type: int}
    seen: {description: How many were seen. There may be more when C(count) is V(null)., type: int}
    untimed: {description: 'How many fit without a moment; with O(since) or O(until) they are not in C(seen).', type: int}
    given_up: {description: Whether the pattern took too long., type: bool}
    first_at: {description: Moment of the first one., type: float}
    last_at: {description: Moment of the last one., type: float}
    top:
      description: The most frequent kinds, each with C(fingerprint), C(count), C(first_at) and C(last_at).
      type: list
      elements: dict
    top_missed: {description: By so much a C(count) of them may be too low., type: int}
    windows: {description: 'With O(interval), each window that has lines, with C(at) and C(count).', type: list, elements: dict}
    window_seconds: {description: Their length., type: float}
    fields: {description: 'By the group, C(values) with C(value) and C(count), how many C(more) there are, and C(missed) as above.', type: dict}
    numbers: {description: 'By the group, C(count), C(unread), C(sum), C(min), C(max), C(p50), C(p90), C(p95) and C(p99).', type: dict}
    durations: {description: 'The same of durations, in seconds.', type: dict}
    samples: {description: 'With O(samples), lines with C(at) and C(text).', type: list, elements: dict}
    name: {description: Its name., type: str}
    pack: {description: Its pack., type: str}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.log_scan import SCAN_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": {**SCAN_ARGUMENTS}, "supports_check_mode": True}
# Logs hold what nobody should read twice; see run_module.
HIDDEN = ("lines",)


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()
