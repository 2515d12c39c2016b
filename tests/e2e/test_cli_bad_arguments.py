"""Whatever is typed wrongly: a sentence with the cause and a way out, in both languages."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli_process import SENTENCE, both
from workbench.resources import resource

EXCHANGE = resource("scenarios/4-udp-exchange.toml")


def test_the_check_for_english_finds_some() -> None:
    assert SENTENCE.search("错误：this is not a number。")
    assert not SENTENCE.search("预期 expect call='recv' (0.1 s)，例如 host:port、temp:NAME")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "text.swb").write_text("hello")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "empty.swb").touch()
    (tmp_path / "nothing").mkdir()
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)").connection.close()
    return tmp_path


COMMANDS: dict[str, tuple[tuple[object, ...], str]] = {
    "port 0": (("connect", "127.0.0.1:0"), "Give the port where the peer listens"),
    "port too high": (("connect", "127.0.0.1:65536"), "from 0 to 65535"),
    "port negative": (("listen", "127.0.0.1:-1"), "from 0 to 65535"),
    "port text": (("listen", "127.0.0.1:http"), "must be a number"),
    "no port": (("listen", "127.0.0.1"), "Write host:port"),
    "no address": (("connect", ""), "Write host:port"),
    "no host": (("connect", ":80"), "127.0.0.1 is this machine"),
    "a space": (("connect", "a b:80"), "contains a space"),
    "a URL": (("connect", "http://a/b"), "of schemes there are"),
    "a link": (("connect", "@server"), "Write host:port"),
    "v6 without brackets": (("connect", "::1:80"), "written [::1]:80"),
    "v6 without port": (("connect", "[::1]"), "written [::1]:80"),
    "backlog negative": (("listen", "127.0.0.1:0", "--backlog", "-1"), "0 to 2147483647"),
    "backlog huge": (("listen", "127.0.0.1:0", "--backlog", "9" * 11), "0 to 2147483647"),
    "backlog text": (("listen", "127.0.0.1:0", "--backlog", "x"), "try 128"),
    "path too long": (("listen", "/tmp/" + "x" * 200), "Use a shorter folder"),
    "temp with a folder": (("listen", "temp:a/b"), "plain file name"),
    "beyond loopback": (("listen", "0.0.0.0:0"), "--beyond-loopback"),
    "timeout negative": (("connect", "127.0.0.1:9", "--timeout", "-1"), "cannot be negative"),
    "timeout text": (("connect", "127.0.0.1:9", "--timeout", "soon"), "try 2.5"),
    "timeout infinite": (("run", EXCHANGE, "--timeout", "inf"), "try 2.5"),
    "text to send": (("connect", "127.0.0.1:9", "--send", "\udcff"), "send bytes as hex"),
    "nothing given": (("run",), "missing: SCENARIO"),
    "no such option": (("run", "x.toml", "--nonsense"), "--help"),
    "two replies": (("listen", "127.0.0.1:0", "--echo", "--sink"), "not together"),
    "no such lab": (("lab", "nosuch"), "Known: backlog"),
    "scenario missing": (("run", "missing.toml"), "Check the path"),
    "a folder without scenarios": (("run", "nothing"), "holds no scenario"),
    "scenario not UTF-8": (("run", "bytes.toml"), "a text in UTF-8"),
    "record exists": (("run", EXCHANGE, "--record", "text.swb"), "Choose another name"),
    "record nowhere": (("run", EXCHANGE, "--record", "none/r.swb"), "no such file or folder"),
    "report nowhere": (("run", EXCHANGE, "--junit", "none/r.xml"), "Choose another place"),
    "no such format": (("export", "text.swb", "--to", "pdf"), "Known: jsonl, csv, text"),
    "record missing": (("export", "missing.swb", "--to", "csv"), "missing.swb"),
    "record is a folder": (("export", ".", "--to", "csv"), "is a folder"),
    "not a record": (("export", "text.swb", "--to", "csv"), "not a record"),
    "an empty file": (("export", "empty.swb", "--to", "csv"), "not a record"),
    "another database": (("export", "other.db", "--to", "csv"), "not a record"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_bad_arguments(folder: Path, name: str) -> None:
    args, words = COMMANDS[name]
    before = sorted(folder.iterdir())
    status, said, _ = both(*args, cwd=folder)
    assert status == 2
    assert words in said
    assert sorted(folder.iterdir()) == before
    assert (folder / "text.swb").read_text() == "hello"
