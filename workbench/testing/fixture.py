"""The fixture `workbench`: the scenario language step by step, from a test in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar, Unpack

import pytest

from workbench.engine.model.address import written_family
from workbench.engine.model.settings import Role
from workbench.frozen import dataclass
from workbench.journal.exports.rows import rows_of
from workbench.journal.query import parse as parse_filter
from workbench.journal.reader import Row
from workbench.payload.templates import PLACEHOLDERS, escape_gaps
from workbench.scenario.limits import DEEPEST
from workbench.scenario.model import Scenario, read
from workbench.scenario.named_values import Given
from workbench.scenario.step_by_step import StepByStep
from workbench.scenario.steps import OnFailure
from workbench.session import Session
from workbench.testing.kept_records import RecordPlace, kept, last_rows
from workbench.testing.language_keys import EndpointKeys, ExpectKeys, SendKeys
from workbench.testing.pytest_options import fitting, given, own_switches, speak
from workbench.texts import Problem, tr

_T = TypeVar("_T")


class StepFailed(AssertionError):
    """Raised when a step did not hold; the message says why."""


class NotUnderstood(ValueError):
    """Raised for what is not in the language; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The row that met an expectation, and the values taken from it.

    Attributes:
        row: the row of the log, the last of several; None: the kernel was asked.
        values: what the groups of its pattern took, by their names.
    """

    row: Row | None
    values: Mapping[str, bytes]


class WorkbenchEndpoint:
    """An endpoint of a test. Its steps are those of the language with its name filled in.

    Attributes:
        name: in the log, and after an @ in the address of another endpoint.
    """

    def __init__(self, owner: Workbench, name: str) -> None:
        self._owner = owner
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def address(self) -> str:
        """The address it is bound to, as a scenario spells it: "127.0.0.1:40112".

        Raises:
            NotUnderstood: it has no address yet.
        """
        __tracebackhide__ = True
        return self._owner.address_of(self.name)

    @property
    def port(self) -> int:
        """The port of its address. Raises NotUnderstood."""
        __tracebackhide__ = True
        return int(self.address.rpartition(":")[2])

    def do(self, step: str, /, **keys: Any) -> None:
        """Any step of the language: `server.do("pause", gate="accept")`. Raises StepFailed."""
        __tracebackhide__ = True
        self._owner.do(step, endpoint=self.name, **keys)

    def start(self) -> None:
        """socket, options, bind and, for a listener, listen. Raises StepFailed."""
        __tracebackhide__ = True
        self.do("start")

    def send(self, **keys: Unpack[SendKeys]) -> None:
        """Send text, hex or a file. Raises StepFailed."""
        __tracebackhide__ = True
        self._owner.do("send", endpoint=self.name, **keys)

    def expect(self, **keys: Unpack[ExpectKeys]) -> MatchedRow:
        """Wait until it is in the log, for two seconds if no `within` is given. Raises
        StepFailed.
        """
        __tracebackhide__ = True
        return self._owner.expect(endpoint=self.name, **keys)

    def close(self, *, connection: int | None = None) -> None:
        """close(): for a server its listening socket, or one connection. Raises StepFailed."""
        __tracebackhide__ = True
        self.do("close", **_said(connection=connection))

    def abort(self, *, connection: int | None = None) -> None:
        """close() that resets (SO_LINGER 1, 0). Raises StepFailed."""
        __tracebackhide__ = True
        self.do("abort", **_said(connection=connection))

    def shutdown(self, *, how: str = "SHUT_WR", connection: int | None = None) -> None:
        """shutdown(): the half-close. Raises StepFailed."""
        __tracebackhide__ = True
        self.do("shutdown", how=how, **_said(connection=connection))

    def stop(self) -> None:
        """Close everything that it has. Raises StepFailed."""
        __tracebackhide__ = True
        self.do("stop")


class WorkbenchServer(WorkbenchEndpoint):
    """A listener or a bound datagram socket."""


class WorkbenchClient(WorkbenchEndpoint):
    """A stream that connects, or a datagram socket that sends."""

    def connect(self, *, until_open: float = 0.0, error: str | None = None) -> None:
        """Connect a new socket; `until_open`: seconds in which to try again; `error`: what it must
        fail with. Raises StepFailed.
        """
        __tracebackhide__ = True
        more = {"until_open": until_open} if until_open else {}
        self.do("connect", **more, **_said(error=error))


class Workbench:
    """The endpoints of one test and their record.

    Attributes:
        record: the file that every call is written to.
        late: once all has ended, why steps did not hold that were not waited for, or that others
            followed all the same (`on_failure = "next"`).
    """

    def __init__(
        self, session: Session, given: Given, title: str, refused: Callable[[str], str] = str
    ) -> None:
        """Only for the fixture. `refused`: words a refusal for whoever began it."""
        self._refused = refused
        self._session = session
        self._given = given
        self._runner = StepByStep(session, Scenario(title, (), ()))
        self._file: dict[str, Any] = {"title": title, "endpoint": {}}
        self._before: list[dict[str, Any]] = []
        self._passed: list[str] = []  # failures that other steps followed
        self.late: str | None = None

    @property
    def record(self) -> Path:
        return self._session.record

    def values(self, **values: str | float) -> None:
        """Values that {name} stands for from now on, as [values] of a file has them.

        Raises:
            NotUnderstood: a name that cannot be one.
        """
        __tracebackhide__ = True
        self._file["values"] = {**self._file.get("values", {}), **values}
        self._file["placeholders"] = True  # even if there is none yet
        scenario = self._asked(self._read)
        self._asked(lambda: self._runner.extend(scenario))
        for name, value in values.items():  # what is made for a value is made once
            found = scenario.values[name]
            if isinstance(found, str) and found != value:
                self._file["values"][name] = escape_gaps(found, {*values, *PLACEHOLDERS})

    def server(
        self, *, name: str | None = None, start: bool = True, **keys: Unpack[EndpointKeys]
    ) -> WorkbenchServer:
        """A listener on 127.0.0.1, or what the keys say, which are those of `[endpoint.NAME]`.

        Args:
            name: in the log; the default is "server", then "server-2".
            start: at once; otherwise with `start()`.
            keys: `address="127.0.0.1:0"`, `responder={"kind": "echo"}`, `role="datagram"`, …

        Raises:
            NotUnderstood: an unknown key or a wrong value.
            StepFailed: it could not start.
        """
        __tracebackhide__ = True
        made = WorkbenchServer(self, self._add(name or "server", Role.LISTENER, dict(keys)))
        if start:
            made.start()
        return made

    def client(
        self, *, name: str | None = None, connect: bool = True, **keys: Unpack[EndpointKeys]
    ) -> WorkbenchClient:
        """A client of `address="127.0.0.1:7"`, or of `"@server"`; a stream, or `role="datagram"`.

        Args:
            name: in the log; the default is "client", then "client-2".
            connect: at once; otherwise with `connect()`.
            keys: those of `[endpoint.NAME]`.

        Raises:
            NotUnderstood: an unknown key or a wrong value.
            StepFailed: it could not connect.
        """
        __tracebackhide__ = True
        made = WorkbenchClient(self, self._add(name or "client", Role.STREAM, dict(keys)))
        if connect and keys.get("role", "stream") != "datagram":
            made.connect()
        return made

    def do(self, step: str, /, **keys: Any) -> None:
        """Any step of the language: `do("wait", seconds=0.1)`, `do("loop", times=3, step=[…])`.

        Raises:
            NotUnderstood: no such step, or a key that it does not have.
            StepFailed: it did not hold.
        """
        __tracebackhide__ = True
        self._step({"do": step, **keys})

    def expect(self, *, endpoint: str | None = None, **keys: Unpack[ExpectKeys]) -> MatchedRow:
        """As a step `expect`; `endpoint` may be left out if there is only one. Raises
        StepFailed.
        """
        __tracebackhide__ = True
        self._runner.found = None
        self._step({"do": "expect", **_said(endpoint=endpoint), **keys})
        found = self._runner.found
        if found is None:
            return MatchedRow(None, {})
        taken = {name: value.data for _, match in found.matches for name, value in match.taken}
        return MatchedRow(self._row(found.row.seq), taken)

    def rows(self, filter: str = "") -> list[Row]:  # noqa: A002 - the language of filters has that name
        """The rows of the log so far that a filter selects: `rows("call:send endpoint:a")`.

        Raises:
            NotUnderstood: no such filter.
        """
        __tracebackhide__ = True
        self._session.journal.flush()
        with closing(self._session.journal.reader()) as reader:
            condition = self._asked(lambda: parse_filter(filter, wall_ns=reader.clock.wall_ns))
            return list(rows_of(reader, condition))

    def address_of(self, name: str) -> str:
        """The address that an endpoint is bound to. Raises NotUnderstood."""
        __tracebackhide__ = True
        return self._asked(lambda: self._session.link(name))

    def last_rows(self) -> str:
        """The end of the log, for a person."""
        return last_rows(self._session)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Only for the fixture: a block in which steps may be asked for; at its end what was not
        waited for is judged.
        """
        with self._runner.begun():
            yield
            done = len(self._runner.report.steps)
        late = self._failure(done)
        failed = [*self._passed, *([] if late is None else [late])]
        self.late = "\n".join(failed) or None

    # -- how ----------------------------------------------------------------------------------

    def _add(self, wanted: str, role: Role, keys: dict[str, Any]) -> str:
        """Add an endpoint; returns its name."""
        __tracebackhide__ = True
        endpoints: dict[str, Any] = self._file["endpoint"]
        name = next(
            name
            for name in chain([wanted], (f"{wanted}-{number}" for number in count(2)))
            if name not in endpoints
        )
        body = {"role": role.value, **keys}
        address = str(body.setdefault("address", "127.0.0.1:0"))
        body.setdefault("family", self._family(address))
        self._file["endpoint"] = {**endpoints, name: body}
        try:
            self._asked(lambda: self._runner.extend(self._read()))
        except NotUnderstood:
            self._file["endpoint"] = endpoints
            raise
        return name

    def _family(self, address: str) -> str:
        """The family, as the address is written, or as the endpoint behind it has it."""
        linked = address[1:] if address.startswith("@") else ""
        if linked in self._session.endpoints:
            return self._session.settings(linked).family
        return written_family(address)

    def _step(self, body: dict[str, Any]) -> None:
        __tracebackhide__ = True
        scenario = self._asked(lambda: self._read(body))
        self._runner.extend(scenario)
        begun = len(self._runner.report.steps)
        self._runner.step(scenario.steps[-1])
        if self._goes_on(body) and body not in self._before:
            self._before.append(body)
        failed = self._failure(begun)
        if failed is not None and body.get("on_failure") == OnFailure.NEXT:
            self._passed.append(failed)
        elif failed is not None:
            raise StepFailed(failed)

    def _goes_on(self, body: Mapping[str, Any]) -> bool:
        """Whether what a step says is needed to read a later one."""
        if body["do"] == "configure" or "take" in body:
            return True
        return "values" in self._file and body["do"] != "send"

    def _failure(self, begun: int) -> str | None:
        """Why one of the steps from this one on did not hold; None: all did."""
        for result in self._runner.report.steps[begun:]:
            if result.reason is not None:
                return f"{result.title}: {result.reason.text}"
        return None

    def _read(self, *steps: dict[str, Any]) -> Scenario:
        """Everything said so far, as the scenario that it would be. Raises Problem."""
        table = {**self._file, "step": [*self._before, *steps]}
        return read(_plain(table), fitting(self._given, self._file.get("values", {})))

    def _row(self, seq: int) -> Row | None:
        self._session.journal.flush()
        with closing(self._session.journal.reader()) as reader:
            return next(iter(reader.page(seq, 1)), None)

    def _asked(self, job: Callable[[], _T]) -> _T:
        """What `job` returns; its refusal becomes an error without its frames."""
        __tracebackhide__ = True
        try:
            return job()
        except Problem as problem:
            text = self._refused(problem.text)
        raise NotUnderstood(text)


def _said(**keys: Any) -> dict[str, Any]:
    """The keys that were given."""
    return {name: value for name, value in keys.items() if value is not None}


def _plain(item: Any, depth: int = 0) -> Any:
    """Mappings and sequences as the tables and lists of a file. Raises Problem: they are nested
    deeper than a file's may be, or contain themselves.
    """
    if depth > DEEPEST:
        raise Problem("scenario.too_deep", most=DEEPEST)
    if isinstance(item, Mapping):
        return {name: _plain(part, depth + 1) for name, part in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(part, depth + 1) for part in item]
    return item


# -- the test's end -----------------------------------------------------------------------------

_OF_TEST = pytest.StashKey[tuple[Workbench, RecordPlace]]()


@contextmanager
def of_test(item: pytest.Item) -> Iterator[Workbench]:
    """The workbench of one test; afterwards everything is closed, and what was not waited for is
    judged.
    """
    speak()
    with kept(item) as place:
        failed: str | None = None
        try:
            with Session(
                place.path,
                capture=None,
                beyond_loopback=item.config.getoption("swb_beyond_loopback"),
            ) as session:
                made = Workbench(session, given(item.config), item.name, own_switches)
                item.stash[_OF_TEST] = made, place
                with made.at_work():
                    yield made
                failed = made.late
        except Problem as problem:
            failed = problem.text
        if failed is not None:
            place.failed = True
            pytest.fail(f"{failed}\n{place.told}", pytrace=False)


def tell_more(item: pytest.Item, report: pytest.TestReport) -> None:
    """Add the last rows of the log to a report, and where the record is."""
    found = item.stash.get(_OF_TEST, None)
    if found is None or report.when == "teardown":
        return
    made, place = found
    place.failed = True
    report.sections.append((tr("testing.log"), f"{made.last_rows()}\n{place.told}"))
