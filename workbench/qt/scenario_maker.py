"""Makes a scenario from the window's record, and from what its endpoints know besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.frozen import dataclass
from workbench.journal.masked import secrets_in
from workbench.journal.schema import SECRETS
from workbench.qt.background_reader import SOON, WHENEVER
from workbench.qt.full_collections import put_off
from workbench.scenario.code import to_python
from workbench.scenario.expected import Substitute
from workbench.scenario.from_record import Excerpt, commands_of, making
from workbench.scenario.layer_keys import TYPED
from workbench.scenario.recorded import scaled
from workbench.scenario.repeat import Repeat, repeated
from workbench.scenario.steps import Scenario
from workbench.scenario.without_secrets import python_without, toml_naming, toml_without
from workbench.scenario.write import to_toml
from workbench.texts import Problem
from workbench.viewmodel.default_endpoints import LAB_PREFIX
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.typed_scenario import TypedScenario, TypedScenarios

if TYPE_CHECKING:
    from workbench.journal.reader import Reader
    from workbench.qt.background_reader import Task
    from workbench.qt.controller import Controller

STEP: Final = 0.005
"""Seconds of work between two looks whether there is something more urgent: many a step takes a
tenth of that, and the window would do nothing but hear how far it is."""
CONNECTIONS: Final = 50
"""Connections that are offered one by one, the newest."""
Scope = tuple[str, int | None]
"""An endpoint, and a connection of it by its id in the record; None: all of them."""
_MADE, _WRITTEN, _NAMED, _READ = 0.8, 0.85, 0.9, 0.95
"""The share of the work that is done after each part of it."""


@dataclass(frozen=True, slots=True)
class ScenarioWish:
    """Which scenario to make.

    Attributes:
        source: what messages call the text.
        excerpt: how to make it; `seqs`: the chosen rows; `loose`: only the scenario, no text.
        scope: only this endpoint or connection, in place of the chosen rows.
        rows: only rows in this range; None: all.
        repeat: puts the steps into a loop.
    """

    source: str
    excerpt: Excerpt = Excerpt()
    scope: Scope | None = None
    rows: range | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as a scenario.

    Attributes:
        read: the scenario, or what is wrong. python: the same in Python; "" if there is none.
    """

    text: str
    read: TypedScenario
    python: str


@dataclass(frozen=True, slots=True)
class Written:
    """The scenario that was made.

    Attributes:
        scenario: without a loop. choices: the parts that are expected as patterns.
        text: its text. typed: knows that this text was made here.
    """

    scenario: Scenario
    choices: tuple[Substitute, ...]
    text: ReadText
    typed: TypedScenarios


class ScenarioMaker(QObject):
    """The model behind the window *Make scenario*. What takes long is done on another thread, one
    task at a time: a new one replaces the one before.

    Signals:
        scopes_found(object): the endpoints and connections to choose from: a Scope by its name.
        progressed(float): the share of the work that is done.
        written(Written): the scenario and its text are made.
        made(Scenario): the scenario without a text (`loose`) is made.
        refused(Problem): why none can be made.
        read(ReadText): a typed text was read.
        read_again(): what was done until `look_again` is in the record.
    """

    scopes_found = Signal(object)
    progressed = Signal(float)
    written = Signal(object)
    made = Signal(object)
    refused = Signal(object)
    read = Signal(object)
    read_again = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._task: Task | None = None
        self._scopes: Task | None = None
        self._wish: ScenarioWish | None = None
        self._collect = put_off()
        self.destroyed.connect(self._collect)
        controller.session_reset.connect(self._on_session_reset)

    @property
    def committed(self) -> int:
        """The last row that is in the record."""
        return self._controller.session.journal.committed

    @property
    def making(self) -> bool:
        """Whether a scenario is being made, or a text read."""
        return self._task is not None

    def look_for_scopes(self) -> None:
        """Emit the endpoints and connections that a scenario can be made of."""
        self._scopes = self._controller.background.begin(
            lambda reader: iter([scopes_of(reader)]), self.scopes_found.emit, rank=SOON
        )

    def make(self, wish: ScenarioWish) -> None:
        """Begin to make this scenario; what was under way is given up."""
        self.give_up()
        rows = self._controller.values.in_force
        names = {row.name: row.value for row in rows if not row.secret}
        work = partial(_made, wish=wish, names=names, passwords=self._passwords())
        self._wish = wish
        self._task = self._controller.background.begin(work, self._on_said, rank=WHENEVER)

    def understand(self, text: str, typed: TypedScenarios, source: str) -> None:
        """Begin to read a typed text; what was under way is given up."""
        self.give_up()
        self._task = self._controller.background.begin(
            lambda _reader: iter([read_text(text, typed, source)]), self._on_said, rank=WHENEVER
        )

    @Slot()
    def give_up(self) -> None:
        """Give up what is under way."""
        task, self._task, self._wish = self._task, None, None
        self._controller.background.cancel(task)

    def leave(self) -> None:
        """Give up everything, because the window closes."""
        self._collect()
        self.give_up()
        self._controller.background.cancel(self._scopes)

    @Slot()
    def _on_session_reset(self) -> None:
        """Begin again with the new record: what was made of the old one is not told any more."""
        if self._wish is not None:
            self.make(self._wish)

    def _on_said(self, said: object) -> None:
        if self._controller.closed:
            return
        if isinstance(said, float):
            self.progressed.emit(said)
            return
        self._task = self._wish = None
        if isinstance(said, Written):
            self.written.emit(said)
        elif isinstance(said, Scenario):
            self.made.emit(said)
        elif isinstance(said, ReadText):
            self.read.emit(said)
        else:
            self.refused.emit(said)

    def _passwords(self) -> dict[str, str]:
        """The variable that is to hold the password, by endpoint whose key needed one here: no
        record contains the password itself.
        """
        session = self._controller.session
        tls = {name: session.settings(name).tls for name in session.endpoints}
        return {
            name: TYPED
            for name, item in tls.items()
            if item is not None and item.key_password is not None
        }

    def held_open(self, made: Scenario) -> list[str]:
        """The endpoints of the scenario that are open now, which a run stops."""
        session = self._controller.session
        return [
            settings.name
            for settings in made.endpoints
            if settings.name in session.endpoints and session.snapshot(settings.name).phase in OPEN
        ]

    def without_secrets(self, text: str, *, python: bool) -> str:
        """The text as it leaves the window, with environment variables in place of secrets."""
        with closing(self._controller.session.journal.reader()) as reader:
            known = secrets_in(reader.kept(SECRETS))
        return python_without(text, known, asks=True) if python else toml_without(text, known)

    @Slot()
    def look_again(self) -> None:
        """Emit a signal once everything done so far is in the record."""
        self._controller.after_commit(self, self.read_again.emit)


def read_text(text: str, typed: TypedScenarios, source: str) -> ReadText:
    """The text, read as a scenario."""
    read = typed.read(text, source)
    return ReadText(text, read, "" if read.scenario is None else to_python(read.scenario))


def scopes_of(reader: Reader) -> dict[str, Scope]:
    """The single endpoints and connections of a record to choose from, by their names; the newest
    connection first.
    """
    names = {
        item.id: item.name for item in reader.endpoints() if not item.name.startswith(LAB_PREFIX)
    }
    found: dict[str, Scope] = {name: (name, None) for name in names.values()}
    for item in reader.connections()[: -CONNECTIONS - 1 : -1]:
        number = reader.number_of(item.id)
        if number is not None and item.parent is None and item.endpoint in names:
            name = names[item.endpoint]
            found[f"{name} #{number}"] = (name, item.id)
    return found


def _made(
    reader: Reader, wish: ScenarioWish, names: Mapping[str, str], passwords: Mapping[str, str]
) -> Iterator[object]:
    """The work of a background task: yields the shares done, then what was made or a Problem."""
    try:
        yield from _longer(_steps(reader, wish, names, passwords))
    except Problem as problem:
        yield Problem(problem.key, **problem.args_)


def _longer(steps: Iterator[object]) -> Iterator[object]:
    """The same work in steps that take STEP at least; what is no share is told in any case."""
    until = monotonic() + STEP
    for said in steps:
        if not isinstance(said, float) or monotonic() >= until:
            yield said
            until = monotonic() + STEP


def _steps(
    reader: Reader, wish: ScenarioWish, names: Mapping[str, str], passwords: Mapping[str, str]
) -> Iterator[object]:
    excerpt = replace(wish.excerpt, seqs=_meant(reader, wish), without=LAB_PREFIX)
    found = yield from scaled(making(reader, excerpt), 0.0, _MADE)
    scenario = replace(found.scenario, passwords=passwords)
    if excerpt.loose:
        yield scenario
        return
    text = to_toml(scenario if wish.repeat is None else repeated(scenario, wish.repeat))
    yield _WRITTEN
    text = toml_naming(text, names)
    yield _NAMED
    typed = TypedScenarios()
    typed.made(text, wish.source)
    yield _READ
    yield Written(scenario, found.choices, read_text(text, typed, wish.source), typed)


def _meant(reader: Reader, wish: ScenarioWish) -> Collection[int] | None:
    """The rows whose commands are meant; None: all."""
    chosen = wish.excerpt.seqs if wish.scope is None else commands_of(reader, *wish.scope)
    if chosen is None or wish.rows is None:
        return wish.rows if chosen is None else chosen
    return {row for row in chosen if row in wish.rows}
