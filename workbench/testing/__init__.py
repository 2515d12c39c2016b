"""The pytest plugin: `*.swt.toml` files are tests, and the fixture `workbench` drives sockets.

pytest loads this module in every run, wanted or not (entry point pytest11), so nothing of the
program is imported before a scenario or the fixture is used.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from workbench.testing.fixture import (
        MatchedRow,
        NotUnderstood,
        StepFailed,
        Workbench,
        WorkbenchClient,
        WorkbenchEndpoint,
        WorkbenchServer,
    )
    from workbench.testing.scenario_files import ScenarioFile
    from workbench.testing.script import scripted

__all__ = (
    "MatchedRow",
    "NotUnderstood",
    "StepFailed",
    "Workbench",
    "WorkbenchClient",
    "WorkbenchEndpoint",
    "WorkbenchServer",
    "scripted",
)
SUFFIX = ".swt.toml"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from workbench.testing import fixture, script

    return getattr(script if name == "scripted" else fixture, name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, `--swb-…`: what a scenario may do here, and where its records are kept."""
    text = _help if {"-h", "--help"} & set(sys.argv) else lambda _key: ""
    group = parser.getgroup("socket-workbench", "Socket Workbench")
    group.addoption(
        "--swb-records",
        choices=("failed", "all", "none"),
        default="failed",
        help=text("records"),
    )
    for name in ("allow-run", "any-file", "beyond-loopback"):
        group.addoption(f"--swb-{name}", action="store_true", help=text(name.replace("-", "_")))
    for name, shown in (("env", "NAME"), ("set", "NAME=VALUE"), ("values", "FILE")):
        group.addoption(
            f"--swb-{name}", action="append", default=[], metavar=shown, help=text(name)
        )


def _help(key: str) -> str:
    from workbench.texts import tr

    return tr(f"testing.help_{key}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """A scenario is a test: `NAME.swt.toml`."""
    if not file_path.name.endswith(SUFFIX):
        return None
    from workbench.testing.scenario_files import ScenarioFile

    return ScenarioFile.from_parent(parent, path=file_path)


@pytest.fixture
def workbench(request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """Servers and clients of real sockets, each call recorded; closed at the end of the test."""
    from workbench.testing.fixture import of_test

    with of_test(request.node) as made:
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the last rows of the log into the report of a test that failed."""
    report = yield
    if report.failed and "workbench.testing.fixture" in sys.modules:
        from workbench.testing.fixture import tell_more

        tell_more(item, report)
    return report
