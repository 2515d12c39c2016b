"""ARCHITECTURE.md and CONTRIBUTING.md name what is there: files, folders and classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
FROM = (ROOT, ROOT / "workbench", ROOT / "resources" / "texts")
"""What a path in a document begins at."""
STAND_FOR_ANY = {"NUMBER": "*", "NAME": "*", "AREA": "*"}
NAMED_ELSEWHERE = frozenset({"QTableView", "LanguageChange"})
"""Qt's."""


def paragraphs(document: str) -> Iterator[str]:
    """Paragraphs and rows of tables, without what is drawn as a block."""
    text = re.sub(
        r"^```.*?^```", "", (ROOT / document).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    yield from re.split(r"\n\s*\n|\n(?=[|-])", text)


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def places(path: str, before: list[Path]) -> list[Path]:
    """Where a path leads: from the root, or beside one that the paragraph has named."""
    for word, any_ in STAND_FOR_ANY.items():
        path = path.replace(word, any_)
    beside = [each if each.is_dir() else each.parent for each in before]
    return [found for begin in (*FROM, *beside) for found in begin.glob(path)]


def is_path(word: str) -> bool:
    if not re.fullmatch(r"[\w./*-]+", word) or word.startswith("/"):
        return False
    return "/" in word or word.endswith((".py", ".toml", ".json", ".md"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_is_there(document: str) -> None:
    gone = []
    for paragraph in paragraphs(document):
        before: list[Path] = []
        for word in filter(is_path, quoted(paragraph)):
            found = places(word, before)
            before += found
            gone += [] if found else [word]
    assert not gone


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_class_is_there(document: str) -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "workbench").rglob("*.py"))
    classes = {*re.findall(r"^class (\w+)", source, re.MULTILINE), *NAMED_ELSEWHERE}
    classes |= set(re.findall(r"^([A-Z]\w+) = ", source, re.MULTILINE))  # types of several
    text = "\n".join(paragraphs(document))
    camel = re.compile(r"(?:[A-Z][a-z]+){1,}[A-Za-z]*")
    named = {word.partition(".")[0] for word in quoted(text) if re.fullmatch(r"[\w.]+", word)}
    assert {word for word in named if camel.fullmatch(word)} - classes == set()


def test_every_folder_of_the_tree_is_there_and_none_is_left_out() -> None:
    """The drawn tree has each package of workbench/ and each folder of engine/ and ui/."""
    (tree,) = re.findall(
        r"^```\n(workbench/.*?)^```", text_of("ARCHITECTURE.md"), re.MULTILINE | re.DOTALL
    )
    drawn = set(re.findall(r"(?:^|\s)([a-z_0-9]+)/(?=\s)", tree))
    code = ROOT / "workbench"
    there = {
        path.name
        for folder in (code, code / "engine", code / "ui")
        for path in folder.iterdir()
        if (path / "__init__.py").is_file() or any(path.glob("*.py"))
    }
    assert there - drawn == set()
    assert drawn - there - {"workbench", "engine", "resources", "tests", "scripts", "e2e"} == set()
    files = set(re.findall(r"\b([a-z_]+\.py)\b", tree))
    assert {name for name in files if not (code / name).is_file()} == set()


def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")
