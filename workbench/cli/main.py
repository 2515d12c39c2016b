"""The command line: the same engine, journal and session as the window, without Qt or display."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import workbench
from workbench import debug, interrupts
from workbench.cli import argparse_texts, export_command, lab, quick, runs
from workbench.cli.output import close_stdout, is_output, prepare_streams, tell
from workbench.cli.run import (
    BAD_INPUT,
    FAILED,
    INTERRUPTED,
    OK,
    new_session,
    run_scenario,
    seconds,
)
from workbench.journal.keep import Keep
from workbench.journal.keep import parse as parse_keep
from workbench.labs.demos import demo, demos
from workbench.scenario.runner import Runner
from workbench.texts import LANGUAGES, Problem, reason_of, set_language, system_language, tr


class _Parser(argparse.ArgumentParser):
    """Usage errors as one sentence, exit 2."""

    def error(self, message: str) -> NoReturn:
        raise Problem("cli.usage", reason=message.rstrip(".。"), prog=self.prog)


def main(argv: list[str]) -> int:
    """Run one subcommand; returns the exit status and never raises for bad input."""
    interrupts.forget()
    prepare_streams()
    set_language(_language(argv))
    argparse_texts.speak()
    try:
        try:
            return _call(_parser().parse_args(argv))
        finally:
            sys.stdout.flush()  # what a full disk has to say, it says here and not at exit
    except KeyboardInterrupt:
        return INTERRUPTED
    except Problem as problem:
        if interrupts.asked() and problem.key == "cli.cannot_print":  # the terminal is gone
            return INTERRUPTED
        tell(problem, error=True)
        return BAD_INPUT
    except BrokenPipeError:
        close_stdout()
        return OK
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        if is_output(error):
            close_stdout()
            if interrupts.asked():
                return INTERRUPTED
            tell(Problem("cli.cannot_print", reason=reason_of(error)), error=True)
            return BAD_INPUT
        if debug.wanted(argv):
            traceback.print_exc()
        tell(tr("cli.internal", reason=f"{type(error).__name__}: {error}"), error=True)
        return FAILED


def _language(argv: list[str]) -> str:
    for index, arg in enumerate(argv):
        value = (
            arg.partition("=")[2]
            if arg.startswith("--lang=")
            else (argv[index + 1] if arg == "--lang" and index + 1 < len(argv) else "")
        )
        if value in LANGUAGES:
            return value
    return system_language()


def _keep(text: str) -> Keep:
    """What --keep takes. Raises ArgumentTypeError, as argparse wants it."""
    try:
        return parse_keep(text)
    except Problem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _call(args: argparse.Namespace) -> int:
    handlers: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": runs.run, "lab": _lab, "listen": quick.listen, "connect": quick.connect,
        "export": export_command.export,
    }  # fmt: skip
    if args.command is None:
        _parser().print_help()
        return OK
    return handlers[args.command](args)


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument(
        "--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=tr("cli.help_lang")
    )
    common.add_argument(  # `start` has begun it
        debug.OPTION,
        action="store_true",
        default=argparse.SUPPRESS,
        help=tr("cli.help_debug", variable=debug.VARIABLE),
    )
    top = _Parser(prog="socket-workbench", description=tr("cli.description"), parents=[common])
    top.add_argument(
        "--version",
        action="version",
        help=tr("argparse.version"),
        version=f"socket-workbench {workbench.__version__}",
    )
    subs = top.add_subparsers(dest="command", parser_class=_Parser, metavar="COMMAND")

    def sub(name: str) -> argparse.ArgumentParser:
        made = subs.add_parser(
            name, help=tr(f"cli.help_{name}"), parents=[common], description=tr(f"cli.help_{name}")
        )
        if name != "export":
            made.add_argument("--json", action="store_true", help=tr("cli.help_json"))
            made.add_argument("--record", type=Path, metavar="FILE", help=tr("cli.help_record"))
            if name != "lab":
                made.add_argument("--keep", type=_keep, metavar="2h|2GB", help=tr("cli.help_keep"))
            made.add_argument(
                "--timeout",
                type=lab.patience if name == "lab" else seconds,
                metavar="S",
                help=tr("cli.help_timeout"),
            )
            made.add_argument("--beyond-loopback", action="store_true", help=tr("cli.help_beyond"))
        if name != "lab":
            made.add_argument(
                "--show-secrets", action="store_true", help=tr("cli.help_show_secrets")
            )
        return made

    run = sub("run")
    runs.add_arguments(run)
    labs = sub("lab")
    labs.add_argument("name", nargs="?", metavar="NAME", help=tr("cli.help_name"))
    labs.add_argument("--list", action="store_true", help=tr("cli.help_list"))
    lab.add_options(labs)
    listen = sub("listen")
    quick.add_listen_arguments(listen)
    quick.add_connect_arguments(sub("connect"))
    export = sub("export")
    export_command.add_arguments(export)
    return top


# -- run and lab ------------------------------------------------------------------------------


def _lab(args: argparse.Namespace) -> int:
    if args.name == lab.NAME and not args.list:
        settings = lab.settings_of(args)
        with new_session(args) as session:
            return lab.run_backlog(session, settings, as_json=args.json)
    lab.refuse_options(args)
    if args.timeout == float("inf"):
        args.timeout = None
    if args.list or args.name is None:
        lab.list_all()
        return OK
    if args.name == "all":
        return _check_all(args)
    found = demo(args.name)
    if found is None:
        known = (lab.NAME, "all", *(item.name for item in demos()))
        raise Problem("cli.no_lab", name=args.name, known=", ".join(known))
    hindrance = found.hindrance()
    if hindrance is not None:
        raise Problem("demos.not_here", reason=hindrance)
    if not args.json:
        tell(found.shows)
    status = run_scenario(found.scenario(), args)
    if not args.json and found.your_turn:
        tell(tr("demos.your_turn", text=found.your_turn))
    return status


def _check_all(args: argparse.Namespace) -> int:
    """Run each demonstration once and print a line for each; the exit status."""
    counts = {"held": 0, "failed": 0, "skipped": 0}
    for item in demos():
        reason = item.why_not(beyond_loopback=args.beyond_loopback)
        if reason is not None:
            counts["skipped"] += 1
            tell(f"{item.name:<22}{tr('demos.not_here', reason=reason)}")
            continue
        with new_session(args) as session:
            runner = Runner(session, item.scenario(), timeout=args.timeout or 60.0)
            with interrupts.telling(asked=runner.interrupt):
                report = runner.run()
        interrupts.check()  # asked at the very end of one: no other is begun
        counts["held" if report.ok else "failed"] += 1
        shown = (
            tr("demos.held") if report.ok else tr("demos.failed", reason=report.steps[-1].reason)
        )
        tell(f"{item.name:<22}{shown}")
    tell(tr("demos.all", **counts))
    return FAILED if counts["failed"] else OK
