"""LogPanel: the log with its filter field, find, follow and clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.journal.query import FilterProblem
from workbench.qt.log_model import LogModel
from workbench.qt.log_presenter import LogCounts
from workbench.texts import tr
from workbench.ui.record.filter_field import FilterField
from workbench.ui.record.filter_menu import FilterMenu
from workbench.ui.record.log_column_menu import ColumnMenu
from workbench.ui.record.log_view import LogView
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import APART, GAP, HAIR, NEAR, TIGHT
from workbench.ui.widgets.fitting_label import FittingButton
from workbench.ui.widgets.name_line import NameLine, NameWords
from workbench.ui.widgets.named_controls import NamedControls, fit, tone
from workbench.ui.widgets.progress_line import ProgressLine
from workbench.viewmodel.filter_terms import offers
from workbench.viewmodel.find_text import FindText
from workbench.viewmodel.kept_filters import KeptFilters
from workbench.viewmodel.log_columns import COLUMNS, TIME
from workbench.viewmodel.log_progress import Progress, Searching, progress_told, searching_told
from workbench.viewmodel.message import Sentence, msg

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.preferences import Preferences
    from workbench.ui.record.log_context_menu import LogContextMenu

FILTER_WORDS: Final = NameWords("filter_name", "keep_filter", "replace_filter", "drop_filter")
ERRORS: Final = "failed:*"
EXAMPLES: Final = ("call:send failed:* size>100", "call:send failed:*", "call:send")
MOST_COPIED = 10_000
"""Rows that are made into text in the GUI's thread: more take seconds."""
SETTLE = 250
"""Milliseconds without a key before a filter is applied."""


class LogPanel(Retranslatable, QTabWidget):
    """The panel at the bottom left.

    Attributes:
        live: whether there are sockets to act on.

    Signals:
        filter_wanted(str): show the rows that meet every term of this text.
        chosen(int): a person has chosen this row.
        released(): no row is chosen any more, and the newest is followed.
        find_wanted(str, object, bool): look for a text from a row on (None: from the end),
            backwards or not.
        find_given_up(): stop looking for it.
        cleared(bool): the rows up to now are hidden, or shown again.
        rows_changed(): other rows are shown: whoever knows what is chosen may say so again.
        again_wanted(object): send again what this Row says was sent.
    """

    filter_wanted = Signal(str)
    chosen = Signal(int)
    released = Signal()
    find_wanted = Signal(str, object, bool)
    find_given_up = Signal()
    cleared = Signal(bool)
    rows_changed = Signal()
    again_wanted = Signal(object)

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.tabBar().setObjectName("record.tabs")
        self.model = model
        self.view = LogView(self.model)
        self.view.setObjectName("log.table")
        self.filter = FilterField()
        self.filter.setObjectName("log.filter")
        self.filter.setClearButtonEnabled(True)
        self.filters = FilterMenu()
        self.filter.history = self.filters.history
        self.holds_secret: Callable[[str], bool] = lambda _text: False
        self._controls = NamedControls("log")
        self.filter_name = NameLine(self._controls, FILTER_WORDS)
        self.filter_name.is_taken = self.filters.has
        self.clear_filter = FittingButton()
        self.clear_filter.setObjectName("log.clear_filter")
        self.clear_filter.hide()
        self.follow = _toggle("log.follow", checked=True)
        self.main_calls = _toggle("log.main_calls", checked=True)
        self.errors = QPushButton()
        self.errors.setObjectName("log.errors")
        self.errors.setCheckable(True)
        self.clear_button = QPushButton()
        self.clear_button.setObjectName("log.clear")
        self.search = QLineEdit()
        self.search.setObjectName("log.find")
        self.hint = QLabel()
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.setObjectName("log.hint")
        self.hint.hide()
        self._hint: Sentence | None = None
        self.progress = ProgressLine("log", "log.stop")
        self._progress: Progress | None = None
        self._searching: Searching | None = None
        self._followed_to = 0
        self._timed = True
        self._folded = False
        self.live = False
        self._beside: dict[int, str] = {}
        self._counts = LogCounts()
        self._applied = ""
        self._programmatic = False
        self._leading = False  # choose the newest error, as soon as it is shown
        self._led_here = False  # not by a click in the log: following resumes with the next action
        self._build()
        self._wire()
        self.retranslate()

    def _build(self) -> None:
        self._line = QWidget(self)
        line = QHBoxLayout(self._line)
        self._filter_label = QLabel()
        self._filter_label.setBuddy(self.filter)
        line.addWidget(self._filter_label)
        line.addWidget(self.filter, 3)
        line.addWidget(self.filters)
        line.addWidget(self.clear_filter)
        line.addWidget(self.search, 1)
        for widget in (self.errors, self.main_calls, self.follow, self.clear_button):
            line.addWidget(widget)
        page = QWidget()
        self._column = column = QVBoxLayout(page)
        column.setContentsMargins(GAP, 0, NEAR, 0)  # in line with the panels above and its buttons
        column.setSpacing(TIGHT)
        column.addWidget(self.filter_name)
        column.addWidget(self.hint)
        column.addWidget(self.progress)
        column.addWidget(self.view)
        self.addTab(page, "")

    def tabInserted(self, index: int) -> None:
        super().tabInserted(index)
        self._place_line()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_line()

    def event(self, event: QEvent) -> bool:
        """React when something in the line, or a tab, wants another width."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_line()
        return handled

    @Slot()
    def _place_line(self) -> None:
        """Place the line beside the tabs, if they leave it the room it needs; else at the top of
        the page, where it costs the log two rows.
        """
        bar = self.tabBar()
        tabs = bar.mapToParent(bar.tabRect(bar.count() - 1).topRight())
        left, high = tabs.x() + APART, bar.height() - HAIR  # the line below the tabs stays
        layout = self._line.layout()
        assert layout is not None
        beside = layout.minimumSize().width() <= self.width() - left
        self._filter_label.setVisible(not beside)  # its hint says what it is
        if beside != (self._column.indexOf(self._line) < 0):
            if beside:
                self._column.removeWidget(self._line)
                self._line.setParent(self)
            else:
                self._column.insertWidget(0, self._line)
            self._show_line()
        self.clear_filter.give_way(
            self._is_cramped(self.width() - left if beside else self.width())
        )
        around = 0 if beside else NEAR
        layout.setContentsMargins(around, around, NEAR, 0)
        if beside:
            self._line.setGeometry(left, 0, self.width() - left, high)
            self._line.raise_()

    def _is_cramped(self, room: int) -> bool:
        """Whether the filter would be cut off if the button beside it told the counts as well,
        which the status bar has too. The filter has three parts of what is left, *Find* one.
        """
        others = self._line.minimumSizeHint().width() - self.clear_filter.sizeHint().width()
        left = room - others - self.clear_filter.whole_width
        wanted = self.filter.fontMetrics().horizontalAdvance(self.filter.text())
        return self.filter.minimumSizeHint().width() + 3 * left // 4 < wanted + 4 * APART

    @Slot()
    def _show_line(self) -> None:
        """Show the line if the log is in front, or if it is folded and hides rows."""
        wanted = not self._folded or bool(self.filter.text())
        self._line.setVisible(wanted and self.currentIndex() == 0)

    def _wire(self) -> None:
        self.currentChanged.connect(self._show_line)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self.apply_filter)
        self.filter.textChanged.connect(lambda _text: self._settle.start())
        self.filter.textChanged.connect(self._place_line)
        self.filter.returnPressed.connect(self.apply_filter)
        self.filter.editingFinished.connect(self._on_used)
        self.filters.chosen.connect(self._on_filter_chosen)
        self.filters.name_wanted.connect(self._on_name_wanted)
        self.filter_name.agreed.connect(self._on_named)
        self.filter_name.left.connect(self.filter.setFocus)
        self.clear_filter.clicked.connect(self.show_all)
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self.find_next)
        back = QShortcut(QKeySequence.fromString("Shift+Return"), self.search, self.find_previous)
        back.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.progress.pressed.connect(self._on_progress_pressed)
        self.model.progressed.connect(self.show_progress)
        self.errors.clicked.connect(self._on_errors)
        self.clear_button.clicked.connect(self._on_clear)
        self.main_calls.toggled.connect(self._on_main_calls)
        self.follow.toggled.connect(self._on_follow)
        self.model.counted.connect(self._on_counted)
        self._columns = ColumnMenu(self.view)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.doubleClicked.connect(self._on_double_click)
        self.view.selectionModel().selectionChanged.connect(self._on_chosen)
        self.view.verticalScrollBar().sliderMoved.connect(self._on_scrolled)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.view, self.copy_rows)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)

    # -- filter and find ----------------------------------------------------------------------

    @Slot()
    def apply_filter(self) -> None:
        """Apply what is in the field; a term that cannot be read is pointed at."""
        self._settle.stop()
        self.filter_wanted.emit(self.filter.text())

    @Slot()
    def _on_used(self) -> None:
        """Remember the filter in force when Enter is pressed or the field is left, unless it is a
        secret.
        """
        text = self.filter.text()
        if text == self._applied and not self.holds_secret(text):
            self.filters.use(text)

    @Slot(str)
    def _on_filter_chosen(self, text: str) -> None:
        self.filter.setText(text)
        self.apply_filter()
        self._on_used()

    @Slot()
    def _on_name_wanted(self) -> None:
        if self.holds_secret(self.filter.text()):
            self._say(msg("log.filter_secret"))
            return
        self.filter_name.begin("")

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self.filters.name(name, self.filter.text())

    @Slot(object)
    def show_refused(self, problem: FilterProblem) -> None:
        """Point at the term that cannot be read."""
        mark = self.filter.text()[problem.position : problem.position + problem.length]
        self._say(msg("log.filter_wrong", place=problem.position + 1, mark=mark, reason=problem))
        for part in (self.filter, self.hint):
            tone(part, "bad")

    @Slot()
    def show_applied(self) -> None:
        """Show the rows that pass the filter."""
        self._applied = self.filter.text()
        self.hint.hide()
        tone(self.filter, "")
        errors = ERRORS in self.filter.text().split()
        self.errors.setChecked(errors)
        self._leading = self._leading and errors
        filtered = bool(self.filter.text().strip())
        self.clear_filter.setVisible(filtered)
        self.filters.filtered = filtered
        self._after_change()
        self._lead()

    @Slot()
    def find_next(self) -> None:
        """Choose the next row, after the chosen one, that contains the text."""
        self._find(backwards=False)

    @Slot()
    def find_previous(self) -> None:
        """Choose the previous row, before the chosen one, that contains the text."""
        self._find(backwards=True)

    def _find(self, *, backwards: bool) -> None:
        if not self.search.text():
            self.search.setFocus()
            return
        self.hint.hide()
        self.find_wanted.emit(self.search.text(), self.view.chosen_last(), backwards)

    @Slot(str)
    def _on_search(self, text: str) -> None:
        """Highlight what is typed in the rows in sight."""
        self.view.wanted = FindText(text)
        self.view.viewport().update()
        self.find_given_up.emit()

    @Slot(int)
    def show_found(self, row: int) -> None:
        """Choose the row that was found."""
        self.follow.setChecked(False)
        self.view.selectRow(row)
        self.view.scrollTo(self.model.index(row, 0))

    @Slot(str)
    def show_missed(self, text: str) -> None:
        """Say that no shown row contains the text."""
        self._say(msg("log.not_found", text=text))

    @Slot(object)
    def show_searching(self, searching: Searching | None) -> None:
        """Show how far the search for a text has got; None: it has ended."""
        self._searching = searching
        self._show_progress()

    @Slot(object)
    def show_progress(self, progress: Progress | None) -> None:
        """Show how far the search for what to show has got; None: everything was looked at."""
        self._progress = progress
        self._show_progress()

    def _show_progress(self) -> None:
        if self._searching is not None:
            told = searching_told(self._searching, self.search.text())
        elif self._progress is not None:
            told = progress_told(self._progress)
        else:
            self.progress.end()
            return
        self.progress.tell(*told)

    @Slot()
    def _on_progress_pressed(self) -> None:
        if self._searching is not None:
            self.find_given_up.emit()
        elif self._progress is not None and self._progress.stopped:
            self.model.go_on_looking()
        else:
            self.model.stop_looking()

    def add_view(self, view: QWidget, title: str) -> None:
        """Add another view of the record beside the log. `title`: a text's key."""
        self._beside[self.addTab(view, tr(title))] = title

    def fold(self, folded: bool) -> None:
        """Suit a projector: calls and data, without times and without the filter line, unless a
        filter hides rows.
        """
        self._folded = folded
        self._show_line()
        if folded:
            self._timed = not self.view.isColumnHidden(TIME)
        self.view.show_column(TIME, self._timed and not folded)

    def _say(self, sentence: Sentence) -> None:
        self._hint = sentence
        self.hint.setText(sentence.show())
        tone(self.hint, "")
        self.hint.show()

    @Slot()
    def copy_rows(self) -> None:
        """Copy the chosen rows as text, always with date and zone."""
        rows = self.view.chosen(MOST_COPIED + 1)
        if len(rows) > MOST_COPIED:
            self._say(msg("log.copy_too_many", most=f"{MOST_COPIED:,}"))
            return
        QGuiApplication.clipboard().setText("\n".join(map(self.model.copied, rows)))

    def chosen_seqs(self) -> list[int] | None:
        """The numbers of the chosen rows if there are several; None: nobody has made a choice."""
        rows = self.view.chosen()
        return [self.model.seq_of(row) for row in rows] if len(rows) > 1 else None

    @Slot(QPoint)
    def _open_menu(self, where: QPoint) -> None:
        row, column = self.view.rowAt(where.y()), self.view.columnAt(where.x())
        menu = self.row_menu(row if row >= 0 else self.view.currentIndex().row(), column)
        menu.popup(self.view.viewport().mapToGlobal(where))

    def row_menu(self, place: int, column: int = -1) -> LogContextMenu:
        """The menu for a shown row, with entries for its cell in a column first."""
        chosen = [
            row
            for row in map(self.model.record_row, self.view.chosen(MOST_COPIED))
            if row is not None
        ]
        row = self.model.record_row(place)
        key = COLUMNS[column].key if column >= 0 else ""
        terms = offers(row, key, self.model.other_end(row)) if row is not None else []
        masked = self.model.masked  # what the menu copies leaves the window
        from workbench.ui.record.log_context_menu import LogContextMenu

        menu = LogContextMenu(
            self,
            None if row is None else masked(row),
            [masked(each) for each in chosen],
            terms,
            filtered=bool(self.filter.text()),
            live=self.live,
        )
        menu.copy_wanted.connect(self.copy_rows)
        menu.filter_wanted.connect(self.narrow)
        menu.only_wanted.connect(self.show_only)
        menu.all_wanted.connect(self.show_all)
        menu.fold_wanted.connect(lambda: self.model.fold(place))
        menu.again_wanted.connect(lambda: self.again_wanted.emit(row))
        return menu

    @property
    def chosen_row(self) -> Row | None:
        """The row that was chosen last."""
        place = self.view.chosen_last()
        return None if place is None else self.model.record_row(place)

    @Slot(str)
    def narrow(self, term: str) -> None:
        """Add a term to the filter field, where it can be removed again."""
        if f" {term} " not in f" {self.filter.text()} ":
            self.filter.setText(f"{self.filter.text()} {term}".strip())
        self.apply_filter()

    @Slot(str)
    def show_only(self, term: str) -> None:
        """Replace the filter by this one; the former one is in the history."""
        self._on_used()
        self._on_filter_chosen(term)

    @Slot(bool)
    def _on_main_calls(self, main_only: bool) -> None:
        self.model.set_main_only(main_only)
        self._after_change()

    @Slot()
    def show_all(self) -> None:
        """Remove the filter."""
        self.filter.clear()
        self.apply_filter()

    def leave_filter(self) -> bool:
        """Empty the filter field, since Esc was pressed in it; returns whether it contained
        anything.
        """
        if not (self.filter.hasFocus() and self.filter.text()):
            return False
        self.show_all()
        return True

    @Slot()
    def _on_errors(self) -> None:
        """Show only errors, or everything again: the filter field says so, and the rest of it
        stays. The newest error is chosen, so that Explain is about it.
        """
        text = f" {self.filter.text()} ".replace(f" {ERRORS} ", " ").strip()
        self._leading = self.errors.isChecked()
        self.filter.setText(f"{text} {ERRORS}".strip() if self._leading else text)
        self.apply_filter()

    def _lead(self) -> None:
        """Choose the newest error, once it is found."""
        newest = self.model.newest if self._leading else None
        if newest is not None:
            self._leading = False
            self.show_found(newest)

    @Slot(object)
    def show_counts(self, counts: LogCounts) -> None:
        """Show how many errors there are, how many rows are hidden, and how many came below."""
        self._counts = counts
        empty = (
            tr("log.empty" if self.live else "log.empty_record") if counts.committed <= 1 else ""
        )
        if counts.nothing_fits:
            empty = tr("log.all_hidden", count=f"{counts.committed:,}")
        if empty != self.view.empty_text:
            self.view.empty_text = empty
            self.view.viewport().update()
        told = tr("log.clear_filter", shown=f"{counts.shown:,}", count=f"{counts.committed:,}")
        self.clear_filter.offer(told, tr("log.clear_filter_short"))
        hidden = counts.hidden
        if self.follow.isChecked() or counts.committed < self._followed_to:
            self._followed_to = counts.committed
        new = counts.committed - self._followed_to
        for widget, text in (
            (self.errors, _errors_text(counts)),
            (
                self.main_calls,
                tr("log.main_calls_hidden", count=f"{hidden:,}")
                if hidden
                else tr("log.main_calls"),
            ),
            (self.follow, tr("log.follow_new", count=f"{new:,}") if new else tr("log.follow")),
        ):
            if widget.text() != text:
                widget.setText(text)
                widget.setAccessibleName(text)
                # the width once needed stays reserved, so that nothing moves away under the mouse
                widget.setMinimumWidth(max(widget.minimumWidth(), widget.sizeHint().width()))

    # -- follow -------------------------------------------------------------------------------

    @Slot()
    def _on_counted(self) -> None:
        if self._applied == self.filter.text():  # rows before the filter do not count
            self._lead()
        if self.follow.isChecked():
            self.view.scrollToBottom()

    @Slot(bool)
    def _on_follow(self, follow: bool) -> None:
        self.view.keep_end = follow
        self.show_counts(self._counts)
        if follow:
            self._programmatic = True
            self.view.clearSelection()
            self._programmatic = False
            self.released.emit()
            self.view.scrollToBottom()

    @Slot()
    def _on_scrolled(self) -> None:
        self.follow.setChecked(self.view.at_bottom())

    @Slot()
    def _on_clear(self) -> None:
        if self.model.cleared:
            self.undo_clear()
            return
        self.model.clear_view()
        self._after_change()
        self.cleared.emit(True)

    def undo_clear(self) -> None:
        """Show the rows again that *Clear* hides."""
        self.model.undo_clear()
        self._after_change()
        self.cleared.emit(False)

    def _after_change(self) -> None:
        key = "log.undo_clear" if self.model.cleared else "log.clear"
        self.clear_button.setText(tr(key))
        self.rows_changed.emit()  # the pinned one keeps its mark and its place
        if self.follow.isChecked():
            self.view.scrollToBottom()

    # -- selection ----------------------------------------------------------------------------

    @Slot(QItemSelection, QItemSelection)
    def _on_chosen(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        row = self.view.chosen_last()
        if self._programmatic or row is None:
            return
        if self.model.record_row(row) is not None:
            self._leading = False
            self.follow.setChecked(False)
            self.chosen.emit(row)

    @Slot(object, object, bool)
    def show_selection(self, connection: int | None, seq: int | None, pinned: bool) -> None:
        """Select what was chosen here or elsewhere: a connection's rows, and an event."""
        self.view.marked = connection
        if seq is not None and self.model.rowCount():
            row = self.model.row_showing(seq)
            if row is not None:
                if not self.view.is_chosen(
                    row
                ):  # one of several that a person has marked stays among them
                    self._programmatic = True
                    self.view.selectRow(row)
                    self._programmatic = False
                self._led_here = not pinned and (self.follow.isChecked() or self._led_here)
                self.follow.setChecked(False)
                self.view.scrollTo(self.model.index(row, 0))
        elif self.view.selectionModel().hasSelection():
            self._programmatic = True
            self.view.clearSelection()  # the log and Explain never show two different events
            self._programmatic = False
            if self._led_here:
                self._led_here = False
                self.follow.setChecked(True)
        self.view.viewport().update()

    # -- columns ------------------------------------------------------------------------------

    def restore(self, preferences: Preferences) -> None:
        """Restore columns, time form and kept filters as they were left."""
        self._columns.restore(preferences)
        self.filters.kept = KeptFilters(preferences)

    def keep(self) -> None:
        """Remember the columns, if a person has changed them."""
        self.fold(False)
        self._columns.keep()

    @Slot(QModelIndex)
    def _on_double_click(self, index: QModelIndex) -> None:
        self.model.fold(index.row())

    # -- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        self.setTabText(0, tr("log.title"))
        for place, title in self._beside.items():
            self.setTabText(place, tr(title))
        self.tabBar().setAccessibleName(tr("name.record_tabs"))
        self._filter_label.setText(tr("log.filter"))
        self.filter.give_examples(*EXAMPLES)
        for widget, key in (
            (self.filter, "log.filter"),
            (self.search, "log.find"),
            (self.clear_button, "log.clear"),
            (self.view, "log.title"),
            (self.filters, "log.filters"),
        ):
            widget.setAccessibleName(tr(key))
            widget.setToolTip(tr(f"{key}_tip"))
        for button, key in (  # their texts contain numbers: `show_counts`
            (self.follow, "log.follow"),
            (self.main_calls, "log.main_calls"),
            (self.clear_filter, "log.no_filter"),
            (self.errors, "log.errors_only"),
        ):
            button.setToolTip(tr(f"{key}_tip"))
        self.search.setPlaceholderText(tr("log.find"))
        self.filters.setText(tr("log.filters"))
        fit(self.filters)
        self._controls.retranslate()
        self.show_counts(self._counts)
        self._reserve_anew()
        if self._hint is not None:
            self.hint.setText(self._hint.show())
        self.model.retranslate()
        self._show_progress()
        self._after_change()
        self.view.viewport().update()

    def redraw(self) -> None:
        self.view.fit_rows()
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """React to another style sheet."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._reserve_anew()

    def _reserve_anew(self) -> None:
        """Reserve the width of the present words: in another language, font or style sheet nothing
        that was reserved before is right any more.
        """
        for widget in (self.errors, self.main_calls, self.follow):
            widget.setMinimumWidth(0)
            widget.setMinimumWidth(widget.sizeHint().width())


def _errors_text(counts: LogCounts) -> str:
    key = "log.errors_and_expected" if counts.expected else "log.errors"
    return tr(key, count=f"{counts.errors:,}", expected=f"{counts.expected:,}")


def _toggle(name: str, *, checked: bool) -> QCheckBox:
    box = QCheckBox()
    box.setObjectName(name)
    box.setChecked(checked)
    return box
