"""The fixture's `workbench` in a script of its own, for exports of scenarios with layers."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.value_sources import given_of, pair_of
from workbench.session import Session
from workbench.testing.fixture import StepFailed, Workbench
from workbench.testing.pytest_options import speak
from workbench.texts import Problem, tr


@contextmanager
def scripted(
    title: str = "",
    *,
    capture: int | None = DEFAULT_CAPTURE,
    arguments: Sequence[str] | None = None,
    files: Sequence[str] = (),
) -> Iterator[Workbench]:
    """The fixture's `workbench` outside of pytest; afterwards everything is closed.

    The script may come from a stranger's scenario: what it may read and run, and where others may
    reach it, is allowed on the script's command line, with the same options as for `run`.

    Args:
        title: of the run.
        capture: bytes of each call that the record keeps; None: all.
        arguments: in the place of the command line's.
        files: that it reads, of the folders of others.

    Raises:
        StepFailed: a step did not hold, also one that others followed all the same.
        SystemExit: the command line was not understood (2).
    """
    speak()
    parser = _parser(title)
    asked = parser.parse_args(arguments)
    for name in files if not asked.any_file else ():
        parser.error(tr("scenario.asks_file", what=name))
    with ExitStack() as stack:
        try:
            given = _given(asked)
            record = asked.record or (
                Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-")))
                / "record.swb"
            )
            session = stack.enter_context(
                Session(record, capture=capture, beyond_loopback=asked.beyond_loopback)
            )
        except Problem as problem:
            parser.error(problem.text)
        made = Workbench(session, given, title)
        with made.at_work():
            yield made
    if made.late is not None:
        raise StepFailed(made.late)


def _parser(title: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=title.replace("%", "%%"))
    parser.add_argument("--record", type=Path, metavar="FILE", help=tr("testing.help_record"))
    for name in ("allow-run", "any-file", "beyond-loopback"):
        text = tr(f"testing.help_{name.replace('-', '_')}")
        parser.add_argument(f"--{name}", action="store_true", help=text)
    for name, shown in (("env", "NAME"), ("set", "NAME=VALUE"), ("values", "FILE")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=shown, help=tr(f"testing.help_{name}")
        )
    return parser


def _given(asked: argparse.Namespace) -> Given:
    """Raises Problem: a file that is none of values, or no NAME=VALUE."""
    return given_of(
        map(pair_of, asked.set),
        map(Path, asked.values),
        asked.env,
        Permissions(asked.any_file, asked.allow_run, asked.beyond_loopback),
    )
