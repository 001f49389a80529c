# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A restic repository: content goes in and comes out as a stream, and everything secret reaches restic by its environment alone.

Each content is a snapshot of its own, found by its tags. A content that fails half way is none: restic is ended before its input is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import os
import re
import shlex
import signal
import typing as t
from urllib.parse import unquote, urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, piping, programs, redaction, waiting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.folders import state_folder
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import complaints
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import BACKUP, FORGET, INIT, PRUNE, VENDOR

# Options of every module that reaches the repository; documented in doc_fragments/backup.py.
REPOSITORY_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "repository": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "programs": {"type": "str"},
}
OLDEST = (0, 14)
REMOTE = ("azure", "b2", "gs", "rclone", "rest", "s3", "sftp", "swift")
# What restic and its kinds of places document to read from the environment, and what a program cannot do without.
PASSED_ON = (
    *("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER", "XDG_CACHE_HOME", "SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("RESTIC_CACHE_DIR", "RESTIC_CACERT", "RESTIC_TLS_CLIENT_CERT", "RESTIC_COMPRESSION", "RESTIC_PACK_SIZE", "RESTIC_KEY_HINT", "RESTIC_FEATURES"),
    *("RESTIC_PASSWORD_FILE", "RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD", "RESTIC_READ_CONCURRENCY"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("RESTIC_AWS_ASSUME_ROLE_ARN", "RESTIC_AWS_ASSUME_ROLE_SESSION_NAME", "RESTIC_AWS_ASSUME_ROLE_EXTERNAL_ID", "RESTIC_AWS_ASSUME_ROLE_REGION"),
    *("RESTIC_AWS_ASSUME_ROLE_POLICY", "RESTIC_AWS_ASSUME_ROLE_STS_ENDPOINT"),
    *("AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS", "AZURE_ENDPOINT_SUFFIX", "AZURE_FORCE_CLI_CREDENTIAL"),
    *("B2_ACCOUNT_ID", "B2_ACCOUNT_KEY", "GOOGLE_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_ACCESS_TOKEN"),
    *("RCLONE_BWLIMIT", "RCLONE_CONFIG"),
    *(f"OS_{name}" for name in ("AUTH_URL", "REGION_NAME", "USERNAME", "USER_ID", "PASSWORD", "TENANT_ID", "TENANT_NAME", "USER_DOMAIN_NAME")),
    *(f"OS_{name}" for name in ("USER_DOMAIN_ID", "PROJECT_NAME", "PROJECT_DOMAIN_NAME", "PROJECT_DOMAIN_ID", "TRUST_ID", "STORAGE_URL", "AUTH_TOKEN")),
    *("OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME", "OS_APPLICATION_CREDENTIAL_SECRET", "ST_AUTH", "ST_USER", "ST_KEY"),
    "SWIFT_DEFAULT_CONTAINER_POLICY",
)
# restic itself tries for a quarter of an hour to reach what is not there.
PATIENCE = 60.0
# So long somebody else's lock is waited for.
LOCK_PATIENCE = 600.0
MOST_IDS = 200


@dataclasses.dataclass(frozen=True)
class Stored:
    """``added``: the bytes that the repository has grown by, before compression. ``told``: what the writer returned. In a plan all is empty."""

    snapshot: str = ""
    bytes: int = 0
    sha256: str = ""
    added: int = 0
    seconds: float = 0.0
    told: t.Any = None


def host_of(environment: str) -> str:
    """What the environment ``system/name`` is called as the host of its snapshots."""
    return environment.replace("/", "-")


def connect(task: Task, environment: str = "") -> Repository:
    """The repository that the options name, of the option ``environment`` or of the component's where no other is given. It is not asked for yet."""
    params = task.params
    host = host_of(environment or _own(params))
    location = str(params["repository"] or "").strip() or str(state_folder() / "backups" / host)
    if is_local(location):
        location = os.path.abspath(os.path.expanduser(location.removeprefix("local:")))
    folder = os.path.expanduser(str(params["programs"] or ""))
    # A folder of the databases' programs need not hold it, too.
    program = next((one for one in (os.path.join(folder, "restic"),) if folder and programs.there(one, "/")), "restic")
    if not programs.there(program, "/"):
        hint = "Install restic (Debian: apt install restic), 0.14 or newer, or say where it is: backup_programs"
        raise Failure("invalid", f"there is no program {program}", hint, VENDOR, code="programs")
    return Repository(task, location, host, program, _environment(task, location))


def _own(params: t.Mapping[str, t.Any]) -> str:
    facts = params.get("component") or {}
    own = params.get("environment") or "/".join(str(facts[name]) for name in ("saasops_system", "saasops_environment") if facts.get(name))
    if "/" not in str(own):
        hint = "Set saasops_system and saasops_environment in the inventory, or give both within component"
        raise Failure("invalid", "whose backups are meant is not told", hint, VENDOR, code="environment")
    return str(own)


def is_local(location: str) -> bool:
    return location.partition(":")[0] not in REMOTE


def _environment(task: Task, location: str) -> dict[str, str]:
    """The whole environment of restic."""
    given = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    given |= {"RESTIC_REPOSITORY": location, "RESTIC_PROGRESS_FPS": "0.016666", "TZ": "UTC"}
    password = str(task.params["password"] or os.environ.get("RESTIC_PASSWORD") or "")
    command = os.environ.get("RESTIC_PASSWORD_COMMAND", "")
    if not password and command and "RESTIC_PASSWORD_FILE" not in given:
        password = _told_by(command, task)
    if password:
        given.pop("RESTIC_PASSWORD_FILE", None)
        given["RESTIC_PASSWORD"] = password
    elif "RESTIC_PASSWORD_FILE" not in given:
        hint = "Set backup_password in the inventory (from a vault), or RESTIC_PASSWORD, RESTIC_PASSWORD_FILE or RESTIC_PASSWORD_COMMAND"
        raise Failure("auth", "there is no password for the repository of backups", hint, VENDOR, code="no_password")
    redaction.register(password, _password_in(location))
    return given


def _told_by(command: str, task: Task) -> str:
    """Asked once for each task, and not by every restic; it may need whatever this process has."""
    ended = programs.run(shlex.split(command), "/", os.environ, lambda: min(PATIENCE, task.deadline.left()))
    if ended.code != 0 or not ended.output.strip():
        raise Failure("auth", "RESTIC_PASSWORD_COMMAND gives no password", "Run it by hand to see why", VENDOR, code="no_password")
    return ended.output.rstrip("\r\n")


def _password_in(location: str) -> str:
    """What an address such as ``rest:https://user:password@host/`` holds."""
    try:
        return unquote(urlsplit(location.partition(":")[2]).password or "")
    except ValueError:
        return ""


class _Sink:
    """One stream into one restic; ``restart`` ends that, which then keeps nothing, and begins another."""

    def __init__(self, start: piping.Start) -> None:
        self._start = start
        self._begin()

    def _begin(self) -> None:
        self.digest, self.size = hashlib.sha256(), 0
        self._context = piping.feeding(self._start)
        self.feed = self._context.__enter__()

    def take(self, piece: bytes) -> None:
        if piece:
            self.digest.update(piece)
            self.size += len(piece)
            self.feed.write(piece)

    def restart(self) -> None:
        if self.size:
            self.abort()
            self._begin()

    def abort(self) -> None:
        reason = RuntimeError("the content is not whole")
        self._context.__exit__(RuntimeError, reason, None)

    def close(self) -> None:
        self._context.__exit__(None, None, None)


class Repository:
    """``host`` is the environment's; nothing of another one is seen or touched. ``shown`` is its place without a password."""

    def __init__(self, task: Task, location: str, host: str, program: str, given: dict[str, str]) -> None:
        self._task, self._program, self._given = task, program, given
        self.location, self.host, self.local = location, host, is_local(location)
        password = _password_in(location)
        self.shown = location.replace(password, redaction.MASK) if password else location

    def of(self, environment: str) -> Repository:
        """The same place, and what another environment keeps there."""
        return Repository(self._task, self.location, host_of(environment), self._program, self._given)

    # -- content
    def store(self, name: str, tags: t.Sequence[str], at: float, write: t.Callable[[Sink], t.Any]) -> Stored:
        """Keep what ``write`` gives to its sink, under this name and moment. In check mode it is only planned, and nothing is written."""
        moment = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
        tagged = [word for tag in ("saasops", *tags) for word in ("--tag", tag)]
        start = self._start("backup", "--json", "--stdin", "--stdin-filename", name, "--host", self.host, "--time", moment, *tagged)
        answer = self._task.gate.change(VENDOR, BACKUP, name, [self.host, name], lambda: self._patiently(lambda: self._stored(start, write)))
        return Stored() if isinstance(answer, KnownAfter) else answer

    def _stored(self, start: piping.Start, write: t.Callable[[Sink], t.Any]) -> Stored:
        began = clock.elapsed()
        sink = _Sink(start)
        try:
            told = write(sink)
        except BaseException as error:
            sink.abort()
            ended = sink.feed.ended
            if ended is not None and ended.code != 0:
                # What the writer complains of is only that restic has gone.
                raise self._complaint("backup", ended) from error
            raise
        sink.close()
        ended = sink.feed.ended
        if ended is None or ended.code != 0:
            raise self._complaint("backup", ended)
        summary = next((line for line in reversed(ended.output.splitlines()) if '"summary"' in line), "{}")
        told_by_restic = json.loads(summary)
        if not told_by_restic.get("snapshot_id") or told_by_restic.get("total_bytes_processed") != sink.size:
            raise Failure("protocol", "restic does not say that it has kept the content whole", "Run it again", VENDOR, BACKUP.name, code="restic")
        return Stored(told_by_restic["snapshot_id"], sink.size, sink.digest.hexdigest(), int(told_by_restic["data_added"]), clock.elapsed() - began, told)

    @contextlib.contextmanager
    def open(self, snapshot: str, name: str) -> t.Iterator[Source]:
        """The content as a stream. When restic could not give it whole, the end of the block raises, whatever was made of it."""
        flow = None
        try:
            with piping.reading(self._start("dump", snapshot, f"/{name}")) as (source, flow):
                yield t.cast(Source, source)
        except Exception as error:
            if flow is not None and flow.ended is not None and flow.ended.code != 0:
                raise self._complaint("dump", flow.ended) from error
            raise
        if flow.ended is not None and flow.ended.code != 0:
            raise self._complaint("dump", flow.ended)

    # -- what is there
    def version(self) -> tuple[int, ...]:
        found = re.match(rb"restic (\d+)\.(\d+)\.?(\d+)?", self._call("version"))
        if not found:
            raise Failure("protocol", f"{self._program} does not tell its version", "Install restic 0.14 or newer", VENDOR, code="programs")
        made = tuple(int(number) for number in found.groups() if number)
        if made < OLDEST:
            raise Failure(
                "invalid",
                f"restic is {'.'.join(map(str, made))}",
                "Install restic 0.14 or newer, or say where one is: backup_programs",
                VENDOR,
                code="programs",
            )
        return made

    def snapshots(self, tags: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
        """Those of this environment that have all these tags, as restic tells them: ``{id, time, tags, paths, ...}``."""
        wanted = ("--tag", ",".join(("saasops", *tags)))
        # Looking needs no lock, and leaves none behind.
        return list(json.loads(self._call("snapshots", "--json", "--no-lock", "--host", self.host, *wanted) or b"[]") or [])

    def there(self) -> bool:
        """Whether there is a repository that opens with the password; raises when that cannot be seen."""
        try:
            self._call("cat", "config", "--no-lock")
        except Failure as failure:
            if failure.code == "no_repository":
                return False
            raise
        return True

    def check(self, subset: str = "") -> list[str]:
        """What is wrong with the repository; nothing when it is well. ``subset``: the share of the data that is read back, such as ``1/7`` or ``5%``."""
        try:
            self._call("check", "--no-lock", *([f"--read-data-subset={subset}"] if subset else []), patience=None)
        except Failure as failure:
            if failure.code in ("restic", "snapshot"):
                return list(failure.state or [failure.message])
            raise
        return []

    def worth_keeping(self, alternatives: t.Sequence[t.Sequence[str]], policy: t.Mapping[str, int]) -> set[str]:
        """Ids of the snapshots that restic's own policy keeps, ``{last, daily, weekly, monthly, yearly}``, of those that have all tags of one alternative."""
        options = [word for name, number in policy.items() for word in (f"--keep-{name}", str(number))]
        chosen = [word for tags in alternatives for word in ("--tag", ",".join(("saasops", *tags)))]
        answer = self._call("forget", "--dry-run", "--json", "--no-lock", "--group-by", "host", "--host", self.host, *chosen, *options)
        return {str(one["id"]) for group in json.loads(answer or b"[]") or [] for one in group["keep"] or []}

    # -- what changes it
    def init(self) -> None:
        self._task.gate.change(VENDOR, INIT, self.shown, self.host, lambda: self._call("init"))

    def forget(self, ids: t.Sequence[str]) -> None:
        """These snapshots are gone; their data go with the next ``prune``."""
        for start in range(0, len(ids), MOST_IDS):
            some = list(ids[start : start + MOST_IDS])
            self._task.gate.change(VENDOR, FORGET, f"{len(some)} snapshots", some, lambda some=some: self._alone("forget", *some))  # type: ignore[misc]

    def prune(self) -> None:
        self._task.gate.change(VENDOR, PRUNE, self.shown, self.host, lambda: self._alone("prune"))

    def unlock(self) -> None:
        """Locks of dead processes go; those of living ones stay."""
        self._call("unlock")

    def _alone(self, *arguments: str) -> bytes:
        return t.cast(bytes, self._patiently(lambda: self._call(*arguments, patience=None)))

    # -- restic itself
    def _patiently(self, act: t.Callable[[], t.Any]) -> t.Any:
        """What finds the repository locked is tried again: a dead process's lock goes, a living one's is waited for."""
        since = clock.now()
        while True:
            try:
                return act()
            except Failure as failure:
                waited = clock.now() - since
                if failure.code != "locked" or waited >= min(LOCK_PATIENCE, self._task.deadline.left()):
                    raise
            self.unlock()
            self._task.gate.again()
            clock.sleep(waiting.interval(waited))

    def _start(self, *arguments: str, patience: float | None = None) -> piping.Start:
        # A cache of what lies on this machine anyway would be a second copy of it.
        command = [self._program, *(["--no-cache"] if self.local else []), *arguments]
        began = clock.elapsed()

        def left() -> float:
            return min(self._task.deadline.left(), began + patience - clock.elapsed()) if patience else self._task.deadline.left()

        return piping.Start(command, "/", self._given, left, self._task.gate.recorder.turn, signal.SIGINT)

    def _call(self, *arguments: str, patience: float | None = PATIENCE) -> bytes:
        """What it prints; for what is no content."""
        try:
            with piping.reading(self._start(*arguments, patience=patience)) as (source, flow):
                said = source.read()
        except Failure as failure:
            if failure.kind != "timeout":
                raise
            hint = "Check backup_repository and the way there"
            raise Failure("vendor_down", f"restic {arguments[0]} has not ended in time", hint, VENDOR, arguments[0], code="repository_down") from failure
        if flow.ended is None or flow.ended.code != 0:
            raise self._complaint(arguments[0], flow.ended)
        return said

    def _complaint(self, operation: str, ended: programs.Ended | None) -> Failure:
        said = programs.lines(ended.errors, self._given) if ended else []
        made = complaints.failure(operation, ended.code if ended else None, said)
        made.state = said
        return made
