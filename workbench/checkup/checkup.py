"""CheckUp: tries every case once against a server, or against a client that connects again and
again.

It runs on the calling thread, using the runner of scenarios in a session that it is given; each
case takes a bounded time, and so does the whole. A server that refuses, hangs or dies ends it with
a sentence, and what was not tried is reported as such.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final, NoReturn

from workbench.checkup.case import ANSWER, CLIENT, SERVER, Bench, CheckCase
from workbench.checkup.check_verdict import CheckVerdict, Judged, in_a_row, judge
from workbench.checkup.client_heads import client_heads
from workbench.checkup.frame_cases import PONG, frame_cases
from workbench.checkup.observed import Observed, observed
from workbench.checkup.server_heads import server_heads
from workbench.engine.model import commands as c
from workbench.engine.model.family import kind_of
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.web_address import TLS, WEBSOCKET, spell_web
from workbench.engine.model.websocket_settings import PongMode, Violations, WebSocketSettings
from workbench.frozen import dataclass
from workbench.journal.reader import Reader, Row
from workbench.scenario.going_on import GoingOn
from workbench.scenario.outcome import failure_text
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.scenario.steps import Expect, OnFailure, Perform, Scenario, Step
from workbench.session import Session
from workbench.texts import Problem, tr

TOTAL: Final = 120.0
"""Seconds for the whole check-up by default."""
OF_CASE: Final = 20.0
"""Seconds for one case at most."""
COME_BACK: Final = 10.0
"""Seconds that a client has until it comes for the next case."""
GOODBYE: Final = 1.0
"""Seconds that the other end of a case has to end it, before it is cut off."""
AGAIN: Final = 1.0
"""Seconds after which a server that took no connection is asked once more."""
_SLICE: Final = 0.2
_LOOK: Final = 0.01
_PAGE: Final = 1000
_HELLO: Final = "check-up: hello"
_ECHO: Final = 1.0
_HANGS: Final = 3
"""Openings in a row that fail before the server is considered out of order."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Progress: the cases that are about to be tried.

    Attributes:
        bench: with what the other end was seen to do. cases: those that will be tried.
        seconds: an upper bound for all of it, whatever the other end does.
    """

    bench: Bench
    cases: tuple[CheckCase, ...]
    seconds: float = TOTAL

    @property
    def sentence(self) -> str:
        """The result in the current language."""
        seen = ["checkup.echoes" if self.bench.echoes else "checkup.no_echo"]
        if not self.bench.pongs:
            seen.append("checkup.no_pongs")
        told = "checkup.begun_client" if self.bench.listens else "checkup.begun_server"
        address = self.bench.settings.address
        sees = in_a_row(map(tr, seen))
        most = tr("checkup.at_most", seconds=f"{self.seconds:g}")
        return tr(told, count=len(self.cases), address=address, sees=in_a_row((sees, most)))


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of a check-up: each case with its verdict.

    Attributes:
        stopped: why some cases were not tried; None: all were.
    """

    bench: Bench
    judged: tuple[Judged, ...]
    stopped: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing strays and every case was tried."""
        return self.stopped is None and not any(
            item.verdict in {CheckVerdict.STRAYS, CheckVerdict.LEFT} for item in self.judged
        )

    def count(self, verdict: CheckVerdict) -> int:
        """How many cases got this verdict."""
        return sum(item.verdict is verdict for item in self.judged)


class _Stop(Exception):
    """Raised when trying further cases is pointless."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def all_cases(*, listens: bool) -> tuple[CheckCase, ...]:
    """All cases for a server, or for a client."""
    return (*(client_heads() if listens else server_heads()), *frame_cases())


def bench_of(settings: EndpointSettings) -> Bench:
    """Where cases are tried, made of what the user asked for: an endpoint that by itself answers
    what the RFC says and nothing else.
    """
    said = settings.websocket or WebSocketSettings()
    plain = replace(said, deflate=None, status=101, body="", ping_interval=None, fragment=0)
    plain = replace(plain, violations=Violations.FAIL, pong=PongMode.AUTO, answer_close=True)
    made = replace(
        settings,
        layers=((TLS, WEBSOCKET) if TLS in settings.layers else (WEBSOCKET,)),
        websocket=plain,
        messages=None,
        responder=Nothing(),
        receive=GateMode.AUTO,
        send=GateMode.AUTO,
        calls=Pace.AT_ONCE,
    )
    if settings.role is Role.LISTENER:
        return Bench(replace(made, name=SERVER, accept=GateMode.PAUSED, timeout=COME_BACK))
    return Bench(replace(made, name=CLIENT, timeout=ANSWER, count=1, reconnect=None))


class CheckUp:
    """One check-up: `run` returns its result; `cancel` ends it from any thread."""

    def __init__(
        self,
        session: Session,
        bench: Bench,
        *,
        cases: Sequence[CheckCase] | None = None,
        timeout: float = TOTAL,
        come: float | None = None,
        patience: float = COME_BACK,
        told: Callable[[Judged], None] = lambda _judged: None,
        begun: Callable[[Begun], None] = lambda _begun: None,
        waits: Callable[[str], None] = lambda _address: None,
    ) -> None:
        """`timeout`: seconds for the whole check-up, from the first connection on. `come`: seconds
        that a listener waits for its first client; None: until it is cancelled. `patience`: seconds
        that it waits for the client to come back. `told` is called after each case, `begun` before
        the first; `waits` with the listener's address once it is open.
        """
        self._session = session
        self._bench = bench
        self._cases = tuple(cases if cases is not None else all_cases(listens=bench.listens))
        self._timeout = timeout
        self._come = come
        self._patience = patience
        self._told = told
        self._begun = begun
        self._waits = waits
        self._until = float("inf")
        self._judged: list[Judged] = []
        self._cancelled = False
        self._runner: Runner | None = None

    def cancel(self) -> None:
        """End the check-up at its next wait; callable from any thread."""
        self._cancelled = True
        runner = self._runner
        if runner is not None:
            runner.cancel()

    def run(self) -> CheckResult:
        """Try every case.

        Raises:
            Problem: our own endpoint cannot be opened: its address is taken or its certificate
                missing.
        """
        stopped: Problem | None = None
        try:
            if self._bench.listens:
                self._listen()
            else:
                self._until = time.monotonic() + self._timeout
            self._probe()
            self._begun(Begun(self._bench, self._cases, self._timeout))
            self._try_all()
        except _Stop as stop:
            stopped = stop.problem
        for case in self._cases[len(self._judged) :]:
            self._judged.append(Judged(case, CheckVerdict.LEFT))
        return CheckResult(self._bench, tuple(self._judged), stopped)

    # -- before the first ---------------------------------------------------------------------

    def _listen(self) -> None:
        """Open our listener. Raises Problem."""
        bench = self._bench
        self._session.add(bench.settings)
        ticket = self._session.perform(c.Start(bench.name))
        while not ticket.wait(_SLICE):
            self._check()
        outcome = ticket.outcome
        if outcome is not None and not outcome.ok:
            raise outcome.problem or Problem(
                "checkup.cannot_listen", reason=failure_text(outcome, kind_of(bench.settings))
            )
        address = self._session.link(bench.name)
        self._waits(spell_web(address, bench.settings.layers) or address)

    def _probe(self) -> None:
        """See whether the other end talks, and how much of it can be observed. Raises _Stop."""
        bench = self._bench
        name = bench.name
        aim: c.Target = c.ALL if bench.listens else None
        steps: tuple[Step, ...] = (
            Perform(c.Ping(name, _HELLO, connection=aim), on_failure=OnFailure.NEXT),
            Expect(name, opcode=PONG, text=_HELLO, within=ANSWER, on_failure=OnFailure.NEXT),
            Perform(c.Send(name, text=_HELLO, connection=aim), on_failure=OnFailure.NEXT),
            Expect(name, text=_HELLO, within=_ECHO, on_failure=OnFailure.NEXT),
            Perform(c.CloseWebSocket(name, connection=aim), on_failure=OnFailure.NEXT),
        )
        begin: tuple[Step, ...] = (Perform(c.Connect(name)),)
        settings = bench.settings
        if bench.listens:
            settings = replace(settings, timeout=self._come)
            begin = (Perform(c.Accept(name)), Expect(name, call="ws.open", within=ANSWER))
        results, _ = self._play(Scenario(_HELLO, (settings,), (*begin, *steps)))
        self._until = time.monotonic() + self._timeout
        self._check()
        results, opening = results[len(begin) :], results[: len(begin)]
        refused = next((item.reason for item in opening if item.reason is not None), None)
        if refused is not None:
            told = "checkup.no_client" if bench.listens else "checkup.no_server"
            raise _Stop(Problem(told, reason=refused))
        held = [result.reason is None for result in results]
        if len(held) < len(steps):
            raise _Stop(self._over())
        settings = bench.settings
        if bench.listens:
            settings = replace(settings, timeout=self._patience)
        self._bench = Bench(settings, pongs=held[1], echoes=held[3])

    # -- cases --------------------------------------------------------------------------------

    def _try_all(self) -> None:
        hangs = 0
        for place, case in enumerate(self._cases):
            judged, nobody = self._try(case)
            if nobody is not None and not self._bench.listens:
                self._pause(AGAIN)
                judged, nobody = self._try(case)
            hangs = hangs + 1 if nobody is not None else 0
            if nobody is not None and (self._bench.listens or _refuses(nobody) or hangs >= _HANGS):
                self._blame(place, nobody)
            self._judged.append(judged)
            self._told(judged)

    def _try(self, case: CheckCase) -> tuple[Judged, Problem | None]:
        """The verdict on a case, and the reason if there was no peer to try it with."""
        begun = time.monotonic()
        results, seen = self._play(case.scenario(self._bench, whole=False))
        self._check()
        failed = next((result.reason for result in results if result.reason is not None), None)
        judged = judge(case, self._bench, seen, failed, time.monotonic() - begun)
        return judged, results[0].reason if results else None

    def _blame(self, place: int, nobody: Problem) -> NoReturn:
        """Blame the case before when nobody answers any more: it was the last one seen to be
        answered, and a server that is gone after it has not survived it.
        """
        if not place:
            told = "checkup.no_client" if self._bench.listens else "checkup.no_server"
            raise _Stop(Problem(told, reason=nobody))
        last = self._judged[-1]
        if self._bench.listens:
            raise _Stop(
                Problem("checkup.client_gone", last=last.case.title, seconds=f"{self._patience:g}")
            )
        gone = Problem("checkup.gone", last=last.case.title, reason=nobody)
        if _refuses(nobody) and last.verdict is not CheckVerdict.STRAYS:
            died = Problem("checkup.why.died")
            self._judged[-1] = replace(last, verdict=CheckVerdict.STRAYS, why=died)
            self._told(self._judged[-1])
        raise _Stop(gone)

    def _check(self) -> None:
        """Raises _Stop if no time is left, or the check-up was cancelled."""
        if self._cancelled:
            raise _Stop(Problem("checkup.cancelled"))
        if time.monotonic() >= self._until:
            raise _Stop(self._over())

    def _over(self) -> Problem:
        return Problem("checkup.too_long", seconds=f"{self._timeout:g}")

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._check()
            time.sleep(min(_SLICE, left))

    def _play(self, scenario: Scenario) -> tuple[list[StepResult], Observed]:
        """Run one case, and read what the other end did in it; afterwards nothing of it is open."""
        journal, bench = self._session.journal, self._bench
        journal.flush()
        left = self._until - time.monotonic()
        limit = None if left == float("inf") else max(0.1, min(OF_CASE, left))
        with closing(journal.reader()) as reader:
            before = reader.count()
            kind = GoingOn if bench.listens else Runner
            runner = self._runner = kind(self._session, scenario, timeout=limit)
            if self._cancelled:
                runner.cancel()
            report = runner.run()
            if bench.listens and report.ok:
                self._until_closed()  # a listener often has to end first: see how the client reacts
            journal.flush()
            rows = [row for row in _rows_after(reader, before) if row.endpoint == bench.name]
        seen = observed(rows, listens=bench.listens)
        self._say_goodbye(polite=report.ok and seen.opened)
        return report.steps, seen

    def _say_goodbye(self, *, polite: bool) -> None:
        """Wait for a case to come to its end, and cut off whatever stays open."""
        there = not self._until_closed() if polite else self._open()
        if there:
            ticket = self._session.perform(c.Abort(self._bench.name, c.ALL))
            ticket.wait(GOODBYE)

    def _until_closed(self) -> bool:
        """Wait, within bounds, until everything is closed; returns whether it is."""
        until = time.monotonic() + GOODBYE
        while there := self._open():
            if time.monotonic() >= until:
                break
            time.sleep(_LOOK)
        return not there

    def _open(self) -> bool:
        """Whether any connection of ours is open."""
        connections = self._session.snapshot_now(self._bench.name, GOODBYE).connections
        return any(item.number and item.closed_ns is None for item in connections)


def _refuses(reason: Problem) -> bool:
    return reason.args_.get("errno") == "ECONNREFUSED" or "ECONNREFUSED" in reason.text


def _rows_after(reader: Reader, before: int) -> Iterator[Row]:
    """The rows after this one, in pages of bounded size."""
    first, upto = before + 1, reader.count()
    while first <= upto:
        page = reader.page(first, _PAGE)
        if not page:
            return
        yield from page
        first = page[-1].seq + 1
