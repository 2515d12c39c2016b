"""`export --to scenario|python|pytest`: a record's commands, or a scenario, as code.

A scenario made of a record expects as a pattern whatever differs from run to run. What does is
guessed from its looks, and found by a second run: another record (`--against`) or one that is made
now (`--again`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from workbench import interrupts
from workbench.cli import given_values
from workbench.journal.joined import open_record
from workbench.journal.masked import secrets_in
from workbench.journal.query import Condition
from workbench.journal.reader import Reader
from workbench.journal.schema import SECRETS
from workbench.scenario.code import to_python
from workbench.scenario.code_pytest import to_pytest
from workbench.scenario.from_record import (
    Excerpt,
    Made,
    SecondRun,
    commands_of,
    making,
)
from workbench.scenario.model import load, parse
from workbench.scenario.secrets import secrets_of
from workbench.scenario.steps import Scenario
from workbench.scenario.without_secrets import python_without, toml_without
from workbench.scenario.write import to_toml
from workbench.texts import Problem

SCENARIO: Final = "scenario"
_FORMS: Final[Mapping[str, Callable[[Scenario], str]]] = {
    "python": to_python,
    "pytest": to_pytest,
}


def code_of_scenario(args: argparse.Namespace) -> str:
    """The scenario file that `export` was given, as code. Raises Problem: it has no such form."""
    if args.to not in _FORMS:
        raise Problem("export.rows_of_scenario", format=args.to, path=str(args.record))
    if args.filter:
        raise Problem("export.filter_of_scenario")
    given = given_values.given(args, beyond_loopback=True)  # nothing is opened here
    scenario = load(args.record, given)
    return _code(args, scenario, secrets_of(scenario))


def code_of_record(args: argparse.Namespace, reader: Reader, condition: Condition | None) -> str:
    """The commands of a record, as far as they meet the condition, as code.

    Raises:
        Problem: there is no such endpoint or connection, the second run does not match, or may not
            be made.
    """
    seqs = _chosen(args, reader, condition)
    if args.to != SCENARIO:
        scenario = _made(reader, _excerpt(args, seqs)).scenario
        return _code(args, scenario, secrets_in(reader.kept(SECRETS)))
    if args.against is not None:
        with closing(open_record(args.against)) as other:
            second = SecondRun(other, _chosen(args, other, condition))
            made = _made(reader, _excerpt(args, seqs), second)
    elif args.again:
        made = _done_again(args, reader, seqs)
    else:
        made = _made(reader, _excerpt(args, seqs))
    text = to_toml(made.scenario)
    return text if args.show_secrets else toml_without(text, secrets_in(reader.kept(SECRETS)))


def _made(reader: Reader, excerpt: Excerpt, second: SecondRun | None = None) -> Made:
    """As `made_of`. Raises KeyboardInterrupt: the program was asked to end."""
    work = making(reader, excerpt, second)
    while True:
        interrupts.check()
        try:
            next(work)
        except StopIteration as end:
            return cast("Made", end.value)


def _chosen(
    args: argparse.Namespace, reader: Reader, condition: Condition | None
) -> set[int] | None:
    """The rows of the commands that are wanted; None: all."""
    seqs: set[int] | None = None
    if condition is not None:
        seqs = {seq for part in reader.select(condition, 0, reader.count()) for seq in part}
    if args.endpoint is None and args.connection is None:
        return seqs
    names = [item.name for item in reader.endpoints()]
    name = args.endpoint or (names[0] if len(names) == 1 else "")
    if name not in names:
        raise Problem("export.which_endpoint", name=name or "–", known=", ".join(names) or "–")
    number = None
    if args.connection is not None:
        ids = {item.id for item in reader.endpoints() if item.name == name}
        found = (item.id for item in reader.connections() if item.endpoint in ids)
        number = next((one for one in found if reader.number_of(one) == args.connection), None)
        if number is None:
            raise Problem("export.no_connection", name=name, number=args.connection)
    own = commands_of(reader, name, number)
    return own if seqs is None else own & seqs


def _excerpt(args: argparse.Namespace, seqs: set[int] | None, *, loose: bool = False) -> Excerpt:
    return Excerpt(seqs=seqs, waits=not args.no_waits, loose=loose)


def _done_again(args: argparse.Namespace, reader: Reader, seqs: set[int] | None) -> Made:
    """Run the scenario once more, whatever comes, and see what differs."""
    from workbench.scenario.runner import Runner  # writing a file needs no sockets
    from workbench.session import Session

    loose = _made(reader, _excerpt(args, seqs, loose=True)).scenario
    given = given_values.given(args, beyond_loopback=args.beyond_loopback)
    scenario = parse(to_toml(loose), given=given)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "again.swb"
        with Session(record, capture=None) as session:
            runner = Runner(session, scenario)
            with interrupts.telling(asked=runner.interrupt):
                report = runner.run()
            session.stop_all_and_wait()
        failed = next((step.reason for step in report.steps if step.reason is not None), None)
        if failed is not None:
            raise Problem("export.not_again", reason=failed)
        with closing(open_record(record)) as other:
            return _made(reader, _excerpt(args, seqs), SecondRun(other))


def _code(
    args: argparse.Namespace, scenario: Scenario, secrets: Iterable[Mapping[str, str]]
) -> str:
    code = _FORMS[args.to](scenario)
    return code if args.show_secrets else python_without(code, secrets, asks=args.to == "python")
