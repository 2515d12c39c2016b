"""Runner: carries out the steps of a scenario on a session, and reports each outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from threading import Event as Flag
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.events import Cause
from workbench.engine.model.family import TCP, SocketKind, kind_of
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Ticket
from workbench.explain.evidence import evidence_of
from workbench.journal.reader import Row
from workbench.literals import literal
from workbench.scenario import readings
from workbench.scenario.awaited import SOON, Awaited
from workbench.scenario.bell import Bell
from workbench.scenario.beside_rows import keep_beside
from workbench.scenario.expect import Findings, Matcher, Watch, in_words
from workbench.scenario.feed import Feed
from workbench.scenario.held_back import HeldBack
from workbench.scenario.interest import Interest, interests_of
from workbench.scenario.judged import judge
from workbench.scenario.kernel_look import LOOK_EVERY, look
from workbench.scenario.loop_end import LoopMet, in_vain, met_end, wait_for_late
from workbench.scenario.meant_connections import MeantConnections
from workbench.scenario.outcome import Failed, check_outcome, check_wanted, failed_call
from workbench.scenario.own_wait import OwnWait
from workbench.scenario.program_steps import ProgramSteps
from workbench.scenario.report import Report, Round, StepResult, Title, Titles
from workbench.scenario.run_numbers import Numbers, named
from workbench.scenario.search import Search
from workbench.scenario.secrets import masked_problem, masker_of
from workbench.scenario.steps import (
    ANY,
    Expect,
    Loop,
    OnFailure,
    Perform,
    RunProgram,
    Scenario,
    Single,
    Stay,
    Step,
    StopProgram,
    Wait,
)
from workbench.scenario.taken_values import TakenValues
from workbench.scenario.timing import out_of_time
from workbench.scenario.unmet import Ends, lost, not_in_rounds, told_of
from workbench.scenario.unwaited import Unwaited, flag_of
from workbench.scenario.verdict_rows import NOTHING, Came, begin_step, end_run, end_step
from workbench.session import Session
from workbench.texts import Problem

AGAIN: Final = 0.1  # seconds between two attempts to connect to something that does not listen yet
ANSWER: Final = 2.0  # seconds after which an endpoint that does not answer counts as ended
SLICE: Final = 0.2  # seconds of one wait
ACCEPTED: Final = 0.5
"""Seconds that a round waits at most until a listener has accepted who came in the one before."""
ENDING: Final = (c.Stop, c.Close, c.Abort, c.Shutdown, c.Connect, c.Call, c.Configure)
"""Commands that may take a socket away, and with it the evidence that a loop waits for: it is
looked for before them."""


class Runner:
    """Runs a scenario once, on the calling thread.

    Attributes:
        report: what has been run so far.
        round: the current round, and how many there are at most; None outside loops.
        met: the row that ended the last loop that waited for one.
        found: what met the last expectation that held.
    """

    def __init__(
        self,
        session: Session,
        scenario: Scenario,
        *,
        timeout: float | None = None,
        told: Callable[[StepResult], None] | None = None,
        waits: Callable[[], None] | None = None,
        rests: Callable[[], None] | None = None,
    ) -> None:
        """`timeout`: seconds for the whole run; `told` is called after each step, `waits` if one
        takes longer than a moment. `rests` is called after each step and may take its time.
        """
        self._session = session
        self._journal = session.journal
        self.report = Report(scenario)
        self.round: tuple[int, int] | None = None
        self.met: Row | None = None
        self.found: Findings | None = None
        self._in_vain: Search | None = None  # that of the step that has just failed
        self._waits = waits
        self._rests = rests
        self._own = OwnWait(session, () if rests is not None else scenario.steps, told)
        self._until = None if timeout is None else time.monotonic() + timeout
        self._came = Bell()
        self._interests = interests_of(scenario.steps, scenario.ignored)
        self._cancelled = False
        self._interrupted = False
        self._stay: Flag | None = None
        self._unwaited = Unwaited(scenario.steps)
        self._held = HeldBack(session.settings_of_all)
        self._loops: list[tuple[Loop, Watch]] = []
        self._within: tuple[Round, ...] = ()
        self._step: Cause | None = None
        self._programs = ProgramSteps(self._wait_for)
        self._values = TakenValues(scenario, session.link, lambda: self.round)
        self._looked_for: Interest | None = None
        self._masker = None if session.shows_secrets else masker_of(scenario)
        self._titles = Titles(str if self._masker is None else self._masker.text)

    def cancel(self) -> None:
        """Give up the run at its next wait; callable from any thread."""
        self._cancelled = True
        self._came.set()

    def interrupt(self) -> None:
        """End a step that stays; else have `run` raise KeyboardInterrupt at its next wait or step.

        Callable from any thread.
        """
        stay = self._stay
        if stay is None:
            self._interrupted = True
        else:
            stay.set()
        self._came.set()

    def _check_interrupt(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt

    def run(self) -> Report:
        """Run every step until one fails.

        Raises:
            Problem: an endpoint of the scenario cannot be added.
        """
        begun = time.monotonic()
        keep_beside(self._session, self.report.scenario)
        with self._following(self._interests[0]), closing(self._programs):
            try:
                self._run_all()
            finally:
                self._own.end()
        self._end_run(begun)
        return self.report

    @contextmanager
    def _following(self, interest: Interest) -> Iterator[None]:
        """A block in which the rows that steps can use are read as they are recorded."""
        self._feed = Feed(self._came.set)
        self._matcher = Matcher(
            self._feed,
            self._session.settings,
            self._held,
            lambda name: self.report.scenario.ignored.get(name, ()),
        )
        self._awaited = Awaited(
            self._journal, self._matcher, self._came, self._wait_for, self._read
        )
        if not interest.anything:
            yield
            return
        # expectations see every byte, however much the record keeps
        self._look_for(interest)
        journal = self._journal
        with journal.following(self._feed, whole=interest.bytes) as after:
            with closing(journal.reader()) as reader:
                self._feed.begin(reader, after)
            yield

    def _end_run(self, begun: float) -> None:
        """Report the verdict, once everything that was judged is in the file."""
        self._journal.flush()
        stopped = self._not_recorded()
        if stopped is not None and self.report.ok and self.report.steps:
            last = self.report.steps[-1].step
            assert last is not None
            self._tell(last, stopped, time.monotonic())
        end_run(self._session, self.report, time.monotonic() - begun)

    def _look_for(self, interest: Interest) -> None:
        """Read only what these steps can use from here on."""
        if interest != self._looked_for:
            self._looked_for = interest
            self._feed.want(interest.calls, commands=interest.commands, verdicts=interest.verdicts)
            self._matcher.kept = interest.expected
            self._matcher.commands = interest.commands

    def _run_all(self) -> None:
        for settings in self.report.scenario.endpoints:
            if settings.name in self._session.endpoints:
                title = self.report.scenario.title
                self._step = self._step or begin_step(
                    self._session, 0, Title(title, literal(title), title)
                )
                self._begin_again(settings)
            else:
                self._session.add(settings)
        self._count([item.name for item in self.report.scenario.endpoints])
        if all(map(self._run_next, self.report.scenario.steps, self._interests)):
            self._judge_unwaited()

    def _count(self, names: Iterable[str]) -> None:
        """Begin to count connections; `names`: endpoints that have had some before."""
        self._numbers = Numbers(self._session, names)
        look = self._matcher.candidates
        self._values.meant = MeantConnections(self._session, self._numbers, look, self._read)

    def _begin_again(self, settings: EndpointSettings) -> None:
        """Make an endpoint that exists from an earlier run one of this run."""
        for command in (c.Stop(settings.name), c.Configure(settings.name, settings)):
            self._session.perform(command, self._step).wait(5)

    def _run_next(self, step: Step, interest: Interest) -> bool:
        self._look_for(interest)
        return self._run_step(step)

    def _run_steps(self, steps: tuple[Step, ...]) -> bool:
        return all(map(self._run_step, steps))

    def _run_step(self, step: Step) -> bool:
        self._check_interrupt()
        if self._loops:
            self._look_out(wait=isinstance(step, Perform) and isinstance(step.command, ENDING))
        if isinstance(step, Loop):
            return self._loop(step)
        self._own.end_but_for(step)
        begun = time.monotonic()
        title = self._titles.of(step, again=self.round is not None)
        self._step = begin_step(self._session, len(self.report.steps) + 1, title)
        came = NOTHING
        reason = met = None
        try:
            came = self._do(step)
        except Failed as failed:
            met = self._excuse()
            explained = self._unwaited.explained(failed.problem, self._check)
            reason = None if met else self._programs.with_output(explained)
        stopped = self._not_recorded()
        if stopped is not None:  # what was not seen may have come, and what held may not have
            reason, came, met = stopped, NOTHING, None
        self._tell(step, reason, begun, came, self._step, title=title)
        vain, self._in_vain = self._in_vain, None
        if met is not None:
            raise LoopMet(met)
        goes_on = reason is None or self._goes_on(step)
        if vain is not None and goes_on:
            self._matcher.leave_behind(vain)
        return goes_on

    def _goes_on(self, failed: Step) -> bool:
        """Whether a next step follows a failed one; not if the run is given up."""
        said = failed.on_failure or self.report.scenario.on_failure
        return said is OnFailure.NEXT and self._over() is None

    def _judge_unwaited(self) -> None:
        """Add a line for each step that was not waited for and failed."""
        begun = time.monotonic()
        with suppress(Failed):  # given up: the results so far are judged all the same
            for name in self._unwaited.endpoints():  # first let it do what it is about to do
                self._reading(Expect(name))
            for ticket in self._unwaited.to_fail():
                self._wait_for(flag_of(ticket), ANSWER)
        failures = [self._unwaited.failures(self._check), self._programs.unjudged()]
        for step, reason, cause in chain(*failures):
            self._tell(step, reason, begun, cause=cause)

    def _not_recorded(self) -> Problem | None:
        """Why nothing can be judged any more; None: everything is recorded."""
        failed = self._journal.failed
        return None if failed is None else Problem("scenario.not_recorded", reason=failed)

    def _tell(
        self,
        step: Step,
        reason: Problem | None,
        begun: float,
        came: Came = NOTHING,
        cause: Cause | None = None,
        *,
        title: Title | None = None,
        stands: Step | None = None,
    ) -> None:
        """`stands`: the step as in the scenario, if it was filled in."""
        title = title or self._titles.of(step, again=False)
        said, masker = came.said, self._masker
        taken = time.monotonic() - begun
        number = len(self.report.steps) + 1
        warns = came.warns and reason is None
        error = came.error if reason is None else ""
        shown = self._values.shown(title.shown, step)
        name = title.shown if shown != title.shown else ""
        step, within = stands or step, self._within
        result = StepResult(number, shown, reason, taken, said, step, warns, error, name, within)
        end_step(self._session, result, title, came, cause)
        if masker is not None and (reason is not None or said is not None):
            result = result._replace(
                reason=None if reason is None else masked_problem(reason, masker),
                said=None if said is None else masked_problem(said, masker),
            )
        self.report.steps.append(result)
        self._own.tell(result)
        if self._rests is not None:
            self._rests()

    # -- loops ----------------------------------------------------------------------------------

    def _loop(self, loop: Loop) -> bool:
        begun = time.monotonic()
        outer, stands = (self.round, self._within), loop
        watch = None
        if loop.until is not None:
            try:
                until = self._values.filled(loop.until, self._encoding_of)
                assert isinstance(until, Expect)
                loop = replace(loop, until=until)
            except Problem as problem:
                self._tell(loop, problem, begun, stands=stands)
                return self._goes_on(loop)
        if loop.until is not None:
            self._read(wait=True)  # what came before the loop does not end it
            watch = self._matcher.watch(loop.until)
            self._loops.append((loop, watch))
        held, met = True, False
        unwaited = len(self._unwaited)
        try:
            with self._numbers.loop():
                held = self._rounds(loop, stands)
        except LoopMet as over:
            if over.watch is not watch:
                raise
            met = True
            self._unwaited.forget(unwaited)
        except Failed as failed:  # given up during a pause
            held = False
            self._within = outer[1]
            self._tell(loop, failed.problem, begun, stands=stands)
        finally:
            self._own.end()
            if watch is not None:
                self._loops.pop()
                self._matcher.end_watch(watch)
            done = self.round
            self.round, self._within = outer
        if watch is not None and held and done is not None:
            came = (
                self._met_end(loop, watch, done[0])
                if met
                else in_vain(self._session, loop, watch.so_far, lambda: self._in_its_place(watch))
            )
            held = met or not loop.must
            reason, came = (None, came) if held else (came.said, NOTHING)
            self._tell(loop, reason, begun, came, stands=stands)
        return held or self._goes_on(loop)

    def _rounds(self, loop: Loop, stands: Loop) -> bool:
        """`stands`: the loop as in the scenario."""
        outer = self._within
        for number in range(1, loop.times + 1):
            if number > 1:
                self._sleep(loop.pause)  # even for 0 s: it notices what ends the loop or the run
            self.round = (number, loop.times)
            self._within = (*outer, Round(stands, number))
            if loop.renumber:
                for name in named(loop.steps):
                    self._let_accept(name)
                self._numbers.begin_round()
            if not self._run_steps(loop.steps):
                return False
            self._look_out(wait=True, ask=True)
        if loop.until is not None:
            wait_for_late(loop.pause, self._sleep, lambda: self._look_out(wait=True, ask=True))
        return True

    def _let_accept(self, name: str) -> None:
        """Wait until the listeners have accepted those that connected in the round before: accepted
        in this one, they would get its numbers.
        """
        until = time.monotonic() + ACCEPTED
        while time.monotonic() < until:
            reading = self._reading(Expect(name))
            if reading is None or reading.state != "LISTEN" or not reading.unacked:
                return
            self._wait_for(Flag(), LOOK_EVERY)

    def _read(self, *, wait: bool) -> int:
        """Take the rows numbered so far; `wait`: wait for everything that has happened.

        Returns the moment before which everything is known, on the record's clock; 0: unknown.
        """
        journal = self._journal
        known = journal.clock.now() if wait else 0
        if wait and not journal.number_settled(rings=False):
            journal.number()
        until = time.monotonic() + ANSWER
        try:
            self._matcher.take(known)
            while wait and not self._feed.complete and time.monotonic() < until:
                time.sleep(SOON)
                journal.number()
                self._matcher.take(known)
        except Problem as problem:  # a pattern that takes too long
            raise Failed(problem) from problem
        return known

    def _look_out(self, *, wait: bool = False, ask: bool = False) -> None:
        """Raises LoopMet when the condition that ends a loop is met; `ask`: ask the kernel too."""
        met = self._met(wait=wait, ask=ask) if self._loops else None
        if met is not None:
            raise LoopMet(met)

    def _met(self, *, wait: bool, ask: bool) -> Watch | None:
        """The watch of the outermost loop that need not go on."""
        if self._loops:
            self._read(wait=wait)
        for loop, watch in self._loops:
            if watch.found is not None:
                return watch
            if (
                ask
                and loop.until is not None
                and loop.until.looks
                and readings.holds(loop.until, self._reading(loop.until))
            ):
                return watch
            if ask and loop.until is not None and self._programs.said(loop.until):
                return watch
        return None

    def _excuse(self) -> Watch | None:
        """The condition of a loop that a failed step has met, if any: then the loop has ended, and
        nothing has failed.
        """
        try:
            return self._met(wait=True, ask=True)
        except Failed:  # the run is given up
            return None

    def _met_end(self, loop: Loop, watch: Watch, number: int) -> Came:
        self.met = watch.found
        scenario = self.report.scenario
        return met_end(self._session, scenario, loop, watch.found, number, self._step)

    def _in_its_place(self, watch: Watch) -> Problem:
        """What came in the rounds of a loop in place of what was meant to end it."""
        until = watch.until
        if until.program is not None:
            return self._programs.wrote(until.program)
        if until.looks:
            return readings.instead(until, self._reading(until))
        return not_in_rounds(until, watch.looked_through(), self._ends(until.endpoint))

    # -- steps ----------------------------------------------------------------------------------

    def _do(self, step: Single, until: int | None = None) -> Came:
        """Carry out a step; returns what met it. `until`: as in `_expect`. Raises Failed."""
        if (over := self._over()) is not None:
            raise Failed(over)
        stands = step
        try:
            parts = self._values.parted(step)
            if len(parts) > 1:
                return self._do_each(parts)
            step = self._values.filled(step, self._encoding_of)
            if isinstance(step, Perform):
                self._fill_in_address(step)
        except Problem as problem:
            raise Failed(problem) from problem
        match step:
            case Perform():
                return self._perform(step, borrow=self._own.is_for(stands))
            case Expect():
                return self._expect(step, until)
            case Wait():
                self._sleep(step.seconds)
            case Stay():
                self._stay_on(step)
            case RunProgram():
                return self._programs.run(step, stands, self._step)
            case StopProgram():
                return self._programs.stop(step)
        return NOTHING

    def _do_each(self, parts: Sequence[Single]) -> Came:
        """Carry out a step that differs on each connection; what met the last. Raises Failed."""
        within = max(part.within if isinstance(part, Expect) else 0.0 for part in parts)
        until = self._journal.clock.now() + int(within * 1e9)
        return [self._do(part, until) for part in parts][-1]

    def _stay_on(self, step: Stay) -> None:
        """Wait until interrupted or the time is over. Raises Failed: the run is given up."""
        self._stay = Flag()
        try:
            self._wait_for(self._stay, step.seconds)
        finally:
            self._stay = None

    def _encoding_of(self, endpoint: str) -> str:
        return "utf-8" if endpoint == ANY else self._session.settings(endpoint).encoding

    def _fill_in_address(self, step: Perform) -> None:
        """Fill in an address that became known before its endpoint opens. Raises Problem."""
        if not isinstance(step.command, c.Start | c.Connect):
            return
        settings = self._session.settings(step.command.endpoint)
        filled = self._values.settings(settings)
        if filled != settings:
            ticket = self._session.perform(c.Configure(settings.name, filled))
            self._wait_for(flag_of(ticket), ANSWER)

    def _perform(self, step: Perform, *, borrow: bool) -> Came:
        until = time.monotonic() + step.until_open
        while step.until_open:  # nobody may be listening yet
            try:
                return self._perform_once(step)
            except Failed:
                if time.monotonic() >= until:
                    raise
                self._sleep(min(AGAIN, max(0.0, until - time.monotonic())))
        return self._perform_once(step, borrow=borrow)

    def _perform_once(self, step: Perform, *, borrow: bool = False) -> Came:
        try:
            command = self._numbers.command(step.command)
            here = c.is_brief(command)
            ticket = self._session.perform(command, self._step, here=here, borrow=borrow)
        except Problem as problem:
            raise Failed(problem) from problem
        if borrow:
            self._own.begin(command.endpoint)
        if not step.wait or not getattr(step.command, "wait", True):
            self._unwaited.add(step, ticket)
            return NOTHING
        if not ticket.done:
            self._wait_for(flag_of(ticket), None)
        assert ticket.outcome is not None
        if ticket.outcome.ok and step.error is None:
            return NOTHING
        if ticket.outcome.problem is not None:
            self._read(wait=True)
            self._matcher.refused(ticket.seq)
        try:
            self._check(step, ticket)
        except Failed as failed:
            name = command.endpoint or ANY
            meant = self._matcher.candidates(Expect(name)) if name in self._matcher.kept else []
            raise Failed(lost(failed.problem, meant, self._ends(name))) from failed
        error = ticket.outcome.errno or ticket.outcome.error or ""
        return Came(words=error, error=error if step.error is not None else "")

    def _check(self, step: Perform, ticket: Ticket) -> None:
        """Compare the outcome of a command with its step. Raises Failed."""
        assert ticket.outcome is not None
        check_outcome(
            step,
            ticket.outcome,
            self._kind(step.command.endpoint),
            lambda: failed_call(self._session, ticket),
            self._session.settings(step.command.endpoint).proxy if step.command.endpoint else None,
        )

    def _kind(self, endpoint: str | None) -> SocketKind:
        if endpoint is None:
            return TCP
        return kind_of(self._session.settings(endpoint), self._session.settings)

    def _reading(self, step: Expect) -> Reading | None:
        answers: list[Reading | None] = []
        done = Flag()

        def answer(reading: Reading | None) -> None:
            answers.append(reading)
            done.set()

        listens = step.looks and self._session.settings(step.endpoint).role is Role.LISTENER
        fits = readings.of_any(step, listens=listens) if step.looks else None
        self._session.look(step.endpoint, self._numbers.look(step), answer, fits)
        self._wait_for(done, ANSWER)
        return answers[0] if answers else None

    def _expect(self, step: Expect, until: int | None) -> Came:
        """Wait for what is expected; returns what met it, and what was passed over.

        Raises Failed. `until`: on the record's clock; None: as long as the step says.
        """
        if step.looks:
            look(step, lambda: self._reading(step), self._sleep)
            return NOTHING
        if step.json is not None or "" in (step.text, step.hex, step.contains, step.regex):
            check_wanted(step, self._session.settings(step.endpoint))
        until = until or self._journal.clock.now() + int(step.within * 1e9)
        try:
            self._own.came(step.within)
            self._came.clear()
            known = self._read(wait=True)  # what was done determines which connections are meant
            expect = self._numbers.expect(step)
            self._matcher.pass_by(expect)
            found = self._awaited.text(expect, until, self._own.came)
        finally:
            self._own.end()
        if found is not None:
            return self._came_as(step, found)
        try:
            search = self._matcher.search(expect, until)
        except Problem as problem:  # a text that the encoding cannot express
            raise Failed(problem) from problem
        try:
            found = self._awaited.search(search, until, known)
            settings = self._session.settings(step.endpoint)
            ends = partial(self._ends, step.endpoint)
            came = judge(step, found, search, self._matcher, settings, ends)
        except Failed:
            self._in_vain = search
            raise
        finally:
            self._matcher.end(search)
        self.found = found
        if found is not None:
            return self._came_as(step, found)
        return came

    def _came_as(self, step: Expect, found: Findings) -> Came:
        """What met a step. Raises Failed: it came at the wrong time."""
        self.found = found
        wrong = out_of_time(step, found.took) if found.took else None
        if wrong is not None:
            raise Failed(wrong)
        if step.take or step.regex is not None or step.hex is not None:
            self._values.take((connection, match.taken) for connection, match in found.matches)
        said = told_of(found.passed, found.took) if found.took or any(found.passed) else None
        return Came(found.row.seq, in_words(found.row), said)

    def _ends(self, endpoint: str) -> Ends:
        def listener_of(row: Row) -> str | None:
            self._journal.flush()  # the evidence is read from the file
            with closing(self._journal.reader()) as reader:
                found = evidence_of(reader, row).abandoned
            return None if found is None else found.listener

        kind = self._kind(None if endpoint == ANY else endpoint)
        return Ends(kind.family != "AF_UNIX", listener_of, self._held, self._masker)

    def _over(self) -> Problem | None:
        """Why the run is given up; None: it goes on."""
        if self._cancelled:
            return Problem("scenario.cancelled")
        if self._until is not None and time.monotonic() >= self._until:
            return self._not_recorded() or Problem("scenario.run_timeout")
        return self._not_recorded()

    def _sleep(self, seconds: float) -> None:
        self._wait_for(Flag(), seconds)

    def _wait_for(self, flag: Flag | Bell, seconds: float | None) -> None:
        """Wait for a flag in slices of SLICE seconds, so that Ctrl-C, cancel() and whatever ends
        the run or a loop are noticed meanwhile.
        """
        until = None if seconds is None else time.monotonic() + seconds
        slice_ = LOOK_EVERY  # the first time: it takes longer than a moment
        told = False
        while not flag.is_set():
            self._check_interrupt()
            self._look_out()
            if self._feed.many:
                self._read(wait=False)
            if (over := self._over()) is not None:
                raise Failed(over)
            now = time.monotonic()
            if until is not None and now >= until:
                return
            if told:
                if self._waits is not None:
                    self._waits()
                slice_ = LOOK_EVERY if self._loops else SLICE
            told = True
            ends = [moment - now for moment in (until, self._until) if moment is not None]
            flag.wait(min([slice_, *ends]))
