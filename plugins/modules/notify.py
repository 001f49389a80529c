#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module notify."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notify
short_description: Tell people by Slack, mail, PagerDuty, an HTTP call or a status page
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Tells each of O(routes) that takes this severity, all side by side, and remembers in the ledger who was told what.
  - The same O(fingerprint) is not told again within O(window), unless its severity has changed; that it is over is told once, to those who
    were told that it began.
  - Never fails because a route cannot be used or does not answer. Look at RV(routes), or show RV(told).
notes:
  - A message may arrive twice, when an answer is lost or the sender is killed, and is not lost. PagerDuty knows it by its key and takes it
    once; Slack is given a C(client_msg_id), HTTP an C(Idempotency-Key), mail the same C(Message-ID).
  - A notification takes no lease, is not held back by C(saasops_allow), and works without a ledger, which then cannot keep it from being told twice.
  - Texts are sent as they are, and nothing in them is a template or calls anybody. On a status page, which strangers read, only the fixed
    texts of the route are shown.
  - Secrets go to their own host only, over TLS; plain C(http), and mail without TLS, are accepted for loopback alone.
extends_documentation_fragment:
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_ledger
attributes:
  idempotent:
    support: partial
    details: A message with O(always), and a test, are sent each time.
options:
  do:
    description:
      - V(tell) tells this message. V(digest) sends what the routes were not told since the last digest, in one message for each.
      - V(who) sends nothing and says who would be told of each severity. V(test) sends a message that is marked as a test to each route; a
        pager is called off at once, and of a status page only the key is tried.
    type: str
    choices: [tell, digest, who, test]
    default: tell
  title:
    description:
      - What it is about, in one line. Needed to V(tell).
    type: str
  text:
    description:
      - The rest of it.
    type: str
    default: ""
  severity:
    description:
      - How bad it is. V(critical) goes through quiet hours, and is never held for a digest. Needed to V(tell).
    type: str
    choices: [critical, error, warning, info]
  fingerprint:
    description:
      - What messages about the same thing have in common, such as C(health/api). When not set, the title.
    type: str
  resolved:
    description:
      - It is over. Told to the routes that were told that it began, whatever their severities are.
    type: bool
    default: false
  acknowledged:
    description:
      - Somebody is at it.
    type: bool
    default: false
  always:
    description:
      - Tell it although the same was told a moment ago, for what has happened once more, and is no state that lasts.
    type: bool
    default: false
  routes:
    description:
      - Whom to tell. Each has a C(name) of its own, a C(kind), the C(severities) that it takes, and those that it collects for the C(digest).
      - V(slack) takes a C(token) of a bot and a C(channel), or a C(webhook_url) (E(SLACK_BOT_TOKEN), E(SLACK_WEBHOOK_URL)).
      - V(mail) takes C(host), C(port), C(tls) (V(starttls), V(tls), or V(none) for loopback), C(username), C(password) (E(SMTP_PASSWORD)), C(from), C(to).
      - V(pagerduty) takes the C(routing_key) of an Events API v2 integration (E(PAGERDUTY_ROUTING_KEY)).
      - V(http) takes an C(url) that gets a POST of JSON, C(fields) that are added to it, a C(token), its C(header), and other C(headers).
      - V(statuspage) takes C(page), C(api_key) (E(STATUSPAGE_API_KEY)), C(components) with the status that each gets, C(title), C(texts) for
        V(raised), V(acknowledged) and V(resolved), and C(tell_subscribers).
      - C(secret_env) names another environment variable for the secret of a route.
      - When not set, taken from the inventory variable C(notify_routes).
    type: list
    elements: raw
    default: []
  slack_channel:
    description:
      - Without O(routes), tell this channel of everything, as the bot of E(SLACK_BOT_TOKEN).
      - When not set, taken from the inventory variable C(notify_slack_channel).
    type: str
  quiet_hours:
    description:
      - A mapping of C(from), C(to) and C(zone), such as V(22:00), V(07:00) and V(Europe/Berlin). What is not critical then waits for the
        next digest.
      - When not set, taken from the inventory variable C(notify_quiet_hours).
    type: raw
  window:
    description:
      - The same is not told again within so much time. When not set, taken from the inventory variable C(notify_window).
    type: str
    default: 1h
  most_per_hour:
    description:
      - More messages than these wait for the next digest, unless they are critical. When not set, taken from C(notify_most_per_hour).
    type: int
    default: 20
  request_timeout:
    description:
      - Time that one request may take, such as V(5s).
    type: str
    default: 5s
  deadline:
    description:
      - Time that all routes together may take.
    type: str
    default: 30s
requirements:
  - requests
  - SQLAlchemy
"""

EXAMPLES = r"""
- name: Who would be told
  saasops.runbooks.notify:
    do: who
    routes:
      - name: "Slack #incidents"
        kind: slack
        channel: "#incidents"
        token: "{{ vault_slack_token }}"
      - name: on call
        kind: pagerduty
        routing_key: "{{ vault_pagerduty_key }}"

- name: Tell the team that checkout is slow
  saasops.runbooks.notify:
    severity: warning
    title: checkout answers slowly
    text: p95 is 2.1 s, the limit is 0.5 s
    fingerprint: health/checkout
    environment: shop/production
  register: told

- name: Tell them that it is over
  saasops.runbooks.notify:
    severity: warning
    title: checkout is well again
    fingerprint: health/checkout
    resolved: true
    environment: shop/production
"""

RETURN = r"""
told:
  description: Who was told and who was not, in one line for people.
  type: str
  returned: success
  sample: "Told: Slack #incidents. NOT told: status page (no key: neither api_key nor STATUSPAGE_API_KEY is set)"
routes:
  description: Every route and what became of it.
  type: list
  elements: dict
  returned: success
  contains:
    route: {description: Its name., type: str}
    kind: {description: Its kind., type: str}
    state:
      description:
        - V(sent); V(held) for the digest; V(repeated), it was told before; V(not_for), it does not take this severity; V(not_open), it was not told
          that it began; V(failed); V(ready), with O(do=who).
      type: str
    reason: {description: Why., type: str}
    failure: {description: 'What went wrong, for programs; as RV(failure).', type: dict}
who:
  description: The names of the routes that take each severity.
  type: dict
  returned: with O(do=who) and O(do=test)
changes:
  description: The messages that were sent, or would be, as C({vendor, operation, target, sends}).
  type: list
  elements: dict
  returned: always
steps: {description: 'Every request, as C({name, ms, status, request_id}).', type: list, elements: dict, returned: always}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.notify import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import LEDGER_ARGUMENTS

# A route holds secrets beside words that occur everywhere.
HIDDEN = ("routes",)
SPEC: dict[str, Any] = {
    "argument_spec": {
        **LEDGER_ARGUMENTS,
        "do": {"type": "str", "choices": ["tell", "digest", "who", "test"], "default": "tell"},
        "title": {"type": "str"},
        "text": {"type": "str", "default": ""},
        "severity": {"type": "str", "choices": ["critical", "error", "warning", "info"]},
        "fingerprint": {"type": "str"},
        "resolved": {"type": "bool", "default": False},
        "acknowledged": {"type": "bool", "default": False},
        "always": {"type": "bool", "default": False},
        "routes": {"type": "list", "elements": "raw", "default": []},
        "slack_channel": {"type": "str"},
        "quiet_hours": {"type": "raw"},
        "window": {"type": "str", "default": "1h"},
        "most_per_hour": {"type": "int", "default": 20},
        "request_timeout": {"type": "str", "default": "5s"},
        "deadline": {"type": "str", "default": "30s"},
    },
    "required_if": [("do", "tell", ("title", "severity"))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()
