"""What is wrong in a scenario is said with file, line and nearest name, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_process import both, run

CLIENT = '[endpoint.a]\nrole = "stream"\naddress = "127.0.0.1:9"\n'
SERVER = '[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
STEP = '[[step]]\nendpoint = "a"\n'

SCENARIOS: dict[str, tuple[str, int, str]] = {
    "not TOML": ('title = "x\n', 1, "close it with"),
    "an open list": ("title = [1,\n", 1, "is missing"),
    "a key twice": (CLIENT + 'role = "stream"\n', 4, "is in line 2 already"),
    "a newer format": ("format = 99\n" + CLIENT, 1, "newer version"),
    "unknown word": ('[endpoint.a]\nrole = "listner"\n', 2, "listener"),
    "unknown key": (CLIENT + "backlgo = 3\n", 4, "backlog"),
    "unknown top key": (CLIENT + "[[setp]]\n", 4, "step"),
    "unknown step": (CLIENT + STEP + 'do = "sned"\n', 6, "send"),
    "unknown endpoint": (CLIENT + '[[step]]\ndo = "stop"\nendpoint = "b"\n', 6, "a?"),
    "unknown option": (CLIENT + STEP + 'do = "get"\noption = "SO_RCVBUFF"\n', 7, "SO_RCVBUF?"),
    "unknown call": (CLIENT + STEP + 'do = "call"\ncall = "lisen"\n', 7, "listen"),
    "unknown encoding": (CLIENT + 'encoding = "utf9"\n', 4, "utf-8"),
    "one bracket": (CLIENT + '[step]\ndo = "stop"\nendpoint = "a"\n', 4, "[[step]]"),
    "no kind": ("[endpoint.a]\nresponder = {}\n", 2, "kind = …"),
    "wrong type": (CLIENT + 'timeout = "soon"\n', 4, "a number of seconds from 0 on"),
    "timeout negative": (CLIENT + "timeout = -1.0\n", 4, "from 0 on, not -1.0"),
    "capture negative": ("capture = -1\n", 1, '"all"'),
    "v6 in v4": (CLIENT + 'bind = "[::1]:80"\n', 4, "Choose IPv6"),
    "path too long": (CLIENT + f'bind = "/{"x" * 200}"\nfamily = "AF_UNIX"\n', 3, "AF_UNIX"),
    "a link to itself": ('[endpoint.a]\nrole = "stream"\naddress = "@a"\n', 3, "another endpoint"),
    "bad hex": (CLIENT + STEP + 'do = "send"\nhex = "zz"\n', 7, "48 65 6c 6c 6f"),
    "odd hex": (CLIENT + STEP + 'do = "expect"\nhex = "123"\n', 7, "a pair of digits"),
    "inexpressible": (
        CLIENT + STEP + 'do = "send"\ntext = "ab你"\nencoding = "ascii"\n',
        7,
        "(position 3) cannot be written in ascii. UTF-8 can",
    ),
    "bad pattern": (CLIENT + STEP + 'do = "expect"\nregex = "a(b"\n', 7, "a ( is not closed"),
    "bad rule": (
        SERVER + 'responder = { kind = "rules", rules = [{ match = "exact", value = "a",'
        " reply = 3 }] }\n",
        4,
        "text in quotes",
    ),
    "beyond loopback": (SERVER.replace("127.0.0.1", "0.0.0.0"), 3, "--beyond-loopback"),
    "a file elsewhere": (CLIENT + STEP + 'do = "send"\nfile = "../x"\n', 7, "--any-file"),
    "a variable": ('[values]\na = { env = "HOME" }\n', 2, "--env HOME"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_bad_scenarios_say_where(tmp_path: Path, name: str) -> None:
    text, line, words = SCENARIOS[name]
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    status, said, zh = both("run", "bad.toml", cwd=tmp_path)
    assert status == 2
    assert said.startswith(f"bad.toml:{line}:"), said
    assert zh.startswith(f"bad.toml:{line}："), zh
    assert words in said


STEPS: dict[str, tuple[str, str]] = {
    "sending before connecting": (CLIENT + STEP + 'do = "send"\ntext = "x"\n', "Connect first"),
    "opening twice": (SERVER + (STEP + 'do = "start"\n') * 2, "Stop it first"),
    "accepting before listening": (SERVER + STEP + 'do = "accept"\n', "Listen or connect first"),
    "a backlog beyond C": (SERVER + "backlog = 99999999999\n" + STEP + 'do = "start"\n', "Try 128"),
    "a file that is not there": (
        'step = [{do = "start", endpoint = "a"}, {do = "connect", endpoint = "b"}, '
        '{do = "send", endpoint = "b", file = "none"}]\n'
        + SERVER
        + '[endpoint.b]\nrole = "stream"\naddress = "@a"\n',
        "no such file",
    ),
    "nothing came": (
        SERVER + STEP + 'do = "expect"\ncall = "recv"\nwithin = 0.0\n',
        "has no connection here that is meant",
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_that_cannot_be_done(tmp_path: Path, name: str) -> None:
    text, words = STEPS[name]
    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    status, said, _ = both("run", "t.toml", cwd=tmp_path)
    assert status == 1
    assert words in said


def test_stopping_twice_is_no_mistake(tmp_path: Path) -> None:
    text = SERVER + STEP + 'do = "start"\n' + (STEP + 'do = "stop"\n') * 2
    (tmp_path / "t.toml").write_text(text)
    assert run("run", "t.toml", cwd=tmp_path)[0] == 0
