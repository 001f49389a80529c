# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Makes the report of a time out of the ledger, and writes it down."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, folders
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils import report_data, report_pages
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.together import TogetherAction


class ActionModule(TogetherAction):
    _VALID_ARGS = frozenset({"period", "html", "folder", "name"})

    def together(self, run: dict[str, t.Any], components: Components, ledger_url: str | None) -> dict[str, t.Any]:
        ledger = runs.open_store(run, ledger_url)
        if ledger is None:
            raise refuse("there is no ledger yet, and a report is made of nothing else", "Run health or scheduled first", "ledger")
        period, first = self._task.args["period"], components.names[0]
        links, contacts = (components.variable(first, name) or {} for name in ("saasops_links", "saasops_contacts"))
        at = clock.now()
        gathered = report_data.gather(ledger, at, report_data.begins(ledger, period, at), links, contacts)
        # Plain values: Ansible warns of names as a database has them.
        data = json.loads(json.dumps(gathered))
        made = {"json": json.dumps(data, indent=1) + "\n", "md": report_pages.markdown(run, data)}
        if boolean(self._task.args.get("html", False)):
            made["html"] = report_pages.page(run, data)
        own = folders.state_folder() / run["environment"].replace("/", "-") / run["id"]
        folder, name = pathlib.Path(self._task.args.get("folder") or own).expanduser(), self._task.args.get("name") or "report"
        files = {} if run["check_mode"] else {kind: self._write(folder / f"{name}.{kind}", text) for kind, text in made.items()}
        screen = Screen(run["banner"], run["system"], f"REPORT of the {period} - {len(data['bad'])} of {data['checks']} not well", run["id"])
        for one in data["bad"]:
            screen.facts.append((one["component"] or run["system"], f"{report_pages.WORDS[one['verdict']]}  {one['name']}, {one['times']} times"))
        screen.lines = [f"{len(data['runs'])} scheduled runs, {len(data['events'])} events, {len(data['trends'])} trends", *files.values()]
        return {"word": "done", "report": data, "files": files, "screen": dataclasses.asdict(screen)}

    def _write(self, path: pathlib.Path, text: str) -> str:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise refuse(f"{path} cannot be written: {error.strerror}", "Give report_folder as a folder that you may write to", "file") from error
        return str(path)
