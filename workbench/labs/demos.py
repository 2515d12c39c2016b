"""The ready demonstrations: which there are, whether they work here, and what to try next."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.engine.model import options
from workbench.engine.model.address import AddressKind, numeric, parse
from workbench.engine.model.commands import Accept
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.sockets import descriptors, kernel_readings
from workbench.engine.sockets.traced_socket import TRUNCATION
from workbench.resources import resource
from workbench.scenario.model import Scenario, load
from workbench.scenario.steps import Expect, Loop, Perform, Step
from workbench.texts import Problem, has, language, tr

SECONDS: Final = {
    "udp-timeout": 3.0,
    "half-close": 2.0,
    "linger": 1.0,
    "accept-timeout": 0.5,
    "emfile": 0.5,
}
"""How long those take in which time is the subject; the others take a moment."""


class Topic(StrEnum):
    """What a demonstration is about: how a menu sorts them."""

    ARTICLE = "article"
    CLOSING = "closing"
    STREAM = "stream"
    DATAGRAM = "datagram"
    UNIX = "unix"
    LISTENING = "listening"


_TOPICS: Final = {
    Topic.ARTICLE: "greeting greeting-ascii udp-timeout udp-exchange",
    Topic.CLOSING: "half-close abort close-unread write-after-close time-wait linger",
    Topic.STREAM: "slow-reader nagle five-sends-one-recv boundaries keepalive",
    Topic.DATAGRAM: "udp-truncation udp-refused multicast broadcast",
    Topic.UNIX: "unix-stream unix-datagram unix-seqpacket unix-abstract",
    Topic.LISTENING: "reuseport two-listeners dual-stack accept-timeout emfile",
}
BEYOND: Final = frozenset({"multicast"})
"""Those that bind to an address that is not the loopback's alone."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One ready scenario.

    Attributes:
        name: as `lab NAME` knows it. seconds: roughly, how long it takes.
        beyond_loopback: whether it has to be allowed to bind beyond loopback.
    """

    name: str
    path: Path
    seconds: float
    beyond_loopback: bool
    topic: Topic

    def scenario(self) -> Scenario:
        """Read it. Raises Problem where the file is broken."""
        return load(self.path)

    @property
    def title(self) -> str:
        scenario = self.scenario()
        return scenario.titles.get(language(), scenario.title)

    @property
    def shows(self) -> str:
        """What it shows and what to look at; "" where nothing is said."""
        return _words(f"demo.{self.name}.shows")

    @property
    def your_turn(self) -> str:
        """One value to change and try again."""
        return _words(f"demo.{self.name}.turn")

    def hindrance(self) -> Problem | None:
        """Why it does not work on this system, tried out; None where it does."""
        scenario = self.scenario()
        return next(chain(_hindrances(scenario.endpoints), _lacking(scenario.steps)), None)

    def why_not(self, *, beyond_loopback: bool) -> Problem | None:
        """Why it is left out when all are checked; None: it is run."""
        if self.beyond_loopback and not beyond_loopback:
            return Problem("demos.needs_beyond")
        return self.hindrance()


def demos() -> list[Demo]:
    """All of them, in the order of their numbers."""
    found = []
    for path in sorted(resource("scenarios").glob("*.toml"), key=_number):
        name = path.stem.partition("-")[2]
        found.append(Demo(name, path, SECONDS.get(name, 0.1), name in BEYOND, _topic(name)))
    return found


def _topic(name: str) -> Topic:
    return next(topic for topic, names in _TOPICS.items() if name in names.split())


def demo(name: str) -> Demo | None:
    """The one of that name."""
    return next((item for item in demos() if item.name == name), None)


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _words(key: str) -> str:
    return tr(key) if has(key) else ""


def _hindrances(endpoints: tuple[EndpointSettings, ...]) -> Iterator[Problem]:
    for settings in endpoints:
        lacking = options.probe(settings.family, settings.type)
        if lacking is not None:
            yield lacking
            continue
        for name, _value in settings.options:
            if options.find(name).number is None:
                yield Problem("option.missing", name=name)
        refused = _bind(settings)
        if refused is not None:
            yield refused


def _lacking(steps: Iterable[Step]) -> Iterator[Problem]:
    """What a step needs of this system and does not get."""
    for step in steps:
        match step:
            case Loop():
                yield from _lacking(step.steps)
            case Perform(command=Accept(no_files=True)):
                missing = _problem_of(descriptors.check_file_limit)
                if missing is not None:
                    yield missing
            case Expect(reading=str() as name) if not kernel_readings.can_tell(name):
                yield Problem("demos.needs_reading", name=name)
            case Expect(state=str()) if not kernel_readings.can_tell("state"):
                yield Problem("demos.needs_reading", name="state")
            case Expect(call="recvfrom", size=int() as size, text=str() as text) if (
                size > len(text.encode(step.encoding or "utf-8")) and not TRUNCATION
            ):
                yield Problem("demos.needs_true_size")


def _bind(settings: EndpointSettings) -> Problem | None:
    """Whether an address like this can be had: IPv6 and abstract names are not everywhere."""
    if not settings.address or settings.address.startswith("@"):
        return None
    parsed = parse(settings.address, settings.family)
    if parsed.kind is AddressKind.ABSTRACT:
        return _problem_of(lambda: numeric(parsed))
    if parsed.kind is not AddressKind.INET6:
        return None
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        if (parsed.host or "").startswith("::ffff:"):
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        probe.bind((parsed.host, 0))
        return None
    return Problem("demos.no_ipv6", address=settings.address)


def _problem_of(act: Callable[[], object]) -> Problem | None:
    try:
        act()
    except Problem as problem:
        return problem
    return None
