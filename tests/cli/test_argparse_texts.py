"""argparse speaks from our texts; what it asks gettext for is what we know."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator

import pytest

from workbench.cli import argparse_texts
from workbench.texts import LANGUAGES, set_language, tr


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = argparse._  # type: ignore[attr-defined]
    yield
    argparse._ = before  # type: ignore[attr-defined]


def test_every_sentence_we_translate_is_one_of_argparse() -> None:
    source = inspect.getsource(argparse).replace('"\n', "").replace("'\n", "")
    known = [text for text in argparse_texts._KEYS if text in source]
    # later Pythons word some of them anew; what most people meet is there in all
    assert {
        "usage: ",
        "options",
        "the following arguments are required: %s",
        "unrecognized arguments: %s",
        "expected one argument",
    } <= set(known)
    assert len(known) >= len(argparse_texts._KEYS) - 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_takes_the_same_values(language: str) -> None:
    set_language(language)
    values = {
        "argument_name": "A",
        "message": "M",
        "type": "T",
        "value": "V",
        "choices": "C",
        "option": "O",
        "matches": "X",
    }
    for text, key in argparse_texts._KEYS.items():
        ours = tr(f"argparse.{key}")
        if "%(" in text:
            assert ours % values
        elif "%" in text:
            assert "@" in ours % "@"
        else:
            assert "%" not in ours


def test_help_is_in_chinese() -> None:
    set_language("zh_CN")
    argparse_texts.speak()
    parser = argparse.ArgumentParser(prog="p")
    parser.add_argument("name")
    text = parser.format_help()
    assert text.startswith("用法：p")
    assert "显示此帮助并退出" in text
