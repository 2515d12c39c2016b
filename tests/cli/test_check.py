"""`check`: what it prints and writes, its exit status, and what it refuses."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.checkup.wrong_peers import right_server, wrong_server
from tests.engine.test_websocket_peers import node_serves
from tests.servers import http_proxy
from workbench.checkup import check_junit
from workbench.cli.main import main
from workbench.scenario.model import load


def test_what_holds_is_zero_with_a_table_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder = tmp_path / "check.xml", tmp_path / "cases"
    with right_server() as port:
        status = main(
            ["check", f"ws://127.0.0.1:{port}/chat", "-k", "close_1", "--lang", "en",
             "--junit", str(report), "--scenarios", str(folder)]
        )  # fmt: skip
        assert status == 0
        out = capsys.readouterr().out
        assert "RFC says: " in out
        assert "It did:   " in out
        assert "4 ok, 0 stray" in out
        (suite,) = ET.parse(report).getroot()
        assert suite.get("name") == f"ws://127.0.0.1:{port}/chat"
        assert (suite.get("tests"), suite.get("failures")) == ("4", "0")
        files = sorted(folder.iterdir())
        assert len(files) == 4
        assert load(files[0]).endpoints[0].websocket is not None
        assert main(["run", str(folder), "--lang", "en"]) == 0


def test_what_strays_is_one_and_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder = tmp_path / "check.xml", tmp_path / "cases"
    with wrong_server("takes all") as port:
        status = main(
            ["check", f"ws://127.0.0.1:{port}", "-k", "rsv2", "--lang", "en", "--json",
             "--junit", str(report), "--scenarios", str(folder)]
        )  # fmt: skip
        assert status == 1
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        (case,) = lines[-1]["check"]["cases"]
        assert (case["name"], case["verdict"], case["section"]) == ("rsv2", "strays", "5.2")
        assert any(line.get("call") == "ws.send" for line in lines)
        (suite,) = ET.parse(report).getroot()
        assert "RFC 6455 5.2" in (suite[0][0].get("message") or "")
        assert main(["run", str(folder), "--lang", "en"]) == 1


def test_nobody_there_is_one_with_a_sentence_and_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with right_server() as port:
        pass
    report = tmp_path / "check.xml"
    assert main(["check", f"ws://127.0.0.1:{port}", "--lang", "en", "--junit", str(report)]) == 1
    assert "ECONNREFUSED" in capsys.readouterr().err
    (suite,) = ET.parse(report).getroot()
    assert suite.get("errors") == "1"
    assert suite.get("skipped") == str(len(suite) - 1)
    assert check_junit.__doc__


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "Say what to check"),
        (["ws://127.0.0.1:9", "--listen", "9001"], "just one"),
        (["127.0.0.1:9"], "no address of a WebSocket"),
        (["tls://127.0.0.1:9"], "no address of a WebSocket"),
        (["--listen", "9001", "--insecure"], "--insecure"),
        (["ws://127.0.0.1:9", "-k", "there is none"], "there is none"),
    ],
)
def test_what_it_refuses(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *args, "--lang", "en"]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="node's ws is a package of Debian")
@pytest.mark.parametrize(
    "trust", [["--insecure"], ["--ca", "test:root", "--server-name", "localhost"]]
)
def test_a_server_of_node_with_tls_behind_a_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trust: list[str]
) -> None:
    with node_serves(deflate=True, tls=True) as (port, _), http_proxy(tmp_path) as proxy:
        status = main(
            ["check", f"wss://127.0.0.1:{port}/chat", *trust, "--proxy",
             f"http://127.0.0.1:{proxy}", "-k", "rsv", "--json", "--lang", "en"]
        )  # fmt: skip
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    done = lines[-1]["check"]
    assert (status, done["ok"], done["stopped"]) == (0, True, None)
    assert len(done["cases"]) >= 3
    assert done["echoes"]
    calls = [line.get("call") for line in lines]
    assert calls.count("proxy.request") == calls.count("tls.handshake") >= 4


@pytest.mark.skipif(sys.platform != "linux", reason="node's ws is a package of Debian")
def test_a_certificate_that_is_not_taken_ends_it_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with node_serves(deflate=False, tls=True) as (port, _):
        status = main(["check", f"wss://127.0.0.1:{port}", "-k", "rsv", "--lang", "en"])
    assert status == 1
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with right_server() as port:
        assert main(["check", "--listen", str(port), "--lang", "en"]) == 2
    assert "EADDRINUSE" in capsys.readouterr().err
