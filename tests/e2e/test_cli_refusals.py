"""What the system refuses, and records that are none, explained in both languages."""

from __future__ import annotations

import ctypes
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli_process import BOUND, PROGRAM, both, environment, run
from workbench.resources import resource

EXCHANGE = resource("scenarios/4-udp-exchange.toml")


@pytest.fixture
def short() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_a_port_in_use_and_one_where_nobody_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, said, _ = both("listen", address, "--json")
    assert status == 1
    assert "EADDRINUSE: The address is taken. Choose another port" in said
    status, said, _ = both("connect", address)
    assert status == 1
    assert "ECONNREFUSED" in said


def test_unix_paths(short: Path) -> None:
    (short / "there").touch()
    status, said, _ = both("listen", short / "there", "--json")
    assert (status, "delete the file" in said) == (1, True)
    assert (short / "there").exists()
    status, said, _ = both("listen", short / "none" / "x", "--json")
    assert (status, "no such folder" in said) == (1, True)
    status, said, _ = both("connect", short / "none")
    assert (status, "no such socket file" in said) == (1, True)
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(short / "stale"))
    status, said, _ = both("connect", short / "stale")
    assert (status, "Nobody is listening at that path" in said) == (1, True)


def test_a_host_that_does_not_exist() -> None:
    status, said, _ = both("connect", "no-such-host.invalid:80")
    assert status == 1
    assert re.search(r"EAI_(NONAME|AGAIN|NODATA|FAIL)", said), said


def _without_network() -> None:
    """In a network of its own, which has nothing: only root can make one."""
    new_network = 0x40000000  # CLONE_NEWNET, sched.h
    if ctypes.CDLL(None, use_errno=True).unshare(new_network) != 0:
        raise PermissionError


def _without_privilege() -> None:
    """PR_CAPBSET_DROP of CAP_NET_BIND_SERVICE: root binds low ports no more after exec."""
    ctypes.CDLL(None).prctl(24, 10, 0, 0, 0)


def restricted(restrict: Callable[[], None], *args: object) -> tuple[int, str]:
    done = subprocess.run(
        [*PROGRAM, *map(str, args), "--lang", "en"],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=BOUND,
        preexec_fn=restrict,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def _may_leave_the_network() -> bool:
    """Not in an ordinary container: unshare(2) answers EPERM there, to root too."""
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x40000000) != 0)"
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_a_name_without_any_network_ends_quickly() -> None:
    if not _may_leave_the_network():
        pytest.skip("this user may not make a network namespace")
    status, said = restricted(_without_network, "connect", "no-such-host.invalid:80")
    assert status == 1
    assert "EAI_" in said


def test_a_privileged_port() -> None:
    least = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    first = int(least.read_text()) if least.exists() else 0
    if first < 2:
        pytest.skip("this system knows no privileged ports")
    status, said = restricted(_without_privilege, "listen", f"127.0.0.1:{first - 1}")
    assert status == 1
    assert "EACCES" in said


# -- records ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("record") / "r.swb"
    assert run("run", EXCHANGE, "--record", made)[0] == 0
    return made


def test_a_newer_record(record: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.swb"
    newer.write_bytes(record.read_bytes())
    with closing(sqlite3.connect(newer)) as db:
        db.execute("PRAGMA user_version=99")
    status, said, _ = both("export", newer, "--to", "csv")
    assert (status, "newer version" in said) == (2, True)


def test_a_record_that_is_cut_off(record: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.swb"
    cut.write_bytes(record.read_bytes()[:5000])
    assert both("export", cut, "--to", "csv")[0] == 2


def test_a_read_only_record_can_be_read(record: Path, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "r.swb").write_bytes(record.read_bytes())
    (folder / "r.swb").chmod(0o444)
    folder.chmod(0o555)
    try:
        assert run("export", folder / "r.swb", "--to", "jsonl") == run(
            "export", record, "--to", "jsonl"
        )
    finally:
        folder.chmod(0o755)


def test_an_export_never_overwrites(record: Path) -> None:
    before = record.read_bytes()
    status, said, _ = both("export", record, "--to", "csv", "-o", record)
    assert (status, "Choose another name" in said) == (2, True)
    assert record.read_bytes() == before


@pytest.mark.parametrize("expression", ["foo:bar", "seq>x", '"open', "seq>", "-", "time:never"])
def test_a_bad_filter(record: Path, expression: str) -> None:
    assert both("export", record, "--to", "csv", f"--filter={expression}")[0] == 2
