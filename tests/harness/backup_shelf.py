# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of backups as a run makes them, made quickly: real dumps, exports and repositories, at moments that a test chooses.

What a part holds (:class:`Content`) is made once by the real programs and vendors' sandboxes, and goes into as many sets as a test wants.
"""

from __future__ import annotations

import concurrent.futures
import copy
import dataclasses
import hashlib
import pathlib
import shutil
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, keeping
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import manifest as manifests
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import restores
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.modules import component_backup_verify
from tests.harness import postgresql
from tests.harness.restic_keys import cheapen
from tests.integration.tasks import run

Json = dict[str, t.Any]
ENVIRONMENT, PASSWORD = "shop/production", "a password of the sandbox"
HOUR, DAY = 3600.0, 86400.0
COMPONENTS = {"database": "postgres", "cache": "redis", "backend": "convex", "payments": "stripe"}


@dataclasses.dataclass(frozen=True)
class Content:
    """The bytes of a part, and what is told of them."""

    name: str
    kind: str
    data: bytes
    told: Json

    @property
    def component(self) -> str:
        return self.name.partition("/")[0]

    def but(self, data: bytes | None = None, **told: t.Any) -> Content:
        return dataclasses.replace(self, data=self.data if data is None else data, told={**self.told, **told})


class Shelf:
    """One repository with its ledger, in a folder of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        self.ledger_url = f"sqlite:///{folder / 'ledger.sqlite3'}"
        self.store = Store(self.ledger_url, ENVIRONMENT)

    @classmethod
    def make(cls, folder: pathlib.Path) -> Shelf:
        folder.mkdir(parents=True)
        (folder / "programs").mkdir()
        for program in (pathlib.Path(str(shutil.which("restic"))), postgresql.programs() / "pg_restore"):
            (folder / "programs" / program.name).symlink_to(program)
        made = cls(folder)
        made.store.prepare()
        made.open().init()
        cheapen(made.repository, PASSWORD)
        return made

    def copy(self, folder: pathlib.Path) -> Shelf:
        shutil.copytree(self.folder, folder, symlinks=True)
        return Shelf(folder)

    def options(self, **more: t.Any) -> Json:
        programs = str(self.folder / "programs")
        return {"repository": str(self.repository), "password": PASSWORD, "programs": programs, "environment": ENVIRONMENT, **more}

    def open(self) -> repository.Repository:
        return repository.connect(self.task())

    def task(self) -> Task:
        return Task({"request_timeout": "10s", "deadline": "10m", "run": None, **self.options()}, False)

    # -- making sets

    def put(self, name: str, tags: t.Sequence[str], at: float, data: bytes) -> Json:
        stored = self.open().store(name, tags, at, lambda sink: sink.take(data))
        return {"snapshot": stored.snapshot, "bytes": stored.bytes, "sha256": stored.sha256, "added": stored.added}

    def add(self, at: float, contents: t.Sequence[Content], write: t.Callable[[Json], None] = lambda _manifest: None, **facts: t.Any) -> Json:
        """One set as of this moment; ``write`` may bend its manifest before that is written. The ledger knows it."""
        set_id = manifests.set_id(hashlib.sha256(f"{at}".encode()).hexdigest()[:8], at)
        with concurrent.futures.ThreadPoolExecutor(len(contents) or 1) as beside:
            parts = list(beside.map(lambda one: self._part(set_id, at, one), contents))
        for part in parts:
            part["snapshot"] = self._whole_id(part["snapshot"])
        told: Json = {"set": set_id, "environment": ENVIRONMENT, "why": "daily", "reason": "", "by": "tests", "run": manifests.run_of(set_id), "began": at}
        told |= {
            "repository": str(self.repository),
            "versions": {},
            "releases": {"app": {"deployment": "dpl_1", "commit": "9c1e2f0", "version": "v1.4.2"}},
            **facts,
        }
        made = manifests.build(told, parts, at + 60)
        write(made)
        return self.seal(made)

    def _part(self, set_id: str, at: float, content: Content) -> Json:
        kept = self.put(content.name, [f"set:{set_id}", f"part:{content.name}"], at, content.data)
        facts = {"component": content.component, "vendor": COMPONENTS[content.component], "kind": content.kind, "state": "whole", "why": "", "seconds": 1.0}
        told = {"moment": at, "counts": {}, "hashes": {}, "schema": "", "watermark": None, "tools": {}, "names": {}, "notes": []}
        return {"name": content.name, **facts, **kept, **told, **copy.deepcopy(content.told)}

    def _whole_id(self, beginning: str) -> str:
        """restic tells only the beginning of an id; the file's name is the whole of it."""
        return next(path.name for path in (self.repository / "snapshots").iterdir() if path.name.startswith(beginning))

    def seal(self, manifest: Json, remembered: bool = True) -> Json:
        """Write the manifest, and have the ledger remember it."""
        text = manifests.written(manifest)
        tags = ["manifest", f"set:{manifest['set']}", f"why:{manifest['why']}", keeping.COMPLETE if manifest["complete"] else keeping.PARTIAL]
        stored = self.put("manifest.json", tags, manifest["began"], text)
        if remembered:
            kept.note(self.store, manifest, self._whole_id(stored["snapshot"]), stored["sha256"])
        return manifest

    def keep(self, policy: dict[str, int]) -> list[str]:
        """What a backup does before its manifest is stored: the sets that may go are gone. Their ids."""
        repo = self.open()
        snapshots = repo.snapshots()
        gone = keeping.decide(repo, self.store, catalogue.of_snapshots(repo, self.store, snapshots), snapshots, "", policy)
        keeping.carry_out(self.task(), repo, self.store, dataclasses.replace(gone, pruned=False))
        return gone.ids

    def sets(self) -> list[catalogue.Set]:
        return catalogue.sets(self.task(), self.open(), self.store)

    def prove(self, at: float) -> None:
        """Somebody has restored a set of then."""
        for component in COMPONENTS:
            restores.note(self.store, "a run", component, "a set", at, 240.0)

    # -- looking

    def verify(self, now: float, **options: t.Any) -> list[Json]:
        """All checks of a run of backup_verify, of the environment and of every component."""
        common = {
            "run": {"id": "look", "environment": ENVIRONMENT, "verb": "backup_verify", "purpose": "", "check_mode": False, "ledger": True, "started_at": now}
        }
        common |= {"ledger_url": self.ledger_url, **self.options(), **options}
        results = [run(component_backup_verify, {"scope": "environment", **common})]
        for name, vendor in COMPONENTS.items():
            results.append(run(component_backup_verify, {"component": {"name": name, "component_vendor": vendor}, **common}))
        for result in results:
            if result.get("failed"):
                raise AssertionError(result["msg"])
        return [one for result in results for one in result["checks"]]


def bad(checks: t.Sequence[Json]) -> dict[str, str]:
    """``component check`` -> reason, of everything that is not well."""
    return {f"{one['component']} {one['name']}".strip(): one["reason"] for one in checks if one["verdict"] not in ("pass", "skipped")}
