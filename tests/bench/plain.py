# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor: the same calls by plain Python, one kept session for each vendor, components of one step side by side in threads.

Run as a script of its own, so that the start of Python and the import of requests count, as they do for a playbook.
"""

from __future__ import annotations

import concurrent.futures
import json
import sys
import time
import typing as t

import requests


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    sessions = {}
    for name, vendor in plan["origins"].items():
        sessions[name] = requests.Session()
        sessions[name].headers.update(vendor["headers"])
        sessions[name].mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=plan["threads"]))

    def follow(chain: list[dict[str, t.Any]]) -> None:
        for call in chain:
            time.sleep(call["pause"])
            vendor = call["vendor"]
            answer = sessions[vendor].request(call["method"], plan["origins"][vendor]["origin"] + call["path"], json=call["body"], timeout=30)
            if answer.status_code != call["status"]:
                raise SystemExit(f"{call['method']} {call['path']} answered {answer.status_code} instead of {call['status']}: {answer.text[:300]}")
            if answer.content:
                answer.json()

    with concurrent.futures.ThreadPoolExecutor(plan["threads"]) as threads:
        for step in plan["steps"]:
            list(threads.map(follow, step))


if __name__ == "__main__":
    main()
