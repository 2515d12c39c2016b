"""Colours, sizes of text and distances stand in one file of the style, and by name elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3] / "workbench"
STYLE = ROOT / "ui" / "style"
TABLES = frozenset({STYLE / "theme.py", STYLE / "sheet.py"})
"""The colours and scales, and the style sheet, which has its colours from there: test_sheet.py."""
MARGINS = frozenset(
    {"setContentsMargins", "setSpacing", "setHorizontalSpacing", "setVerticalSpacing"}
)
SIZES = frozenset({"setPointSize", "setPointSizeF", "setPixelSize", "setWeight"})
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
SHEET = re.compile(r"\b\d+px\b|font-(?:size|weight|family)\s*:")


def literals(source: str) -> Iterator[str]:
    """What should have a name: a colour, a piece of a style sheet, a size, a distance."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if COLOUR.fullmatch(node.value) or SHEET.search(node.value):
                yield f"{node.lineno}: {node.value}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            wanted = node.func.attr
            if wanted not in MARGINS | SIZES:
                continue
            for number in numbers(node):
                if number or wanted in SIZES:
                    yield f"{node.lineno}: {wanted}({number})"


def numbers(call: ast.Call) -> Iterator[float]:
    for argument in call.args:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                yield node.value


def test_colours_sizes_and_distances_have_names() -> None:
    found = {
        str(path.relative_to(ROOT)): said
        for folder in ("ui", "qt", "viewmodel")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path not in TABLES and (said := list(literals(path.read_text(encoding="utf-8"))))
    }
    assert not found, "these belong into ui/style/theme.py, by name"


@pytest.mark.parametrize(
    "line",
    [
        "colour = '#a0b0c0'",
        "x.setStyleSheet('QLabel { padding: 4px }')",
        "x.setStyleSheet('font-size: large')",
        "x.setContentsMargins(0, 4, 0, 0)",
        "x.setSpacing(3)",
        "font.setPointSizeF(font.pointSizeF() * 1.5)",
        "font.setPixelSize(12)",
    ],
)
def test_a_literal_is_found(line: str) -> None:
    assert len(list(literals(line))) == 1


@pytest.mark.parametrize(
    "line", ["x.setContentsMargins(0, 0, 0, 0)", "x = '#3'", "x.setSpacing(GAP)"]
)
def test_what_is_no_literal_is_left_alone(line: str) -> None:
    assert list(literals(line)) == []


def test_the_scales_grow() -> None:
    from workbench.ui.style import theme

    spaces = [theme.HAIR, theme.TIGHT, theme.NEAR, theme.BESIDE, theme.GAP, theme.APART, theme.WIDE]
    assert spaces == sorted(set(spaces))
    assert theme.SMALLER < 1 < theme.LARGER < theme.LARGEST
