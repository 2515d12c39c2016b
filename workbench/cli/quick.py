"""The quick forms `listen` and `connect`: what people use ncat for, with a record of it.

Received data goes to stdout and typed text to the peer; the log goes to stderr, or to the record.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Final

from workbench import interrupts
from workbench.cli import web_options
from workbench.cli.exit_status import BAD_INPUT, FAILED, INTERRUPTED, OK
from workbench.cli.option_types import seconds
from workbench.cli.output import tell, write
from workbench.cli.printer import Printer
from workbench.cli.received import Received
from workbench.cli.rules_file import rules_of
from workbench.cli.run import new_session
from workbench.cli.typed import Kind, Typed, is_closed, is_file, is_there
from workbench.engine.model import commands as c
from workbench.engine.model.address import is_name, written_family
from workbench.engine.model.address import parse as parse_address
from workbench.engine.model.family import kind_of
from workbench.engine.model.message_ends import Messages
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.protocol.responder import compile_responder
from workbench.journal.notes import OF_HOLDERS, note_text
from workbench.payload.notation import check_encoding, encode
from workbench.payload.templates import hex_template
from workbench.scenario.outcome import failure_text
from workbench.scenario.step_by_step import StepByStep
from workbench.scenario.steps import FIN, Expect, Perform, Scenario, Step, Wait
from workbench.scenario.write import to_toml
from workbench.session import Session
from workbench.texts import Problem, tr

SLICE: Final = 0.2
"""Seconds of one wait."""
QUIET: Final = 1.0
"""Seconds of silence after which an answer that nothing else bounds is taken to be whole."""
FAREWELL: Final = 2.0
"""Seconds that the peer of a WebSocket has to answer our Close frame."""
AFTERWARDS: Final = 0.5
"""Seconds without input, after the peer has finished sending, until waiting for more input is given
up.
"""
TABLES_READ: Final = 2.0
"""Seconds for finding out who holds an address: every process is looked at."""
_PATIENCE: Final = 5.0
_FOR_EVER: Final = 10**8
_UNTIL_SENT: Final = Nothing(OnPeerClose.KEEP)
"""For a server that sends a file: whoever finishes sending first gets it all the same, as with
ncat.
"""
_BACKLOG_MOST: Final = 2**31 - 1
_SERVER: Final = "server"
_CLIENT: Final = "client"


def backlog(text: str) -> int:
    """The type of --backlog. Raises ArgumentTypeError, as argparse expects."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_backlog", value=text)) from None
    if not 0 <= value <= _BACKLOG_MOST:
        raise argparse.ArgumentTypeError(
            tr("problem.backlog_range", value=text, least=0, most=_BACKLOG_MOST)
        )
    return value


class _InOrder(argparse.Action):
    """An option that may be repeated and keeps its position among the others."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        said = [*(getattr(namespace, "talk", None) or ()), (self.dest, values)]
        namespace.talk = said


class _Port(argparse.Action):
    """The port as a separate word after the host, as with ncat and telnet."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if values is not None:
            host = str(namespace.address)
            inside = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
            namespace.address = f"{inside}:{values}"


def _address(text: str) -> str:
    """A port alone means this machine; ncat would listen on every interface."""
    return f"127.0.0.1:{text}" if text.isascii() and text.isdigit() else text


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDRESS", type=_address, help=tr("cli.help_address"))
    parser.add_argument("port", metavar="PORT", nargs="?", action=_Port, help=tr("cli.help_port"))


def add_listen_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `listen` to those that all commands take."""
    _add_address(parser)
    parser.add_argument("--udp", action="store_true", help=tr("cli.help_udp"))
    parser.add_argument(
        "--backlog",
        type=backlog,
        default=128,
        metavar="N",
        help=tr("cli.help_backlog_of_listen"),
    )
    reply = _add_answers(parser)
    reply.add_argument("--greet", metavar="TEXT", help=tr("cli.help_greet"))
    reply.add_argument("--sink", action="store_true", help=tr("cli.help_sink"))
    parser.add_argument("--once", action="store_true", help=tr("cli.help_once"))
    parser.add_argument(
        "--status", type=web_options.status, metavar="401", help=tr("cli.help_status")
    )
    web_options.add_server_options(parser)
    parser.set_defaults(insecure=False)
    _add_common(parser)


def add_connect_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `connect` to those that all commands take."""
    _add_address(parser)
    parser.add_argument("--udp", action="store_true", help=tr("cli.help_udp"))
    for name, shown in (("send", "TEXT"), ("hex", "HEX"), ("file", "FILE"), ("expect", "TEXT")):
        parser.add_argument(
            f"--{name}", action=_InOrder, metavar=shown, help=tr(f"cli.help_{name}")
        )
    parser.add_argument("--crlf", action="store_true", help=tr("cli.help_crlf"))
    parser.add_argument("--half-close", action="store_true", help=tr("cli.help_half_close"))
    parser.add_argument("--wait", type=seconds, default=None, metavar="S", help=tr("cli.help_wait"))
    parser.add_argument("--until-eof", action="store_true", help=tr("cli.help_until_eof"))
    parser.add_argument(
        "--ping", action=_InOrder, nargs="?", const="", metavar="TEXT", help=tr("cli.help_ping")
    )
    parser.add_argument(
        "--close", action=_InOrder, metavar="CODE[:REASON]", help=tr("cli.help_close")
    )
    web_options.add_client_options(parser)
    _add_answers(parser)
    parser.set_defaults(talk=())
    _add_common(parser)


def _add_answers(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add the options that say how either side answers."""
    reply = parser.add_mutually_exclusive_group()
    reply.add_argument("--echo", action="store_true", help=tr("cli.help_echo"))
    reply.add_argument("--rules", type=Path, metavar="FILE", help=tr("cli.help_rules"))
    return reply


def _add_common(parser: argparse.ArgumentParser) -> None:
    web_options.add_common_options(parser)
    parser.add_argument("--encoding", metavar="E", help=tr("cli.help_encoding"))
    parser.add_argument("--raw", action="store_true", help=tr("cli.help_raw"))
    parser.add_argument("--scenario", action="store_true", help=tr("cli.help_scenario"))


# -- what both have ---------------------------------------------------------------------------


class _Talk:
    """A session whose received bytes go to stdout, and its log to stderr or, as JSON lines, to
    stdout.
    """

    def __init__(
        self, session: Session, settings: EndpointSettings, args: argparse.Namespace
    ) -> None:
        self.received = Received(
            session,
            settings,
            shown=not (args.json or isinstance(settings.responder, Sink)),
            raw=args.raw,
            encoding=args.encoding or "utf-8",
        )
        self.log: Printer | None = None
        if args.json:
            self.log = Printer(session)
        elif args.record is None:
            self.log = Printer(session, text=True, error=True)
        self._json = args.json
        self._journal = session.journal

    def begin_log(self) -> None:
        """Print the log, from the first row on."""
        if self.log is not None:
            self.log.start()

    @property
    def unheard(self) -> bool:
        """Whether nobody reads the output any more."""
        return self.log is not None and self.log.gone.is_set() if self._json else self.received.gone

    @property
    def in_vain(self) -> bool:
        """Whether going on is pointless: nobody reads the output, or it can no longer be
        recorded.
        """
        return self.unheard or self._journal.failed is not None


@contextmanager
def _talking(
    session: Session, settings: EndpointSettings, args: argparse.Namespace
) -> Iterator[_Talk]:
    """A block in which the talk is printed; afterwards all of it has been, and its sockets are
    closed.
    """
    talk = _Talk(session, settings, args)
    with session.journal.following(talk.received, whole=talk.received.needs_bytes):
        talk.received.start()
        try:
            yield talk
        finally:
            session.stop_all_and_wait()
            session.journal.flush()
            try:
                talk.received.finish()
            finally:
                if talk.log is not None:
                    talk.log.finish()


# -- listen -----------------------------------------------------------------------------------


def listen(args: argparse.Namespace) -> int:
    """Listen until Ctrl-C, --timeout, or until nobody reads the output any more."""
    settings = _server(args)
    if args.scenario:
        write(to_toml(Scenario("listen", (settings,), (Perform(c.Start(_SERVER)),))))
        return OK
    if settings.responder == Nothing() and not (args.udp or settings.layers) and is_file():
        settings = replace(settings, responder=_UNTIL_SENT)
    with new_session(args) as session:
        try:
            with _talking(session, settings, args) as talk:
                return _listen(session, settings, args, talk)
        except KeyboardInterrupt:
            return INTERRUPTED


def _listen(
    session: Session, settings: EndpointSettings, args: argparse.Namespace, talk: _Talk
) -> int:
    """Open the server and serve until it is over; returns the exit status."""
    session.add(settings)
    ticket = session.perform(c.Start(_SERVER))
    while not ticket.wait(SLICE):  # a name may be looked up for long
        interrupts.check()
    outcome = ticket.outcome
    if outcome is not None and not outcome.ok:
        tell(failure_text(outcome, kind_of(settings)), error=True)
        if outcome.errno == "EADDRINUSE":
            _say_holder(session)
        talk.begin_log()
        return BAD_INPUT if outcome.problem is not None else FAILED
    if not args.json:
        tell(tr("cli.listening", address=session.link(_SERVER)), error=True)
    talk.begin_log()  # after that sentence, from which others read the address
    _serve(session, settings, args, talk)
    interrupts.check()
    return OK


def _say_holder(session: Session) -> None:
    """Say who holds the address, once the kernel's tables have been read."""
    until = monotonic() + TABLES_READ
    while True:
        seen = session.journal.committed
        with closing(session.journal.reader()) as reader:
            note = next((row for row in reader.page(1, 1000) if row.call in OF_HOLDERS), None)
        if note is not None:
            tell(note_text(note), error=True)
            return
        left = until - monotonic()
        if left <= 0 or not session.journal.wait_committed(seen + 1, left):
            return
        interrupts.check()


def _serve(
    session: Session, settings: EndpointSettings, args: argparse.Namespace, talk: _Talk
) -> None:
    """Serve until it is over; typed text goes to the clients once there is one."""
    received = talk.received
    typed = None
    if isinstance(settings.responder, Nothing) and is_there():
        kind = _kind(args, settings)
        typed = Typed(session, _SERVER, received.tell, kind=kind, all_of_them=not args.udp)
    waited = settings.responder == _UNTIL_SENT
    until = monotonic() + (args.timeout if args.timeout is not None else _FOR_EVER)
    begun = False
    with interrupts.telling(asked=received.tell):
        while not (interrupts.asked() or talk.in_vain or monotonic() >= until):
            if args.once and received.over:
                break
            if typed is not None and not begun and (received.opened or received.came):
                begun = True
                typed.start()
            if waited and typed is not None and typed.ended:
                waited = False
                _close_the_finished(session)
            with received.changed:
                received.changed.wait(min(SLICE, max(until - monotonic(), 0)))
    if typed is not None:
        typed.stop()


def _close_the_finished(session: Session) -> None:
    """The file is sent: close the clients that have finished too now, and others as soon as they
    have.
    """
    settings = replace(session.settings(_SERVER), responder=Nothing())
    session.perform(c.Configure(_SERVER, settings)).wait(_PATIENCE)
    for item in session.snapshot_now(_SERVER, _PATIENCE).connections:
        if item.closed_ns is None and item.peer_finished:
            session.perform(c.Close(_SERVER, connection=item.number))


def _server(args: argparse.Namespace) -> EndpointSettings:
    messages: Messages | None = None
    encoding = args.encoding or "utf-8"
    check_encoding(encoding)
    responder: Responder
    if args.greet is not None:
        responder = Greet(args.greet)
    elif args.sink:
        responder = Sink()
    else:
        responder, messages = _answers(args)
    compile_responder(responder)
    web = web_options.web_of(args)
    family = family_of(web.address)
    reuse = family != "AF_UNIX" and not args.udp and sys.platform != "win32"
    settings = EndpointSettings(
        _SERVER,
        Role.DATAGRAM if args.udp else Role.LISTENER,
        family,
        "SOCK_DGRAM" if args.udp else "SOCK_STREAM",
        address=web.address,
        backlog=args.backlog,
        responder=responder,
        options=(("SO_REUSEADDR", 1),) if reuse else (),
        encoding=encoding,
        messages=messages,
    )
    return web.on(settings)


def _answers(args: argparse.Namespace) -> tuple[Responder, Messages | None]:
    """How either side answers, and how a stream is divided for it. Raises Problem."""
    if args.rules is not None:
        return rules_of(args.rules)
    return (Echo() if args.echo else Nothing()), None


def _kind(args: argparse.Namespace, settings: EndpointSettings) -> Kind:
    """How typed text is sent."""
    if WEBSOCKET in settings.layers:
        return Kind.BINARY if args.binary else Kind.TEXT
    return Kind.DATAGRAMS if args.udp else Kind.STREAM


# -- connect ----------------------------------------------------------------------------------


def connect(args: argparse.Namespace) -> int:
    """Connect; send and expect what the options say, else send what is typed; close."""
    settings = _client(args)
    steps = _steps(args, settings)
    if args.scenario:
        write(to_toml(Scenario("connect", (settings,), (*steps, *_ending(args, settings)))))
        return OK
    with new_session(args) as session:
        runner = StepByStep(session, Scenario("connect", (), ()))
        try:
            with (
                _talking(session, settings, args) as talk,
                interrupts.telling(asked=lambda: _interrupt(runner, talk)),
                runner.begun(),
            ):
                talk.begin_log()
                runner.extend(Scenario("connect", (settings,), ()))
                if not _all_hold(runner, steps, talk):
                    return FAILED
                return _converse(session, settings, args, talk, runner)
        except KeyboardInterrupt:
            return INTERRUPTED


def _converse(
    session: Session,
    settings: EndpointSettings,
    args: argparse.Namespace,
    talk: _Talk,
    runner: StepByStep,
) -> int:
    """Send what is typed, unless the options said it all, and end the talk; the exit status."""
    why = None if args.talk else _by_hand(session, settings, args, talk)
    _say_end(runner, settings, talk)
    why = why or _broken(args, talk.received)
    if why is not None:
        tell(failure_text(why, kind_of(settings), "recv"), error=True)
        if why.errno is not None:  # so that the record says so too
            runner.step(Expect(_CLIENT, errno=why.errno, absent=True, within=0.0))
    runner.step(Perform(c.Close(_CLIENT)))
    return OK if why is None else FAILED


def _ending(args: argparse.Namespace, settings: EndpointSettings) -> Iterator[Step]:
    """The steps that end the talk."""
    if not args.talk and not isinstance(settings.responder, Nothing):
        yield Expect(_CLIENT, closed=_end_of(settings), within=settings.timeout or _PATIENCE)
    elif WEBSOCKET in settings.layers and not any(kind == "close" for kind, _ in args.talk):
        yield Perform(c.CloseWebSocket(_CLIENT))
    yield Perform(c.Close(_CLIENT))


def _end_of(settings: EndpointSettings) -> str | bool:
    """What ends a talk: a FIN, or the close handshake of a WebSocket, however the kernel's
    connection ends afterwards.
    """
    return True if WEBSOCKET in settings.layers else FIN


def _broken(args: argparse.Namespace, received: Received) -> Outcome | None:
    """Why a talk failed although all of its steps held; None: it did not."""
    waited = args.until_eof or args.wait is not None or (args.talk and args.talk[-1][0] != "expect")
    if received.fault is None and args.talk and waited and received.lost is not None:
        return received.outcome_of_loss()
    return received.fault


def _say_end(runner: StepByStep, settings: EndpointSettings, talk: _Talk) -> None:
    """End a WebSocket properly: a Close frame, and the peer's own before the socket is closed."""
    received = talk.received
    if WEBSOCKET not in settings.layers or received.ended or talk.in_vain:
        return
    if not received.closing:
        runner.step(Perform(c.CloseWebSocket(_CLIENT)))
    until = monotonic() + FAREWELL
    while not (received.ended or talk.in_vain or monotonic() >= until):
        with received.changed:
            received.changed.wait(max(0.0, min(SLICE, until - monotonic())))
        interrupts.check()


def _interrupt(runner: StepByStep, talk: _Talk) -> None:
    runner.interrupt()
    talk.received.tell()


def _all_hold(runner: StepByStep, steps: Sequence[Step], talk: _Talk) -> bool:
    """Carry out the steps until one fails, which is reported."""
    for step in steps:
        if isinstance(step, Wait):
            _until_quiet(talk, step.seconds)
            continue
        result = runner.step(step)
        if result.reason is not None:
            fault = talk.received.why_lost(FAREWELL)
            tell(result.reason if fault is None else failure_text(fault), error=True)
            return False
    return True


def _until_quiet(talk: _Talk, seconds: float) -> None:
    """Wait until nothing has come for that long, the peer has ended, or nobody reads the output."""
    received = talk.received
    came, since = received.came, monotonic()
    while not received.ended and not talk.in_vain:
        with received.changed:
            received.changed.wait(max(0.0, min(SLICE, since + seconds - monotonic())))
        interrupts.check()
        if received.came != came:
            came, since = received.came, monotonic()
        elif monotonic() - since >= seconds:
            return


def _by_hand(
    session: Session, settings: EndpointSettings, args: argparse.Namespace, talk: _Talk
) -> Outcome | None:
    """Send what is typed, as ncat does, until the peer has finished; one that answers by itself
    needs nothing typed. Returns why it failed; None: it did not.
    """
    received = talk.received
    typed = None
    if isinstance(settings.responder, Nothing) and (is_there() or is_closed()):
        kind = _kind(args, settings)
        typed = Typed(session, _CLIENT, received.tell, crlf=args.crlf, kind=kind)
        typed.start()
    by_a_person = typed is None or (not is_closed() and os.isatty(0))

    def over() -> bool:
        if typed is not None and typed.failed is not None:
            return True
        if received.ended:  # what is on its way to the peer is sent first
            return by_a_person or typed is None or typed.rests(AFTERWARDS)
        return args.wait is not None and (typed is None or typed.ended)

    while not (talk.in_vain or over()):
        with received.changed:
            received.changed.wait(SLICE)
        interrupts.check()
    if not received.ended and args.wait is not None:
        _until_quiet(talk, args.wait)
    if typed is not None:
        typed.stop()
    failed = received.why_lost(FAREWELL) or (typed.failed if typed is not None else None)
    failed = failed or received.outcome_of_loss()
    return None if talk.unheard else failed


def _client(args: argparse.Namespace) -> EndpointSettings:
    web = web_options.web_of(args)
    family = family_of(web.address)
    if family != "AF_UNIX" and parse_address(web.address, family).port == 0:
        raise Problem("problem.port_zero")
    if family == "AF_INET" and not args.udp and is_name(web.address):
        family = UNSPECIFIED  # whichever of its addresses answers
    encoding = args.encoding or "utf-8"
    check_encoding(encoding)
    responder, messages = _answers(args)
    compile_responder(responder)
    settings = EndpointSettings(
        _CLIENT,
        Role.DATAGRAM if args.udp else Role.STREAM,
        family,
        "SOCK_DGRAM" if args.udp else "SOCK_STREAM",
        address=web.address,
        bind="" if args.udp else None,
        timeout=args.timeout if args.timeout is not None else _PATIENCE,
        responder=responder,
        encoding=encoding,
        messages=messages,
    )
    return web.on(settings)


def _said(kind: str, value: str, args: argparse.Namespace, settings: EndpointSettings) -> Step:
    """One part of the talk as a step. Raises Problem."""
    append = Append.CRLF if args.crlf else Append.NOTHING
    match kind:
        case "send":
            data = encode(value, settings.encoding)
            if args.binary:
                return Perform(c.Send(_CLIENT, hex=data.hex(" "), append=append))
            return Perform(c.Send(_CLIENT, text=value, append=append))
        case "hex":
            hex_template(value, (), settings.encoding)
            return Perform(c.Send(_CLIENT, hex=value))
        case "file":
            return Perform(c.Send(_CLIENT, file=value))
        case "ping":
            return Perform(web_options.ping_of(_CLIENT, value))
        case "close":
            return Perform(web_options.close_of(_CLIENT, value))
    encode(value, settings.encoding)
    return Expect(_CLIENT, contains=value, within=settings.timeout or _PATIENCE)


def _steps(args: argparse.Namespace, settings: EndpointSettings) -> tuple[Step, ...]:
    """The steps that were asked for, in order, with their time limits.

    Raises:
        Problem: a text that the encoding lacks, malformed hex, a file that is not there, an end of
            a stream where there is none.
    """
    steps: list[Step] = [Perform(c.Connect(_CLIENT))]
    steps += [_said(kind, value, args, settings) for kind, value in args.talk]
    if args.udp and (args.half_close or args.until_eof):
        raise Problem("cli.no_end_of_datagrams")
    if not args.talk:
        return tuple(steps)
    if args.half_close:
        last = max((at for at, step in enumerate(steps) if isinstance(step, Perform)), default=0)
        steps.insert(last + 1, Perform(c.Shutdown(_CLIENT)))
    if args.until_eof:
        within = args.timeout if args.timeout is not None else _FOR_EVER
        steps.append(Expect(_CLIENT, closed=_end_of(settings), within=within))
    elif args.wait is not None:
        steps.append(Wait(args.wait))
    elif args.talk[-1][0] != "expect":
        steps.append(Wait(QUIET))
    return tuple(steps)


def family_of(address: str) -> str:
    """The family that an address is written in. Raises Problem: it is not an address."""
    if address.startswith("@"):
        raise Problem("cli.no_links", address=address)
    family = written_family(address)
    if family == "AF_INET" and address.count(":") > 1 and not _has_a_scheme(address):
        raise Problem("address.bad_brackets", spec=address)
    parse_address(address, family)
    return family


def _has_a_scheme(address: str) -> bool:
    return "://" in address or address.startswith("hostname:")
