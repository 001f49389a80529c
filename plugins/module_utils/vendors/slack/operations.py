# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Every call that the collection makes to Slack's Web API. Incoming webhooks are addresses of their own, in no document."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

POST = Operation(
    "post_message",
    path="/chat.postMessage",
    body=("channel", "client_msg_id", "link_names", "mrkdwn", "reply_broadcast", "text", "thread_ts", "unfurl_links", "unfurl_media"),
    changes=True,
)
UPDATE = Operation("update_message", path="/chat.update", body=("channel", "text", "ts"), changes=True)
WEBHOOK = Operation("post_to_webhook", changes=True)
OPERATIONS = table(POST, UPDATE)
