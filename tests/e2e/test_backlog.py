"""lab backlog = kernel: what it tells is what a plain script sees, here and in a namespace."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.strace_support import differences, outcomes, under_strace
from workbench.cli.main import main

ROOT = Path(__file__).parent.parent.parent
LAB = [sys.executable, "-m", "workbench", "lab", "backlog"]
FAMILIES = {"inet": (socket.AF_INET, "127.0.0.1"), "inet6": (socket.AF_INET6, "::1")}
BEYOND = 2
"""Clients more than one expects to get in."""
SEVEN = ("connected", "pending", "timed_out", "refused", "reset", "again", "error")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel compared is Linux's")


def plain(family: str, backlog: int, clients: int) -> tuple[Counter[str], tuple[int, int] | None]:
    """The same with nothing but the standard library: outcomes, and the queue (TCP)."""
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        unix = family == "unix"
        kind = socket.AF_UNIX if unix else FAMILIES[family][0]
        sockets = []
        with socket.socket(kind) as listener:
            listener.bind(f"{folder}/s" if unix else (FAMILIES[family][1], 0))
            listener.listen(backlog)
            for _ in range(clients):
                client = socket.socket(kind)
                sockets.append(client)
                client.settimeout(0.1)
                try:
                    client.connect(listener.getsockname())
                    outcomes["connected"] += 1
                except TimeoutError as error:
                    outcomes["timed_out" if error.errno is None else "kernel"] += 1
                except BlockingIOError:
                    outcomes["again"] += 1
                except ConnectionRefusedError:
                    outcomes["refused"] += 1
            queue = None
            if not unix:
                raw = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
                queue = (
                    int.from_bytes(raw[24:28], sys.byteorder),
                    int.from_bytes(raw[28:32], sys.byteorder),
                )
            for client in sockets:
                client.close()
    return outcomes, queue


def lab(capsys: pytest.CaptureFixture[str], options: str) -> dict[str, object]:
    """Run it in this process; its last line, after checking that the seven add up."""
    status = main(["lab", "backlog", "--json", *options.split()])
    out = capsys.readouterr()
    assert status == 0, out.err
    rows = [json.loads(line) for line in out.out.splitlines()]
    assert [row["seq"] for row in rows[:-1]] == list(range(1, len(rows)))
    return checked(rows[-1])


def checked(result: dict[str, object]) -> dict[str, object]:
    assert result["lab"] == "backlog"
    assert sum(int(str(result[key])) for key in SEVEN) == result["clients"]
    return result


@pytest.mark.parametrize("family", ["inet", "inet6", "unix"])
@pytest.mark.parametrize("backlog", [0, 1, 2, 5, 128])
def test_it_tells_what_a_plain_script_sees(
    family: str, backlog: int, capsys: pytest.CaptureFixture[str]
) -> None:
    clients = backlog + 1 + BEYOND
    timeout = "0.3" if backlog < 100 else "3"
    result = lab(
        capsys,
        f"--family {family} --backlog {backlog} --clients {clients} --every 0 --timeout {timeout}",
    )
    seen, queue = plain(family, backlog, clients)
    assert {key: result[key] for key in SEVEN if result[key]} == seen
    if queue is not None:
        assert (result["queue_peak"], result["queue_limit"]) == queue
    else:
        assert result["queue_limit"] == backlog
        assert result["queue_peak"] == result["connected"]
    if family != "unix":
        assert int(str(result["drops"])) >= BEYOND


def namespace(script: str) -> list[str]:
    return ["unshare", "--user", "--map-root-user", "--net", "sh", "-ec", script]


def test_in_a_namespace_with_another_somaxconn_four_get_in() -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    probe = subprocess.run(
        namespace("ip link set lo up; echo 3 > /proc/sys/net/core/somaxconn"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if probe.returncode:
        pytest.skip(f"no user and network namespace can be made: {probe.stderr.strip()}")
    command = f"ip link set lo up; echo 3 > /proc/sys/net/core/somaxconn; exec {' '.join(LAB)}"
    done = subprocess.run(
        namespace(f"{command} --backlog 128 --clients 8 --every 0 --timeout 0.5 --json"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = checked(json.loads(done.stdout.splitlines()[-1]))
    assert (result["connected"], result["timed_out"]) == (4, 4)
    assert (result["queue_peak"], result["queue_limit"], result["somaxconn"]) == (4, 3, 3)
    assert result["drops"] == result["listen_overflows"]  # nobody else is in there


@pytest.mark.parametrize("family", ["inet", "unix"])
def test_strace_sees_one_connect_a_client_and_the_log_tells_all(
    family: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    options = f"--family {family} --clients 5 --every 0.01 --timeout 0.3 --json".split()
    done = under_strace(trace, [*LAB, *options], ROOT)
    *rows, result = [json.loads(line) for line in done.stdout.splitlines()]
    checked(result)
    text = trace.read_text()
    assert len(re.findall(r"\bconnect\(\d+, \{sa_family=AF_(?:INET|UNIX)", text)) == 5
    assert differences(text, rows) == []
    gotten = outcomes(text, "connect").count(0)
    assert gotten == (result["connected"] if family == "unix" else 0)  # TCP: EINPROGRESS first


def test_killed_in_the_middle_nothing_stays() -> None:
    process = subprocess.Popen(
        [*LAB, "--every", "0.01", "--timeout", "60", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        port = wait_for_silence(process)
    finally:
        process.kill()
        process.stdout.close()
        process.wait(30)
    with socket.socket() as probe:
        probe.settimeout(10)
        with pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.1", port))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_terminated_in_the_middle_it_tells_what_it_saw() -> None:
    process = subprocess.Popen(
        [*LAB, "--every", "0.01", "--timeout", "60", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    wait_for_silence(process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    result = checked(json.loads(out.splitlines()[-1]))
    assert result["connected"]
    assert result["pending"]


def wait_for_silence(process: subprocess.Popen[str]) -> int:
    """Read until the sixth connect is under way; the listener's port."""
    begun = 0
    assert process.stdout is not None
    for line in process.stdout:
        row = json.loads(line)
        begun += row["call"] == "connect" and row["errno"] == "EINPROGRESS"
        if begun == 6:
            return int(str(re.findall(r"(\d+)\)$", row["args"])[0]))
    raise AssertionError(process.poll())


def test_five_hundred_against_128_end_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    result = lab(capsys, "--backlog 128 --clients 500 --every 0 --timeout 2")
    assert result["connected"] == result["queue_peak"]
    assert int(str(result["connected"])) < 500
    assert result["pending"] == 0  # all had their outcome before the bound
