"""The manual: the same pages in both languages, a search, and a page for each control."""

from __future__ import annotations

import re

import pytest

from workbench import texts
from workbench.journal.query import parse
from workbench.resources import resource
from workbench.viewmodel.manual import PAGES, Page, Passage, find, page_of, pages, pictures
from workbench.viewmodel.manual import page as page_from


def shape(page: Page) -> tuple[str, list[str], int, list[str]]:
    return (
        page.name,
        re.findall(r"^#+", page.text, re.MULTILINE),
        len(re.findall(r"^(?:- |\d\. )", page.text, re.MULTILINE)),
        pictures(page.text),
    )


def test_both_languages_have_the_same_pages_headings_and_pictures() -> None:
    shapes = [[shape(page) for page in pages(language)] for language in texts.LANGUAGES]
    assert shapes[0] == shapes[1]
    assert [name for name, *_ in shapes[0]] == list(PAGES)


def test_no_file_is_left_out() -> None:
    for language in texts.LANGUAGES:
        found = {file.stem for file in (resource("manual") / language).iterdir()}
        assert found == set(PAGES)


def test_every_picture_is_in_the_gallery() -> None:
    for language in texts.LANGUAGES:
        for page in pages(language):
            for name in pictures(page.text):
                for scheme in ("light", "dark"):
                    file = resource("screenshots") / f"{name}-{scheme}-{language}.png"
                    assert file.is_file(), file


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_filters_that_it_names_are_understood(language: str) -> None:
    page = next(page for page in pages(language) if page.name == "log")
    section = page.text.partition("## ")[2].partition("## ")[0]
    terms = re.findall(r"`([^`]+)`", section)
    assert len(terms) > 6
    for term in terms:
        parse(term)


QUOTED = {"en": r"(?<!\*)\*([^*\n]+)\*(?!\*)", "zh_CN": r"“([^”\n]+)”"}
"""How a page writes the name of a control."""
TYPED = r"@[\w-]+|curl"


def plain(text: str) -> str:
    return re.sub(r"\(&\w\)|&|…", "", text).strip(" :：").casefold()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_controls_that_it_names_are_in_the_program(language: str) -> None:
    there = {plain(text): text for text in texts.catalogue(language).values()}
    filled = [re.escape(text) for text in there if "{" in text]
    forms = [re.sub(r"\\\{\w+\\\}", ".+", text) for text in filled]
    unknown = [
        (page.name, name)
        for page in pages(language)
        for quoted in re.findall(QUOTED[language], re.sub(r"`[^`\n]+`", "`", page.text))
        for name in quoted.split(" > ")
        if not re.fullmatch(TYPED, name)
        and not any(text.startswith(plain(name)) for text in there)
        and not any(re.fullmatch(form, plain(name)) for form in forms)
    ]
    assert not unknown


def test_a_search_finds_paragraphs_with_all_words() -> None:
    hits = find(pages("en"), "ECONNRESET errors")
    assert [hit.page.name for hit in hits] == []
    found = find(pages("en"), "econnreset")
    assert {"start", "client", "log"} <= {hit.page.name for hit in found}
    assert all("ECONNRESET" in hit.excerpt for hit in found)
    assert find(pages("en"), "  ") == []
    assert isinstance(find(pages("zh_CN"), "半关闭")[0], Passage)


def test_what_is_found_reads_as_in_the_page() -> None:
    text = "# A page\n\nThe *pattern* `ID=(?P<id>\\d+)` and [a link](there.md) > here\n"
    found = find([page_from("x", text)], "pattern")
    assert [hit.excerpt for hit in found] == [r"The pattern ID=(?P<id>\d+) and a link > here"]


def test_what_is_found_is_under_its_heading() -> None:
    (hit,) = find(pages("en"), "SO_LINGER")
    assert (hit.page.name, hit.heading) == ("client", "Three ways to end")


@pytest.mark.parametrize(("names", "page"), [
    (("client.payload", "main_window"), "send"),
    (("server.append",), "send"),
    (("client.enter_sends",), "send"),
    (("client.expect_answer",), "send"),
    (("saved.list", "saved"), "send"),
    (("client.host",), "client"),
    (("server.backlog",), "server"),
    (("server.frame_opcode",), "layers"),
    (("log.filter",), "log"),
    (("log.table",), "log"),
    (("inspector.explain",), "explain"),
    (("status.events",), "record"),
    (("", "unheard_of", "main_window"), "start"),
])  # fmt: skip
def test_each_control_has_its_page(names: tuple[str, ...], page: str) -> None:
    assert page_of(names) == page


def test_what_is_found_in_a_table_has_its_cells_in_a_line() -> None:
    keys = page_from("keys", "# Keys\n\n| Command | Key |\n|---|---|\n| Run \\| stop | `F5` |\n")
    (hit,) = find([keys], "F5")
    assert hit.excerpt == "Run \\| stop – F5"
