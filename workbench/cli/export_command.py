"""`export`: a record's rows, a record or scenario as code, or the scenario language's schema."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from workbench import interrupts
from workbench.cli import given_values
from workbench.cli.export import as_utf8, export_to_file, export_to_stdout
from workbench.cli.outlet import interruptible
from workbench.cli.output import write
from workbench.cli.run import OK
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.joined import open_record
from workbench.journal.masked import secrets_in
from workbench.journal.query import parse as parse_filter
from workbench.journal.whole_file import write_whole
from workbench.scenario import json_schema
from workbench.scenario.code import to_python
from workbench.scenario.code_pytest import to_pytest
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import load
from workbench.scenario.secrets import secrets_of
from workbench.scenario.steps import Scenario
from workbench.scenario.without_secrets import python_without
from workbench.texts import Problem, reason_of, tr

CODE: Final[Mapping[str, Callable[[Scenario], str]]] = {
    "python": to_python,
    "pytest": to_pytest,
}
"""Forms of a scenario, or of what a record was asked for."""
SCHEMA: Final = "schema"
"""The language itself; it needs no file."""
_FORMS: Final = (*EXPORTS, *CODE, SCHEMA)
_SCENARIO: Final = ".toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
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
    given_values.add_arguments(parser)


def export(args: argparse.Namespace) -> int:
    """Do it; the exit status.

    Raises:
        Problem: there is no such format, or the file is of another kind than the format is for.
    """
    if args.to == SCHEMA:
        _put(json_schema.to_json(), args.out)
        return OK
    if args.to not in _FORMS:
        raise Problem("export.unknown_format", format=args.to, known=", ".join(_FORMS))
    if args.record is None:
        raise Problem("export.of_what", format=args.to)
    if args.record.suffix == _SCENARIO:
        _of_scenario(args)
    else:
        _of_record(args)
    return OK


def _of_scenario(args: argparse.Namespace) -> None:
    if args.to not in CODE:
        raise Problem("export.rows_of_scenario", format=args.to, path=str(args.record))
    if args.filter:
        raise Problem("export.filter_of_scenario")
    given = given_values.given(args, beyond_loopback=True)  # nothing is opened here
    scenario = load(args.record, given)
    _put(_code(args, scenario, secrets_of(scenario)), args.out)


def _of_record(args: argparse.Namespace) -> None:
    with interruptible(), closing(open_record(args.record)) as reader:
        reader.shows_secrets = args.show_secrets
        condition = parse_filter(args.filter, wall_ns=reader.clock.wall_ns)
        with interrupts.telling(asked=reader.interrupt):
            try:
                if args.to in CODE:
                    seqs = None
                    if condition is not None:
                        found = reader.select(condition, 0, reader.count())
                        seqs = {seq for part in found for seq in part}
                    scenario = scenario_of(reader, seqs=seqs)
                    _put(_code(args, scenario, secrets_in(reader.secrets())), args.out)
                elif args.out is None:
                    export_to_stdout(EXPORTS[args.to], reader, condition)
                else:
                    export_to_file(EXPORTS[args.to], reader, condition, args.out)
            except (sqlite3.OperationalError, Problem):
                interrupts.check()  # a long search was given up in the middle
                raise


def _code(
    args: argparse.Namespace, scenario: Scenario, secrets: Iterable[Mapping[str, str]]
) -> str:
    code = CODE[args.to](scenario)
    return code if args.show_secrets else python_without(code, secrets)


def _put(text: str, path: Path | None) -> None:
    """Print it, or write it into a new file.

    Raises:
        Problem: there is such a file, or it cannot be written.
    """
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
