"""The command line as a person meets it: real processes, exit statuses, output that is promised."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli_process import BOUND, PROGRAM, ROOT, end, environment, run, run_command, start
from workbench import interrupts
from workbench.cli import main
from workbench.resources import resource

EXCHANGE = resource("scenarios/4-udp-exchange.toml")
KEYS = [
    "seq",
    "t_ns",
    "duration_ns",
    "kind",
    "endpoint",
    "connection",
    "number",
    "call",
    "args",
    "result",
    "errno",
    "error",
    "local",
    "peer",
    "size",
    "payload",
    "cause",
]
NEVER_SENT = """
[[step]]
do = "expect"
endpoint = "server"
call = "recvfrom"
text = "never sent"
within = 0.1
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("record") / "r.swb"
    status, _, err = run("run", EXCHANGE, "--record", made)
    assert status == 0, err
    return made


# -- run --------------------------------------------------------------------------------------


def test_a_scenario_that_holds_is_0() -> None:
    status, out, err = run("run", EXCHANGE, "--lang", "en")
    assert status == 0
    assert "FAILED" not in out
    assert "10 held, 0 failed" in out
    assert err == ""


def test_json_is_one_event_a_line_and_nothing_else() -> None:
    status, out, err = run("run", EXCHANGE, "--json")
    assert status == 0
    assert err == ""
    events = [json.loads(line) for line in out.splitlines()]
    assert all(list(event) == KEYS for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert out.isascii()
    assert out.endswith("\n")
    assert events[0]["kind"] == "note"
    assert {"sendto", "recvfrom"} <= {event["call"] for event in events}


def test_a_record_and_a_report_are_kept(tmp_path: Path) -> None:
    record, report = tmp_path / "r.swb", tmp_path / "r.xml"
    status, out, _ = run("run", EXCHANGE, "--json", "--record", record, "--junit", report)
    assert status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.swb", "r.xml"]
    suite = ET.parse(report).getroot().find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "0"
    assert len(suite.findall("testcase")) == int(suite.get("tests", "0")) == 10
    printed = [json.loads(line) for line in out.splitlines()]
    exported = [json.loads(line) for line in run("export", record, "--to", "jsonl")[1].splitlines()]
    for now, later in zip(printed, exported, strict=True):
        # printed as soon as it is committed: the addresses of its socket may come to be known later
        unknown = {key: None for key in ("local", "peer") if now[key] is None}
        assert now == later | unknown


def test_an_expectation_that_fails_is_1_and_stands_in_junit(tmp_path: Path) -> None:
    talk = tmp_path / "talk.toml"
    talk.write_text(EXCHANGE.read_text(encoding="utf-8") + NEVER_SENT, encoding="utf-8")
    report = tmp_path / "r.xml"
    status, out, _ = run("run", talk, "--junit", report, "--lang", "en")
    assert status == 1
    assert "FAILED" in out
    failures = list(ET.parse(report).getroot().iter("failure"))
    assert len(failures) == 1
    assert "never sent" in (failures[0].text or "")
    status, out, err = run("run", talk, "--json")
    assert status == 1
    assert "never sent" in err
    assert all(json.loads(line) for line in out.splitlines())


def test_a_value_may_begin_with_a_dash(record: Path) -> None:
    """`-` before a term of a filter takes its opposite."""
    status, out, err = run("export", record, "--to", "jsonl", "--filter", "-call:recvfrom")
    assert status == 0, err
    calls = {json.loads(line)["call"] for line in out.splitlines()}
    assert "sendto" in calls
    assert "recvfrom" not in calls
    for words in (("--filter", "-o", record.parent / "x"), ("--filter", "--", record)):
        status, _, err = run("export", "--to", "jsonl", *words)
        assert status == 2
        assert "--filter" in err


def test_timeout_ends_a_run(tmp_path: Path) -> None:
    talk = tmp_path / "talk.toml"
    talk.write_text('[[step]]\ndo = "wait"\nseconds = 1000\n')
    status, out, _ = run("run", talk, "--timeout", "0.2", "--lang", "en")
    assert status == 1
    assert "--timeout" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_130_and_the_record_is_whole(
    tmp_path: Path, number: signal.Signals
) -> None:
    talk, record, report = tmp_path / "t.toml", tmp_path / "r.swb", tmp_path / "r.xml"
    talk.write_text(
        '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
        '[[step]]\ndo = "start"\nendpoint = "server"\n'
        '[[step]]\ndo = "wait"\nseconds = 1000\n'
    )
    process = start("run", talk, "--json", "--record", record, "--junit", report)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["call"] == "listen":
            break
    process.send_signal(number)
    status, out, err = end(process)
    assert status == 130
    assert err == ""
    assert json.loads(out.splitlines()[-1])["call"] == "close"
    cases = list(ET.parse(report).getroot().iter("testcase"))
    assert len(cases) == 2
    assert cases[1].find("skipped") is not None
    assert not Path(f"{record}-wal").exists()
    with closing(sqlite3.connect(record)) as db, db:
        assert db.execute("SELECT 1 FROM meta WHERE key='closed_wall_ns'").fetchone()


# -- where the output goes --------------------------------------------------------------------


@pytest.mark.parametrize("args", [
    ("run", EXCHANGE, "--json"), ("run", EXCHANGE), ("export", "RECORD", "--to", "jsonl"),
    ("lab", "--list"), ("--help",),
])  # fmt: skip
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_pipe_that_closes_ends_quietly(
    record: Path, args: tuple[object, ...], reader: str
) -> None:
    words = [str(record) if arg == "RECORD" else str(arg) for arg in args]
    done = subprocess.run(
        ["bash", "-c", f"{shlex.join([*PROGRAM, *words])} | {reader}; exit ${{PIPESTATUS[0]}}"],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=BOUND,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == (reader != "true")


@pytest.mark.parametrize(
    "args",
    [
        ("run", EXCHANGE, "--json"),
        ("run", EXCHANGE),
        ("lab", "--list"),
        ("export", "RECORD", "--to", "csv"),
    ],
)
def test_a_full_disk_is_a_sentence(record: Path, args: tuple[object, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    words = [str(record) if arg == "RECORD" else str(arg) for arg in args]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, *words, "--lang", "en"],
            env=environment(),
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=BOUND,
        )
    assert done.returncode == 2
    assert done.stderr == "The output cannot be written: the disk is full.\n"


def test_a_closed_stdout_is_no_fault() -> None:
    for args in (("run", str(EXCHANGE), "--json"), ("lab", "--list")):
        done = subprocess.run(
            ["bash", "-c", f"{shlex.join([*PROGRAM, *args])} >&-"],
            check=False,
            env=environment(),
            stderr=subprocess.PIPE,
            timeout=BOUND,
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_that_knows_no_chinese_gets_escapes() -> None:
    status, out, err = run("run", EXCHANGE, "--lang", "zh_CN", PYTHONIOENCODING="ascii")
    assert status == 0, err
    assert out.isascii()
    assert "\\u901a\\u8fc7" in out


# -- export -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_every_export_has_every_event(record: Path, tmp_path: Path, form: str) -> None:
    with closing(sqlite3.connect(record)) as db, db:
        rows = db.execute("SELECT count(*) FROM event").fetchone()[0]
    status, out, _ = run("export", record, "--to", form)
    assert status == 0
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(out)))) == rows + 1
    else:
        assert len(out.splitlines()) == rows + (form == "text")
    to = tmp_path / "out"
    assert run("export", record, "--to", form, "-o", to)[:2] == (0, "")
    assert to.read_text(encoding="utf-8") == out


def test_an_export_can_be_filtered(record: Path) -> None:
    status, out, _ = run("export", record, "--to", "jsonl", "--filter", "call:sendto")
    assert status == 0
    assert [json.loads(line)["call"] for line in out.splitlines()] == ["sendto", "sendto"]


# -- without Qt -------------------------------------------------------------------------------


def test_every_command_works_with_pyside_absent(record: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'PySide6', 'shiboken6'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "atexit.register(lambda: print('HERE' if not {'PySide6', 'workbench.ui', 'workbench.qt'}\n"
        "                              & sys.modules.keys() else 'LOADED', file=sys.stderr))\n"
    )
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    for args in (
        ("run", EXCHANGE),
        ("lab", "--list"),
        ("lab", "greeting"),
        ("--version",),
        ("listen", "127.0.0.1:0", "--scenario"),
        ("export", record, "--to", "text"),
    ):
        status, _, err = run(*args, PYTHONPATH=path)
        assert status == 0, err
        assert err == "HERE\n"


def test_the_command_line_never_loads_qt() -> None:
    probe = (
        "import sys; from workbench.cli.main import main; main(['lab', '--list']);"
        "sys.exit(any(name.startswith(('PySide6', 'workbench.ui', 'workbench.qt'))"
        " for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        env=environment(),
        check=False,
        capture_output=True,
        timeout=BOUND,
    )
    assert done.returncode == 0


LAB = "workbench.labs"
LANGUAGE = "workbench.scenario"
CODE = "workbench.scenario.code"
ENGINE = "workbench.engine"


@pytest.mark.parametrize(("args", "without"), [
    (("--help",), (LAB, LANGUAGE, ENGINE, "logging", "sqlite3", "traceback")),
    (("--version",), (LAB, LANGUAGE, ENGINE, "logging", "sqlite3", "traceback")),
    (("run", EXCHANGE), (LAB, CODE, "workbench.scenario.from_record", "workbench.cli.quick")),
    (("listen", "127.0.0.1:0", "--timeout", "0"), (LAB, CODE, "workbench.journal.exports.csv")),
    (("export", "{record}", "--to", "csv"), (LAB, LANGUAGE, "workbench.engine.endpoint")),
    (("export", EXCHANGE, "--to", "python"), (LAB, "workbench.session")),
    (("lab", "--list"), (CODE, "workbench.cli.quick")),
])  # fmt: skip
def test_a_command_imports_nothing_of_what_only_others_need(
    record: Path, args: tuple[object, ...], without: tuple[str, ...]
) -> None:
    """The time to import is most of what a short command takes."""
    words = [str(word).format(record=record) for word in args]
    probe = (
        f"import sys; from workbench.start import main\n"
        f"try: main({words!r})\n"
        f"except SystemExit: pass\n"
        f"bad = [name for name in sys.modules if name.startswith({without!r})]\n"
        f"print(bad, file=sys.stderr); sys.exit(bool(bad))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        env=environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=BOUND,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_garbage_is_looked_for_from_the_command_on() -> None:
    """Until then nothing is: a third of a second of imports makes none."""
    probe = (
        "import gc, sys; from workbench import start; from workbench.cli import main, runs\n"
        "taken = runs.add_arguments\n"
        "runs.add_arguments = lambda parser: (print(gc.isenabled()), taken(parser))\n"
        "runs.run = lambda args: print(gc.isenabled(), gc.get_freeze_count() > 0) or 0\n"
        "sys.argv = ['workbench', 'run', 'x.toml']; sys.exit(start.main())"
    )
    status, out, err = run_command(sys.executable, "-c", probe)
    assert (status, out, err) == (0, "False\nTrue True\n", "")


# -- words ------------------------------------------------------------------------------------


def test_help_speaks_the_language() -> None:
    status, out, _ = run("run", "--help", "--lang", "zh_CN")
    assert status == 0
    assert out.startswith("用法：socket-workbench run")
    assert "options" not in out


def test_version_is_one_line() -> None:
    import workbench

    assert run("--version")[:2] == (0, f"socket-workbench {workbench.__version__}\n")


def test_a_fault_of_the_program_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbench.cli import main, runs

    def broken(*_args: object) -> None:
        raise RuntimeError("spoilt")

    monkeypatch.setattr(runs, "load_runs", broken)
    assert main.main(["run", "x.toml", "--lang", "en"]) == 1
    assert "RuntimeError: spoilt" in capsys.readouterr().err


@pytest.mark.parametrize(("comes", "status"), [(True, 130), (False, 2)])
def test_a_terminal_is_gone_a_moment_before_its_signal_comes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], comes: bool, status: int
) -> None:
    """Writing fails with EIO first; without a signal it is what a disk says."""

    def fails(_text: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if comes:
            monkeypatch.setattr(interrupts, "asked", lambda: True)

    monkeypatch.setattr(main, "sleep", wait)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys.stdout, "write", fails)
    assert main.main(["lab", "--list", "--lang", "en"]) == status
    assert waited == [main.HANG_UP_WITHIN]
    assert bool(capfd.readouterr().err) is not comes
