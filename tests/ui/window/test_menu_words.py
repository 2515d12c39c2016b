"""What a command is called where it has no key beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.texts import language, set_language
from workbench.ui.window.menu_words import plain_words, title_of


@pytest.fixture
def chinese() -> Iterator[None]:
    before = language()
    set_language("zh_CN")
    yield
    set_language(before)


@pytest.mark.parametrize("text", ["&Export…", "E&xport…", "Export…"])
def test_the_mark_of_a_letter_is_left_out(text: str) -> None:
    assert plain_words(text) == "Export…"


def test_chinese_has_its_letter_in_brackets() -> None:
    assert plain_words("导出(&E)…") == "导出…"


def test_the_title_of_a_dialog_is_the_command_alone(chinese: None) -> None:
    assert title_of("export") == "导出"
