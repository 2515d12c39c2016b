"""`export`: a record's rows, a record or scenario as code, or the scenario schema."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from workbench import interrupts
from workbench.cli import given_values
from workbench.cli.exit_status import OK
from workbench.cli.export import as_utf8, export_to_file, export_to_stdout
from workbench.cli.option_types import whole
from workbench.cli.outlet import interruptible
from workbench.cli.output import write
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.joined import open_record
from workbench.journal.query import parse as parse_filter
from workbench.journal.whole_file import write_whole
from workbench.texts import Problem, reason_of, tr

CODE: Final = ("scenario", "python", "pytest")
"""Forms of commands instead of rows: a scenario, or code. `export_code` makes them; it is imported
only when one is asked for, since rows need nothing of the scenario language.
"""
SCHEMA: Final = "schema"
"""The schema of the language itself, which needs no file."""
_FORMS: Final = (*EXPORTS, *CODE, SCHEMA)
_SCENARIO: Final = ".toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    parser.add_argument(
        "record", type=Path, nargs="?", metavar="RECORD|SCENARIO", help=tr("cli.help_record_file")
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="FORMAT",
        help=tr("cli.help_format", formats=", ".join(_FORMS)),
    )
    parser.add_argument("-o", dest="out", type=Path, metavar="FILE", help=tr("cli.help_out"))
    parser.add_argument("--filter", default="", metavar="EXPR", help=tr("cli.help_filter"))
    parser.add_argument("--endpoint", metavar="NAME", help=tr("cli.help_of_endpoint"))
    parser.add_argument("--connection", type=whole, metavar="N", help=tr("cli.help_of_connection"))
    parser.add_argument("--no-waits", action="store_true", help=tr("cli.help_no_waits"))
    second = parser.add_mutually_exclusive_group()
    second.add_argument("--against", type=Path, metavar="RECORD", help=tr("cli.help_against"))
    second.add_argument("--again", action="store_true", help=tr("cli.help_again"))
    parser.add_argument("--beyond-loopback", action="store_true", help=tr("cli.help_beyond"))
    given_values.add_arguments(parser)


def export(args: argparse.Namespace) -> int:
    """Write an export; the exit status.

    Raises:
        Problem: there is no such format, or it does not fit the kind of file.
    """
    if args.to == SCHEMA:
        from workbench.scenario import json_schema

        _put(json_schema.to_json(), args.out)
        return OK
    if args.to not in _FORMS:
        raise Problem("export.unknown_format", format=args.to, known=", ".join(_FORMS))
    if args.record is None:
        raise Problem("export.of_what", format=args.to)
    _check_options(args)
    if args.record.suffix == _SCENARIO:
        _of_scenario(args)
    else:
        _of_record(args)
    return OK


def _check_options(args: argparse.Namespace) -> None:
    """Refuse an option that means nothing to this format, rather than ignore it silently."""
    of_record = args.to in CODE and args.record.suffix != _SCENARIO
    for option in ("endpoint", "connection", "no_waits", "against", "again"):
        only = args.to == "scenario" if option in {"against", "again"} else of_record
        if getattr(args, option) not in {None, False} and not only:
            raise Problem(
                "export.option_of_form", option=f"--{option.replace('_', '-')}", format=args.to
            )


def _of_scenario(args: argparse.Namespace) -> None:
    from workbench.cli.export_code import code_of_scenario

    _put(code_of_scenario(args), args.out)


def _of_record(args: argparse.Namespace) -> None:
    with interruptible(), closing(open_record(args.record)) as reader:
        reader.shows_secrets = args.show_secrets
        condition = parse_filter(args.filter, wall_ns=reader.clock.wall_ns)
        with interrupts.telling(asked=reader.interrupt):
            try:
                if args.to in CODE:
                    from workbench.cli.export_code import code_of_record

                    _put(code_of_record(args, reader, condition), args.out)
                elif args.out is None:
                    export_to_stdout(EXPORTS[args.to], reader, condition)
                else:
                    export_to_file(EXPORTS[args.to], reader, condition, args.out)
            except (sqlite3.OperationalError, Problem):
                interrupts.check()  # a long search was interrupted
                raise


def _put(text: str, path: Path | None) -> None:
    """Print the text, or write it into a new file.

    Raises:
        Problem: the file exists, or cannot be written.
    """
    interrupts.check()  # to make it may have taken long
    if path is None:
        as_utf8()
        write(text)
        return
    try:
        write_whole(path, lambda out: cast("None", out.write(text.encode())), replace=False)
    except FileExistsError:
        raise Problem("journal.exists", path=str(path)) from None
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(path), reason=reason_of(error)) from error
