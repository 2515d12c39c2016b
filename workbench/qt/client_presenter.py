"""Presents a client: a stream that connects, or a datagram socket that sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.snapshot import (
    Chip,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
    Reconnecting,
)
from workbench.qt.answer_watch import AnswerWatch
from workbench.qt.endpoint_presenter import EndpointPresenter
from workbench.texts import Problem
from workbench.viewmodel.address_form import Where, split_address
from workbench.viewmodel.client_state import (
    ClientPanelState,
    LinkState,
    Scope,
    client_state,
    scope_of,
    tab_text,
    way_to_link,
)
from workbench.viewmodel.client_status import connected_datagram, is_many, is_open
from workbench.viewmodel.close_reasons import why_no_abort, why_no_half_close
from workbench.viewmodel.command_outcome import has_not_started
from workbench.viewmodel.host_suggestions import peer_hosts
from workbench.viewmodel.layer_chips import openings_of
from workbench.viewmodel.layer_form import (
    TEST_ROOT,
    over_of,
    shows_test_certificate,
    spoken_with,
)
from workbench.viewmodel.message import msg
from workbench.viewmodel.panel_state import Key, Look
from workbench.viewmodel.payload_form import Composed
from workbench.viewmodel.planned_strip import PlannedStrip
from workbench.viewmodel.remedies import client_remedies
from workbench.viewmodel.reset_cause import ResetCauses
from workbench.viewmodel.setup_form import ClientForm, client_form

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller


class ClientPresenter(EndpointPresenter[ClientForm]):
    """The presenter of a client's panel.

    Attributes:
        expects_answer: it is reported when a datagram gets none within the timeout.

    Signals:
        start_wanted(str, str): Listen at this endpoint of ours; the other name is that of the
            client that asks.
        accept_wanted(str): one accept() at this endpoint of ours.
        connect_next(): Connect is the next thing to do: it gets the focus.
        sent(PayloadForm): this was sent, and is
        to be remembered.
    """

    start_wanted = Signal(str, str)
    accept_wanted = Signal(str)
    connect_next = Signal()
    sent = Signal(object)
    server = False

    def __init__(self, controller: Controller, settings: EndpointSettings, parent: QObject) -> None:
        self._plan = PlannedStrip(controller.address_of, server=False)
        self._resets = ResetCauses()
        self._linked: tuple[object, ...] = ()
        self._followed: tuple[str, str, str, str] | None = None
        self._settled_link: str | None = None
        self._has_sent = False
        self._on_all = True
        self._reconnecting: Reconnecting | None = None
        self._composed: Composed | None = None
        self._send_after: Ticket | None = None
        self._send_anyway_after: Ticket | None = None
        super().__init__(controller, settings, parent)
        self.expects_answer = False
        self._answers = AnswerWatch(controller, self.name, self)
        self._answers.missed.connect(self._on_no_answer)

    # -- settings and the linked endpoint -------------------------------------------------------

    def form_of(self, settings: EndpointSettings, before: ClientForm | None) -> ClientForm:
        form = client_form(settings)
        self._settled_link = form.link
        return form

    def rename(self, name: str) -> None:
        super().rename(name)
        self._answers.rename(name)

    def relink(self, before: str, name: str) -> None:
        """Follow an endpoint that was renamed, if the host field links to it."""
        link = f"@{name}"
        if self.form.link == before:
            set_up = self.form.set_up
            linked = replace(set_up, where=replace(set_up.where, host=link))
            self.fill(replace(self.form, set_up=linked))
        if self._known.address == f"@{before}":
            self._known = replace(self._known, address=link)

    def _is_known(self, name: str) -> bool:
        return name in self.controller.session.endpoints

    def link(self) -> LinkState:
        """Our endpoint that the host field names, as it is now."""
        name = self.form.link
        phase, port, test_root = None, None, False
        if name is not None and self._is_known(name):
            test_root = not self.form.set_up.layers.tls.ca and shows_test_certificate(
                self.controller.session.settings(name)
            )
            phase = self.controller.snapshot(name).phase
            found = self.controller.address_of(name)
            port = split_address(found)[1] if found is not None else None
            port = "" if port == "0" else port  # the kernel has not chosen one yet
        others = [
            settings
            for settings in self.controller.session.settings_of_all()
            if settings.name != self.name
        ]
        offers = tuple(peer_hosts(self.form.set_up.where.family, others))
        return LinkState(name, phase, port, offers, test_root)

    def look(self) -> None:
        """As the base class does; the linked endpoint may have changed too."""
        name = self.form.link
        linked: tuple[object, ...] = ()
        if name is not None and not self.controller.closed and self._is_known(name):
            other = self.controller.snapshot(name)
            linked = (other.phase, other.local, other.settings)
        if linked != self._linked:
            self._linked = linked
            self._follow_kind()
            self._dirty = True
        super().look()

    def _follow_kind(self) -> None:
        """Become the kind of the linked endpoint (UDP, IPv6, TLS …) if that has changed."""
        name = self.form.link
        if name is None or not self._is_known(name):
            self._followed = None
            return
        other = self.controller.session.settings(name)
        kind = (name, other.family, other.type, over_of(other))
        if kind == self._followed or self._look_live:
            return
        before, self._followed = self._followed, kind
        if before is not None and before[0] == name:
            # who speaks otherwise on purpose (plain text to a server of TLS) goes on doing so
            self._become(other, speak=self.form.set_up.where.over == before[3])

    def _become(self, other: EndpointSettings, *, speak: bool) -> None:
        """Become the kind of another endpoint; `speak`: in what runs over the stream as well."""
        set_up = self.form.set_up
        layers = spoken_with(set_up.layers, other) if speak else set_up.layers
        over = layers.over if speak else set_up.where.over
        where = replace(set_up.where, family=other.family, type=other.type, over=over)
        self.fill(replace(self.form, set_up=replace(set_up, where=where, layers=layers)))

    def configured(self, control: str) -> bool:
        """As the base class does, after a look at the linked endpoint."""
        self._follow_kind()
        return super().configured(control)

    @property
    def _look_live(self) -> bool:
        return self._look().live

    def _fill_where(self, where: Where) -> None:
        self.fill(replace(self.form, set_up=replace(self.form.set_up, where=where)))

    @Slot()
    def leave_link(self) -> None:
        """The port was edited: the address is the client's own from now on."""
        found = self.controller.address_of(self.form.link) if self.form.link is not None else None
        if found is not None:
            self._fill_where(replace(self.form.set_up.where, host=split_address(found)[0]))

    @Slot(str)
    def settle(self, field: str) -> None:
        if field == "family" and self.form.link is None:
            host = self.link().offers[0][0]
            self._fill_where(replace(self.form.set_up.where, host=host))
        name, before = self.form.link, self._settled_link
        self._settled_link = name
        if field == "host" and name is not None and name != before and self._is_known(name):
            self._become(self.controller.session.settings(name), speak=True)
        super().settle(field)

    # -- connecting -----------------------------------------------------------------------------

    def begin(self) -> None:
        if self._now().connect.reason is None:
            self.connect_once()

    def connect_once(self) -> Ticket | None:
        """Connect with the settings of the fields; None: they cannot be used."""
        link = self.form.link
        if link is not None and not self._is_known(link):
            self.refuse(Problem("problem.unknown_link", name=link))
            return None
        if not self.configured("connect"):
            return None
        return self.act("connect", c.Connect(self.name, wait=False))

    def taken(self, snapshot: EndpointSnapshot) -> None:
        """While the client connects again by itself, its message is about that rather than the
        failure.
        """
        if snapshot.reconnecting != self._reconnecting:
            self._reconnecting = snapshot.reconnecting
            if snapshot.reconnecting is not None:
                self._trouble = None

    def ended(self, ticket: Ticket) -> None:
        if ticket is self._send_anyway_after:
            self._send_anyway_after = None
            if ticket.outcome is not None and ticket.outcome.ok and self._composed is not None:
                self._call_send(self._composed)
        if ticket is self._send_after:
            self._send_after = None
            if ticket.outcome is not None and ticket.outcome.ok and self._composed is not None:
                self._send(self._composed)
        problem = ticket.outcome is not None and ticket.outcome.problem is not None
        settings = self.settings
        several = settings.count > 1 or settings.reconnect is not None
        goes_on = self._snapshot.reconnecting is not None
        # the message with the count says so, not the first that failed; or the one about connecting
        # again
        if problem or not (goes_on or (isinstance(ticket.command, c.Connect) and several)):
            super().ended(ticket)
        elif has_not_started(ticket) and not goes_on:
            self.refresh()
            self.not_started.emit()

    # -- ending ---------------------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        """Which of the clients the actions apply to."""
        look = Look(self._snapshot, chosen=self._chosen.keys)
        return scope_of(look, on_all=self._on_all, datagram=self.form.set_up.datagram)

    @property
    def has_table(self) -> bool:
        return is_many(self._snapshot) and not self.form.set_up.datagram

    @Slot(bool)
    def aim(self, on_all: bool) -> None:
        """Have actions apply to all open clients, or to the chosen ones."""
        self._on_all = on_all
        self.refresh()

    def _choose(self, keys: tuple[Key, ...], current: Key | None) -> None:
        super()._choose(keys, current)
        self._on_all = not keys

    @Slot()
    def half_close(self) -> None:
        to = self.scope.targets(why_no_half_close)
        self.act("half_close", *(c.Shutdown(self.name, connection=target) for target in to))

    @Slot()
    def abort(self) -> None:
        to = self.scope.targets(why_no_abort)
        self.act("abort", *(c.Abort(self.name, connection=target) for target in to))

    @Slot()
    def close(self) -> None:
        scope = self.scope
        if self.phase in (Phase.CONNECTING, Phase.SETTING_UP) and (not scope.many or scope.on_all):
            self.act("close", c.Stop(self.name))
            return
        to = scope.close_targets
        self.act("close", *(c.Close(self.name, connection=target) for target in to))

    # -- sending --------------------------------------------------------------------------------

    @property
    def repeating(self) -> bool:
        """Whether a repeated Send is under way."""
        return any(
            isinstance(ticket.command, c.Send) and ticket.command.repeat != 1 and not ticket.done
            for ticket in self.commands.under_way
        )

    @Slot(object)
    def send(self, composed: Composed) -> None:
        """Send, stop a repeated Send, or offer the ways to get a connection."""
        if self.repeating:
            self.act("send", c.Cancel(self.name))
            return
        self.send_once(composed)

    def send_once(self, composed: Composed) -> None:
        """Send without stopping a repeated Send, or offer the ways to get a connection."""
        self._composed = composed
        if self._now().can_send or self._just_connected():
            self._send(composed)
            return
        self.tell(
            "busy",
            msg("message.not_connected"),
            "connect_and_send",
            # a scenario's `call` takes text: hex can only be sent the ordinary way
            "send_anyway" if composed.draft.form == "text" else None,
        )

    @Slot()
    def tell_escapes_dropped(self) -> None:
        """Say that a pasted backslash has turned escapes off for this message."""
        self.tell("info", msg("message.escapes_dropped"))

    @Slot()
    def send_to_nobody(self) -> None:
        """Say why the Send key does nothing: no client is chosen."""
        self.tell("busy", msg("message.send_to_nobody"))

    def frame_targets(self, target: c.Target) -> Sequence[c.Target]:
        return self._now().send_to or (target,)

    def _just_connected(self) -> bool:
        """Whether connect() has come back although the snapshot does not show it yet."""
        newest = self.controller.snapshot(self.name)
        return is_open(newest) or self.commands.connected_after(newest.revision)

    def _send(self, composed: Composed) -> None:
        state = self._now()
        command = composed.send
        if isinstance(command, Problem):
            self.refuse(command)
            return
        if not state.send_to:
            self.send_to_nobody()
            return
        if state.datagram and not connected_datagram(self._snapshot):
            if not self.configured("connect"):
                return
            link = self.form.link
            command = replace(command, to=self.draft().address if link is None else f"@{link}")
        if state.datagram and self.expects_answer and (timeout := self.wished().timeout):
            self._answers.begin(timeout)
        made = replace(command, endpoint=self.name)
        self.act("send", *(replace(made, connection=target) for target in state.send_to))
        self._has_sent = True
        self.sent.emit(composed.draft)

    @Slot(bool)
    def expect_answer(self, expected: bool) -> None:
        """Switch whether a datagram without an answer within the timeout is reported."""
        self.expects_answer = expected
        if not expected:
            self._answers.give_up()

    @Slot(float)
    def _on_no_answer(self, seconds: float) -> None:
        self.tell("busy", msg("message.no_answer", seconds=f"{seconds:g}"), "wait_again")

    def _connect_and_send(self) -> None:
        self.unlocked(self._connect_before_send)

    def _connect_before_send(self) -> None:
        self._send_after = self.connect_once()

    def _send_anyway(self) -> None:
        """send() on a socket without a connection, so that the kernel's error is seen."""
        composed = self._composed
        if composed is None:
            return
        if isinstance(composed.send, Problem):
            self.refuse(composed.send)
            return
        if self._snapshot.open_count:
            self._call_send(composed)
        elif self.configured("connect"):
            self._send_anyway_after = self.act("other_way", c.Start(self.name))

    def _call_send(self, composed: Composed) -> None:
        if isinstance(composed.send, c.Send):
            self.act("other_way", c.Call(self.name, "send", (composed.send.text or "",)))

    # -- showing --------------------------------------------------------------------------------

    def planned(self) -> tuple[Chip, ...]:
        return self._plan.read_from(self.form, self.settings)

    def make_state(self, look: Look) -> ClientPanelState:
        return client_state(
            look,
            self.form,
            self.link(),
            scope_of(look, on_all=self._on_all, datagram=self.form.set_up.datagram),
            repeating=self.repeating,
            abandoned_by=self._abandoned_by,
        )

    def _now(self) -> ClientPanelState:
        """The current state, whether it is in sight or not."""
        if self._dirty or not isinstance(self.state, ClientPanelState):
            return self.make_state(self._look())
        return self.state

    def _abandoned_by(self, item: ConnectionSnapshot) -> str | None:
        committed = self.controller.session.journal.committed
        return self._resets.of(item, self.controller.reader, committed)

    @property
    def tab_text(self) -> str:
        """The text of the panel's tab."""
        return tab_text(self._snapshot)

    @property
    def several(self) -> bool:
        return is_many(self._snapshot)

    @property
    def answered(self) -> bool:
        """Whether bytes were sent and others came back. Those of a handshake are no message."""
        newest = self._snapshot.connections[-1:]
        talks = not openings_of(self.settings) or self._has_sent
        return bool(
            newest and newest[0].bytes_out and talks and self.conversation.answers_after_send
        )

    # -- remedies -------------------------------------------------------------------------------

    def way_out(self, command: c.Command, errno: str | None) -> str | None:
        return way_to_link(self.link(), errno, datagram=self.form.set_up.datagram)

    def remedies(self, row: Row) -> tuple[str, ...]:
        datagram = self.form.set_up.datagram
        return tuple(client_remedies(row, self._snapshot, self.link(), datagram=datagram))

    @Slot(str)
    def apply(self, remedy: str, row: Row | None = None) -> None:
        ways: dict[str, Callable[[], None]] = {
            "start_server": self._start_link,
            "bind_server": self._start_link,
            "accept_one_there": self._accept_there,
            "connect_again": self.start,
            "trust_test_root": self._trust_test_root,
            "connect_and_send": self._connect_and_send,
            "send_anyway": self._send_anyway,
            "close_now": self.close,
            "wait_again": self.receive_once,
        }
        with suppress(KeyError):
            ways[remedy]()

    def _start_link(self) -> None:
        name = self.form.link
        if name is not None:
            self.start_wanted.emit(name, self.name)
            datagram = self.form.set_up.datagram
            self.tell("info", msg("message.now_send" if datagram else "message.now_connect"))
            self.connect_next.emit()

    def _trust_test_root(self) -> None:
        """Trust the certificates that are made here for tests, and connect once more."""
        set_up = self.form.set_up
        tls = replace(set_up.layers.tls, ca=TEST_ROOT)
        self.fill(
            replace(self.form, set_up=replace(set_up, layers=replace(set_up.layers, tls=tls)))
        )
        self.start()

    def _accept_there(self) -> None:
        if self.form.link is not None:
            self.accept_wanted.emit(self.form.link)

    def reset_session(self) -> None:
        self._answers.give_up()
        self._resets = ResetCauses()
        self._send_after = self._send_anyway_after = None
        super().reset_session()
        self.conversation.again()
