# SPDX-License-Identifier: GPL-3.0-or-later
"""The same calls as a playbook of ``ansible.builtin.uri`` tasks: one task for each call, all components of a step side by side."""

from __future__ import annotations

import json
import pathlib
import typing as t

from tests.bench.calls import Call, Chains, Json, origins


def write(folder: pathlib.Path, run: Json, wanted: dict[str, Chains]) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes playbook and inventory, and returns their paths.

    What components share (documents, headers) is written once; a component's own values are its host variables, as a person would
    write them. JSON is YAML, and quicker to read.
    """
    documents: dict[str, str] = {}
    hosts: dict[str, Json] = {}
    plays = []
    for number, (step, chains) in enumerate(wanted.items()):
        for component, chain in chains.items():
            hosts.setdefault(component, {})[f"step_{number}"] = [_variables(call, documents) for call in chain]
        plays.append(
            {
                "name": step,
                "hosts": list(chains),
                "gather_facts": False,
                "connection": "local",
                "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
                "tasks": [_task(number, index, chains) for index in range(max(len(chain) for chain in chains.values()))],
            }
        )
    shared = {"documents": documents, "origins": {name: vendor["origin"] for name, vendor in origins(run).items()}}
    shared["headers"] = {name: vendor["headers"] for name, vendor in origins(run).items()}
    playbook, inventory = folder / "uri.yml", folder / "uri_inventory.yml"
    playbook.write_text(json.dumps(plays), encoding="utf-8")
    inventory.write_text(json.dumps({"all": {"vars": shared, "hosts": hosts}}), encoding="utf-8")
    return playbook, inventory


def _variables(call: Call, documents: dict[str, str]) -> Json:
    values: Json = {"url": f"{{{{ origins.{call.vendor} }}}}{call.path}", "vendor": call.vendor, "method": call.method, "status": call.status}
    if isinstance(call.body, dict) and "query" in call.body:
        name = call.body.get("operationName") or call.operation.split()[0]
        documents[name] = call.body["query"]
        values["body"] = {**call.body, "query": f"{{{{ documents.{name} }}}}"}
    elif call.body is not None:
        values["body"] = call.body
    return values


def _task(number: int, index: int, chains: Chains) -> Json:
    here = f"step_{number}[{index}]"
    task: Json = {
        "name": f"call {index + 1}",
        "ansible.builtin.uri": {
            "url": f"{{{{ {here}.url }}}}",
            "method": f"{{{{ {here}.method }}}}",
            "headers": f"{{{{ headers[{here}.vendor] }}}}",
            "body": f"{{{{ {here}.body | default(omit) }}}}",
            "body_format": f"{{{{ 'json' if {here}.body is defined else omit }}}}",
            "status_code": f"{{{{ {here}.status }}}}",
            "return_content": True,
        },
        "register": "answer",
    }
    lengths: t.Iterable[int] = (len(chain) for chain in chains.values())
    return task if min(lengths) > index else {**task, "when": f"step_{number} | length > {index}"}
