"""Every text can be read on its background."""

from __future__ import annotations

import configparser

import pytest
from PySide6.QtGui import QColor

from workbench.resources import resource
from workbench.ui.record.log_view import error_tint
from workbench.ui.style.dressing import palette
from workbench.ui.style.theme import DARK, DARK_PRESENTED, LIGHT, LIGHT_PRESENTED, Theme


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [value / 255 for value in QColor(colour).toTuple()[:3]]  # type: ignore[index]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    found: float = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return found


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "least"), [
    (LIGHT, 4.5), (DARK, 4.5), (LIGHT_PRESENTED, 7), (DARK_PRESENTED, 7),
], ids=["light", "dark", "light presented", "dark presented"])  # fmt: skip
def test_contrast(theme: Theme, least: float) -> None:
    pairs = [
        (tone.text, tone.back)
        for tone in (theme.primary, theme.info, theme.good, theme.busy, theme.bad, theme.idle)
    ]
    for back in (theme.window, theme.base, theme.alternate, theme.button):
        pairs += [(theme.text, back), (theme.muted, back)]
    pairs += [(theme.link, theme.base), (theme.highlight_text, theme.highlight)]
    for text, back in pairs:
        assert contrast(text, back) >= least, (text, back)


@pytest.mark.parametrize("theme", [LIGHT, DARK, LIGHT_PRESENTED, DARK_PRESENTED])
def test_the_mark_of_the_focus_stands_out(theme: Theme) -> None:
    """WCAG 2 asks 3:1 of what is no text; `link` frames the field that has the focus."""
    for back in (theme.window, theme.base, theme.alternate):
        assert contrast(theme.link, back) >= 3, back


@pytest.mark.parametrize(("theme", "least"), [
    (LIGHT, 4.5), (DARK, 4.5), (LIGHT_PRESENTED, 7), (DARK_PRESENTED, 7),
])  # fmt: skip
def test_rows_of_the_log_can_be_read(theme: Theme, least: float) -> None:
    tint = error_tint(palette(theme)).name()
    assert contrast(theme.text, tint) >= least
    assert contrast(theme.muted, theme.base) >= least  # rules of commands, planned calls


def test_the_desktop_entry_names_the_program_and_its_icon() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(resource("app/socket-workbench.desktop"), encoding="utf-8")
    told = entry["Desktop Entry"]
    assert told["Type"] == "Application"
    assert told["Exec"] == "socket-workbench %f"
    assert resource(f"app/{told['Icon']}.svg").is_file()
    assert {"Name", "Comment", "Comment[zh_CN]"} <= set(told)
