"""Demonstrations as lines: in the language in force, found by any of their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from workbench.labs.demos import demo, demos
from workbench.texts import LANGUAGES, Problem, set_language, tr
from workbench.viewmodel.demo_list import DemoLine, line_of


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    set_language("en")


def line(name: str) -> DemoLine:
    found = demo(name)
    assert found is not None
    return line_of(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_a_line_with_everything_said(language: str) -> None:
    set_language(language)
    lines = list(map(line_of, demos()))
    assert len(lines) > 40
    assert all(each.title and each.topic and each.shows and each.takes for each in lines)
    assert len({each.title for each in lines}) == len(lines)


def test_how_long_and_what_it_needs_is_told() -> None:
    assert line("udp-timeout").takes == "about 3 s"
    assert line("greeting").takes == tr("demos.moment")
    assert line("greeting").needs == ""
    assert "unix sockets" in line("unix-stream").needs
    assert "other machines" in line("multicast").needs
    assert "kernel" in line("slow-reader").needs
    assert "open files" in line("emfile").needs


def test_what_is_not_possible_here_says_why() -> None:
    hindered = replace(line("dual-stack"), hindrance=Problem("demos.needs_true_size"))
    assert hindered.told.startswith("not here: ")
    assert hindered.has("true length")


def test_words_are_looked_for_everywhere_and_all_of_them_count() -> None:
    abort = line("abort")
    assert abort.has("")
    assert abort.has("econnreset LINGER")
    assert abort.has("closing")
    assert not abort.has("econnreset websocket")
