"""How the window looks: Fusion in light and dark, a few named colours, spacing and icons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from workbench.frozen import dataclass
from workbench.resources import resource
from workbench.ui.style.even_strokes import keep_strokes_even

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
"""Pixels of Fusion's check box."""
STYLED: Final = "fusion"
"""Property of an application that has that style already, as by ARGUMENTS."""
ARGUMENTS: Final = ("-style", STYLED)
"""Of a QApplication: it is made in the style then; to be given one costs Python Qt's largest class,
5 ms of a start.
"""
CJK_FIXED: Final = ("Noto Sans Mono CJK SC", "Source Han Mono SC")
CJK: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")


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


def dark() -> bool:
    """Whether the system asks for a dark scheme."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def current() -> Theme:
    """The theme in force: what the application's palette was made from."""
    return _in_force[0]


DARKER: Final = 140
"""Per cent by which Fusion takes an outline darker than the window: on dark it would be gone."""
_in_force: list[Theme] = [LIGHT]
_in_force_sheet: list[str] = [""]
_natural_size: list[float] = []
_scale: list[int] = [100]


def palette(theme: Theme) -> QPalette:
    """The application palette of a theme."""
    result = QPalette()
    role = QPalette.ColorRole
    for key, value in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.alternate),
        (role.Text, theme.text),
        (role.Button, theme.button),
        (role.ButtonText, theme.text),
        (role.Highlight, theme.highlight),
        (role.HighlightedText, theme.highlight_text),
        (role.Link, theme.link),
        (role.ToolTipBase, theme.base),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.BrightText, theme.bad.text),
        (role.Mid, theme.edge),
    ):
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.muted))
    return result


def scaled(pixels: int) -> int:
    """A length at 100 per cent, in the current text size."""
    return round(pixels * _scale[0] / 100)


def small_icon() -> QSize:
    """The size of a small icon (cross, plus, arrow), which grows later than the text beside it."""
    side = max(ICON, scaled(WIDE))
    return QSize(side, side)


_UNSEEN: Final = "rgba(0, 0, 0, 2)"
"""Not transparent: beside an edge that is, Qt draws the next one straight."""


def _flat(theme: Theme) -> list[str]:
    """Buttons and choices without Fusion's gradients, but as high as Fusion makes them."""
    arrow = min(scaled(4), 5)
    button = "QPushButton, QToolButton[autoRaise='false']"
    box = f"background: {theme.button}; border: 1px solid {theme.edge}; border-radius: 4px;"

    def when(state: str) -> str:
        return ", ".join(f"{part}:{state}" for part in button.split(", "))

    return [
        f"QPushButton {{ {box} color: {theme.text}; padding: 2px 10px; }}",
        f"QToolButton[autoRaise='false'] {{ {box} color: {theme.text}; padding: 1px 2px; }}",
        f"{when('hover')} {{ background: {theme.over}; border-color: {theme.field}; }}",
        f"{when('pressed')}, {when('checked')} {{ background: {theme.down}; }}",
        f"{when('disabled')} {{ background: transparent; color: {theme.muted}; }}",
        f"QPushButton:focus {{ border: 2px solid {theme.link}; padding: 1px 9px; }}",
        (
            "QToolButton[autoRaise='false']:focus {"
            f" border: 2px solid {theme.link}; padding: 0 1px; }}"
        ),
        f"QComboBox {{ {box} border-color: {theme.field}; padding: 2px 3px 2px 5px; }}",
        f"QComboBox:editable {{ background: {theme.base}; }}",
        f"QComboBox:hover:!editable {{ background: {theme.over}; }}",
        (
            f"QComboBox:disabled {{ background: transparent; color: {theme.muted};"
            f" border-color: {theme.edge}; }}"
        ),
        f"QComboBox:focus {{ border: 2px solid {theme.link}; padding: 1px 2px 1px 4px; }}",
        "QComboBox::drop-down { border: none; width: 14px; }",
        # a triangle: of four borders that meet at a slant only the upper one is visible
        (
            f"QComboBox::down-arrow {{ width: 0; height: 0; border: {arrow}px solid {_UNSEEN};"
            f" border-bottom: none; border-top-color: {theme.muted}; }}"
        ),
        # like the lists of menus: Fusion's covers the field, and its chosen line is white on white
        "QComboBox { combobox-popup: 0; }",
        (
            f"QComboBox QAbstractItemView {{ background: {theme.base}; color: {theme.text};"
            f" border: 1px solid {theme.field}; padding: 3px; outline: 0;"
            f" selection-background-color: {theme.highlight};"
            f" selection-color: {theme.highlight_text}; qproperty-spacing: 2; }}"
        ),
        f"QComboBox QAbstractItemView:focus {{ border: 1px solid {theme.field}; padding: 3px; }}",
        f"QHeaderView {{ background: {theme.window}; border: none; }}",
        (
            f"QHeaderView::section {{ background: {theme.window}; padding: -1px 3px 0;"
            f" border: 1px solid {theme.edge}; border-left: none; border-top: none; }}"
        ),
        "LogView QHeaderView::section { padding-left: 6px; padding-right: 6px; }",
        f"QHeaderView::section:hover {{ background: {theme.over}; }}",
        f"QHeaderView::section:pressed {{ background: {theme.down}; }}",
        (
            f"QTabBar::tab {{ background: transparent; color: {theme.muted}; padding: 6px 10px 4px;"
            " border: none; border-bottom: 2px solid transparent; }"
        ),
        f"QTabBar::tab:hover {{ color: {theme.text}; background: {theme.over}; }}",
        f"QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.link}; }}",
        f"QTabBar::tab:selected:focus {{ background: {theme.over}; }}",
    ]


def _scroll_bars(theme: Theme) -> list[str]:
    """A thumb in a groove, without arrows; its active area is wider than it looks."""
    side, least = min(scaled(12), 16), min(scaled(28), 40)  # without making what scrolls any higher
    return [
        f"QScrollBar {{ background: {theme.window}; border: none; margin: 0; }}",
        f"QScrollBar:vertical {{ width: {side}px; }}",
        f"QScrollBar:horizontal {{ height: {side}px; }}",
        (
            f"QScrollBar::handle {{ background: {theme.thumb}; border: none;"
            f" border-radius: {(side - 6) // 2}px; margin: 3px; }}"
        ),
        f"QScrollBar::handle:vertical {{ min-height: {least}px; }}",
        f"QScrollBar::handle:horizontal {{ min-width: {least}px; }}",
        f"QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {theme.muted}; }}",
        "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }",
        "QScrollBar::add-page, QScrollBar::sub-page { background: none; }",
        "QAbstractScrollArea::corner { background: transparent; border: none; }",
    ]


def _menus(theme: Theme) -> list[str]:
    """Menu lines with some air, the chosen one in a rounded bar that does not touch the edge."""
    mark, line = scaled(INDICATOR), scaled(4)
    return [
        (
            f"QMenu {{ background: {theme.base}; color: {theme.text};"
            f" border: 1px solid {theme.field}; padding: 4px; }}"
        ),
        (
            f"QMenu::item {{ background: transparent; padding: {line}px {scaled(16)}px {line}px"
            f" {scaled(14)}px; border-radius: 4px; }}"
        ),
        (
            f"QMenu::item:selected {{ background: {theme.highlight};"
            f" color: {theme.highlight_text}; }}"
        ),
        f"QMenu::item:disabled {{ background: transparent; color: {theme.muted}; }}",
        f"QMenu::separator {{ background: {theme.edge}; height: 1px; margin: 4px 6px; }}",
        f"QMenu::indicator {{ width: {mark}px; height: {mark}px; left: {scaled(6)}px; }}",
    ]


def _sheet(theme: Theme) -> str:
    tones = {
        "info": theme.info,
        "good": theme.good,
        "busy": theme.busy,
        "bad": theme.bad,
        "idle": theme.idle,
    }
    lines = [
        *_flat(theme),
        *_scroll_bars(theme),
        *_menus(theme),
        (
            f"QPushButton[primary='true']:enabled {{ background: {theme.primary.back};"
            f" color: {theme.primary.text}; border: 1px solid {theme.primary.edge};"
            " border-radius: 4px; padding: 2px 10px; font-weight: 600; }"
        ),
        f"QPushButton[primary='true']:enabled:focus {{ border: 2px solid {theme.text}; }}",
        f"QLabel[muted='true'] {{ color: {theme.muted}; }}",
        (
            f"QToolTip {{ background: {theme.base}; color: {theme.text};"
            f" border: 1px solid {theme.field}; padding: 1px 2px; }}"
        ),
        (
            "QLineEdit, QPlainTextEdit, QTextBrowser, QTableView, QTreeView, QListView"
            f" {{ border: 1px solid {theme.field}; border-radius: 3px; outline: 0;"
            f" background: {theme.base}; selection-background-color: {theme.highlight};"
            f" selection-color: {theme.highlight_text}; }}"
        ),
        "QLineEdit { padding: 1px 4px; min-height: 18px; }",
        "QPlainTextEdit, QTableView, QTextBrowser, QTreeView, QListView { padding: 1px; }",
        # the border grows by what the padding loses, so that the contents do not move
        (
            "QLineEdit:focus, QPlainTextEdit:focus, QTextBrowser:focus, QTableView:focus,"
            f" QTreeView:focus, QListView:focus {{ border: 2px solid {theme.link}; padding: 0; }}"
        ),
        "QLineEdit:focus { padding: 0 3px; }",
        "ItemList::item, ItemTree::item { padding: 3px 4px; }",
        "QListView[choices='true']::item { padding: 2px 4px; }",
        f"QListView[choices='true']:focus {{ border: 1px solid {theme.field}; padding: 1px; }}",
        f"NoteField {{ margin: 2px {GAP}px; }}",
        "QScrollArea[reading='true'] { border: 2px solid transparent; }",
        f"QScrollArea[reading='true']:focus {{ border-color: {theme.link}; }}",
        (
            f"QLineEdit[tone='bad'] {{ border-color: {theme.bad.edge};"
            f" background: {theme.bad.back}; color: {theme.bad.text}; }}"
        ),
        f"QLabel[tone='bad'] {{ color: {theme.bad.text}; }}",
        f"QLabel[tone='busy'] {{ color: {theme.busy.text}; }}",
        f"QLineEdit:disabled {{ color: {theme.muted}; background: {theme.alternate}; }}",
        "QComboBox QLineEdit { border: none; background: transparent; padding: 0; }",
        f"QFrame[more='true'] {{ background: {theme.alternate}; border-radius: 4px; }}",
        "QToolBar { spacing: 2px; padding: 2px; }",
        (
            f"QToolButton[autoRaise='true']:hover {{ background: {theme.over}; border: none;"
            " border-radius: 4px; }"
        ),
        (
            "QToolButton[autoRaise='true']:pressed, QToolButton[autoRaise='true']:checked"
            f" {{ background: {theme.down}; border: none; border-radius: 4px; }}"
        ),
        # it is on the line below the tabs: as high as their texts
        "QTabWidget > QToolButton { border: none; padding: 3px 4px 6px; }",
        (
            "QTabWidget > QToolButton:focus {"
            f" border: 2px solid {theme.link}; border-radius: 4px; padding: 1px 2px 4px; }}"
        ),
        "QToolBar QToolButton { padding: 2px 6px; }",
        "QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }",
        # beside the tool bar: without the line that Fusion draws below menus
        (
            "QWidget[beside='true'] QMenuBar, QWidget[beside='true'] QToolBar"
            " { background: transparent; border: none; }"
        ),
        "QWidget[beside='true'] QMenuBar::item { padding: 4px 7px; background: transparent; }",
        (
            "QMenuBar::item:selected, QWidget[beside='true'] QMenuBar::item:selected"
            f" {{ background: {theme.down}; color: {theme.text}; }}"
        ),
        "QToolBar QToolButton[menu='true'] { padding-right: 18px; }",
        (
            "QToolButton::menu-indicator { subcontrol-origin: padding;"
            " subcontrol-position: center right; right: 4px; }"
        ),
        "QStatusBar QLabel { padding: 0 8px 2px 4px; }",
        "QStatusBar::item { border: none; }",
        "QLabel[badge='true'] { border-radius: 6px; padding: 2px 10px; font-weight: 700; }",
        "QFrame[message='true'] { border-radius: 4px; }",
        "QFrame[message='true'] QLabel { border: none; background: transparent; }",
        "QToolButton[chip='true'] { border-radius: 5px; padding: 1px 6px; }",
    ]
    for name, tone in tones.items():
        colours = f"background: {tone.back}; color: {tone.text}; border: 1px solid {tone.edge};"
        lines += [
            f"QLabel[badge='true'][tone='{name}'] {{ {colours} }}",
            (
                f"QFrame[message='true'][tone='{name}'] {{ background: {tone.back};"
                f" border: 1px solid {tone.edge}; }}"
            ),
            f"QFrame[message='true'][tone='{name}'] QLabel {{ color: {tone.text}; }}",
            f"QToolButton[chip='true'][tone='{name}'] {{ {colours} }}",
        ]
    chip, side, bar = scaled(12), scaled(INDICATOR), scaled(12)
    lines += [
        f"QToolButton[chip='true'] {{ qproperty-iconSize: {chip}px {chip}px; }}",
        f"QCheckBox::indicator {{ width: {side}px; height: {side}px; }}",
        # Fusion derives its outline from the sheet's background of a table
        (
            f"QTableView::indicator:unchecked {{ width: {chip}px; height: {chip}px;"
            f" border: 1px solid {theme.muted}; border-radius: 2px; background: {theme.base}; }}"
        ),
        (
            f"QProgressBar {{ min-height: {bar - 2}px; max-height: {bar - 2}px;"
            f" border: 1px solid {theme.field}; border-radius: 3px; background: {theme.base}; }}"
        ),
        f"QProgressBar::chunk {{ background: {theme.highlight}; border-radius: 2px; }}",
        "QToolButton[chip='true'][tone='busy'] { font-weight: 700; border-width: 2px; }",
        (
            f"QToolButton[chip='true'][tone='planned'] {{ background: transparent;"
            f" color: {theme.muted}; border: 1px dashed {theme.edge}; }}"
        ),
        f"QToolButton[chip='true']:focus {{ border: 2px solid {theme.text}; }}",
    ]
    return "\n".join(lines)


def apply(app: QApplication, theme: Theme | None = None, scale: int = 100) -> None:
    """Give the application the Fusion style and the palette of `theme` (None: the system's).

    `scale`: the size of every text, in per cent of the system's.
    """
    chosen = theme or (DARK if dark() else LIGHT)
    _in_force[0] = chosen
    _scale[0] = scale
    keep_strokes_even()
    if not _natural_size:
        _natural_size.append(app.font().pointSizeF())
    if not app.property(STYLED):  # under a style sheet the style has no name
        app.setProperty(STYLED, True)
        app.setStyle("Fusion")
    app.setPalette(palette(chosen))
    outlined = palette(chosen)
    outlined.setColor(QPalette.ColorRole.Window, QColor(chosen.field).lighter(DARKER))
    outlined.setColor(QPalette.ColorRole.Light, QColor(chosen.edge))  # the line below tabs
    for kind in ("QCheckBox", "QComboBox", "QTabBar"):
        app.setPalette(outlined, kind)  # type: ignore[arg-type]  # the stub asks for bytes
    font = _readable(app.font(), CJK)
    font.setPointSizeF(_natural_size[0] * scale / 100)
    app.setFont(font)
    _in_force_sheet[0] = _sheet(chosen)
    for window in app.topLevelWidgets():
        if window.styleSheet():
            dress(window)
    _pixmaps.clear()
    _drawings()
    if app.topLevelWidgets():  # otherwise when one is painted, so that a start does not wait for it
        open_fonts()


def is_applied() -> bool:
    """Whether the application has been given a theme."""
    return bool(_in_force_sheet[0])


def dress(window: QWidget) -> None:
    """Give a finished window, and everything it owns, its style sheet.

    Not earlier: under a sheet (of the application, or of an enclosing widget) Qt polishes
    everything in a widget anew for each widget it is put into, which takes more than half of the
    time of building it.
    """
    window.setStyleSheet("")  # over another sheet Qt would polish twice
    window.setStyleSheet(_in_force_sheet[0])


def repolish(widget: QWidget) -> None:
    """Have the style sheet applied again to a widget whose property has changed.

    This uses Qt's own event and not `style()`: the style belongs to a window, and PySide's object
    for it would outlive it, and stand for whatever comes to the same address.
    """
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.Polish))


def open_fonts() -> None:
    """Open now what will be read later: a process may be short of descriptors by then."""
    for font in (QApplication.font(), fixed_font()):
        for bold in (False, True):
            font.setBold(bold)
            QFontMetrics(font).horizontalAdvance("A中")  # opens the files of both scripts


def _readable(font: QFont, cjk: tuple[str, ...]) -> QFont:
    """The font followed by a simplified Chinese one, if the system has one."""
    result = QFont(font)
    result.setFamilies([QFontInfo(font).family(), *_installed(cjk)])
    return result


@cache
def _installed(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first of these families that the system has; "": it has none of them."""
    there = set(QFontDatabase.families())
    return tuple(name for name in names if name in there)[:1]


_pixmaps: dict[tuple[str, str], QPixmap] = {}


@cache
def _drawings() -> Mapping[str, str]:
    """The SVG of every icon by name, read at once: painting must not wait for a file."""
    return {path.stem: path.read_text(encoding="utf-8") for path in resource("icons").glob("*.svg")}


def pixmap(name: str, colour: str) -> QPixmap:
    """The SVG resources/icons/NAME.svg in one colour, 16 px at 100 %, sharp on dense screens."""
    key = (name, colour)
    if key not in _pixmaps:
        renderer = QSvgRenderer(_drawings()[name].replace("currentColor", colour).encode())
        ratio = max(1.0, QGuiApplication.primaryScreen().devicePixelRatio())
        side = round(scaled(ICON) * ratio)
        image = QPixmap(QSize(side, side))
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.setDevicePixelRatio(ratio)
        _pixmaps[key] = image
    return _pixmaps[key]


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon in `colour`, by default that of the text."""
    return QIcon(pixmap(name, colour or current().text))


def icon_before_words(name: str) -> QIcon:
    """An icon followed by some space: what Qt leaves between the two is too little."""
    drawn = pixmap(name, current().text)
    ratio = drawn.devicePixelRatio()
    wide = QPixmap(drawn.width() + round(TIGHT * ratio), drawn.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    return QIcon(wide)


APP_SIDES: Final = (16, 24, 32, 48, 64, 128, 256)
"""Pixels of the application's icon: title bars, task bars and lists of windows have their own."""


def app_icon() -> QIcon:
    """The application's icon, resources/app/socket-workbench.svg, in every size."""
    drawing = QSvgRenderer(str(resource("app/socket-workbench.svg")))
    icon = QIcon()
    for side in APP_SIDES:
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawing.render(painter)
        painter.end()
        icon.addPixmap(picture)
    return icon


def numbered(number: int, side: int) -> QIcon:
    """A number on a disc, for a button that may be the primary one; greyed out with it."""
    icon = QIcon()
    theme, ratio = current(), max(1.0, QGuiApplication.primaryScreen().devicePixelRatio())
    for mode, ink, disc in (
        (QIcon.Mode.Normal, QColor(theme.primary.text), QColor(theme.primary.back)),
        (QIcon.Mode.Disabled, QColor(theme.muted), QColor(Qt.GlobalColor.transparent)),
    ):
        picture = QPixmap(QSize(side, side) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(disc)
        painter.drawEllipse(QRectF(1, 1, side - 2, side - 2))
        font = QFont(QApplication.font())
        font.setPixelSize(int(side * 0.66))
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, str(number))
        painter.end()
        icon.addPixmap(picture, mode)
    return icon


def even_font() -> QFont:
    """Like fixed_font, but with the Chinese family first, which has the Latin letters too: a font
    after it would make lines with Chinese higher than others.
    """
    font = fixed_font()
    *first, last = font.families()
    font.setFamilies([last, *first])
    return font


def fixed_font() -> QFont:
    """A fixed-width font in the size of the application's."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return _readable(font, CJK_FIXED)
