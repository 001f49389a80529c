# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand endpoints in one task of http_probe, beside a plain threaded script, and beside a loop of ``ansible.builtin.uri``.

All ask each endpoint once, read its JSON and compare its status. The script has as many threads as the module, and one session for all. A
loop takes the same time for each endpoint, so that it is measured with fewer and counted up.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile

from ansible_collections.saasops.runbooks.plugins.module_utils.core.probing import MOST_THREADS
from tests.bench import measure
from tests.bench.measure import BenchError, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

ENDPOINTS, LOOPED = 1000, 40
# What each endpoint takes to answer, in milliseconds.
ANSWER_MS = 50
PLAIN = """
import concurrent.futures, json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=given["threads"]))
def ask(endpoint):
    answer = session.get(endpoint["url"], timeout=10, allow_redirects=False)
    return answer.status_code == 200 and answer.json()["status"] == "ok"
with concurrent.futures.ThreadPoolExecutor(given["threads"]) as threads:
    found = list(threads.map(ask, given["endpoints"]))
print(sum(found), "of", len(found))
"""


def thousand(sandbox: Sandbox, rounds: int, endpoints: int = ENDPOINTS) -> Table:
    sandbox.scenario("healthy")
    sandbox.patch("app", slow_ms=ANSWER_MS)
    before = measure.load()
    samples: dict[str, list[Sample]] = {"plain script": [], "http_probe": [], f"loop of uri ({LOOPED})": [], "empty playbook": []}
    script, ours, loop, empty = samples.values()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        asked = [{"name": f"{number}", "url": f"{sandbox.run['components']['app']['url']}/{number}"} for number in range(endpoints)]
        given = world.folder / "given.json"
        given.write_text(json.dumps({"threads": MOST_THREADS, "endpoints": asked}), encoding="utf-8")
        plain = world.folder / "plain.py"
        plain.write_text(PLAIN, encoding="utf-8")
        well = "probed.endpoints | selectattr('verdict', 'eq', 'pass') | length"
        probe = {"saasops.runbooks.http_probe": {"endpoints": "{{ endpoints }}", "in_a_row": 1}, "register": "probed", "failed_when": f"{well} != {endpoints}"}
        uri = {"ansible.builtin.uri": {"url": "{{ item.url }}"}, "loop": f"{{{{ endpoints[:{LOOPED}] }}}}", "loop_control": {"label": "{{ item.name }}"}}
        plays = {name: _playbook(world.folder / f"{name}.yml", tasks) for name, tasks in {"probe": [probe], "uri": [uri], "empty": []}.items()}
        for _round in range(rounds):
            script.append(measure.run([sys.executable, str(plain), str(given)], world.environment(), world.folder))
            for name, found in (("probe", ours), ("uri", loop), ("empty", empty)):
                command = ["ansible-playbook", str(plays[name]), "-i", "localhost,", "-e", f"@{given}"]
                found.append(measure.run(command, world.environment(), world.folder))
            # The playbook would have failed.
            if f"{endpoints} of {endpoints}" not in script[-1].output:
                raise BenchError(f"not all endpoints were well:\n{script[-1].output[-2000:]}")
    looped = [(sample.wall - without.wall) / LOOPED * endpoints for sample, without in zip(loop, empty, strict=True)]
    against = [sample.wall / floor.wall for sample, floor in zip(ours, script, strict=True)]
    bare = [(sample.wall - without.wall) / floor.wall for sample, without, floor in zip(ours, empty, script, strict=True)]
    return Table(
        f"{endpoints} endpoints that answer in {ANSWER_MS} ms, each asked once, {MOST_THREADS} at a time: medians of {rounds} rounds, load {before} to "
        f"{measure.load()}; the loop counted up from {LOOPED}",
        ["way", "seconds", "CPU seconds"],
        [Row(name, [f"{median(one.wall for one in found):.2f}", f"{median(one.cpu for one in found):.2f}"]) for name, found in samples.items()],
        [
            ratio("http_probe, its playbook included / plain script", median(against), 1.3),
            ratio("the same without what an empty playbook takes", median(bare), None),
            ratio("loop of uri / http_probe", median(one / sample.wall for one, sample in zip(looped, ours, strict=True)), 20.0, at_least=True),
        ],
    )


def _playbook(path: pathlib.Path, tasks: list[dict[str, object]]) -> pathlib.Path:
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}
    path.write_text(json.dumps([{**play, "tasks": [{"name": f"task {number}", **task} for number, task in enumerate(tasks)]}]), encoding="utf-8")
    return path
