"""Every demonstration holds, as often as one likes, and says what it shows in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import texts
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
            assert report.ok, report.steps[-1].reason
            session.stop_all_and_wait()
            assert session.settle()


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_it_has_words(item: Demo, lang: str) -> None:
    texts.set_language(lang)
    assert item.title
    assert item.shows
    assert item.your_turn


def test_names_are_unique() -> None:
    names = [item.name for item in ALL]
    assert len(set(names)) == len(names)
    assert demo("abort") is not None
    assert demo("nosuch") is None
