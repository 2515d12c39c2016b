"""What a panel does for its controls: a command goes out, a message says what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.family import error_stem, fitting, kind_of
from workbench.engine.model.settings import Role
from workbench.texts import Problem
from workbench.ui.widgets.message_bar import MessageBar
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel import control_commands
from workbench.viewmodel.message import ErrorMessage, Level, Remedy, Sentence, StatusMessage, msg

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket
    from workbench.qt.controller import Controller

LOOK_BACK: Final = 1000
READS: Final = c.Recv | c.Step | c.Accept
"""Commands that may wait until we end what they wait on."""
ENDED_BY_US: Final = frozenset({"engine.closed_meanwhile", "engine.stopped_meanwhile"})


class CommandRunner(QWidget):
    """Performs commands on one endpoint.

    Attributes:
        name: of the endpoint; the panel's tab.

    Signals:
        focused(): something in the panel was chosen or pressed.
        started(): Listen, Bind or Connect is under way.
        not_started(): it has failed.
    """

    focused = Signal()
    started = Signal()
    not_started = Signal()

    def __init__(self, controller: Controller, name: str, prefix: str) -> None:
        """`prefix` goes before the controls' object names."""
        super().__init__()
        self.controller = controller
        self.name = name
        self.controls = NamedControls(prefix)
        self.message = MessageBar(self.controls)
        self._trouble: StatusMessage | None = None
        self._tickets: dict[Ticket, str] = {}

    @property
    def under_way(self) -> Iterable[Ticket]:
        """The commands that have not come to an end yet."""
        return self._tickets

    def forget(self) -> None:
        """What came of earlier commands is of no interest any more."""
        self._tickets.clear()
        self._trouble = None

    def way_out(self, command: c.Command, errno: str | None) -> Remedy | None:
        """The button that leads out of a failure, where there is one."""
        return None

    def act(self, control: str, command: c.Command) -> Ticket | None:
        """Perform a command for a control; what comes of it is shown in the message line."""
        full = f"{self.controls.prefix}.{control}"
        self.focused.emit()
        self._trouble = None
        try:
            ticket = self.controller.perform(control_commands.check(full, command))
        except Problem as problem:
            self.refuse(problem)
            return None
        if ticket.done:
            self._show_outcome(ticket)
        else:
            self._tickets[ticket] = control
        if isinstance(command, c.Start | c.Connect | c.Listen):
            self.started.emit()
        return ticket

    def refuse(self, problem: Problem, way_out: Remedy | None = None) -> None:
        """Say what is wrong with what was typed or asked for."""
        self._trouble = StatusMessage("bad", ErrorMessage(problem), way_out=way_out)
        self.message.show_message(self._trouble)

    def tell(
        self,
        level: Level,
        text: Sentence,
        way_out: Remedy | None = None,
        other_way: Remedy | None = None,
    ) -> None:
        """A message that stays until the next action or change of state."""
        self._trouble = StatusMessage(level, text, way_out=way_out, other_way=other_way)
        self.message.show_message(self._trouble)

    @Slot(str)
    def withdraw(self, key: str) -> None:
        """Say no more what this text (its key) says; the next picture shows what is."""
        text = self._trouble.text if self._trouble is not None else None
        if key == (text.problem.key if isinstance(text, ErrorMessage) else text and text.key):
            self._trouble = None

    @Slot(object)
    def _on_ticket_done(self, ticket: Ticket) -> None:
        if self._tickets.pop(ticket, None) is not None:
            self._show_outcome(ticket)

    def _show_outcome(self, ticket: Ticket) -> None:
        outcome = ticket.outcome
        command = ticket.command
        if outcome is None or outcome.ok:
            return
        if isinstance(command, c.Start | c.Connect | c.Listen):
            self.not_started.emit()
        if (
            outcome.problem is not None
            and isinstance(command, READS)
            and (outcome.problem.key in ENDED_BY_US)
        ):
            return  # the close, abort or stop that ended it is what was wished for
        if outcome.problem is not None:
            self.refuse(outcome.problem, self.way_out(command, None))
            return
        call = self._failed_call(command)
        kind = kind_of(
            self.controller.session.settings(self.name), self.controller.session.settings
        )
        stem = error_stem(outcome.errno, outcome.error, kind)
        what = msg(fitting(f"{stem}.what", kind))
        if outcome.tried is not None:
            text = msg(
                "message.failed_addresses",
                count=len(outcome.tried.failures),
                address=outcome.tried.name,
                tried=str(outcome.tried),
                what=what,
            )
        else:
            text = msg(
                "message.failed", call=call, errno=outcome.errno or outcome.error or "", what=what
            )
        self._trouble = StatusMessage(
            "bad",
            text,
            why=self._select_newest_failure,
            way_out=self.way_out(command, outcome.errno),
        )
        self.message.show_message(self._trouble)

    def _failed_call(self, command: c.Command) -> str:
        """The method that failed: of a set-up the failed chip's, else the command's own."""
        if isinstance(command, c.Start | c.Connect):
            for chip in reversed(self.controller.snapshot(self.name).strip):
                if chip.errno is not None:
                    return chip.call
        if isinstance(command, c.Call):
            return command.call
        if isinstance(command, c.Step) and command.gate is c.Gate.ACCEPT:
            return "accept"
        read = (
            "recvfrom"
            if self.controller.session.settings(self.name).role is Role.DATAGRAM
            else "recv"
        )
        return {
            c.Start: "bind",
            c.Connect: "connect",
            c.Send: "send",
            c.Step: read,
            c.Recv: read,
            c.Accept: "accept",
            c.Listen: "listen",
            c.Shutdown: "shutdown",
            c.SetOption: "setsockopt",
        }.get(type(command), "close")

    def _select_newest_failure(self) -> None:
        """Lead to the newest failure, which may be milliseconds old."""
        self.controller.after_commit(self, self._lead_to_newest_failure)

    def _lead_to_newest_failure(self) -> None:
        """The newest row of this endpoint with an error, not far back."""
        committed = self.controller.session.journal.committed
        first = max(1, committed - LOOK_BACK)
        rows = self.controller.reader.page(first, committed - first + 1)
        for row in reversed(rows):
            trouble = row.errno or row.error
            if row.endpoint == self.name and trouble and trouble not in PENDING:
                self.controller.select(
                    endpoint=self.name, connection=row.connection, seq=row.seq, pinned=False
                )
                return
        self.controller.select(endpoint=self.name)
