# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that everything shares: components, tokens, settings, time. A vendor is one package that fulfils ``Vendor``."""

from __future__ import annotations

import random
import secrets
import string
import typing as t
from contextvars import ContextVar
from dataclasses import dataclass, field, fields

from .clock import Clock
from .delivery import Deliveries
from .errors import Refused
from .faults import Faults
from .journal import Journal
from .kill import Kill
from .scenario import Scenario

if t.TYPE_CHECKING:
    from aiohttp import web

ALPHABET = string.ascii_letters + string.digits
# What is shorter may stand in a text by chance.
SHORTEST_SECRET = 24


@dataclass
class Release:
    """What a deployment means to the app that it runs."""

    deployment: str
    component: str
    version: str
    commit: str
    bad: bool
    answers: bool
    asleep: bool = False


@dataclass
class Health:
    """How a component's app answers. ``healthy`` None: as the serving release deserves."""

    healthy: bool | None = None
    database_down: bool = False
    flapping: bool = False
    html: bool = False
    slow_ms: int = 0
    protected: bool = False
    probes: int = 0
    # Words of parts of the health page, by their names; and lines of the metrics page instead of its own.
    parts: dict[str, str] = field(default_factory=dict)
    word: str = ""
    metrics: str | None = None
    # What else every page says.
    page: dict[str, t.Any] = field(default_factory=dict)


@dataclass
class Component:
    name: str
    vendor: Vendor
    health: Health = field(default_factory=Health)


@dataclass
class Call:
    """What a request asks for, known before anything is done: the operation's name, and whether it changes something."""

    operation: str
    changes: bool
    component: str | None = None
    auth: str | None = None
    # In place of the request's own, where that is a secret.
    path: str = ""


class Vendor(t.Protocol):
    name: str

    def seed(self, components: dict[str, dict[str, t.Any]]) -> None:
        """Forget everything, then hold these components (as the scenario describes them)."""

    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application: ...

    def identify(self, request: web.Request, body: t.Any) -> Call: ...

    def run_info(self, url: str) -> dict[str, t.Any]:
        """What a client needs: address, tokens, names, ids."""

    def component_info(self, component: str) -> dict[str, t.Any]: ...

    def snapshot(self, component: str) -> dict[str, t.Any]: ...

    def serving(self, component: str) -> Release | None: ...

    def release(self, deployment: str) -> Release | None: ...

    def probed(self, component: str) -> None:
        """The component's app was asked for something (a sleeping one wakes)."""

    def patch(self, component: str, deployment: str | None, changes: dict[str, t.Any]) -> None: ...

    def act(self, component: str, action: str, facts: dict[str, t.Any]) -> str:
        """``push``, ``add``, ``emit`` and what else happens to this vendor without an API call; returns the id of what it made."""

    def stored(self) -> dict[str, str]:
        """The values of all variables, each by a name that tells where it is."""

    def error(self, status: int, message: str, code: str | None = None) -> dict[str, t.Any]: ...

    def graphql_error(self, message: str, code: str) -> dict[str, t.Any]: ...

    def headers(self) -> dict[str, str]: ...

    def obscure(self, body: t.Any) -> t.Any:
        """The same answer with deployment states that nobody has heard of."""


class World:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.journal = Journal()
        self.faults = Faults()
        self.kill = Kill()
        self.vendors: dict[str, Vendor] = {}
        self.components: dict[str, Component] = {}
        self.settings: dict[str, t.Any] = {}
        self.names: dict[str, str] = {}
        self.scenario = ""
        self.epoch = 0
        # Notes real changes of state for the request that makes them: others may be waiting for news at the same time.
        self._serving: ContextVar[list[float] | None] = ContextVar("serving", default=None)
        # Called after each seeding: what was written about the world must be written again.
        self.seeded: t.Callable[[], None] = lambda: None
        self._tokens: dict[str, str] = {}
        # Of these, the ones of this scenario; and what was made for its clients.
        self._given: set[str] = set()
        self._made: dict[str, str] = {}
        self._random = random.Random()
        self.deliveries = Deliveries(self)
        # What was posted to the sandbox's own receiver.
        self.received: list[dict[str, t.Any]] = []
        # Incidents on the vendors' status pages; None where a page is down.
        self.posted: dict[str, list[dict[str, t.Any]] | None] = {}

    # -- seeding
    def seed(self, scenario: Scenario) -> None:
        known = set(self.vendors)
        strange = {seed["vendor"] for seed in scenario.components.values()} - known
        if strange:
            raise Refused(f"scenario {scenario.name!r} names unknown vendors: {', '.join(sorted(strange))}")
        self.epoch += 1
        self.scenario = scenario.name
        self.settings = scenario.settings
        self.names = scenario.names
        self._random = random.Random(scenario.settings.get("seed"))
        self._given.clear()
        self._made.clear()
        self.clock.reset(float(scenario.settings["real_time_scale"]))
        self.journal.clear()
        self.faults.clear()
        self.kill = Kill()
        self.deliveries.clear()
        self.received.clear()
        self.posted.clear()
        self.components = {name: Component(name, self.vendors[seed["vendor"]], Health(**seed.get("health", {}))) for name, seed in scenario.components.items()}
        for vendor in self.vendors.values():
            vendor.seed({name: seed for name, seed in scenario.components.items() if seed["vendor"] == vendor.name})
        self.seeded()

    def setting(self, name: str) -> t.Any:
        return self.settings[name]

    @property
    def scale(self) -> int:
        """How many times the usual data there is."""
        return int(self.settings["scale"])

    # -- names and secrets
    def token(self, purpose: str, prefix: str = "") -> str:
        """Random, unique for each purpose, the same for the life of the process (a new scenario keeps it)."""
        self._given.add(purpose)
        return self._tokens.setdefault(purpose, prefix + secrets.token_hex(24))

    def source(self, purpose: str) -> random.Random:
        """Chance of its own for what there may be more or less of: the ids of everything else do not depend on it."""
        seed = self.settings.get("seed")
        return random.Random(None if seed is None else f"{seed} {purpose}")

    def made(self, purpose: str, secret: str) -> str:
        """The secret, which was made for a client, and is known from then on, also when it opens nothing any more."""
        self._made[f"{purpose} {len(self._made) + 1}"] = secret
        return secret

    def secrets(self) -> dict[str, str]:
        """Everything that no client may show unasked, by a name of its own: tokens, keys, and the values of all variables."""
        stored = {f"{vendor.name}: {name}": value for vendor in self.vendors.values() for name, value in vendor.stored().items()}
        given = {purpose: self._tokens[purpose] for purpose in sorted(self._given)}
        return {name: value for name, value in {**given, **self._made, **stored}.items() if len(value) >= SHORTEST_SECRET}

    def word(self, length: int, alphabet: str = ALPHABET, source: random.Random | None = None) -> str:
        return "".join((source or self._random).choices(alphabet, k=length))

    def uuid(self, source: random.Random | None = None) -> str:
        digits = f"{(source or self._random).getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    # -- time and effects
    def now(self) -> float:
        return self.clock.now()

    def after(self, seconds: float, action: t.Callable[[], None]) -> None:
        """Let something happen later, unless another world has begun by then."""
        epoch = self.epoch

        def act() -> None:
            if self.epoch == epoch:
                action()

        self.clock.after(seconds, act)

    def watch(self) -> list[float]:
        """A list for the request that begins; it had an effect when something stands in it afterwards."""
        changes: list[float] = []
        self._serving.set(changes)
        return changes

    def changed(self) -> None:
        changes = self._serving.get()
        if changes is not None:
            changes.append(self.now())

    # -- small changes for tests
    def component(self, name: str) -> Component:
        try:
            return self.components[name]
        except KeyError:
            raise Refused(f"no component {name!r}: {', '.join(sorted(self.components))}") from None

    def patch(self, name: str, deployment: str | None, changes: dict[str, t.Any]) -> None:
        component = self.component(name)
        own = {entry.name for entry in fields(Health)}
        if deployment is None:
            for key in own & set(changes):
                setattr(component.health, key, changes[key])
            changes = {key: value for key, value in changes.items() if key not in own}
        if changes:
            component.vendor.patch(name, deployment, changes)

    def snapshot(self) -> dict[str, t.Any]:
        return {
            "now": self.now(),
            "scenario": self.scenario,
            "epoch": self.epoch,
            "components": {name: {"vendor": c.vendor.name, **c.vendor.snapshot(name)} for name, c in self.components.items()},
        }


def ago(moment: float, text: str | float) -> float:
    """The time that lies ``text`` (``4m``, ``3d``, ``90s``, or seconds) before ``moment``."""
    return moment - seconds_of(text)


def seconds_of(text: str | float) -> float:
    if isinstance(text, int | float):
        return float(text)
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    try:
        return float(text[:-1]) * units[text[-1]]
    except (ValueError, KeyError, IndexError):
        raise Refused(f"not a duration: {text!r} (write 90s, 4m, 12h, 3d)") from None
