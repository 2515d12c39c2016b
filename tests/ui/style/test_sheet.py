"""The style sheet has its colours from the theme, in every scheme."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from tests.ui.style.test_literals import COLOUR, SHEET
from workbench.ui.style import sheet
from workbench.ui.style.theme import DARK, DARK_PRESENTED, LIGHT, LIGHT_PRESENTED, Theme


def colours(values: tuple[object, ...]) -> set[str]:
    """Those of a theme, its tones' among them."""
    found: set[str] = set()
    for value in values:
        found |= colours(value) if isinstance(value, tuple) else {str(value)}
    return found


@pytest.mark.parametrize("theme", [LIGHT, DARK, LIGHT_PRESENTED, DARK_PRESENTED])
def test_every_colour_is_one_of_the_theme(theme: Theme) -> None:
    made = sheet.sheet(theme)
    used = set(COLOUR.findall(made))
    assert used <= colours(astuple(theme))
    assert len(used) > len(colours(astuple(theme))) // 2
    assert SHEET.search(made)
