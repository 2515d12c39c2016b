"""`export --to python` and `--to pytest`: a scenario, or what a record was asked for, as code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from workbench.cli import given_values
from workbench.journal.masked import secrets_in
from workbench.journal.query import Condition
from workbench.journal.reader import Reader
from workbench.scenario.code import to_python
from workbench.scenario.code_pytest import to_pytest
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import load
from workbench.scenario.secrets import secrets_of
from workbench.scenario.steps import Scenario
from workbench.scenario.without_secrets import python_without
from workbench.texts import Problem

_FORMS: Final[Mapping[str, Callable[[Scenario], str]]] = {
    "python": to_python,
    "pytest": to_pytest,
}


def code_of_scenario(args: argparse.Namespace) -> str:
    """The file that `export` was given. Raises Problem: there is no code of it."""
    if args.to not in _FORMS:
        raise Problem("export.rows_of_scenario", format=args.to, path=str(args.record))
    if args.filter:
        raise Problem("export.filter_of_scenario")
    given = given_values.given(args, beyond_loopback=True)  # nothing is opened here
    scenario = load(args.record, given)
    return _code(args, scenario, secrets_of(scenario))


def code_of_record(args: argparse.Namespace, reader: Reader, condition: Condition | None) -> str:
    """What was asked for in it, as far as it meets the condition. Raises Problem."""
    seqs = None
    if condition is not None:
        seqs = {seq for part in reader.select(condition, 0, reader.count()) for seq in part}
    scenario = scenario_of(reader, seqs=seqs)
    return _code(args, scenario, secrets_in(reader.secrets()))


def _code(
    args: argparse.Namespace, scenario: Scenario, secrets: Iterable[Mapping[str, str]]
) -> str:
    code = _FORMS[args.to](scenario)
    return code if args.show_secrets else python_without(code, secrets)
