"""Talks with real servers become scenarios that hold when they are run again at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests import cli_process, servers
from workbench.journal.reader import Reader
from workbench.scenario.from_record import Excerpt, SecondRun, made_of
from workbench.scenario.model import Scenario, parse
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.scenario.write import to_toml
from workbench.session import Session

HERE = Path(__file__).parent
TALKS: Final = sorted(HERE.glob("*.toml"))


def play(scenario: Scenario, record: Path) -> Report:
    with Session(record) as session:
        report = Runner(session, scenario, timeout=60).run()
        session.stop_all_and_wait()
    return report


@contextmanager
def server(name: str, folder: Path) -> Iterator[dict[str, int | str]]:
    """The real program that a talk is with, and where it is."""
    starts: dict[str, Callable[[], AbstractContextManager[object]]] = {
        "dnsmasq": lambda: servers.dnsmasq(folder),
        "haproxy": lambda: servers.haproxy(folder),
        "memcached": servers.memcached,
        "mosquitto": lambda: servers.mosquitto(folder),
        "nginx": lambda: servers.nginx(folder, NGINX),
        "pages": lambda: servers.pages(folder),
        "postgres": servers.postgres,
        "redis": lambda: servers.redis(folder),
        "smtpd": servers.smtpd,
        "snmpd": lambda: servers.snmpd(folder),
        "tftpd": servers.tftpd,
        "vsftpd": lambda: servers.vsftpd(folder),
    }
    with starts[name]() as where:
        if isinstance(where, tuple):
            yield {"port": where[0], "path": str(where[1])}
        else:
            assert isinstance(where, int)
            yield {"port": where}


NGINX: Final = """
location /id { return 200 "your id is $request_id\\n"; }
location /login { add_header Set-Cookie "sid=$request_id; Path=/"; return 200 "ok\\n"; }
location /whoami { return 200 "you are $cookie_sid\\n"; }
"""


SECOND: Final = {"postgres-random", "redis-info"}
"""Talks in which nothing but a second run tells what varies."""
LOOSE: Final = (*SECOND, "vsftpd-passive", "redis-kill")
"""Talks of which a second run is made: what it takes, it has to send back."""


PATIENT: Final = "defaults = { within = 30 }\n"
"""A server that has to share a busy processor answers later."""


def talk(path: Path, where: Mapping[str, int | str]) -> Scenario:
    text = path.read_text()
    for name, value in where.items():
        text = text.replace(f"{{{name}}}", str(value))
    return parse(text)


def test_there_are_enough() -> None:
    assert len(TALKS) >= 20
    assert len({path.stem.partition("-")[0] for path in TALKS}) >= 10
    assert {path.stem for path in TALKS} > {*LOOSE}


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_it_holds_again(path: Path, tmp_path: Path) -> None:
    with server(path.stem.partition("-")[0], tmp_path) as where:
        first = play(talk(path, where), tmp_path / "first.swb")
        assert first.ok, str(first.steps[-1].reason)
        with ExitStack() as stack:
            reader = stack.enter_context(closing(Reader(tmp_path / "first.swb")))
            again = None
            if path.stem in LOOSE:
                loose = made_of(reader, Excerpt(loose=True)).scenario
                second = play(parse(PATIENT + to_toml(loose)), tmp_path / "second.swb")
                assert second.ok, f"{second.steps[-1].reason}\n{to_toml(loose)}"
                if path.stem in SECOND:
                    other = stack.enter_context(closing(Reader(tmp_path / "second.swb")))
                    again = SecondRun(other)
            made = made_of(reader, second=again).scenario
            text = to_toml(made)
            assert parse(text) == made
            report = play(parse(PATIENT + text), tmp_path / "again.swb")
            assert report.ok, f"{report.steps[-1].reason}\n{text}"


@pytest.mark.parametrize("second", ["--against", "--again", "none"])
def test_the_command_line_takes_a_second_run(second: str, tmp_path: Path) -> None:
    """Bytes that are drawn by lot look like nothing: a second run alone tells that they vary."""
    path = HERE / "redis-info.toml"
    first, other, made = (tmp_path / name for name in ("first.swb", "other.swb", "made.toml"))
    with server("redis", tmp_path) as where:
        assert play(talk(path, where), first).ok
        assert play(talk(path, where), other).ok
        given = {"--against": ("--against", other), "--again": ("--again",), "none": ()}[second]
        status, out, err = cli_process.run(
            "export", first, "--to", "scenario", "-o", made, "--endpoint", "client", *given
        )
        assert status == 0, out + err
        scenario = parse(PATIENT + made.read_text(encoding="utf-8"))
        assert play(scenario, tmp_path / "again.swb").ok is (second != "none")
