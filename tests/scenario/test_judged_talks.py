"""Real jobs that ask how something came: latency, state, JSON with a token, an idle timeout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.conftest import Play, reasons

TALKS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parent / "judged_talks").glob("*.toml")
}


@pytest.mark.parametrize("name", sorted(TALKS))
def test_the_job_is_done(play: Play, name: str) -> None:
    report = play(TALKS[name])
    assert report.ok, reasons(report)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        ("pings", 'reply = "+PONG"', r'reply = "+PONG\r\n+PONG\r\n-ERR"', "-ERR"),
        ("pings", "at_most = 30", "at_most = 0", "too late"),
        ("cas", 'reply = "STORED"', 'reply = "EXISTS"', '"STORED"'),
        ("cas", 'then = "close"', 'reply = "bye", wrap = true', "came before its end"),
        ("api", r"\"next\"", r"\"last\"", "result.next is not there"),
        ("api", '"name":"disk"', '"name":"tape"', "result.items.0.name"),
        ("idle", "delay = 0.2", "delay = 0", "too early"),
    ],
)
def test_the_job_fails_where_it_should(
    play: Play, name: str, right: str, wrong: str, said: str
) -> None:
    assert right in TALKS[name]
    report = play(TALKS[name].replace(right, wrong))
    assert not report.ok
    assert said in reasons(report)[0]


def test_what_is_not_ignored_is_passed_over(play: Play) -> None:
    report = play(TALKS["api"].replace("ignore = [", "# ["))
    assert report.ok
    assert report.steps[3].said is not None
    assert report.steps[3].said.key == "scenario.passed_rows"
    assert play(TALKS["api"]).steps[3].said is None
