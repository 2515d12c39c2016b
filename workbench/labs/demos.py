"""The demonstrations: which ones exist, whether they work here, and what to try next.

Each is a scenario `resources/scenarios/NUMBER-NAME.toml` with its words in resources/texts/demos:
`[demo.TOPIC.NAME]` with `shows` and `turn`. Everything else is derived from these.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.engine.model import options
from workbench.engine.model.address import AddressKind, beyond_loopback, numeric, parse
from workbench.engine.model.commands import Accept
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.sockets import descriptors, kernel_readings, system_support
from workbench.engine.sockets.traced_socket import TRUNCATION
from workbench.frozen import dataclass
from workbench.resources import resource
from workbench.scenario.model import Scenario, load
from workbench.scenario.steps import Expect, Loop, Perform, Stay, Step, Wait
from workbench.texts import Problem, catalogue, has, language, tr

NO_FILES_S: Final = 0.5
"""Seconds for which accept() pauses after EMFILE: until then a step that accepts has to wait."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One demonstration.

    Attributes:
        name: as in `lab NAME`.
        topic: its heading in menus, `demos.topic_TOPIC`; those of "article" come before all others,
            without one.
    """

    name: str
    path: Path
    topic: str

    def scenario(self) -> Scenario:
        """Parse the scenario. Raises Problem: the file is broken."""
        return load(self.path)

    @property
    def title(self) -> str:
        scenario = self.scenario()
        return scenario.titles.get(language(), scenario.title)

    @property
    def shows(self) -> str:
        """What it shows and what to look at; "": nothing is said."""
        return _words(f"demo.{self.topic}.{self.name}.shows")

    @property
    def your_turn(self) -> str:
        """One value to change, as something to try next."""
        return _words(f"demo.{self.topic}.{self.name}.turn")

    @property
    def seconds(self) -> float:
        """Roughly how long it takes if it is about time; a moment if it is not."""
        scenario = self.scenario()
        timeouts = {each.name: each.timeout or 0.0 for each in scenario.endpoints}
        return sum(_lingering(scenario.endpoints)) + sum(_lasting(scenario.steps, timeouts))

    @property
    def beyond_loopback(self) -> bool:
        """Whether it must be allowed to bind an address that other machines can reach."""
        return any(map(_is_beyond, self.scenario().endpoints))

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs beyond an ordinary system: keys of the texts `demos.need_…`."""
        scenario = self.scenario()
        families = {each.family for each in scenario.endpoints}
        wants = {
            "beyond": self.beyond_loopback,
            "ipv6": "AF_INET6" in families,
            "unix": "AF_UNIX" in families,
            **dict.fromkeys(_needs_of(scenario.steps), True),
        }
        return tuple(need for need, wanted in wants.items() if wanted)

    def hindrance(self) -> Problem | None:
        """Why it does not work on this system, found by trying; None: it does."""
        scenario = self.scenario()
        return next(chain(_hindrances(scenario.endpoints), _lacking(scenario.steps)), None)

    def why_not(self, *, beyond_loopback: bool) -> Problem | None:
        """Why it is left out when all are checked; None: it is run."""
        if self.beyond_loopback and not beyond_loopback:
            return Problem("demos.needs_beyond")
        return self.hindrance()


def demos() -> list[Demo]:
    """All demonstrations, in the order of their numbers.

    Raises:
        KeyError: one has no words: a bug of the program, found by its tests.
    """
    topics = _topics()
    found = []
    for path in sorted(resource("scenarios").glob("*.toml"), key=_number):
        name = path.stem.partition("-")[2]
        if name not in topics:
            raise KeyError(f"resources/texts/demos.*.toml: no [demo.TOPIC.{name}] for {path.name}")
        found.append(Demo(name, path, topics[name]))
    return found


def demo(name: str) -> Demo | None:
    """The demonstration of that name."""
    return next((item for item in demos() if item.name == name), None)


def _topics() -> dict[str, str]:
    """The topic of each demonstration, by its name, from the keys of the texts."""
    keys = (key.split(".") for key in catalogue(language()))
    return {key[2]: key[1] for key in keys if key[0] == "demo"}


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _words(key: str) -> str:
    return tr(key) if has(key) else ""


def _lasting(steps: Iterable[Step], timeouts: Mapping[str, float]) -> Iterator[float]:
    """Seconds that those steps take which wait for time to pass."""
    for step in steps:
        match step:
            case Loop():
                yield step.times * (step.pause + sum(_lasting(step.steps, timeouts)))
            case Wait() | Stay():
                yield step.seconds or 0.0
            case Perform(command=Accept(no_files=True)):
                yield NO_FILES_S
            case Expect(error="TimeoutError", endpoint=name):
                yield timeouts.get(name, 0.0)
            case Perform(error="TimeoutError", command=command):
                yield timeouts.get(getattr(command, "endpoint", ""), 0.0)


def _lingering(endpoints: Iterable[EndpointSettings]) -> Iterator[float]:
    """Seconds for which close() may wait: SO_LINGER (1, seconds) of socket(7)."""
    for settings in endpoints:
        for name, value in settings.options:
            if name == "SO_LINGER" and isinstance(value, tuple) and value[0]:
                yield float(value[1])


def _is_beyond(settings: EndpointSettings) -> bool:
    parsed = parse(settings.address, settings.family) if settings.address else None
    if parsed is None or parsed.kind not in {AddressKind.INET, AddressKind.INET6}:
        return False
    place = numeric(parsed)
    return place is not None and beyond_loopback(place, int(getattr(socket, settings.family)))


def _hindrances(endpoints: tuple[EndpointSettings, ...]) -> Iterator[Problem]:
    for settings in endpoints:
        lacking = system_support.why_no_socket(settings.family, settings.type)
        if lacking is not None:
            yield lacking
            continue
        for name, _value in settings.options:
            if options.find(name).number is None:
                yield Problem("option.missing", name=name)
        refused = _bind(settings)
        if refused is not None:
            yield refused


def _needs_of(steps: Iterable[Step]) -> Iterator[str]:
    """What the steps need that not every system has."""
    for step in steps:
        match step:
            case Loop():
                yield from _needs_of(step.steps)
            case Perform(command=Accept(no_files=True)):
                yield "files"
            case Expect(reading=str()) | Expect(state=str()):
                yield "kernel"


def _lacking(steps: Iterable[Step]) -> Iterator[Problem]:
    """What a step needs and this system lacks."""
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
    """Whether an address like this can be bound: IPv6 and abstract names do not exist
    everywhere.
    """
    if not settings.address or settings.address.startswith("@"):
        return None
    parsed = parse(settings.address, settings.family)
    if parsed.kind is AddressKind.ABSTRACT:
        return _problem_of(lambda: numeric(parsed))
    if parsed.kind is not AddressKind.INET6:
        return None
    if system_support.has_ipv6_address(parsed.host or ""):
        return None
    return Problem("demos.no_ipv6", address=settings.address)


def _problem_of(act: Callable[[], object]) -> Problem | None:
    try:
        act()
    except Problem as problem:
        return problem
    return None
