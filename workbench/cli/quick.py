"""The quick forms: `listen` and `connect`, each a scenario of a few words."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from workbench import interrupts
from workbench.cli.output import tell, write
from workbench.cli.printer import Printer
from workbench.cli.run import BAD_INPUT, FAILED, INTERRUPTED, OK, new_session, run_scenario
from workbench.engine.model import commands as c
from workbench.engine.model.address import is_name, written_family
from workbench.engine.model.address import parse as parse_address
from workbench.engine.model.family import kind_of
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.settings import (
    Echo,
    EndpointSettings,
    Greet,
    Nothing,
    Responder,
    Role,
    Sink,
)
from workbench.engine.protocol.responder import compile_responder
from workbench.payload.notation import encode
from workbench.scenario.model import Expect, Perform, Scenario, Step
from workbench.scenario.outcome import failure_text
from workbench.scenario.write import to_toml
from workbench.texts import Problem, tr

SLICE: Final = 0.2
"""Seconds of one wait."""
_PATIENCE: Final = 5.0
_BACKLOG_MOST: Final = 2**31 - 1


def backlog(text: str) -> int:
    """What --backlog takes. Raises ArgumentTypeError, as argparse wants it."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_backlog", value=text)) from None
    if not 0 <= value <= _BACKLOG_MOST:
        raise argparse.ArgumentTypeError(
            tr("problem.backlog_range", value=text, least=0, most=_BACKLOG_MOST)
        )
    return value


def listen(args: argparse.Namespace) -> int:
    """Listen until Ctrl-C, --timeout, or until nobody reads the output any more."""
    settings = _server(args)
    if args.scenario:
        write(to_toml(Scenario("listen", (settings,), (Perform(c.Start("server")),))))
        return OK
    with new_session(args) as session:
        session.add(settings)
        printer = Printer(session, text=not args.json)
        printer.start()
        try:
            ticket = session.perform(c.Start("server"))
            while not ticket.wait(SLICE):  # a name may be looked up for long
                interrupts.check()
            outcome = ticket.outcome
            if outcome is not None and not outcome.ok:
                tell(failure_text(outcome, kind_of(settings)), error=True)
                return BAD_INPUT if outcome.problem is not None else FAILED
            if not args.json:
                tell(tr("cli.listening", address=session.link("server")), error=True)
            with interrupts.telling(asked=printer.gone.set):
                printer.gone.wait(args.timeout)
            interrupts.check()
            return OK
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            session.stop_all_and_wait()
            printer.finish()


def _server(args: argparse.Namespace) -> EndpointSettings:
    responder: Responder = Nothing()
    if args.echo:
        responder = Echo()
    elif args.greet is not None:
        responder = Greet(args.greet)
    elif args.sink:
        responder = Sink()
    compile_responder(responder)
    family = family_of(args.address)
    reuse = family != "AF_UNIX" and not args.udp and sys.platform != "win32"
    return EndpointSettings(
        "server",
        Role.DATAGRAM if args.udp else Role.LISTENER,
        family,
        "SOCK_DGRAM" if args.udp else "SOCK_STREAM",
        address=args.address,
        backlog=args.backlog,
        responder=responder,
        options=(("SO_REUSEADDR", 1),) if reuse else (),
    )


def connect(args: argparse.Namespace) -> int:
    """Connect, send, expect, close."""
    family = family_of(args.address)
    if family != "AF_UNIX" and parse_address(args.address, family).port == 0:
        raise Problem("problem.port_zero")
    if family == "AF_INET" and not args.udp and is_name(args.address):
        family = UNSPECIFIED  # whichever of its addresses answers
    settings = EndpointSettings(
        "client",
        Role.DATAGRAM if args.udp else Role.STREAM,
        family,
        "SOCK_DGRAM" if args.udp else "SOCK_STREAM",
        address=args.address,
        bind="" if args.udp else None,
        timeout=args.timeout if args.timeout is not None else _PATIENCE,
    )
    steps: list[Step] = [Perform(c.Connect("client"))]
    if args.send is not None:
        encode(args.send, settings.encoding)
        steps.append(Perform(c.Send("client", text=args.send)))
    if args.expect is not None:
        encode(args.expect, settings.encoding)
        steps.append(Expect("client", contains=args.expect, within=settings.timeout or _PATIENCE))
    steps.append(Perform(c.Close("client")))
    scenario = Scenario("connect", (settings,), tuple(steps))
    if args.scenario:
        write(to_toml(scenario))
        return OK
    args.timeout = None
    return run_scenario(scenario, args)


def family_of(address: str) -> str:
    """The family an address is written in. Raises Problem where it is none at all."""
    if address.startswith("@"):
        raise Problem("cli.no_links", address=address)
    family = written_family(address)
    if family == "AF_INET" and address.count(":") > 1 and not _has_a_scheme(address):
        raise Problem("address.bad_brackets", spec=address)
    parse_address(address, family)
    return family


def _has_a_scheme(address: str) -> bool:
    return "://" in address or address.startswith("hostname:")
