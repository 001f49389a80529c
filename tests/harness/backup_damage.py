# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in which a set of backups is no good although it is there, each made by chance from a seed."""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
import random
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept
from tests.harness.backup_shelf import DAY, HOUR, Content, Json, Shelf
from tests.harness.backup_shop import Shop, moment


@dataclasses.dataclass
class Case:
    """One shelf that is to be damaged: the sets of the days before the newest are on it."""

    rng: random.Random
    shelf: Shelf
    shop: Shop
    now: float
    # Options of the look, where they are what is wrong.
    look: Json = dataclasses.field(default_factory=dict)

    def add(self, contents: t.Sequence[Content] = (), write: t.Callable[[Json], None] = lambda _manifest: None, **facts: t.Any) -> Json:
        """The newest set; ``contents`` stand in place of those of the same name."""
        bent = {one.name: one for one in contents}
        whole = [bent.get(one.name, one) for one in self.shop.newest]
        return self.shelf.add(moment(self.now, 0), whole, write, **facts)

    def one(self) -> Content:
        return self.rng.choice(self.shop.newest)

    def files(self, *folders: str) -> list[pathlib.Path]:
        found = [path for folder in folders for path in sorted((self.shelf.repository / folder).rglob("*")) if path.is_file()]
        return found

    def remembered(self, change: t.Callable[[bytes], bytes]) -> None:
        """Other bytes are stored than those that the manifest tells of."""
        content = self.one()
        data = change(content.data)
        told = content.told

        def write(manifest: Json) -> None:
            part = next(part for part in manifest["parts"] if part["name"] == content.name)
            part.update(bytes=len(content.data), sha256=_sha256(content.data), **told)

        self.add([content.but(data)], write)


@dataclasses.dataclass(frozen=True)
class Way:
    """``found``: checks of which at least one has to tell it."""

    make: t.Callable[[Case], None]
    found: tuple[str, ...]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes_changed(file: pathlib.Path, change: t.Callable[[bytes], bytes]) -> None:
    file.chmod(0o600)
    file.write_bytes(change(file.read_bytes()))


def _flip(rng: random.Random, data: bytes) -> bytes:
    bent = bytearray(data)
    bent[rng.randrange(len(bent))] ^= 1 << rng.randrange(8)
    return bytes(bent)


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(1, len(data))]


# -- what happens to the repository


def truncated_file(case: Case) -> None:
    case.add()
    _bytes_changed(case.rng.choice(case.files("data", "index", "snapshots")), lambda data: _cut(case.rng, data))


def flipped_file(case: Case) -> None:
    case.add()
    _bytes_changed(case.rng.choice(case.files("data", "index", "snapshots")), lambda data: _flip(case.rng, data))


def lost_files(case: Case) -> None:
    case.add()
    files = case.files("data", "index", "snapshots", "keys")
    for file in case.rng.sample(files, min(len(files), case.rng.randint(1, 3))):
        file.unlink()


def lost_repository(case: Case) -> None:
    case.add()
    (case.shelf.repository / "config").unlink()


def swapped_files(case: Case) -> None:
    case.add()
    one, other = case.rng.sample(case.files("snapshots"), 2)
    content = one.read_bytes()
    _bytes_changed(one, lambda _data: other.read_bytes())
    _bytes_changed(other, lambda _data: content)


def wrong_key(case: Case) -> None:
    case.add()
    case.look["password"] = f"another one {case.rng.random()}"


# -- what somebody does to the manifest


def forged_manifest(case: Case) -> None:
    """Another one in place of the one that was written; it tells of a better set, or of another one."""
    told = case.add()
    part = case.rng.choice(told["parts"])
    case.rng.choice(
        [
            lambda: told.update(began=told["began"] + 60, ended=told["ended"] + 60),
            lambda: part.update(bytes=part["bytes"] + 1),
            lambda: told["parts"].remove(part),
            lambda: part.update(moment=part["moment"] + 100),
            lambda: part["counts"].update({"public.users": 1}),
            lambda: told.update(by="somebody else"),
        ]
    )()
    if case.rng.random() < 0.5:
        case.shelf.open().forget([row["snapshot"] for row in kept.rows(case.shelf.store) if row["id"] == told["set"]])
    case.shelf.seal(told, remembered=False)


def forged_set(case: Case) -> None:
    """A set that no run of this ledger has written."""
    told = case.add()
    told.update(set=f"{told['set']}x", began=told["began"] + 60, ended=told["ended"] + 60)
    case.shelf.seal(told, remembered=False)


def lost_manifest(case: Case) -> None:
    told = case.add()
    case.shelf.open().forget([row["snapshot"] for row in kept.rows(case.shelf.store) if row["id"] == told["set"]])


def lost_part(case: Case) -> None:
    told = case.add()
    case.shelf.open().forget([case.rng.choice(told["parts"])["snapshot"]])


def swapped_parts(case: Case) -> None:
    """One part's snapshot stands for another's."""

    def write(manifest: Json) -> None:
        one, other = case.rng.sample(manifest["parts"], 2)
        one["snapshot"], other["snapshot"] = other["snapshot"], one["snapshot"]

    case.add(write=write)


# -- what went wrong while it was made


def truncated_content(case: Case) -> None:
    if case.rng.random() < 0.5:
        case.remembered(lambda data: _cut(case.rng, data))
        return
    content = case.one()
    case.add([content.but(_cut(case.rng, content.data))])


def flipped_content(case: Case) -> None:
    case.remembered(lambda data: _flip(case.rng, data))


def swapped_content(case: Case) -> None:
    """The content of an earlier day, or of another component, under this name."""
    content = case.one()
    others = [one for one in case.shop.newest if one.name != content.name]
    earlier = [one for day in case.shop.days[1:] for one in day if one.name == content.name and one.data != content.data and one.kind == "postgres"]
    case.add([content.but(case.rng.choice([*others, *earlier]).data)])


def missing_table(case: Case) -> None:
    case.add([case.shop.bent[case.rng.choice(["missing table", "missing rows"])]["database/postgres.dump"]])


def lost_data(case: Case) -> None:
    """Somebody has deleted it before: the backup is right, and the data are gone."""
    case.add([case.shop.bent["lost data"]["database/postgres.dump"]])


def old_schema(case: Case) -> None:
    case.add([case.shop.bent["old schema"]["database/postgres.dump"]])


def doubled_rows(case: Case) -> None:
    case.add([case.rng.choice(list(case.shop.bent["doubled"].values()))])


def stale_watermark(case: Case) -> None:
    newest = case.shop.newest[0]
    earlier = case.shop.days[case.rng.randint(1, len(case.shop.days) - 1)][0]
    case.add(
        [
            case.rng.choice(
                [
                    case.shop.bent["stale mark"]["database/postgres.dump"],
                    newest.but(earlier.data, counts=earlier.told["counts"], watermark=earlier.told["watermark"]),
                    newest.but(watermark=None),
                ]
            )
        ]
    )


def empty_archive(case: Case) -> None:
    case.add([case.rng.choice(list(case.shop.bent["empty"].values()))])


def one_page_short(case: Case) -> None:
    case.add([case.rng.choice(list(case.shop.bent["short"].values()))])


def failed_part(case: Case) -> None:
    name = case.one().name

    def write(manifest: Json) -> None:
        failed = next(part for part in manifest["parts"] if part["name"] == name)
        failed.update(state="failed", why="the server did not answer", bytes=0, sha256="", snapshot="")
        manifest["complete"] = case.rng.random() < 0.5

    case.add(write=write)


def lost_component(case: Case) -> None:
    name = case.one().name

    def write(manifest: Json) -> None:
        manifest["parts"] = [part for part in manifest["parts"] if part["name"] != name]

    case.add(write=write)


def too_old(case: Case) -> None:
    """The newest set was made, and then none for a day."""
    case.add()
    case.now += 23 * HOUR + case.rng.choice([0.0, 1.0, case.rng.uniform(0, 5 * DAY)])


CONTENT, INVENTORY, OPENS = "backup content", "backup inventory", "backup encryption"
WAYS: dict[str, Way] = {
    "truncated file": Way(truncated_file, ("backup integrity", OPENS)),
    "flipped bit in a file": Way(flipped_file, ("backup integrity", OPENS)),
    "lost files": Way(lost_files, ("backup integrity", OPENS, INVENTORY)),
    "lost repository": Way(lost_repository, (OPENS,)),
    "swapped files": Way(swapped_files, ("backup integrity", OPENS, INVENTORY)),
    "wrong key": Way(wrong_key, (OPENS,)),
    "forged manifest": Way(forged_manifest, ("backup manifest", INVENTORY)),
    "forged set": Way(forged_set, ("backup manifest",)),
    "lost manifest": Way(lost_manifest, (INVENTORY,)),
    "lost part": Way(lost_part, (INVENTORY,)),
    "swapped parts": Way(swapped_parts, (INVENTORY, CONTENT)),
    "truncated content": Way(truncated_content, (CONTENT,)),
    "flipped bit in the content": Way(flipped_content, (CONTENT,)),
    "swapped content": Way(swapped_content, (CONTENT,)),
    "missing table": Way(missing_table, (CONTENT,)),
    "lost data": Way(lost_data, ("backup counts",)),
    "old schema": Way(old_schema, ("backup schema",)),
    "duplicated rows": Way(doubled_rows, (CONTENT,)),
    "stale watermark": Way(stale_watermark, ("backup watermark", CONTENT)),
    "empty archive": Way(empty_archive, (CONTENT, "backup size")),
    "one page short": Way(one_page_short, (CONTENT,)),
    "failed part": Way(failed_part, ("backup parts", "backup completed")),
    "lost component": Way(lost_component, ("backup parts",)),
    "too old": Way(too_old, ("backup age",)),
}
