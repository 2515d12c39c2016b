"""Texts of the window: complete in both languages, and every key that is used exists."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

from workbench import ui, viewmodel
from workbench.resources import resource
from workbench.texts import catalogue

FOLDERS = Path(ui.__file__).parent, Path(viewmodel.__file__).parent
SOURCES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]


def own(language: str) -> dict[str, str]:
    raw = resource(f"texts/ui.{language}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{key}": value
        for section, table in tomllib.loads(raw).items()
        for key, value in table.items()
    }


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_gaps() -> None:
    english, chinese = own("en"), own("zh_CN")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert gaps(text) == gaps(chinese[key]), key


def test_every_literal_key_exists() -> None:
    known = catalogue("en")
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        for key in re.findall(r'\b(?:tr|msg|Problem)\(\s*"([a-z_]+\.[A-Za-z0-9_.]+)"', source):
            assert key in known, (path.name, key)


def test_no_key_is_left_over() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    source += (FOLDERS[0].parent / "app.py").read_text(encoding="utf-8")
    built = (
        "caption.",
        "name.",
        "tip.",
        "menu.",
        "menutip.",
        "choice.",
        "encoding.",
        "append.",
        "responder.",
        "column.",
        "columntip.",
        "chip.",
        "cause.",
        "window.",
        "message.",
        "level.",
        "problem.",
        "conversation.",
        "state.",
    )
    for key in own("en"):
        assert key in source or key.startswith(built), key
