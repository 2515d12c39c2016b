"""Every text in the two languages: nothing untranslated, and one word for one thing."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.words import ALLOWED, OTHER_NAMES, chinese, other_names, untranslated
from workbench.cli import argparse_texts, main
from workbench.labs.demos import demos
from workbench.resources import resource
from workbench.texts import LANGUAGES, catalogue, set_language

ROOT: Final = Path(__file__).parent.parent
GAP: Final = r"(?<!\{)\{[^{}]*\}(?!\})"
METAVARS: Final = r"\b[A-Z]+\b|\{[\w,]+\}"
"""Capitals stand for a value, braces hold the values themselves: both are code in a usage."""
TERMS: Final = {
    "caption.abort": ("Abort (RST)", "强制中断 (RST)"),
    "caption.half_close": ("Half-close", "半关闭"),
    "caption.close": ("Close", "关闭连接"),
    "caption.connect_many": ("Connect {count} clients", "同时连接 {count} 个客户端"),
    "caption.queue": ("accept queue", "全连接队列"),
    "caption.responder": ("reply", "自动应答"),
    "caption.local": ("local address", "本地地址"),
    "choice.timeout_none": ("none", "一直等待"),
    "choice.timeout_note": ("waits for ever", "不设期限"),
    "choice.at_once": ("at once", "一次完成"),
    "choice.slowly": ("slowly", "慢放"),
    "choice.call_by_call": ("call by call", "逐个调用"),
    "responder.nothing": ("nothing", "不应答"),
    "responder.greet": ("greet", "问候"),
    "responder.echo": ("echo", "回显"),
    "responder.sink": ("sink", "只收不回"),
    "responder.rules": ("rules", "按规则"),
    "column.peer": ("Peer", "对端"),
    "column.unread": ("Unread", "未读"),
    "window.demos": ("Demos", "一键演示"),
    "window.present": ("Present", "投影"),
    "menu.present": ("&Present", "投影模式(&P)"),
    "log.follow": ("Newest", "跟随最新"),
    "log.command_close": ("Close", "关闭连接"),
    "log.command_step": ("Next call", "下一个调用"),
    "menu.newest": ("&Newest", "跟随最新(&N)"),
    "name.conversation": ("Conversation", "收发内容"),
    "panel.drops": ("{count} dropped by the kernel", "内核丢弃 {count}"),
}
"""What the table prescribes, where it stands alone on a control."""


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = argparse._  # type: ignore[attr-defined]
    yield
    argparse._ = before  # type: ignore[attr-defined]


def titles(language: str) -> Iterator[tuple[str, str]]:
    key = "title" if language == "en" else f"title_{language}"
    for path in sorted(resource("scenarios").glob("*.toml")):
        yield path.name, tomllib.loads(path.read_text(encoding="utf-8"))[key]


def every_text(language: str) -> Iterator[tuple[str, str]]:
    yield from catalogue(language).items()
    yield from titles(language)


def test_nothing_is_left_in_english() -> None:
    faults = [
        f"{key}: {bad}"
        for key, text in every_text("zh_CN")
        if (bad := untranslated(re.sub(GAP, "0", text)))
    ]
    assert not faults, "\n".join(faults)


def test_nothing_is_left_in_chinese() -> None:
    faults = [f"{key}: {bad}" for key, text in every_text("en") if (bad := chinese(text))]
    assert not faults, "\n".join(faults)


def test_every_allowance_is_needed() -> None:
    """A reason that no text calls for any more hides the next English word."""
    texts = [text for _, text in every_text("zh_CN")]
    for why, pattern in ALLOWED.items():
        if why in ("what came back, as short as a number", "names of files"):
            continue  # in cells and dialogs only
        assert any(re.search(pattern, text) for text in texts), why


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_for_one_thing(language: str) -> None:
    faults = [
        line for key, text in every_text(language) for line in other_names(key, text, language)
    ]
    assert not faults, "\n".join(faults)


def test_nothing_is_spaced_twice() -> None:
    """A word taken out of a sentence leaves two spaces; the lab sets its heads apart with them."""
    faults = [
        f"{key}: {text!r}"
        for language in LANGUAGES
        for key, text in every_text(language)
        if not key.startswith("lab.")
        and re.search(r"(?<=[\w”]) {2}(?=[A-Za-z\u4e00-\u9fff“])", text)
    ]
    assert not faults, "\n".join(faults)


def documents(language: str) -> list[Path]:
    """The README and the pages of the manual."""
    readme = "README.md" if language == "en" else f"resources/README.{language}.md"
    return [ROOT / readme, *sorted(resource(f"manual/{language}").glob("*.md"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_have_the_words_of_the_program(language: str) -> None:
    """Prose alone: what stands in a block or in backquotes is typed so."""
    faults = []
    for path in documents(language):
        text = path.read_text("utf-8")
        prose = re.sub(r"^```.*?^```|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)
        for number, line in enumerate(re.sub(r"`[^`\n]+`", "`", prose).splitlines(), 1):
            faults += [
                f"{path.name}, line {number} of prose: {line[: found.start()][-30:]}>{found[0]}<"
                for pattern in OTHER_NAMES[language].values()
                if not pattern.startswith("^(?!")  # those look at a sentence as a whole
                and (found := re.search(pattern, line))
            ]
    assert not faults, "\n".join(faults)


def test_the_table_is_found_out() -> None:
    assert OTHER_NAMES["en"].keys() != OTHER_NAMES["zh_CN"].keys()
    assert len(OTHER_NAMES["en"]) == len(OTHER_NAMES["zh_CN"])
    assert other_names("", "Disconnect", "en")
    assert other_names("", "the EOF", "en")
    assert other_names("", "断开", "zh_CN")


def test_the_terms_of_the_table_stand_on_the_controls() -> None:
    english, chinese_ = catalogue("en"), catalogue("zh_CN")
    for key, words in TERMS.items():
        assert (english[key], chinese_[key]) == words, key


def test_automatic_is_a_gate_and_never_an_address() -> None:
    gates = {"choice.auto", "tip.accept_gate", "tip.receive_gate", "tip.send_gate"}
    for key, text in catalogue("en").items():
        assert key in gates or not re.search(r"\bauto\b", text), key


# -- the command line -------------------------------------------------------------------------


def parsers(language: str) -> dict[str, argparse.ArgumentParser]:
    set_language(language)
    argparse_texts.speak()
    top = main._parser()
    subs = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    return {"": top, **subs.choices}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_is_explained_in_the_language(language: str) -> None:
    faults = []
    for name, parser in parsers(language).items():
        for action in parser._actions:
            helped = action.help or ""
            own = isinstance(action, argparse._SubParsersAction)
            if not helped and not own:
                faults.append(f"{name} {action.option_strings or action.dest}: no help")
        for line in parser.format_help().splitlines():
            names = re.sub(rf"{METAVARS}|^ +(run|lab|listen|connect|check|export)\b", " ", line)
            bad = untranslated(names) if language == "zh_CN" else chinese(line)
            faults += [f"{name}: {line!r}: {bad}"] if bad else []
    assert not faults, "\n".join(faults)


def test_what_demonstrations_say_is_in_chinese() -> None:
    set_language("zh_CN")
    for item in demos():
        for text in (item.title, item.shows, item.your_turn or ""):
            assert not untranslated(text), (item.name, text)
