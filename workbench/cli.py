"""The command line: the same engine, journal and session as the window, without Qt or display."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Flag
from typing import NoReturn

import workbench
from workbench import cli_lab, cli_words
from workbench.cli_output import Printer, StepPrinter
from workbench.engine import commands as c
from workbench.engine import kernel
from workbench.engine.address import parse as parse_address
from workbench.engine.events import DEFAULT_CAPTURE
from workbench.engine.settings import (
    Echo,
    EndpointSettings,
    Greet,
    Nothing,
    Responder,
    Role,
    Sink,
)
from workbench.journal.export import FORMATS
from workbench.journal.query import parse as parse_filter
from workbench.journal.reader import Reader
from workbench.labs.demos import demo, demos
from workbench.scenario.junit import write_junit
from workbench.scenario.model import Expect, Perform, Scenario, Step, load
from workbench.scenario.runner import Runner, failure_text
from workbench.scenario.write import to_toml
from workbench.session import Session
from workbench.texts import LANGUAGES, Problem, reason_of, set_language, system_language, tr

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Usage errors as one sentence, exit 2."""

    def error(self, message: str) -> NoReturn:
        raise Problem("cli.usage", reason=message.rstrip(".。") + ".", prog=self.prog)


def main(argv: list[str]) -> int:
    """Run one subcommand; returns the exit status and never raises for bad input."""
    set_language(_language(argv))
    cli_words.speak()
    try:
        args = _parser().parse_args(argv)
        return _call(args)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return OK
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        if os.environ.get("SOCKET_WORKBENCH_DEBUG"):
            traceback.print_exc()
        print(tr("cli.internal", reason=f"{type(error).__name__}: {error}"), file=sys.stderr)
        return FAILED


def _close_stdout() -> None:
    """The reader of our output has gone: nothing more to say to it, not even at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _language(argv: list[str]) -> str:
    for index, arg in enumerate(argv):
        value = arg.partition("=")[2] if arg.startswith("--lang=") else (
            argv[index + 1] if arg == "--lang" and index + 1 < len(argv) else ""
        )
        if value in LANGUAGES:
            return value
    return system_language()


def _call(args: argparse.Namespace) -> int:
    handlers: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run, "lab": _lab, "listen": _listen, "connect": _connect, "export": _export,
    }  # fmt: skip
    if args.command is None:
        _parser().print_help()
        return OK
    return handlers[args.command](args)


def _parser() -> argparse.ArgumentParser:
    lang = _Parser(add_help=False)
    lang.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS,
                      help=tr("cli.help_lang"))
    top = _Parser(prog="socket-workbench", description=tr("cli.description"), parents=[lang])
    top.add_argument("--version", action="version",
                     version=f"socket-workbench {workbench.__version__}")
    subs = top.add_subparsers(dest="command", parser_class=_Parser, metavar="COMMAND")

    def sub(name: str) -> argparse.ArgumentParser:
        made = subs.add_parser(name, help=tr(f"cli.help_{name}"), parents=[lang],
                               description=tr(f"cli.help_{name}"))
        if name != "export":
            made.add_argument("--json", action="store_true", help=tr("cli.help_json"))
            made.add_argument("--record", type=Path, metavar="FILE", help=tr("cli.help_record"))
            made.add_argument("--timeout", type=cli_lab.patience if name == "lab" else _seconds,
                              metavar="S", help=tr("cli.help_timeout"))
            made.add_argument("--beyond-loopback", action="store_true",
                              help=tr("cli.help_beyond"))
        return made

    run = sub("run")
    run.add_argument("scenario", type=Path, metavar="SCENARIO")
    run.add_argument("--junit", type=Path, metavar="FILE", help=tr("cli.help_junit"))
    lab = sub("lab")
    lab.add_argument("name", nargs="?", metavar="NAME")
    lab.add_argument("--list", action="store_true", help=tr("cli.help_list"))
    cli_lab.add_options(lab)
    listen = sub("listen")
    listen.add_argument("address", metavar="ADDRESS")
    listen.add_argument("--udp", action="store_true")
    listen.add_argument("--backlog", type=_backlog, default=128, metavar="N")
    reply = listen.add_mutually_exclusive_group()
    reply.add_argument("--echo", action="store_true")
    reply.add_argument("--greet", metavar="TEXT")
    reply.add_argument("--sink", action="store_true")
    listen.add_argument("--scenario", action="store_true", help=tr("cli.help_scenario"))
    connect = sub("connect")
    connect.add_argument("address", metavar="ADDRESS")
    connect.add_argument("--udp", action="store_true")
    connect.add_argument("--send", metavar="TEXT")
    connect.add_argument("--expect", metavar="TEXT")
    connect.add_argument("--scenario", action="store_true", help=tr("cli.help_scenario"))
    export = sub("export")
    export.add_argument("record", type=Path, metavar="RECORD")
    export.add_argument("--to", required=True, metavar="FORMAT", help=", ".join(FORMATS))
    export.add_argument("-o", dest="out", type=Path, metavar="FILE")
    export.add_argument("--filter", default="", metavar="EXPR", help=tr("cli.help_filter"))
    return top


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_seconds", value=text)) from None
    if not 0 <= value < 10**9:
        raise argparse.ArgumentTypeError(tr("engine.negative_timeout"))
    return value


def _backlog(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_backlog", value=text)) from None


@contextmanager
def _session(args: argparse.Namespace, capture: int | None = DEFAULT_CAPTURE) -> Iterator[Session]:
    """A session with the record that was asked for, or one that goes with the run."""
    with tempfile.TemporaryDirectory(prefix="swb-record-") as folder:
        record = args.record if args.record is not None else Path(folder) / "record.swb"
        with Session(record, capture=capture, beyond_loopback=args.beyond_loopback) as session:
            yield session


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does: sockets closed, record kept."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: a test calls main()
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# -- run and lab ------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    return _run_scenario(load(args.scenario), args, args.junit)


def _lab(args: argparse.Namespace) -> int:
    if args.name == cli_lab.NAME and not args.list:
        settings = cli_lab.settings_of(args)
        with _terminable(), _session(args) as session:
            return cli_lab.run_backlog(session, settings, as_json=args.json)
    cli_lab.refuse_options(args)
    if args.timeout == float("inf"):
        args.timeout = None
    if args.list or args.name is None:
        cli_lab.list_all()
        return OK
    if args.name == "all":
        return _check_all(args)
    found = demo(args.name)
    if found is None:
        known = (cli_lab.NAME, "all", *(item.name for item in demos()))
        raise Problem("cli.no_lab", name=args.name, known=", ".join(known))
    hindrance = found.hindrance()
    if hindrance is not None:
        raise Problem("demos.not_here", reason=hindrance)
    if not args.json:
        print(found.shows)
    status = _run_scenario(found.scenario(), args, None)
    if not args.json and found.your_turn:
        print(tr("demos.your_turn", text=found.your_turn))
    return status


def _check_all(args: argparse.Namespace) -> int:
    """Each demonstration once, a line each."""
    counts = {"held": 0, "failed": 0, "skipped": 0}
    for item in demos():
        hindrance = item.hindrance()
        if hindrance is not None or (item.beyond_loopback and not args.beyond_loopback):
            counts["skipped"] += 1
            reason = hindrance or Problem("demos.needs_beyond")
            print(f"{item.name:<22}{tr('demos.not_here', reason=reason)}")
            continue
        with _terminable(), _session(args) as session:
            report = Runner(session, item.scenario(), timeout=args.timeout or 60.0).run()
        counts["held" if report.ok else "failed"] += 1
        shown = tr("demos.held") if report.ok else tr("demos.failed",
                                                      reason=report.steps[-1].reason)
        print(f"{item.name:<22}{shown}", flush=True)
    print(tr("demos.all", **counts))
    return FAILED if counts["failed"] else OK


def _run_scenario(scenario: Scenario, args: argparse.Namespace, junit: Path | None) -> int:
    with _terminable(), _session(args, scenario.capture) as session:
        printer = Printer(session) if args.json else None
        steps = StepPrinter(scenario) if not args.json else None
        runner = Runner(session, scenario, timeout=args.timeout,
                        told=steps.told if steps is not None else None)
        try:
            if printer is not None:
                printer.start()
            report = runner.run()
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            session.stop_all_and_wait()
            if printer is not None:
                printer.finish()
            if junit is not None:
                _write_junit(runner, junit)
    if steps is not None:
        steps.end(report)
    elif not report.ok:
        print(report.steps[-1].reason, file=sys.stderr)
    return OK if report.ok else FAILED


def _write_junit(runner: Runner, path: Path) -> None:
    try:
        write_junit(runner.report, path)
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(path),
                      reason=reason_of(error)) from error


# -- the quick forms --------------------------------------------------------------------------


def _family_of(address: str) -> str:
    """The family an address is written in. Raises Problem where it is none at all."""
    family = _written_family(address)
    parse_address(address, family)
    return family


def _written_family(address: str) -> str:
    if address.startswith(("/", "./", "~", "abstract:", "temp:")):
        return "AF_UNIX"
    return "AF_INET6" if address.startswith("[") else "AF_INET"


def _listen(args: argparse.Namespace) -> int:
    responder: Responder = Nothing()
    if args.echo:
        responder = Echo()
    elif args.greet is not None:
        responder = Greet(args.greet)
    elif args.sink:
        responder = Sink()
    family = _family_of(args.address)
    kernel.check_backlog(args.backlog)
    settings = EndpointSettings(
        "server", Role.DATAGRAM if args.udp else Role.LISTENER, family,
        "SOCK_DGRAM" if args.udp else "SOCK_STREAM", address=args.address, backlog=args.backlog,
        responder=responder,
        options=() if family == "AF_UNIX" or args.udp or os.name == "nt"
        else (("SO_REUSEADDR", 1),),
    )
    if args.scenario:
        print(to_toml(Scenario("listen", (settings,), (Perform(c.Start("server")),))), end="")
        return OK
    with _terminable(), _session(args) as session:
        session.add(settings)
        printer = Printer(session, text=not args.json)
        printer.start()
        try:
            ticket = session.perform(c.Start("server"))
            ticket.wait()
            outcome = ticket.outcome
            if outcome is not None and not outcome.ok:
                print(failure_text(outcome), file=sys.stderr)
                return BAD_INPUT if outcome.problem is not None else FAILED
            if not args.json:
                print(tr("cli.listening", address=session.link("server")), file=sys.stderr)
            Flag().wait(args.timeout)
            return OK
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            session.stop_all_and_wait()
            printer.finish()


def _connect(args: argparse.Namespace) -> int:
    role = Role.DATAGRAM if args.udp else Role.STREAM
    settings = EndpointSettings(
        "client", role, _family_of(args.address), "SOCK_DGRAM" if args.udp else "SOCK_STREAM",
        address=args.address, bind="" if args.udp else None,
        timeout=args.timeout if args.timeout is not None else 5.0,
    )
    steps: list[Step] = [Perform(c.Connect("client"))]
    if args.send is not None:
        steps.append(Perform(c.Send("client", text=args.send)))
    if args.expect is not None:
        steps.append(Expect("client", contains=args.expect, within=settings.timeout or 5.0))
    steps.append(Perform(c.Close("client")))
    scenario = Scenario("connect", (settings,), tuple(steps))
    if args.scenario:
        print(to_toml(scenario), end="")
        return OK
    args.timeout = None
    return _run_scenario(scenario, args, None)


# -- export -----------------------------------------------------------------------------------


def _export(args: argparse.Namespace) -> int:
    form = FORMATS.get(args.to)
    if form is None:
        raise Problem("export.unknown_format", format=args.to, known=", ".join(FORMATS))
    reader = Reader(args.record)
    try:
        condition = parse_filter(args.filter, wall_ns=reader.clock.wall_ns)
        if args.out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            form(reader, sys.stdout, condition)
            sys.stdout.flush()
            return OK
        try:
            with args.out.open("x", encoding="utf-8", newline="") as out:
                form(reader, out, condition)
        except FileExistsError:
            raise Problem("journal.exists", path=str(args.out)) from None
        except OSError as error:
            raise Problem("cli.cannot_write", path=str(args.out),
                          reason=reason_of(error)) from error
    finally:
        reader.close()
    return OK
