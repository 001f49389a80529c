# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts, for every host, the tasks that Ansible started a worker for; ``BENCH_HOST_TASKS`` names the file to write."""

from __future__ import annotations

import collections
import json
import os
import pathlib
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: host_tasks
type: aggregate
short_description: counts the tasks of each host
description: For measurements only.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "host_tasks"

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._count: collections.Counter[str] = collections.Counter()

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        self._count[host.get_name()] += 1

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        pathlib.Path(os.environ["BENCH_HOST_TASKS"]).write_text(json.dumps(self._count), encoding="utf-8")
