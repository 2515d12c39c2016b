"""On what another system's Python lacks: the command line and the window say so, nothing fails.

tests/other_system/sitecustomize.py takes it away; the kernel below stays this one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cli_process
from tests.cli_process import ROOT
from tests.words import untranslated
from workbench import texts
from workbench.labs.demos import demos
from workbench.texts import tr

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it takes away from Linux's Python")
SYSTEMS = ("win32", "darwin")
LANGUAGE = {"win32": "zh_CN", "darwin": "en"}
NOT_THERE = {
    "win32": {
        "slow-reader",
        "udp-truncation",
        "reuseport",
        "unix-stream",
        "unix-datagram",
        "unix-seqpacket",
        "unix-abstract",
        "multicast",
        "emfile",
    },
    "darwin": {"slow-reader", "udp-truncation", "unix-abstract", "multicast", "emfile"},
}
"""multicast asks for --beyond-loopback on each system."""


def lacking(system: str, folder: Path, **more: str) -> dict[str, str]:
    """The environment in which Python has no more than there."""
    return {
        "LACKS_LIKE": system,
        "LACKS_AFTER": "platformdirs",
        "HOME": str(folder),
        "PYTHONPATH": f"{ROOT / 'tests' / 'other_system'}{os.pathsep}{ROOT}",
        **more,
    }


def run(system: str, folder: Path, *args: object) -> tuple[int, str, str]:
    return cli_process.run(*args, cwd=folder, **lacking(system, folder))


@pytest.mark.parametrize("system", SYSTEMS)
def test_it_is_another_system(system: str, tmp_path: Path) -> None:
    """The shim itself: what was taken away is gone, also for find_spec and hasattr."""
    probe = (
        "import importlib.util, select, selectors, socket, sys\n"
        "print(sys.platform, selectors.DefaultSelector.__name__, hasattr(select, 'epoll'),\n"
        "      hasattr(socket, 'TCP_INFO'), hasattr(socket, 'AF_UNIX'),\n"
        "      importlib.util.find_spec('resource') is not None)\n"
        "import fcntl\n"
    )
    environment = {**cli_process.environment(), **lacking(system, tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=False
    )
    windows = system == "win32"
    selector = "SelectSelector" if windows else "PollSelector"
    unix = str(not windows)
    assert done.stdout.split() == [system, selector, "False", "False", unix, unix], done.stderr
    assert ("No module named 'fcntl'" in done.stderr) is windows


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """`lab all` on each system, side by side: most of its time is the demonstrations' own."""
    running = {}
    for system, language in LANGUAGE.items():
        folder = tmp_path_factory.mktemp(system)
        running[system] = cli_process.start(
            "lab", "all", "--lang", language, cwd=folder, **lacking(system, folder)
        )
    return {system: cli_process.end(process) for system, process in running.items()}


@pytest.mark.parametrize(("system", "language"), LANGUAGE.items())
def test_every_demonstration_holds_or_says_why_it_cannot_be_had(
    system: str, language: str, all_of_them: dict[str, tuple[int, str, str]]
) -> None:
    status, out, err = all_of_them[system]
    assert (status, err) == (0, ""), out
    *lines, last = out.splitlines()
    texts.set_language(language)
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown.keys() == {item.name for item in demos()}
    held = {name for name, said in shown.items() if said == tr("demos.held")}
    assert shown.keys() - held == NOT_THERE[system]
    for name in NOT_THERE[system]:
        reason = shown[name].removeprefix(tr("demos.not_here", reason=""))
        assert len(reason) > 10, shown[name]
        if language == "zh_CN":
            assert not untranslated(reason, r"Python|unsent|unacked")
    assert last == tr("demos.all", held=len(held), failed=0, skipped=len(NOT_THERE[system]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_list_says_the_same(system: str, tmp_path: Path) -> None:
    status, out, _ = run(system, tmp_path, "lab", "--list")
    here = {line.split()[0] for line in out.splitlines()[1:] if tr("demos.here") in line}
    assert status == 0
    assert here == {item.name for item in demos()} - NOT_THERE[system] | {"multicast"}
    assert "Linux" in out.splitlines()[0]


@pytest.mark.parametrize("system", SYSTEMS)
def test_one_that_cannot_be_had_is_refused_in_a_sentence(system: str, tmp_path: Path) -> None:
    status, out, err = run(system, tmp_path, "lab", "emfile")
    assert (status, out) == (2, "")
    assert "unacked" in err


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "mode",
    [
        ("kernel", "--accept-after", "0", "--backlog", "5"),
        ("gate", "--backlog", "0"),
        ("closed",),
    ],
)
def test_the_backlog_lab_shows_what_it_can(
    system: str, mode: tuple[str, ...], tmp_path: Path
) -> None:
    status, out, err = run(
        system,
        tmp_path,
        "lab",
        "backlog",
        "--clients",
        "2",
        "--every",
        "0",
        "--timeout",
        "5",
        "--mode",
        *mode,
    )
    assert (status, err) == (0, ""), out
    refused = len(re.findall(r"127\.0\.0\.1:\d+ +ECONNREFUSED after", out))
    assert refused in {"kernel": {0}, "gate": {0, 1, 2}, "closed": {2}}[mode[0]]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lab_that_needs_a_namespace_is_refused(system: str, tmp_path: Path) -> None:
    status, _, err = run(system, tmp_path, "lab", "backlog", "--mode", "firewall")
    assert status == 2
    assert "Linux" in err


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_quick_forms_talk_and_the_record_is_read_again(system: str, tmp_path: Path) -> None:
    more = lacking(system, tmp_path)
    server = cli_process.start("listen", "127.0.0.1:0", "--echo", cwd=tmp_path, **more)
    assert server.stderr is not None
    try:
        where = re.search(r"127\.0\.0\.1:\d+", server.stderr.readline())
        assert where is not None
        status, _, err = run(
            system,
            tmp_path,
            "connect",
            where[0],
            "--send",
            "over there",
            "--expect",
            "over there",
            "--record",
            tmp_path / "talk.swb",
        )
        assert status == 0, err
    finally:
        server.terminate()
        cli_process.end(server)
    status, out, err = run(system, tmp_path, "export", tmp_path / "talk.swb", "--to", "jsonl")
    assert (status, err) == (0, "")
    assert bytes("over there", "ascii").hex() in out
    assert not list(tmp_path.glob("talk.swb-*"))
    assert not list(tmp_path.glob("*.lock"))


SWEPT = """
from workbench.journal import private

lock = private.try_lock

def lock_late(*args, **how):
    private.try_lock = lock
    private.sweep()  # as another program does, whose start is now
    return lock(*args, **how)

private.try_lock = lock_late
with private.PrivateFolder() as made:
    (made.path / "it").touch()
    private.sweep()
    print((made.path / "it").exists())
"""


def test_a_private_folder_that_is_swept_before_it_is_locked_is_made_again(tmp_path: Path) -> None:
    """Windows cannot rename an open file: for a moment the lock's file is there and unlocked."""
    more = lacking("win32", tmp_path, TMPDIR=str(tmp_path))
    said = cli_process.run_command(sys.executable, "-c", SWEPT, cwd=tmp_path, **more)
    assert said == (0, "True\n", "")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(__import__("socket"), "AF_UNIX"), reason="no AF_UNIX here either")
def test_a_unix_address_is_refused_in_a_sentence_where_there_are_none(tmp_path: Path) -> None:
    status, _, err = run("win32", tmp_path, "listen", tmp_path / "it.sock")
    assert status == 2
    assert "AF_UNIX" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_window_works(system: str, tmp_path: Path) -> None:
    """Qt itself is this system's; listen, connect, talk, each tab, both languages, the lab."""
    status, out, err = cli_process.run_command(
        sys.executable,
        ROOT / "tests" / "other_system" / "window.py",
        cwd=tmp_path,
        **lacking(
            system,
            tmp_path,
            LACKS_AFTER="platformdirs PySide6.QtWidgets",
            QT_QPA_PLATFORM="offscreen",
        ),
    )
    assert status == 0, out + err
    assert out.splitlines()[-1] == f"done {system}"
