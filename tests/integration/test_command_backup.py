# SPDX-License-Identifier: GPL-3.0-or-later
"""An application's own export as a part of a set, and the command that takes it back."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from tests.integration.backup_fixtures import Room, Spoilt
from tests.integration.tasks import Json

# Exports a file beside it, and takes one back whole or not at all, as an application's own script does.
SCRIPT = """
import json, os, pathlib, sys
store = pathlib.Path(__file__).parent / "members.json"
if sys.argv[1] == "export":
    sys.stdout.write(store.read_text())
elif sys.argv[1] == "import":
    members = json.load(sys.stdin)
    store.write_text(json.dumps(members))
elif sys.argv[1] == "half":
    sys.stdout.write(store.read_text()[:10])
    sys.stdout.flush()
    sys.exit("the database is gone: " + os.environ.get("MEMBERS_TOKEN", "no token"))
elif sys.argv[1] == "hang":
    import time
    time.sleep(600)
"""
TOKEN = "command-backup-5Zk8Wq3Tn7Xm2Vd9Rb"
Member = t.Callable[..., Room]


@pytest.fixture
def shop(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "members.json").write_text(json.dumps({"members": [{"id": number} for number in range(7)]}), encoding="utf-8")
    return tmp_path


def room(shop: pathlib.Path, word: str = "export", vendor: str = "other", **more: t.Any) -> Room:
    said = {"argv": [sys.executable, "script.py", word], "restore": [sys.executable, "script.py", "import"], "file": "members.json", **more}
    component = {"name": "membership", "component_vendor": vendor, "component_folder": str(shop)}
    return Room({**component, "component_backup": {"command": said}}, allow="destroy")


def test_an_export_is_kept_counted_and_taken_back(shop: pathlib.Path) -> None:
    one = room(shop, count="members")
    stored = one.store()
    whole = (shop / "members.json").read_text()
    assert (stored.row["name"], stored.content.decode(), stored.told.counts) == ("membership/members.json", whole, {"records": 7})
    assert room(shop).store().told.counts == {"lines": 1}
    (shop / "members.json").write_text('{"members": []}')
    assert one.look(stored, "in_place").counts == {"records": 0}
    one.put(stored, "in_place", check=True)
    assert one.look(stored, "in_place").counts == {"records": 0}
    one.put(stored, "in_place")
    assert one.changes == ["restore_in_place"]
    assert (shop / "members.json").read_text() == whole
    assert one.look(stored, "in_place").counts == {"records": 7}


def test_what_is_not_whole_is_no_export(shop: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_TOKEN", TOKEN)
    with pytest.raises(Failure, match="ended with 1: the database is gone: \\*") as failed:
        room(shop, "half", pass_environment=["MEMBERS_TOKEN"]).store()
    assert TOKEN not in str(failed.value)
    with pytest.raises(Failure, match="the database is gone: no token"):
        room(shop, "half").store()
    with pytest.raises(Failure, match="ended well and wrote nothing"):
        room(shop, "nothing").store()
    with pytest.raises(Failure, match="had not ended when the time for it was over"):
        room(shop, "hang", timeout="0.5s").store()
    with pytest.raises(Failure, match="nothing that can be counted"):
        room(shop, count="members[0].name").store()


def test_what_was_damaged_in_the_repository_is_not_taken_back(shop: pathlib.Path) -> None:
    one = room(shop)
    stored = one.store()
    (shop / "members.json").write_text('{"members": [1]}')
    with pytest.raises(Failure, match="its SHA-256 is another one"):
        one.put(stored, "in_place", content=Spoilt(stored.content))
    assert (shop / "members.json").read_text() == '{"members": [1]}'


@pytest.mark.parametrize("mode", ["beside", "disposable"])
def test_only_the_application_knows_where_it_belongs(shop: pathlib.Path, mode: t.Any) -> None:
    one = room(shop)
    stored = one.store()
    with pytest.raises(Failure, match=f"cannot be put {mode}"):
        one.put(stored, mode, "copy")
    with pytest.raises(Failure, match="takes back the whole"):
        one.put(stored, "in_place", only=["members"])
    with pytest.raises(Failure, match="needs saasops_allow: destroy"):
        Room(one.component).put(stored, "in_place")
    with pytest.raises(Failure, match="declares no command that takes its export back"):
        room(shop, restore=[]).put(stored, "in_place")
    with pytest.raises(Failure, match="declares no command that takes its export back"):
        room(shop, restore=[]).admit(stored, "in_place")
    one.admit(stored, "in_place")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"argv": "npm run backup"}, "Give a list"),
        ({"argv": []}, "Give a list"),
        ({"argv": ["there-is-no-such-program"]}, "which is not there"),
        ({"argv": ["true"], "restore": ["there-is-no-such-program"]}, "which is not there"),
        ({"argv": ["true"], "folder": "/nowhere"}, "which is not there"),
        ({"argv": ["true"], "file": "../elsewhere"}, "Give a name such as membership.json"),
        ({"argv": ["true"], "output": "x"}, "It may say argv, count"),
        ({"argv": ["true"], "count": "members["}, "is not JMESPath"),
        ({"argv": ["true"], "pass_environment": ["NOT_SET_ANYWHERE"]}, "NOT_SET_ANYWHERE is not set"),
        ({"argv": ["true"], "timeout": "soon"}, "timeout is 'soon'"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_runs(shop: pathlib.Path, said: Json, words: str) -> None:
    one = Room({"component_vendor": "other", "component_folder": str(shop), "component_backup": {"command": said}})
    with pytest.raises(Failure) as refused:
        rooms.parts(one.task(), one.component)
    assert words in str(refused.value)


def test_a_component_may_be_left_out_and_a_slip_of_the_pen_is_told(shop: pathlib.Path) -> None:
    def parts(declared: t.Any, vendor: str = "other") -> list[str]:
        one = Room({"component_vendor": vendor, "component_backup": declared})
        return [part.name for part in rooms.parts(one.task(), one.component)]

    assert parts(False, "postgres") == []
    assert parts(None) == []
    assert parts(None, "postgres") == ["database/postgres.dump"]
    assert parts({"command": {"argv": ["true"]}}, "redis") == ["database/redis.rdb", "database/export"]
    with pytest.raises(Failure, match="Did you mean command"):
        parts({"comand": {"argv": ["true"]}})
