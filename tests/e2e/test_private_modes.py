"""lab backlog --mode firewall | abort: what a plain script sees there, and nothing left behind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.test_backlog import LAB, ROOT, SEVEN, checked, lab, wait_for_silence
from workbench.cli.main import main
from workbench.labs.modes.probe import probe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
BOUND = 60
PATHS = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}


@pytest.fixture(autouse=True, scope="module")
def _possible() -> None:
    for hindrance in probe().values():
        pytest.skip(hindrance.text)


def inside(script: str, *, net: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a shell script as the root of new namespaces."""
    flags = ["--net"] if net else ["--mount"]
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", *flags, "sh", "-ec", script],
        cwd=ROOT,
        env=PATHS,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )


@pytest.mark.parametrize("backlog", [0, 1, 2, 5, 128])
@pytest.mark.parametrize("family", ["inet", "inet6"])
@pytest.mark.parametrize("mode", ["firewall", "abort"])
def test_it_tells_what_a_plain_script_sees_there(
    mode: str, family: str, backlog: int, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = backlog + 4
    plain = inside(
        f"ip link set lo up; exec {sys.executable} tests/e2e/plain_private.py "
        f"{mode} {family} {backlog} {clients}"
    )
    assert plain.returncode == 0, plain.stderr
    timeout = "0.3" if backlog < 100 else "8"  # the last client may be late in it
    result = lab(
        capsys,
        f"--mode {mode} --family {family} --backlog {backlog} --clients {clients} --every 0"
        f" --timeout {timeout}",
    )
    seen = Counter({key: int(str(result[key])) for key in SEVEN if result[key]})
    seen["timed_out"] += seen.pop("pending", 0)  # a busy machine may need the run's bound to ask
    assert +seen == json.loads(plain.stdout)
    assert result["mode"] == mode
    assert result["queue_limit"] == backlog
    if mode == "firewall":
        assert result["rejected"] == result["refused"]
    else:
        assert result["queue_peak"] == result["connected"]


def test_the_host_keeps_its_own_setting(capsys: pytest.CaptureFixture[str]) -> None:
    own = Path("/proc/sys/net/ipv4/tcp_abort_on_overflow").read_text()
    result = lab(capsys, "--mode abort --backlog 0 --clients 4 --every 0 --timeout 0.2")
    assert result["reset"] == 2
    assert Path("/proc/sys/net/ipv4/tcp_abort_on_overflow").read_text() == own


def test_without_nft_it_says_so_and_what_to_do() -> None:
    hide = "for p in $(which -a nft); do mount --bind /dev/null $p; done"
    done = inside(f"{hide}; exec {' '.join(LAB)} --mode firewall", net=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nft is not installed" in done.stderr
    assert "install it" in done.stderr


def test_without_user_namespaces_it_says_so_and_the_list_too() -> None:
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces"
    done = inside(f"{forbid}; exec {' '.join(LAB)} --mode abort", net=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "unshare() failed with ENOSPC" in done.stderr
    assert "modes kernel, gate, closed and bound need none" in done.stderr
    listing = inside(f"{forbid}; exec {' '.join(LAB[:-1])} --list", net=False)
    assert "--mode firewall: not here" in listing.stdout.splitlines()[0]


def test_the_list_says_that_they_work_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--list"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert "--mode firewall: works here; --mode abort: works here" in first


@contextmanager
def running(mode: str) -> Iterator[subprocess.Popen[str]]:
    """A lab in the middle: its sixth connect is under way."""
    process = subprocess.Popen(
        [
            *LAB,
            "--mode",
            mode,
            "--clients",
            "9",
            "--backlog",
            "20",
            "--every",
            "0.01",
            "--timeout",
            "60",
            "--accept-after",
            "50",
            "--json",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        wait_for_silence(process)
        yield process
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
        process.wait(BOUND)


def helper_of(process: subprocess.Popen[str]) -> int:
    """The one child of the program that is the helper."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == process.pid and b"namespace_helper" in (
                status.with_name("cmdline").read_bytes()
            ):
                return int(status.parent.name)
    raise AssertionError("no helper")


def members(namespace: str) -> list[str]:
    """Processes in this network namespace."""
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/net"):
        with suppress(OSError):
            if str(link.readlink()) == namespace:
                found.append(link.parent.parent.name)
    return found


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("mode", ["firewall", "abort"])
def test_ended_in_the_middle_no_process_and_no_namespace_stay(
    mode: str, ending: signal.Signals
) -> None:
    with running(mode) as process:
        helper = helper_of(process)
        namespace = str(Path(f"/proc/{helper}/ns/net").readlink())
        assert namespace != str(Path("/proc/self/ns/net").readlink())
        assert members(namespace) == [str(helper)]
        gone = os.pidfd_open(helper)
        process.send_signal(ending)
        assert select.select([gone], [], [], BOUND)[0]
        os.close(gone)
        assert process.stdout is not None
        *_, last = process.stdout.read().splitlines() or [""]
        assert process.wait(BOUND) in {130, -signal.SIGKILL}
        assert members(namespace) == []
        if ending is signal.SIGTERM:
            assert checked(json.loads(last))["mode"] == mode
