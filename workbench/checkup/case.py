"""CheckCase: what is sent, what RFC 6455 says about it, and the scenario that tries it.

A case consists of steps of the scenario language and nothing else: running its file repeats exactly
what the check-up did. Where the RFC says MUST or REQUIRED, a violation fails the scenario; what it
only recommends is read from the record afterwards (`check_verdict`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.frozen import dataclass
from workbench.scenario.steps import Expect, Perform, Scenario, Step
from workbench.texts import LANGUAGES, catalogue, tr

ANSWER: Final = 3.0
"""Seconds in which the other end has to answer; it is on this machine or near."""
MOMENT: Final = 0.05
"""Seconds in which nothing more may be seen after that."""
CLIENT: Final = "client"
SERVER: Final = "server"


class Group(StrEnum):
    """The subject of a case; cases of heads come first."""

    HEADS = "heads"
    MESSAGES = "messages"
    FRAGMENTS = "fragments"
    CONTROL = "control"
    HEADER = "header"
    UTF8 = "utf8"
    CLOSE = "close"


class Wants(StrEnum):
    """What the RFC demands of the other end.

    Attributes:
        GOES_ON: it accepts what came and goes on.
        FAILS: it fails the connection (RFC 6455 7.1.7).
        CLOSES: it answers the Close frame and ends the connection.
        OPENS: the WebSocket opens.
        REFUSES: a server answers with another status than 101.
        ANSWERS: a server answers, one way or the other.
    """

    GOES_ON = "goes_on"
    FAILS = "fails"
    CLOSES = "closes"
    OPENS = "opens"
    REFUSES = "refuses"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Bench:
    """Where cases are tried, and what the other end was seen to do before the first one.

    Attributes:
        settings: of our own endpoint: a client or, where clients are checked, a listener.
        echoes: the other end sends messages back; pongs: it answers pings.
    """

    settings: EndpointSettings
    echoes: bool = False
    pongs: bool = True

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def listens(self) -> bool:
        return self.settings.role is Role.LISTENER


@dataclass(frozen=True, slots=True)
class CheckCase:
    """One case.

    Attributes:
        name: what it is asked for by; `checkup.case.NAME` says what is sent.
        rule: `checkup.says.RULE` is what the RFC says.
        section: where the RFC says so.
        steps: what is done once the connection exists.
        codes: of a Close frame, or statuses of a response, that are correct.
        must: whether the RFC requires it; anything else is for information only.
        settings: of our endpoint, for this case.
    """

    name: str
    group: Group
    wants: Wants
    rule: str
    section: str
    steps: Callable[[Bench], tuple[Step, ...]]
    codes: tuple[int, ...] = ()
    must: bool = True
    settings: Callable[[EndpointSettings], EndpointSettings] = lambda settings: settings

    @property
    def title(self) -> str:
        return tr(f"checkup.case.{self.name}")

    @property
    def says(self) -> str:
        """What the RFC says, with its section."""
        says = tr(f"checkup.says.{self.rule}")
        return tr("checkup.rfc", says=says, section=spelled(self.section))

    def scenario(self, bench: Bench, *, whole: bool = True) -> Scenario:
        """The case as a scenario; without `whole` our listener is already open."""
        begin: tuple[Step, ...] = (Perform(c.Connect(bench.name)),)
        if bench.listens:
            begin = (Perform(c.Accept(bench.name)),)
        if bench.listens and whole:
            begin = (Perform(c.Start(bench.name)), *begin)
        titles = _titles(self)
        return Scenario(
            titles.pop(LANGUAGES[0]),
            (self.settings(bench.settings),),
            (*begin, *self.steps(bench)),
            titles=titles,
        )


def spelled(section: str) -> str:
    """A section preceded by the name of its document."""
    return section if section.startswith("RFC") else f"RFC 6455 {section}"


def _titles(case: CheckCase) -> dict[str, str]:
    """The title in each language, whichever is current."""
    return {
        name: f"{said['checkup.title']}: {said[f'checkup.case.{case.name}']}"
        for name in LANGUAGES
        for said in (catalogue(name),)
    }


def ends(bench: Bench) -> Expect:
    """Expectations that the other end ends the connection; a listener may have to do so first (RFC
    6455 7.1.1).
    """
    by = None if bench.listens else "peer"
    return Expect(bench.name, closed=True, by=by, within=ANSWER, keep=True)


def no_more(bench: Bench, **what: str | int) -> Expect:
    """An expectation that nothing of the kind comes before the end."""
    return Expect(bench.name, absent=True, within=MOMENT, **what)  # type: ignore[arg-type]  # keys of Expect
