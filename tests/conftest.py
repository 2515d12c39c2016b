"""What every test stands on: no display, a home of its own, nothing hidden."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.slow import is_slow

if TYPE_CHECKING:
    from workbench.session import Session

# our own, and runs of pytest, which tests/testing judges
pytest_plugins = ["workbench.testing", "pytester"]

# Before anything imports Qt or asks where records go; `-p no:…` and single files pass here too.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.mkdtemp(prefix="swb-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in ("CONFIG", "STATE", "DATA", "CACHE"):
    os.environ[f"XDG_{_name}_HOME"] = f"{_HOME}/{_name.lower()}"
os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"  # the window and the errors speak English
# Programs that tests start are those of a user, who has bytecode: without it each one compiles all
# modules anew, and that takes twice as long as everything else it does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# No test is timed: a slow machine is no fault of the program. The same examples each time, so
# that a change is judged by what it changes; `--long` looks for new ones.
settings.register_profile("workbench", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=500)
settings.load_profile("workbench")


# nohup(1) and a shell's background jobs ignore these, and so would the programs that tests signal
for _name, _usual in (("SIGHUP", signal.SIG_DFL), ("SIGINT", signal.default_int_handler)):
    _number = getattr(signal, _name, None)  # Windows has no SIGHUP
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session whose record goes with the test."""
    from workbench.session import Session  # nothing of the program before the folders are set

    with Session(tmp_path / "record.swb") as made:
        yield made


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="demonstrations ten times in a row, more and new random examples, "
        "thousands of command sequences",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_slow(item.nodeid):
            item.add_marker("slow")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        settings.load_profile("long")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A test that changes the language changes it for itself alone."""
    from workbench import texts

    texts.set_language("en")
    yield
    texts.set_language("en")


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The name of a real X display for programs that a test starts (":7")."""
    server = shutil.which("Xvfb")
    assert server, "Xvfb is missing; scripts/test.py installs it"
    read, write = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answers:  # Xvfb writes its number once it accepts clients
            yield f":{answers.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
