"""Session: endpoints and the record they write. Window, command line, labs and tests hold one."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter_ns
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from workbench.certificates.for_layers import FilesOfSession
from workbench.engine.model import commands as c
from workbench.engine.model.events import (
    COMMAND,
    DEFAULT_CAPTURE,
    NOTE,
    Cause,
    EndpointAdded,
    EndpointIdentity,
    Event,
)
from workbench.engine.model.identity_cache import IdentityCache
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.proxy_settings import proxy_for, proxy_secrets
from workbench.engine.model.serialize import command_row, settings_json
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Ticket
from workbench.engine.runtime.unopened import UnopenedEndpoint
from workbench.engine.sockets import descriptors
from workbench.engine.sockets.socket_factory import HERE, Maker
from workbench.journal import private
from workbench.journal.keep import Keep
from workbench.journal.private import PrivateFolder
from workbench.journal.recorder import Recorder
from workbench.journal.records import free_name, new_path
from workbench.journal.schema import SECRETS
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.runtime.host import EndpointHost
    from workbench.engine.sockets.event_loop import Spawn

SLICE: Final = 0.1
"""Seconds of a wait, after which it is looked whether somebody is in a hurry."""
COLLECTED: Final = 2.0
"""Seconds in which a thread without sockets should have ended: one may wait in C for a name."""
HURRIED: Final = 0.5
"""Seconds for each of these where somebody is in a hurry."""


class _Removed(NamedTuple):
    """What is kept of an endpoint that was removed.

    Attributes:
        numbered: how many of its connections had a number.
    """

    settings: EndpointSettings
    numbered: int


class Session:
    """The endpoints by name, and the journal that records them.

    Thread-safe for one caller at a time per endpoint; `perform` and `snapshot` never wait for a
    socket.

    Attributes:
        journal: the recorder; readers are opened through it.
        record: the record's file, another one once that was taken away; or the folder of its
            segments.
        passing: why the record is deleted with the session; None: it lasts.
        beyond_loopback: whether a bind that other machines can reach is allowed (with a warning).
        files: finds the certificates and the like that settings name.
        shows_secrets: whether outputs and reports of it mask nothing.
    """

    def __init__(
        self,
        record: Path | None = None,
        *,
        spawn: Spawn | None = None,
        capture: int | None = DEFAULT_CAPTURE,
        beyond_loopback: bool = False,
        lasting: bool = True,
        keep: Keep | None = None,
        shows_secrets: bool = False,
    ) -> None:
        """Begin a record; `record` None makes a new file in the user's state directory.

        `keep`: keep only the newest part; the record is then a folder. `lasting` False: if it
        cannot be made there, one that is deleted with the session will do.

        Raises:
            Problem: the file exists, or cannot be made.
        """
        descriptors.raise_fd_limit()
        self.passing: Problem | None = None
        self._folders: list[PrivateFolder] = []
        try:
            path = record if record is not None else new_path(folder=keep is not None)
            self.journal = Recorder(path, capture=capture, keep=keep)
        except Problem as problem:
            if record is not None or lasting:
                raise
            self.passing = problem
            self.journal = self._begin_anywhere(problem, capture, keep)
        self.sink = self.journal
        self._begun_ns = self.journal.clock.perf_ns
        self.journal.tell_at_work(self._at_work, self._settle)
        self.beyond_loopback = beyond_loopback
        self.files = FilesOfSession(lambda: self.record)
        self.shows_secrets = shows_secrets
        self._spawn = spawn
        self._hosts: dict[str, EndpointHost | UnopenedEndpoint] = {}
        self._latest: dict[str, Ticket] = {}
        self._removed: dict[EndpointIdentity, _Removed] = {}
        self._rows = IdentityCache(command_row)
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._temp: PrivateFolder | None = None
        self._closed = False
        self._hurry = threading.Event()
        self._before_close: list[Callable[[], None]] = []
        self.journal.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def record(self) -> Path:
        return self.journal.record

    def _begin_anywhere(self, refused: Problem, capture: int | None, keep: Keep | None) -> Recorder:
        """A record that is deleted with the session, on another disk or in memory. Raises
        `refused`.
        """
        for place in private.places():
            try:
                folder = PrivateFolder(place, "record-")
            except Problem:
                continue
            try:
                made = Recorder(
                    free_name(folder.path, folder=keep is not None), capture=capture, keep=keep
                )
            except Problem:
                folder.close()
                continue
            self._folders.append(folder)
            return made
        raise refused

    # -- endpoints ----------------------------------------------------------------------------

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Names, in the order they were added."""
        return tuple(self._hosts)

    def add(
        self,
        settings: EndpointSettings,
        maker: Maker = HERE,
        *,
        again: EndpointIdentity | None = None,
    ) -> None:
        """Add an endpoint whose sockets `maker` makes; nothing is opened yet.

        `again`: restores the endpoint that was removed, under any name: it has its rows again, and
        the numbers of its connections go on. An endpoint of another session is added as a new one.

        Raises:
            Problem: the name is taken, or the session is closed.
        """
        self._check_open()
        if settings.name in self._hosts:
            raise Problem("engine.name_taken", name=settings.name)
        before = self._removed.pop(again, None) if again is not None else None
        number = again.id if again is not None and before is not None else next(self._ids)
        numbered = before.numbered if before is not None else 0
        self._hosts[settings.name] = UnopenedEndpoint(number, settings, maker, numbered)
        if before is None:
            self._announce(number, settings)
        else:
            self._tell_put_back(number, before.settings, settings)

    def _tell_put_back(
        self, number: int, before: EndpointSettings, settings: EndpointSettings
    ) -> None:
        """Write the rows of a restored endpoint: that it is back, and what has changed."""
        name = settings.name
        before_here = replace(before, name=name)
        self._announce(number, before_here)
        self.note("put_back", "", name)
        if before.name != name:
            self.note("renamed", f"{before.name!r}, {name!r}", name)
        if before_here != settings:
            command = c.Configure(name, settings)
            self._announce(number, settings)
            self._record(command, number).finish()

    def identity(self, name: str) -> EndpointIdentity:
        """The endpoint that has this name now. Raises Problem for an unknown name."""
        return EndpointIdentity(self._begun_ns, self._held(name).id)

    def remove(self, name: str) -> Ticket:
        """Forget an endpoint; its rows stay in the record, and another one says it was removed.

        Its sockets are closed; the ticket ends when they are.

        Raises:
            Problem: an unknown endpoint, or a closed session.
        """
        self._check_open()
        host, identity = self._held(name), self.identity(name)
        self.note("removed", "", name)
        if self._is_open(name, host):
            ticket = self.perform(c.Stop(name))
        else:  # a stop would leave rows about nothing
            ticket = Ticket(c.Stop(name))
            ticket.finish()
        del self._hosts[name]
        self._latest.pop(name, None)
        settings = host.settings
        self._removed[identity] = _Removed(settings, host.numbered)

        def count(_ticket: Ticket) -> None:
            if identity in self._removed:  # it may have accepted one more before it was stopped
                self._removed[identity] = _Removed(settings, host.numbered)

        ticket.add_callback(count)
        return ticket

    def rename(self, name: str, wished: str) -> None:
        """Call an endpoint otherwise, whatever it has open. It stays the one that it is: its rows
        of before have the new name too, and a row says since when. Clients of it follow.

        Raises:
            Problem: the wished name is taken.
        """
        self._check_open()
        host = self._held(name)
        if wished in self._hosts:
            raise Problem("engine.name_taken", name=wished)
        host.rename(wished)
        self._hosts = {item.name: item for item in tuple(self._hosts.values())}
        if name in self._latest:
            self._latest[wished] = self._latest.pop(name)
        self._announce(host.id, host.settings)
        for other in tuple(self._hosts.values()):
            other.relink(name, wished)
        self.note("renamed", f"{name!r}, {wished!r}", wished)

    def settings(self, name: str) -> EndpointSettings:
        """The settings in effect. Raises Problem for an unknown name."""
        return self._held(name).settings

    def holds_key(self, settings: EndpointSettings) -> bool:
        """Whether the endpoint has loaded the key of these settings, so that it needs no
        password.
        """
        return self._held(settings.name).holds_key(settings)

    def settings_of_all(self) -> tuple[EndpointSettings, ...]:
        """The settings of each endpoint, in the order of `endpoints`."""
        return tuple(host.settings for host in tuple(self._hosts.values()))

    def snapshot(self, name: str) -> EndpointSnapshot:
        """The newest snapshot of an endpoint; changes nothing, and only the first look may wait.

        One is made with each command, and when `refresh` asks for one.
        """
        return self._held(name).newest()

    def snapshot_now(self, name: str, within: float) -> EndpointSnapshot:
        """A snapshot made after this call; the newest one if making it takes more than `within`
        s.
        """
        made = threading.Event()
        self.refresh(name, done=made.set)
        made.wait(within)
        return self.snapshot(name)

    def refresh(
        self,
        name: str,
        detail: frozenset[int] = frozenset(),
        seen: frozenset[int] = frozenset(),
        done: Callable[[], None] | None = None,
    ) -> None:
        """Have a newer snapshot of an endpoint made on its thread; never waits.

        `done` is called there when it is made; at once if the endpoint has no thread, and so
        nothing new to show. `detail`: connection ids whose kernel readings and options should be
        read in full; `seen`: connections in sight, whose readings should be.
        """
        self._held(name).refresh(detail, seen, done)

    def look(
        self,
        name: str,
        connection: int | None,
        answer: Callable[[Reading | None], None],
        fits: Callable[[Reading], bool] | None = None,
    ) -> None:
        """Record a kernel reading of a connection, and hand it to `answer`; never waits.

        `connection` counts within the endpoint; None is the listener, or the current connection;
        with `fits`, whichever of its sockets fits. `answer(None)`: there is no such socket. It is
        called on the endpoint's thread.
        """
        self._held(name).look(connection, answer, fits)

    def numbered(self, name: str) -> int:
        """How many connections an endpoint has numbered so far. Raises Problem."""
        return self._held(name).numbered

    def open_ones(self) -> list[str]:
        """The endpoints that have a socket, open or being opened."""
        hosts = tuple(self._hosts.items())  # others may come and go meanwhile
        return [name for name, host in hosts if self._is_open(name, host)]

    def _is_open(self, name: str, host: EndpointHost | UnopenedEndpoint) -> bool:
        return host.busy() or self._is_pending(name)

    def _held(self, name: str) -> EndpointHost | UnopenedEndpoint:
        try:
            return self._hosts[name]
        except KeyError:
            raise Problem("engine.unknown_endpoint", name=name) from None

    def _host(self, name: str) -> EndpointHost:
        """What drives an endpoint; with the first command it is made, and its modules are
        imported.
        """
        held = self._held(name)
        if isinstance(held, UnopenedEndpoint):
            from workbench.engine.runtime.host import EndpointHost
            from workbench.engine.sockets.event_loop import thread_spawn

            self._hosts[name] = held = EndpointHost.of(held, self, self._spawn or thread_spawn)
        return held

    def _announce(self, number: int, settings: EndpointSettings) -> None:
        self._keep_login(settings)
        self.journal.put(
            EndpointAdded(
                number,
                settings.name,
                settings.role.value,
                settings.family,
                settings.type,
                settings_json(settings),
            )
        )

    def _keep_login(self, settings: EndpointSettings) -> None:
        """Have outputs mask a proxy's login before any row contains it."""
        try:
            proxy = proxy_for(settings.proxy, settings.address, tls="tls" in settings.layers)
        except Problem:  # the environment does not name a proxy: whoever connects is told
            return
        secrets = proxy_secrets(settings.proxy, proxy)
        if secrets:
            self.journal.keep_beside(SECRETS, secrets)

    # -- commands -----------------------------------------------------------------------------

    def perform(
        self,
        command: c.Command,
        above: Cause | None = None,
        *,
        here: bool = False,
        borrow: bool = False,
    ) -> Ticket:
        """Record a command and hand it to its endpoint's thread; `above`: the step it belongs to.

        `here`: it is short, and may be carried out by the caller if that thread has nothing else to
        do. `borrow`: the caller then waits for the answer itself (`attend`) and gives the socket
        back (`give_back`) right after, whatever came. An error of a socket fails the ticket.

        Raises:
            Problem: an unknown endpoint, or a closed session.
        """
        self._check_open()
        host = self._host(command.endpoint) if command.endpoint is not None else None
        if isinstance(command, c.Configure) and host is not None:
            if command.settings.name != host.name:  # made before the endpoint got another name
                command = replace(command, settings=replace(command.settings, name=host.name))
            if not host.is_kind_of(command.settings.role):
                host = self._change_role(host, command.settings)
            self._announce(host.id, command.settings)
        upcoming = host.publisher.command_ends if host is not None else None
        ticket = self._record(command, host.id if host is not None else 0, upcoming, above)
        if host is None or isinstance(command, c.Mark):
            ticket.finish()
        else:
            self._latest[host.name] = ticket
            host.submit(ticket, here=here, borrow=borrow)
        return ticket

    def _record(
        self,
        command: c.Command,
        number: int,
        upcoming: Callable[[], int] | None = None,
        above: Cause | None = None,
    ) -> Ticket:
        """Write the row of a command; returns its ticket, which is the cause of what follows.

        `number`: the id of its endpoint; 0: it has none. `upcoming`, `above`: as for the ticket.
        """
        # the settings are not kept anywhere: they may contain the password of a key
        named = command_row if isinstance(command, c.Configure) else self._rows.of
        call, args = named(command)
        ticket = Ticket(command, upcoming, above)
        now = perf_counter_ns() - self._begun_ns
        self.journal.put(Event(now, 0, number, None, COMMAND, call, args, cause=ticket))
        return ticket

    def attend(self, name: str, seconds: float) -> bool:
        """Wait for data on the socket borrowed from an endpoint, and read it here.

        False: nothing came in this time, or none was borrowed.
        """
        return self._host(name).worker.loop.attend(seconds)

    def give_back(self, name: str) -> None:
        """Give the borrowed socket back: the endpoint's thread waits for it again."""
        self._host(name).worker.loop.take_back()

    def _change_role(self, old: EndpointHost, settings: EndpointSettings) -> EndpointHost:
        """Make a closed endpoint one of another kind (TCP server to UDP socket)."""
        if self._opens(old):
            raise Problem("engine.role_locked", name=old.name)
        self._hosts[old.name] = fresh = old.as_another_kind(settings)
        return fresh

    def _opens(self, host: EndpointHost | UnopenedEndpoint) -> bool:
        """Whether an endpoint has something open, or its socket is about to be made."""
        latest = self._latest.get(host.name)
        return host.busy() or (
            latest is not None
            and not latest.done
            and isinstance(latest.command, c.Start | c.Connect | c.Send | c.Call)
        )

    def note(
        self,
        call: str,
        args: str = "",
        endpoint: str | None = None,
        cause: Cause | None = None,
    ) -> None:
        """Write a note of the program; `call` names its text."""
        number = self._held(endpoint).id if endpoint is not None else 0
        now = perf_counter_ns() - self._begun_ns
        self.journal.put(
            Event(now, 0, number, None, NOTE, call, args, None, None, None, None, None, None, cause)
        )

    def stop_all(self) -> list[Ticket]:
        """Stop every endpoint; the tickets end when their sockets are closed."""
        return [self.perform(c.Stop(name)) for name in self.endpoints]

    def stop_all_and_wait(self, timeout: float = 5.0) -> None:
        """Stop every endpoint that has something open, and wait until it is closed: the end of a
        run.
        """
        until = time.monotonic() + timeout
        for ticket in [self.perform(c.Stop(name, at_end=True)) for name in self.open_ones()]:
            self._wait(ticket.wait, until)

    def _at_work(self) -> bool:
        """Whether any endpoint's thread is doing something now, so that a call may be under way."""
        return any(host.at_work for host in tuple(self._hosts.values()))

    def _settle(self, seconds: float) -> bool:
        """Wait until the calls under way have come back; False: some may not have."""
        until = time.monotonic() + seconds
        settled = True
        for host in tuple(self._hosts.values()):
            settled &= host.settle(max(0.0, until - time.monotonic()))
        return settled

    def _is_pending(self, name: str) -> bool:
        """Whether its last command has not ended: a start may be about to open a socket."""
        latest = self._latest.get(name)
        return latest is not None and not latest.done

    # -- what endpoints ask for ---------------------------------------------------------------

    def link(self, name: str) -> str:
        """The address of another endpoint: where it listens, last did, or will.

        Raises:
            Problem: it has no port yet.
        """
        return self._held(name).address()

    def temp_dir(self) -> Path:
        """A private 0700 folder for temp:NAME addresses; its path stays short (107-byte limit).

        Raises:
            Problem: there is no place for one.
        """
        with self._lock:
            if self._temp is None:
                self._temp = PrivateFolder()
                self._folders.append(self._temp)
            return self._temp.path

    # -- the end ------------------------------------------------------------------------------

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until every endpoint that owns nothing has given up its thread."""
        until = time.monotonic() + timeout
        return all(
            host.join(max(0.0, until - time.monotonic()))
            for host in tuple(self._hosts.values())
            if not host.busy()
        )

    def before_close(self, job: Callable[[], None]) -> Callable[[], None]:
        """Have `job()` called before the close, to end what uses this session on a thread of its
        own; returns a function that cancels this.

        A reader of the record must not be in use while the record is closed.
        """
        self._before_close.append(job)

        def end() -> None:
            with suppress(ValueError):
                self._before_close.remove(job)

        return end

    def hurry(self) -> None:
        """Make `close` and `stop_all_and_wait` wait at most HURRIED from now on; callable from any
        thread.
        """
        self._hurry.set()

    def _wait(self, wait: Callable[[float], bool], until: float) -> None:
        """Let `wait` wait until that time, or until it is hurried and has had its moment."""
        hurried = False
        while not wait(max(0.0, min(SLICE, until - time.monotonic()))):
            if self._hurry.is_set() and not hurried:
                hurried, until = True, min(until, time.monotonic() + HURRIED)
            if time.monotonic() >= until:
                return

    def close(self, timeout: float = 10.0) -> None:
        """Stop everything, join the threads, close the record. Idempotent; bounded by `timeout`."""
        if self._closed:
            return
        until = time.monotonic() + timeout
        for job in list(self._before_close):
            job()
        self.stop_all_and_wait(timeout)
        self._closed = True
        for host in tuple(self._hosts.values()):
            self._wait(host.join, min(until, time.monotonic() + COLLECTED))
        self.journal.close()
        for folder in self._folders:
            folder.close()

    def _check_open(self) -> None:
        if self._closed:
            raise Problem("engine.session_closed")
