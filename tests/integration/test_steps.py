# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that run on the controller alone refuse an option that they do not know: a misspelt one would be a wish unheard."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
import yaml

pytestmark = pytest.mark.every_pair
ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("step", "options"),
    [
        ("guard", {"verb": "rollback", "ledgr": "required"}),
        ("release_scope", {"scop": {}}),
        ("release_saga", {"scop": {}}),
        ("release_record", {"scope": {}, "sagas": {}}),
        ("summary", {"records": {}}),
        ("check_record", {"step": ["verify"]}),
        ("migration_record", {"record": {}}),
        ("backup_record", {"record": {}}),
        ("restore_saga", {"sagas": {}}),
        ("restore_record", {"record": {}}),
        ("drill_saga", {"sagas": {}}),
        ("drill_record", {"record": {}}),
        ("maintenance_record", {"states": "on"}),
        ("report_make", {"periods": "week"}),
        ("scheduled_due", {"tags": ["daily"]}),
        ("scheduled_note", {"items": {}}),
        ("scheduled_record", {"items": {}}),
        ("scheduled_turn", {"itm": {}}),
        ("init_record", {"stop": {}}),
        ("rehearsal", {"verbs": "rollback"}),
    ],
)
def test_an_unknown_option_is_refused(tmp_path: pathlib.Path, step: str, options: dict[str, object]) -> None:
    task = {"name": "A step", f"saasops.runbooks.{step}": options}
    playbook = tmp_path / "step.yml"
    playbook.write_text(yaml.safe_dump([{"name": "A play", "hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), str(playbook)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert f"Invalid options for saasops.runbooks.{step}: {', '.join(set(options) - {'verb', 'scope'})}" in done.stdout + done.stderr
