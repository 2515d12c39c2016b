"""Every demonstration holds, as often as one likes, and says what it shows in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import texts
from workbench.labs import demos as demos_module
from workbench.labs.demos import Demo, demo, demos
from workbench.scenario.runner import Runner
from workbench.session import Session

ALL = demos()


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_it_holds(item: Demo, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    hindrance = item.hindrance()
    if hindrance is not None:
        pytest.skip(hindrance.text)
    for round_ in range(10 if request.config.getoption("--long") else 1):
        with Session(tmp_path / f"{round_}.swb", beyond_loopback=item.beyond_loopback) as session:
            report = Runner(session, item.scenario(), timeout=60).run()
            assert report.ok, f"step {len(report.steps)}: {report.steps[-1].reason}"
            session.stop_all_and_wait()
            assert session.settle()


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_it_has_words(item: Demo, lang: str) -> None:
    texts.set_language(lang)
    where = f"resources/texts/demos.{lang}.toml: [demo.{item.topic}.{item.name}] has no"
    assert item.shows, f"{where} shows"
    assert item.your_turn, f"{where} turn"
    assert item.title, f"{item.path.name} has no title"
    if lang != "en":
        assert lang in item.scenario().titles, f"{item.path.name} has no title_{lang}"
    if item.topic != "article":  # those stand in the menu itself
        heading = f"demos.topic_{item.topic}"
        assert texts.has(heading), f"resources/texts/demos.{lang}.toml lacks {heading}"


def test_words_without_a_scenario_are_of_a_demonstration_that_has_gone() -> None:
    told = {key.split(".")[2] for key in texts.catalogue("en") if key.startswith("demo.")}
    assert told <= {item.name for item in ALL}, "resources/texts/demos.*.toml tell of no scenario"


def test_one_without_words_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    left = {key: text for key, text in texts.catalogue("en").items() if ".nagle." not in key}
    monkeypatch.setattr(demos_module, "catalogue", lambda _language: left)
    with pytest.raises(KeyError, match=r"no \[demo.TOPIC.nagle\] for 16-nagle.toml"):
        demos()


def test_how_long_it_takes_is_read_out_of_the_scenario() -> None:
    lasting = {item.name: item.seconds for item in ALL if item.seconds}
    assert lasting == {
        "udp-timeout": 3.0,  # settimeout(3)
        "half-close": 2.0,  # a step that waits
        "linger": 1.0,  # SO_LINGER (1, 1)
        "accept-timeout": 0.5,
        "emfile": 0.5,
    }


def test_what_other_machines_can_reach_is_read_out_of_the_scenario() -> None:
    assert [item.name for item in ALL if item.beyond_loopback] == ["multicast"]


def test_names_are_unique() -> None:
    names = [item.name for item in ALL]
    assert len(set(names)) == len(names)
    assert demo("abort") is not None
    assert demo("nosuch") is None
