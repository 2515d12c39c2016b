"""The command line: parses arguments and runs a subcommand, without Qt or a display."""

from __future__ import annotations

import argparse
import errno
import gc
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from time import sleep
from typing import Final, NoReturn

import workbench
from workbench import debug, interrupts
from workbench.cli import argparse_texts
from workbench.cli.exit_status import BAD_INPUT, FAILED, INTERRUPTED, OK
from workbench.cli.option_types import keep, patience, seconds
from workbench.cli.output import close_stdout, is_output, prepare_streams, tell
from workbench.frozen import dataclass
from workbench.texts import LANGUAGES, Problem, reason_of, set_language, system_language, tr

HANG_UP_WITHIN: Final = 1.0
"""Seconds within which SIGHUP comes after a write to its terminal has failed."""
COMMANDS: Final = ("run", "lab", "listen", "connect", "check", "export")


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports usage errors in one sentence with exit status 2."""

    def error(self, message: str) -> NoReturn:
        raise Problem("cli.usage", reason=message.rstrip(".。"), prog=self.prog)

    def parse_known_args(  # type: ignore[override]  # the base has overloads for other namespaces
        self,
        args: Sequence[str] | None = None,
        namespace: argparse.Namespace | None = None,
    ) -> tuple[argparse.Namespace, list[str]]:
        return super().parse_known_args(self._joined(args or ()), namespace)

    def _joined(self, args: Sequence[str]) -> list[str]:
        """The arguments, with a value that begins with "-" (`--filter -call:recv`, `--expect -ERR`)
        in one word with its option: by itself argparse takes it for another option.
        """
        known = self._option_string_actions
        joined: list[str] = []
        for place, word in enumerate(args):
            if word == "--":  # what follows are no options
                return [*joined, *args[place:]]
            before = known.get(joined[-1]) if joined else None
            takes = before is not None and before.nargs is None
            if takes and word[:1] == "-" != word[1:2] and len(word) > 1 and word not in known:
                joined[-1] += f"={word}" if joined[-1].startswith("--") else word
            else:
                joined.append(word)
        return joined


def main(argv: list[str]) -> int:
    """Run one subcommand; returns the exit status and never raises for bad input."""
    interrupts.forget()
    prepare_streams()
    set_language(_language(argv))
    argparse_texts.speak()
    try:
        try:
            return _call(argv)
        finally:
            sys.stdout.flush()  # an error of a full disk comes here, and not at exit
    except KeyboardInterrupt:
        return INTERRUPTED
    except Problem as problem:
        if problem.key == "cli.cannot_print" and _terminal_is_gone(problem.__cause__):
            return INTERRUPTED
        tell(problem, error=True)
        return BAD_INPUT
    except BrokenPipeError:
        close_stdout()
        return OK
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        if is_output(error):
            close_stdout()
            if _terminal_is_gone(error):
                return INTERRUPTED
            tell(Problem("cli.cannot_print", reason=reason_of(error)), error=True)
            return BAD_INPUT
        if debug.wanted(argv):
            import traceback

            traceback.print_exc()
        tell(tr("cli.internal", reason=f"{type(error).__name__}: {error}"), error=True)
        return FAILED


def _terminal_is_gone(error: BaseException | None) -> bool:
    """Whether writing failed because a terminal was closed.

    Writing fails with EIO from the moment its other side is closed, and SIGHUP comes a moment later
    (tty_ioctl(4)): where nothing handles it any more, it ends the process.
    """
    if not interrupts.asked() and isinstance(error, OSError) and error.errno == errno.EIO:
        sleep(HANG_UP_WITHIN)
    return interrupts.asked()


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


@dataclass(frozen=True, slots=True)
class _Command:
    """A subcommand: its arguments and its function."""

    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _command(name: str) -> _Command:
    """One of COMMANDS, imported only now: each needs much that the others do not, and importing is
    the first thing that takes time.
    """
    match name:
        case "run":
            from workbench.cli import runs

            return _Command(runs.add_arguments, runs.run)
        case "lab":
            from workbench.cli import lab

            return _Command(lab.add_arguments, lab.lab)
        case "listen":
            from workbench.cli import quick

            return _Command(quick.add_listen_arguments, quick.listen)
        case "connect":
            from workbench.cli import quick

            return _Command(quick.add_connect_arguments, quick.connect)
        case "check":
            from workbench.cli import check

            return _Command(check.add_arguments, check.check)
        case _:
            from workbench.cli import export_command

            return _Command(export_command.add_arguments, export_command.export)


def _call(argv: list[str]) -> int:
    named = [word for word in argv if word in COMMANDS][:1]
    parser = _parser(named)
    args = parser.parse_args(argv)
    if args.command is None:
        parser.print_help()
        return OK
    command = _command(args.command)
    if not gc.isenabled():  # `start` had put it off until now
        gc.freeze()  # modules stay, so the collector need not go through them again and again
        gc.enable()
    return command.run(args)


def _parser(whole: Collection[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of the program; the subcommands in `whole` get their arguments too."""
    common = _Parser(add_help=False)
    common.add_argument(
        "--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=tr("cli.help_lang")
    )
    common.add_argument(  # `start` has already begun it
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
    for name in COMMANDS:
        helped = tr(f"cli.help_{name}")
        sub = subs.add_parser(name, help=helped, parents=[common], description=helped)
        if name in whole:
            _add_common(sub, name)
            _command(name).add_arguments(sub)
    return top


def _add_common(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the arguments that several commands share, as far as they mean something there."""
    if name != "export":
        parser.add_argument("--json", action="store_true", help=tr("cli.help_json"))
        parser.add_argument("--record", type=Path, metavar="FILE", help=tr("cli.help_record"))
        if name != "lab":
            parser.add_argument("--keep", type=keep, metavar="2h|2GB", help=tr("cli.help_keep"))
        parser.add_argument(
            "--timeout",
            type=patience if name == "lab" else seconds,
            metavar="S",
            help=tr("cli.help_timeout"),
        )
        parser.add_argument("--beyond-loopback", action="store_true", help=tr("cli.help_beyond"))
    if name in {"run", "lab"}:
        parser.add_argument("-v", "--verbose", action="store_true", help=tr("cli.help_verbose"))
    if name != "lab":
        parser.add_argument("--show-secrets", action="store_true", help=tr("cli.help_show_secrets"))
