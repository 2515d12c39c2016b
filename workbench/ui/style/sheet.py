"""The style sheet of a window, made of a theme's colours: all that Fusion's palette cannot say."""

from __future__ import annotations

from typing import Final

from workbench.ui.style.theme import GAP, INDICATOR, TIGHT, Theme, scaled

_UNSEEN: Final = "rgba(0, 0, 0, 2)"
"""Not transparent: next to a transparent edge, Qt draws the adjoining one straight."""


def _flat(theme: Theme) -> list[str]:
    """Buttons and choices without Fusion's gradients, but as high as Fusion makes them."""
    arrow = min(scaled(4), 5)
    button = "QPushButton, QToolButton[autoRaise='false']"
    box = f"background: {theme.button}; border: 1px solid {theme.edge}; border-radius: 4px;"

    def when(state: str) -> str:
        return ", ".join(f"{part}:{state}" for part in button.split(", "))

    return [
        f"QPushButton {{ {box} color: {theme.text}; padding: 2px 10px; }}",
        "QPushButton[giving='true'] { padding: 2px 3px; }",
        f"QToolButton[autoRaise='false'] {{ {box} color: {theme.text}; padding: 1px 2px; }}",
        f"{when('hover')} {{ background: {theme.over}; border-color: {theme.field}; }}",
        f"{when('pressed')}, {when('checked')} {{ background: {theme.down}; }}",
        f"{when('disabled')} {{ background: transparent; color: {theme.muted}; }}",
        f"QPushButton:focus {{ border: 2px solid {theme.link}; padding: 1px 9px; }}",
        "QPushButton[giving='true']:focus { padding: 1px 2px; }",
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
    side, least = min(scaled(12), 16), min(scaled(28), 40)  # no higher than what scrolls
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
        "QScrollBar::handle:disabled { background: transparent; }",
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


def _buttons_and_tips(theme: Theme) -> list[str]:
    """The primary button, quiet labels, tool tips."""
    return [
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
    ]


def _fields(theme: Theme) -> list[str]:
    """Fields, lists and tables: frames, room, focus, what is wrong."""
    return [
        (
            "QLineEdit, QPlainTextEdit, QTextBrowser, QTableView, QTreeView, QListView"
            f" {{ border: 1px solid {theme.field}; border-radius: 3px; outline: 0;"
            f" background: {theme.base}; selection-background-color: {theme.highlight};"
            f" selection-color: {theme.highlight_text}; }}"
        ),
        # text to read has a quieter frame than fields to fill in
        (
            "QTextBrowser, QTableView, QTreeView, QListView, Conversation"
            f" {{ border-color: {theme.edge}; }}"
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
    ]


def _bars(theme: Theme) -> list[str]:
    """Tool bar, menu bar, status bar, and the buttons in them."""
    return [
        "QToolBar { spacing: 2px; padding: 2px; }",
        (
            f"QToolButton[autoRaise='true']:hover {{ background: {theme.over}; border: none;"
            " border-radius: 4px; }"
        ),
        (
            "QToolButton[autoRaise='true']:pressed, QToolButton[autoRaise='true']:checked"
            f" {{ background: {theme.down}; border: none; border-radius: 4px; }}"
        ),
        (
            "QToolButton[autoRaise='true']:focus {"
            f" border: 2px solid {theme.link}; border-radius: 4px; }}"
        ),
        # it is on the line below the tabs: as high as their texts
        "QTabWidget > QToolButton { border: none; padding: 3px 4px 6px; }",
        (
            "QTabWidget > QToolButton:focus {"
            f" border: 2px solid {theme.link}; border-radius: 4px; padding: 1px 2px 4px; }}"
        ),
        "QToolBar QToolButton { padding: 2px 6px; }",
        "QToolBar QToolButton:focus { padding: 0 4px; }",
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
        "QToolBar QToolButton[menu='true']:focus { padding-right: 16px; }",
        (
            "QToolButton::menu-indicator { subcontrol-origin: padding;"
            " subcontrol-position: center right; right: 4px; }"
        ),
        "QToolButton[arrow='true']::menu-indicator { image: none; }",  # its icon is one
        "QStatusBar QLabel { padding: 0 8px 2px 4px; }",
        "QStatusBar QToolButton { padding-bottom: 2px; }",
        "QStatusBar::item { border: none; }",
    ]


def _tones(theme: Theme) -> list[str]:
    """Badges, messages and chips, in the colours of what they say."""
    tones = {
        "info": theme.info,
        "good": theme.good,
        "busy": theme.busy,
        "bad": theme.bad,
        "idle": theme.idle,
    }
    lines = [
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
    return lines


def _marks(theme: Theme) -> list[str]:
    """Chips, check boxes and progress bars, whose sizes go with that of the text."""
    chip, side, bar = scaled(12), scaled(INDICATOR), scaled(12)
    return [
        f"QToolButton[chip='true'] {{ qproperty-iconSize: {chip + TIGHT}px {chip}px; }}",
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


def sheet(theme: Theme) -> str:
    """The style sheet of a theme at the size in force; of two rules the later one wins."""
    parts = (
        _flat,
        _scroll_bars,
        _menus,
        _buttons_and_tips,
        _fields,
        _bars,
        _tones,
        _marks,
    )
    return "\n".join(line for part in parts for line in part(theme))
