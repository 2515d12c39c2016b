"""The tables of the look: colours of each scheme, scales of type and spacing; and which scheme and
size are in force.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication

from workbench.frozen import dataclass

HAIR: Final = 1
TIGHT: Final = 2
NEAR: Final = 4
BESIDE: Final = 5
GAP: Final = 6
APART: Final = 8
WIDE: Final = 12
ROOMY: Final = 24
"""The spacing scale: pixels between things and around them."""
SMALLER: Final = 0.8
LARGER: Final = 1.15
LARGEST: Final = 1.5
"""The type scale: sizes beside that of the text, which is the system's times the user's scale."""
ICON: Final = 16
INDICATOR: Final = 14
"""Pixels of Fusion's check box, and of the icon in a tab or a tree."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Background, text and border of something that carries a meaning."""

    back: str
    text: str
    edge: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one scheme; every text on its background has a contrast of 4.5 or more.

    Attributes:
        over, down: a button under the mouse; one that is pressed or chosen.
        thumb: of a scroll bar.
        found: behind a text that was looked for. fault: behind a row that reports an error.
        held, broken: a verdict beside text.
    """

    window: str
    base: str
    alternate: str
    text: str
    muted: str
    button: str
    over: str
    down: str
    highlight: str
    highlight_text: str
    link: str
    edge: str
    field: str
    thumb: str
    primary: Tone
    info: Tone
    good: Tone
    busy: Tone
    bad: Tone
    idle: Tone
    found: str
    fault: str
    held: str
    broken: str


LIGHT: Final = Theme(
    window="#f3f4f6",
    base="#ffffff",
    alternate="#f7f8fa",
    text="#1b1f24",
    muted="#5b6470",
    button="#fcfcfd",
    over="#eaf0fb",
    down="#d9e3f6",
    highlight="#2458c5",
    highlight_text="#ffffff",
    link="#1f4fb5",
    edge="#c9ced6",
    field="#9aa2ae",
    thumb="#858d99",
    primary=Tone("#2458c5", "#ffffff", "#1b459c"),
    info=Tone("#eaf1fd", "#1f4189", "#b9cdf2"),
    good=Tone("#e5f6ea", "#14532d", "#57a773"),
    busy=Tone("#fdf3d7", "#6b4100", "#d39a1e"),
    bad=Tone("#fdeaea", "#8f1d1d", "#dd8f8f"),
    idle=Tone("#e8eaee", "#454d58", "#b9bfc9"),
    found="#ffe08a",
    fault="#fdeeee",
    held="#15803d",
    broken="#c62828",
)
DARK: Final = Theme(
    window="#22252a",
    base="#191b1f",
    alternate="#1f2226",
    text="#dfe3e9",
    muted="#a3acb8",
    button="#2e3239",
    over="#3a404a",
    down="#454d5a",
    highlight="#3567d0",
    highlight_text="#ffffff",
    link="#8db4ff",
    edge="#454b55",
    field="#6b7482",
    thumb="#6f7886",
    primary=Tone("#3667d2", "#ffffff", "#6f9bf5"),
    info=Tone("#1d2b45", "#b9d1ff", "#35507f"),
    good=Tone("#16321f", "#a9e5bc", "#3d8a58"),
    busy=Tone("#3a2d0e", "#f7d58a", "#b98a22"),
    bad=Tone("#41191b", "#ffb9b9", "#9a4548"),
    idle=Tone("#30343b", "#c3cad4", "#555c67"),
    found="#665200",
    fault="#3a2022",
    held="#5fce85",
    broken="#ff8f8f",
)

STRIPES: Final = (
    "#3b7dd8", "#c2571a", "#2f9162", "#a24bc4", "#a67908", "#d0417e", "#14879a", "#7d6c59",
)  # fmt: skip
"""Of the endpoints of a log, in turn; each has a contrast of 3 or more on both bases."""


LIGHT_PRESENTED: Final = replace(
    LIGHT,
    muted="#3c434d",
    link="#173d8c",
    primary=Tone("#1b459c", "#ffffff", "#123270"),
    highlight="#1b459c",
    info=replace(LIGHT.info, text="#12306b"),
    good=replace(LIGHT.good, text="#0d3b1f"),
    busy=replace(LIGHT.busy, text="#553300"),
    bad=replace(LIGHT.bad, text="#751414"),
    held="#0e5c2c",
    broken="#8f1d1d",
    idle=replace(LIGHT.idle, text="#333a43"),
)
"""For a projector: every text has a contrast of 7 or more."""
DARK_PRESENTED: Final = replace(
    DARK,
    muted="#c3cad4",
    primary=Tone("#24479c", "#ffffff", "#6f9bf5"),
    highlight="#24479c",
    busy=replace(DARK.busy, text="#ffe2a3"),
    bad=replace(DARK.bad, text="#ffcaca"),
    idle=replace(DARK.idle, text="#dce2ea"),
)


class _InForce:
    """The scheme and the size that the application has."""

    theme: Theme = LIGHT
    scale: int = 100


def put_in_force(theme: Theme, scale: int) -> None:
    """Set what `current` and `scaled` return from now on.

    Windows that are already shown do not change by this: workbench.ui.style.dressing updates them.
    `scale` is in per cent of the system's size.
    """
    _InForce.theme = theme
    _InForce.scale = scale


def system_is_dark() -> bool:
    """Whether the system asks for a dark scheme."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def current() -> Theme:
    """The theme in force: what the application's palette was made from."""
    return _InForce.theme


def is_dark() -> bool:
    """Tell whether the theme in force is a dark one."""
    return _InForce.theme in (DARK, DARK_PRESENTED)


def scaled(pixels: int) -> int:
    """A length at 100 per cent, in the current text size."""
    return round(pixels * _InForce.scale / 100)


def small_icon() -> QSize:
    """The size of a small icon (cross, plus, arrow), which grows later than the text beside it."""
    side = max(ICON, scaled(WIDE))
    return QSize(side, side)
