"""The command line as a person meets it: real processes, exit statuses, sentences."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from workbench.resources import resource

BOUND = 60.0
EXCHANGE = resource("scenarios/4-udp-exchange.toml")
KEYS = ["seq", "t_ns", "duration_ns", "kind", "endpoint", "connection", "call", "args", "result",
        "errno", "error", "local", "peer", "size", "payload", "cause"]


def environment(**more: str) -> dict[str, str]:
    """Neither display nor Qt platform: the command line needs none."""
    kept = {key: value for key, value in os.environ.items()
            if key not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return {**kept, **more}


def start(*args: object, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", *map(str, args)], env=environment(**more),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )


def run(*args: object, **more: str) -> tuple[int, str, str]:
    process = start(*args, **more)
    out, err = process.communicate(timeout=BOUND)
    assert "Traceback" not in out + err
    return process.returncode, out, err


# -- what it does -----------------------------------------------------------------------------


def test_a_scenario_that_holds_is_0() -> None:
    status, out, _ = run("run", EXCHANGE)
    assert status == 0
    assert "FAILED" not in out


def test_json_is_one_event_a_line_and_nothing_else() -> None:
    status, out, _ = run("run", EXCHANGE, "--json")
    assert status == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert all(list(event) == KEYS for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert out.isascii()
    assert events[0]["kind"] == "note"
    assert {"sendto", "recvfrom"} <= {event["call"] for event in events}


def test_record_and_junit(tmp_path: Path) -> None:
    record, report = tmp_path / "r.swb", tmp_path / "r.xml"
    status, out, _ = run("run", EXCHANGE, "--json", "--record", record, "--junit", report)
    assert status == 0
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".swb"] == ["r.swb"]
    cases = ET.parse(report).getroot().iter("testcase")
    assert len(list(cases)) >= 4
    status, exported, _ = run("export", record, "--to", "jsonl")
    assert status == 0
    assert exported == out


def test_an_expectation_that_fails_is_1_and_stands_in_junit(tmp_path: Path) -> None:
    talk = tmp_path / "talk.toml"
    talk.write_text(EXCHANGE.read_text(encoding="utf-8") + """
[[step]]
do = "expect"
endpoint = "server"
call = "recvfrom"
text = "never sent"
within = 0.1
""", encoding="utf-8")
    report = tmp_path / "r.xml"
    status, out, _ = run("run", talk, "--junit", report)
    assert status == 1
    assert "FAILED" in out
    assert len(list(ET.parse(report).getroot().iter("failure"))) == 1


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_every_export_has_every_event(tmp_path: Path, form: str) -> None:
    record = tmp_path / "r.swb"
    run("run", EXCHANGE, "--record", record)
    status, out, _ = run("export", record, "--to", form)
    assert status == 0
    rows = sqlite3.connect(record).execute("SELECT count(*) FROM event").fetchone()[0]
    assert len(out.splitlines()) == rows + (form != "jsonl")
    status, filtered, _ = run("export", record, "--to", "jsonl", "--filter", "call:sendto")
    assert status == 0
    assert {json.loads(line)["call"] for line in filtered.splitlines()} == {"sendto"}


def listening() -> tuple[subprocess.Popen[str], str]:
    server = start("listen", "127.0.0.1:0", "--echo", "--lang", "en", "--json")
    assert server.stdout is not None
    for line in server.stdout:
        event = json.loads(line)
        if event["call"] == "listen" and event["kind"] == "call":
            return server, event["local"]
    raise AssertionError("it does not listen")


def test_listen_and_connect_talk_and_an_interrupt_is_130() -> None:
    server, address = listening()
    try:
        status, out, _ = run("connect", address, "--send", "你好", "--expect", "你好")
        assert status == 0, out
        status, _, _ = run("connect", address, "--send", "a", "--expect", "b", "--timeout", "1")
        assert status == 1
    finally:
        server.send_signal(signal.SIGINT)
    _, err = server.communicate(timeout=BOUND)
    assert server.returncode == 130
    assert "Traceback" not in err
    with socket.socket() as probe:
        host, _, port = address.rpartition(":")
        assert probe.connect_ex((host, int(port))) != 0


@pytest.mark.parametrize("args", [
    ("listen", "127.0.0.1:0", "--greet", "hi"),
    ("connect", "127.0.0.1:9", "--send", "x\\y", "--expect", "z"),
    ("listen", "127.0.0.1:0", "--udp", "--echo"),
])  # fmt: skip
def test_the_quick_forms_print_a_scenario_that_can_be_read(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    from workbench.scenario.model import parse

    status, out, _ = run(*args, "--scenario")
    assert status == 0
    assert parse(out, "quick").endpoints


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with start("run", EXCHANGE, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(BOUND) == 0


def test_run_works_with_pyside_absent(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'PySide6', 'shiboken6'}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', str(Path.cwd()))}"
    status, _, err = run("run", EXCHANGE, PYTHONPATH=path)
    assert status == 0, err
    status, _, err = run("lab", "--list", PYTHONPATH=path)
    assert status == 0, err


def test_the_command_line_never_loads_qt() -> None:
    probe = (
        "import sys; from workbench.cli import main; main(['lab', '--list']);"
        "sys.exit(any(name.startswith(('PySide6', 'workbench.ui', 'workbench.qt'))"
        " for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], env=environment(), check=False,
                          capture_output=True, timeout=BOUND)
    assert done.returncode == 0


# -- bad input --------------------------------------------------------------------------------

HEAD = '[endpoint.a]\nrole = "stream"\naddress = "127.0.0.1:9"\n'
LISTENER = '[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
STEP = '[[step]]\nendpoint = "a"\n'
FILES = {
    "unknown_word": '[endpoint.a]\nrole = "listner"\n',
    "unknown_key": HEAD + "backlgo = 3\n",
    "unknown_step": HEAD + STEP + 'do = "sned"\n',
    "unknown_endpoint": HEAD + '[[step]]\ndo = "send"\nendpoint = "b"\ntext = "x"\n',
    "wrong_type": HEAD + 'timeout = "soon"\n',
    "negative_timeout": HEAD + "timeout = -1.0\n",
    "not_toml": 'title = "x\n',
    "newer": "format = 99\n" + HEAD,
    "bad_hex": HEAD + STEP + 'do = "send"\nhex = "zz"\n',
    "inexpressible": HEAD + STEP + 'do = "send"\ntext = "你"\nencoding = "ascii"\n',
    "sending_before_connecting": HEAD + STEP + 'do = "send"\ntext = "x"\n',
    "double_start": LISTENER + (STEP + 'do = "start"\n') * 2,
    "beyond_loopback": LISTENER.replace("127.0.0.1", "0.0.0.0") + STEP + 'do = "start"\n',
}
COMMANDS = {
    "port_too_high": ("connect", "127.0.0.1:65536"),
    "port_text": ("listen", "127.0.0.1:http"),
    "no_port": ("listen", "127.0.0.1"),
    "backlog_huge": ("listen", "127.0.0.1:0", "--backlog", "99999999999"),
    "backlog_text": ("listen", "127.0.0.1:0", "--backlog", "x"),
    "v6_in_v4": ("connect", "::1:80"),
    "path_too_long": ("listen", "/tmp/" + "x" * 200),
    "negative_timeout": ("connect", "127.0.0.1:9", "--timeout", "-1"),
    "timeout_text": ("connect", "127.0.0.1:9", "--timeout", "soon"),
    "nothing_given": ("run",),
    "no_such_option": ("run", "x.toml", "--nonsense"),
    "missing_scenario": ("run", "missing.toml"),
    "scenario_is_a_folder": ("run", "."),
    "missing_record": ("export", "missing.swb", "--to", "csv"),
    "record_is_a_folder": ("export", ".", "--to", "csv"),
    "no_such_format": ("export", "text.swb", "--to", "pdf"),
    "not_a_record": ("export", "text.swb", "--to", "csv"),
    "record_exists": ("run", EXCHANGE, "--record", "text.swb"),
    "record_nowhere": ("run", EXCHANGE, "--record", "none/r.swb"),
    "no_such_lab": ("lab", "nosuch"),
    "bad_bytes": ("run", "bytes.toml"),
}
ENGLISH = re.compile(r"\b(the|is|not|cannot|invalid|expected|must|there|no such)\b", re.IGNORECASE)


def complaint(args: tuple[object, ...], folder: Path, lang: str) -> tuple[int, str]:
    process = subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, args), "--lang", lang], cwd=folder,
        env=environment(PYTHONPATH=os.environ.get("PYTHONPATH", str(Path.cwd()))), check=False,
        capture_output=True, text=True, encoding="utf-8", timeout=BOUND,
    )
    said = process.stdout + process.stderr
    assert "Traceback" not in said
    if lang == "zh_CN":
        assert re.search("[\u4e00-\u9fff]", said), said
        assert not ENGLISH.search(process.stderr), said
    return process.returncode, said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "text.swb").write_text("hello")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    return tmp_path


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("name", COMMANDS)
def test_bad_arguments_explain_themselves(folder: Path, name: str, lang: str) -> None:
    status, said = complaint(COMMANDS[name], folder, lang)
    assert status == 2, said
    assert said.strip()


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("name", FILES)
def test_bad_scenarios_explain_themselves(folder: Path, name: str, lang: str) -> None:
    (folder / "bad.toml").write_text(FILES[name], encoding="utf-8")
    status, said = complaint(("run", "bad.toml"), folder, lang)
    runs = name in {"sending_before_connecting", "double_start", "beyond_loopback"}
    assert status == (1 if runs else 2), said
    if not runs and name != "newer":
        assert re.search(r"bad\.toml:\d+", said), said


@pytest.mark.parametrize(("name", "nearest"), [
    ("unknown_word", "listener"), ("unknown_key", "backlog"), ("unknown_step", "send"),
])  # fmt: skip
def test_the_nearest_name_is_offered(folder: Path, name: str, nearest: str) -> None:
    (folder / "bad.toml").write_text(FILES[name], encoding="utf-8")
    assert nearest in complaint(("run", "bad.toml"), folder, "en")[1]


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_calls_that_fail_explain_themselves(folder: Path, lang: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = complaint(("listen", f"127.0.0.1:{port}"), folder, lang)
    assert status == 1
    assert "EADDRINUSE" in said
    status, said = complaint(("connect", f"127.0.0.1:{port}", "--timeout", "5"), folder, lang)
    assert status == 1
    assert "ECONNREFUSED" in said
    (folder / "there").touch()
    status, said = complaint(("listen", folder / "there"), folder, lang)
    assert status == 1
    assert "EADDRINUSE" in said
    status, said = complaint(("connect", "no-such-host.invalid:80", "--timeout", "20"), folder,
                             lang)
    assert status == 1
    assert "EAI_" in said


def test_a_newer_record_is_refused_in_a_sentence(folder: Path) -> None:
    record = folder / "r.swb"
    run("run", EXCHANGE, "--record", record)
    with sqlite3.connect(record) as db:
        db.execute("PRAGMA user_version=99")
    status, said = complaint(("export", record, "--to", "csv"), folder, "en")
    assert status == 2
    assert "newer" in said
