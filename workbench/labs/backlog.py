"""BacklogRun: the backlog lab: a listener that does not accept, clients, and what the kernel did.

Outcomes come from the record's events, the queue from the kernel; nothing is calculated from N.
"""

from __future__ import annotations

import contextlib
import platform
import threading
import time
from collections.abc import Callable
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.events import LAB_ENDED
from workbench.engine.model.ticket import Outcome, Ticket, failed
from workbench.engine.sockets.kernel_readings import LINUX
from workbench.engine.sockets.socket_factory import HERE
from workbench.journal.query import parse as parse_filter
from workbench.labs.backlog_clients import Clients
from workbench.labs.backlog_data import Family, Picture, Result
from workbench.labs.backlog_endpoints import connector, listener
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_view import Observer
from workbench.labs.listener_address import sockaddr_of
from workbench.labs.modes.admission import Stage
from workbench.labs.private_net import PrivateNet
from workbench.session import Session
from workbench.texts import Problem

TICK: Final = 0.05
TICK_MANY: Final = 0.2
MANY: Final = 64
"""Seconds between two readings (of many clients): how fine the times of SYN repeats are."""


class BacklogRun:
    """One run of the lab on a session's endpoints. Any thread may call its methods.

    A thread of its own makes the connects on time and watches; it ends with the run. What was done
    stays in the session's record; the endpoints are removed at the end.

    Attributes:
        settings: as given. client, server: names of the endpoints.
        failure: why the listener could not be set up, or why nothing can be said about the clients.
    """

    def __init__(self, session: Session, settings: BacklogSettings, *, name: str = "") -> None:
        """Nothing is opened yet; `name` is the prefix of the endpoints' names.

        Raises:
            Problem: settings that cannot be run, or endpoints with these names.
        """
        settings.check()
        self.settings = settings
        self.server = f"{name}server"
        self.client = f"{name}client"
        self.failure: Outcome | None = None
        self._session = session
        self._wake = threading.Event()
        self._done = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="backlog lab", daemon=True)
        self._clients = Clients(self.client, self.server)
        self._net = PrivateNet() if settings.mode.private else None
        self._admission = settings.mode.admission(
            Stage(
                session,
                self.server,
                self.client,
                settings.backlog,
                settings.clients,
                self._net,
                self._wake.set,
            )
        )
        self._observer = Observer(session, settings, self._clients, self._admission, self._net)
        self._sockets = 0
        self._result: Result | None = None
        maker = self._net.maker if self._net is not None else HERE
        session.add(listener(self.server, settings), maker)
        session.add(connector(self.client, settings, self.server), maker)
        self._seen = self._before = session.journal.committed
        self._forget = session.before_close(self.stop)

    # -- from any thread ----------------------------------------------------------------------

    @property
    def bound(self) -> float:
        """Seconds after which the run ends at the latest."""
        return self.settings.bound

    def prepare(self) -> None:
        """Make the private network if the mode needs one; if this was not called, `start` does it.

        Raises:
            Problem: there is none on this system, and why.
        """
        if self._net is None:
            return
        self._net.start()
        self.settings.mode.prepare(self._net)

    def start(self) -> None:
        """Set the listener up and begin to connect."""
        self._thread.start()

    def picture(self) -> Picture:
        """The newest picture of the lab.

        Reads nothing, so that a window can ask ten times a second.
        """
        return self._observer.picture()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the run; False if it goes on."""
        return self._done.wait(timeout)

    def give_up_preparing(self) -> None:
        """Stop waiting for the private network: a `prepare` under way raises Problem."""
        if self._net is not None:
            self._net.give_up()

    def give_up(self) -> None:
        """Ask the run to end; returns at once, and `wait` tells when it has."""
        self._stopping = True
        self._wake.set()

    def stop(self) -> None:
        """End it now; what has no outcome yet is pending. Waits until the sockets are closed."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is None:
            self._tidy()
            self._done.set()
        elif self._thread is not threading.current_thread():
            self._thread.join()

    def result(self) -> Result:
        """The result of the run. Raises Problem before its end, or if nothing could be opened."""
        if self._result is None:
            raise Problem("backlog.no_result")
        return self._result

    def accept_one(self) -> None:
        """accept() once; in mode gate the first in the waiting room is served."""
        self._admission.accept_one()
        self._wake.set()

    def listen_again(self, backlog: int) -> None:
        """listen(backlog) on the live listener, or on a new one if it was closed."""
        self._admission.listen_again(backlog, listening=self._observer.picture().listening)

    def close_listener(self) -> None:
        """close() the listener: whoever waits is reset, whoever asks is refused."""
        self._admission.end()
        self._perform(c.Close(self.server))

    def _perform(self, command: c.Command) -> Ticket:
        return self._session.perform(command)

    # -- the run ------------------------------------------------------------------------------

    def _run(self) -> None:
        end = self._session.journal.subscribe(lambda _seq: self._wake.set())
        reader = self._session.journal.reader()
        names = parse_filter(f'endpoint:"{self.server}"|"{self.client}"', wall_ns=0)

        def fold() -> None:
            upto = self._session.journal.committed
            for seqs in reader.select(names, self._seen, upto):
                for at in range(0, len(seqs), 500):
                    for row in reader.rows(seqs[at : at + 500]):
                        self._clients.take(row)
            self._seen = upto

        try:
            if self._open():
                self._conduct(fold)
                result = self._conclude(fold)
                stopped = self._session.journal.failed
                if stopped is None:
                    self._result = result
                else:  # what the clients met after that is unknown
                    self.failure = failed(Problem("scenario.not_recorded", reason=stopped))
        finally:
            self._observer.finish()
            end()
            self._tidy()
            reader.close()
            self._done.set()

    def _open(self) -> bool:
        """Open the listener as the mode wants it; False: a call failed."""
        self._clients.start_ns = self._session.journal.clock.now()
        self._observer.begin()
        try:
            self.prepare()
        except Problem as problem:
            self.failure = failed(problem)
            return False
        mode, family = self.settings.mode, self.settings.family
        for step in mode.set_up(self._session, self.server, family):
            ticket = self._perform(step)
            ticket.wait()
            if ticket.outcome is None or not ticket.outcome.ok:
                self.failure = ticket.outcome
                return False
        self._target = sockaddr_of(self._session.link(self.server), family)
        try:
            self._admission.begin()
        except Problem as problem:
            self.failure = failed(problem)
            return False
        return True

    def _conduct(self, fold: Callable[[], None]) -> None:
        settings = self.settings
        begin = time.perf_counter()
        self._clients.start_ns = self._session.journal.clock.now()
        self._observer.begin()
        asked, look_at, serving = 0, 0.0, settings.accept_after is None
        while not self._stopping and self._session.journal.failed is None:
            now = time.perf_counter() - begin
            while (
                asked < settings.clients
                and asked * settings.every <= now
                and (self._may_connect(asked))
            ):
                self._connect_one()
                asked += 1
            if not serving and now >= (settings.accept_after or 0.0):
                serving = True
                self._look(fold)
                self._admission.serve()
            if now >= look_at:
                self._observer.look(self.server, self.client)
                look_at = now + (TICK if settings.clients <= MANY else TICK_MANY)
            fold()
            self._observer.draw()
            self._admission.go_on(self._observer.views())
            if now >= settings.bound or (
                asked == settings.clients and serving and not settings.hold and self._decided()
            ):
                return
            due = settings.bound
            if asked < settings.clients and self._may_connect(asked):
                due = asked * settings.every
            if not serving:
                due = min(due, settings.accept_after or 0.0)
            now = time.perf_counter() - begin
            self._wake.wait(max(0.0, min(due, look_at, settings.bound) - now))
            self._wake.clear()

    def _may_connect(self, asked: int) -> bool:
        return self._admission.may_connect(asked, self._observer.views())

    def _connect_one(self) -> None:
        """socket(), then on the same socket connect(); AF_UNIX gets a name in between."""
        self._perform(c.Call(self.client, "socket")).add_callback(self._socket_made)

    def _socket_made(self, ticket: Ticket) -> None:
        """On the client's thread: a socket() that failed is an outcome of its own."""
        if ticket.outcome is None or not ticket.outcome.ok:
            return
        self._sockets += 1
        with contextlib.suppress(Problem):  # the session is closing
            if self.settings.family is Family.UNIX and LINUX:  # autobind: unix(7)
                self._perform(c.Call(self.client, "bind", ("",), self._sockets))
            self._perform(c.Call(self.client, "connect", (self._target,), self._sockets))

    def _decided(self) -> bool:
        """Whether every client has its final outcome, so that the run need not go on to its
        bound.
        """
        return self._observer.decided(self.settings.clients)

    def _look(self, fold: Callable[[], None]) -> None:
        """Take a kernel reading that is newer than this call, and all events up to it."""
        self._observer.look_afresh(self.server, self.client)
        self._session.journal.flush()
        fold()

    def _conclude(self, fold: Callable[[], None]) -> Result:
        self._look(fold)
        self._observer.draw()
        self._session.note(LAB_ENDED, f"{self._before}, {self.client!r}", self.server)
        return self._observer.result(system())

    def _tidy(self) -> None:
        """Remove both endpoints, the clients first: close() of the listener would reset those in
        its queue.
        """
        self._forget()
        self._admission.end()
        for name in (self.client, self.server):
            with contextlib.suppress(Problem):  # closed with its session, or removed already
                self._session.remove(name).wait(5.0)
        if self._net is not None:
            self._net.close()


def system() -> str:
    """The system in two words, such as Linux 6.18."""
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
