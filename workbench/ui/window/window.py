"""The main window: the endpoints' tabs above, the log and the inspector below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QVBoxLayout, QWidget

from workbench.journal.keep import OFFERED
from workbench.qt.conversation_options import ConversationOptions
from workbench.qt.scenario_player import ScenarioPlayer
from workbench.texts import Problem, tr
from workbench.ui.endpoint.file_picker import file_of
from workbench.ui.style import qt_translations
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP, TIGHT
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.name_line import NameLine, NameWords
from workbench.ui.widgets.named_controls import NamedControls
from workbench.ui.widgets.screen_fit import WishedSize
from workbench.ui.window.action_table import ACTIONS
from workbench.ui.window.autoplay import Autoplay
from workbench.ui.window.child_windows import ChildWindows
from workbench.ui.window.closed_rows_option import ClosedRowsOption
from workbench.ui.window.demo_bar import DemoBar
from workbench.ui.window.endpoint_place import EndpointPlace
from workbench.ui.window.endpoint_tabs import EndpointTabs
from workbench.ui.window.enter_option import EnterOption
from workbench.ui.window.file_commands import FileCommands
from workbench.ui.window.frame_views import (
    banner_of,
    caption_of,
    endpoint_list_of,
    export_line_of,
    status_bar_of,
)
from workbench.ui.window.layouts import LAYOUTS, Layouts
from workbench.ui.window.low_window import LowWindow
from workbench.ui.window.menus import MenuBar
from workbench.ui.window.message_commands import MessageCommands
from workbench.ui.window.message_place import MessagePlace
from workbench.ui.window.next_step import NextStep
from workbench.ui.window.note_field import NoteField
from workbench.ui.window.onboarding import Onboarding
from workbench.ui.window.onboarding_bar import OnboardingBar
from workbench.ui.window.projector_mode import ProjectorMode
from workbench.ui.window.record_commands import CLOSE_BOUND, RecordCommands
from workbench.ui.window.record_views import add_talk, inspector_of, log_panel_of
from workbench.ui.window.resending import SendAgain
from workbench.ui.window.set_up_commands import SetUpCommands
from workbench.ui.window.shortcuts import KeysBeforeFields, add_shortcuts, leave_first
from workbench.ui.window.splitter import MainSplitter
from workbench.ui.window.tab_area import TabArea
from workbench.ui.window.tab_commands import TabCommands
from workbench.ui.window.tab_copies import TabCopies
from workbench.ui.window.toolbar import ToolBar
from workbench.ui.window.top_bars import TopBars
from workbench.ui.window.undo_bar import UndoBar
from workbench.ui.window.value_choice import ValueChoice
from workbench.ui.window.workspace_keeper import WorkspaceKeeper
from workbench.viewmodel.record_names import RecordNames
from workbench.viewmodel.saved_messages import Messages
from workbench.viewmodel.undo import Deed

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.ui.style.appearance import Appearance
    from workbench.ui.window.endpoint_list import EndpointList
    from workbench.ui.window.message_list import MessageList
    from workbench.ui.window.projector_caption import ProjectorCaption
    from workbench.viewmodel.workspace_file import WorkspaceFile

RECORD_WORDS: Final = NameWords(
    "record_name", "name_record", "name_record", "drop_name", "unname_record"
)


class MainWindow(Retranslatable, QMainWindow):
    """Builds and wires the parts of the window; owns the controller, and with it the session.

    Attributes:
        controller: between widgets and session.
        live: False: a record of an earlier run is shown; there is nothing to act on.
        low_window: whether the window is low. menus, toolbar, status_bar: around the rest.
        banner, onboarding_bar, demo_bar, note_field, projector_caption: lines above the panels,
            each hidden until it is needed; notices: what the banner says.
        tab_area: the endpoints' panels; endpoint_tabs: which panels there are.
        endpoint_list: the same as a tree, left of the panels.
        log, inspector: the record, below them.
    """

    def __init__(
        self,
        controller: Controller,
        appearance: Appearance,
        preferences: Preferences,
        *,
        live: bool = True,
    ) -> None:
        """`live` False: an old record is shown; there is nothing to act on."""
        super().__init__()
        self.setObjectName("main_window")
        self.controller = controller
        self.appearance = appearance
        self.preferences = preferences
        self.live = live
        self.low_window = LowWindow(self)
        self._keeper: WorkspaceKeeper | None = None
        qt_translations.install()
        self.log = log_panel_of(controller)
        self.inspector = inspector_of(controller)
        self.scenario_player = ScenarioPlayer(controller, self)
        self._make_bars()
        self._make_panels()
        self._make_commands()
        self._lay_out()
        does = self._does()
        self.menus.connect_all(does)
        add_shortcuts(self, does)
        self.keys_before_fields = KeysBeforeFields(self)
        self._wire_panels()
        self._wire_record()
        self._wire_projector()
        self._wire_height()
        self.tab_area.setVisible(live)
        if not live:
            save = self.file_commands.save_conversation
            add_talk(controller, self.log, self.conversation_options, save)
        self.onboarding.show()
        self.log.restore(preferences)
        self._word()
        self.setAcceptDrops(live)
        self.resize(1280, 800)
        if live:
            self.message_list.fit()
        # They go with the window, after all others: otherwise Python's collector would destroy them
        # on whichever thread it runs, timers and all
        for part in (*self._parts, controller):
            part.setParent(self)

    # -- the parts ------------------------------------------------------------------------------

    def _make_bars(self) -> None:
        self.menus = MenuBar(self.scenario_player, self, live=self.live)
        self.menus.action("every_byte").setChecked(self.preferences.every_byte)
        self.menus.action(f"scheme_{self.preferences.scheme}").setChecked(True)
        self.menus.action(f"keep_{self.preferences.kept or 'all'}").setChecked(True)
        self.addActions(self.menus.keyed())  # keys work while a projector hides the menu bar
        self.toolbar = ToolBar(self.menus)
        self._top_bars = TopBars(self.menus, self.toolbar)
        self.setMenuWidget(self._top_bars)
        self.status_bar = status_bar_of(self.controller, self.log.model)
        self.setStatusBar(self.status_bar)
        self.banner, self.notices = banner_of(self.controller, live=self.live)
        self.demo_bar = DemoBar()
        self.note_field = NoteField()
        self.record_names = RecordNames(self.preferences)
        self._record_controls = NamedControls("window")
        self.record_name = NameLine(self._record_controls, RECORD_WORDS)
        self.menus.recent.name_of = self.record_names.of
        self.onboarding_bar = OnboardingBar()
        self.projector_caption = LatePart(self._make_caption)

    def _make_panels(self) -> None:
        self.tab_area = TabArea()
        self.saved_messages = Messages(self.preferences, Path(self.preferences.messages_file))
        self.conversation_options = ConversationOptions(self.preferences)
        self.endpoint_tabs = EndpointTabs(
            self.tab_area,
            self.controller,
            self.scenario_player,
            self.saved_messages,
            self.conversation_options,
        )
        self.tab_copies = TabCopies(self.endpoint_tabs, self.tab_area)
        self.tab_commands = TabCommands(
            self.endpoint_tabs, self.tab_area, self.tab_copies, self.controller
        )
        self.next_step = NextStep(self.tab_area)
        self.endpoint_list = EndpointPlace(self._make_endpoint_list)
        self.layouts = Layouts(
            self.tab_area, {name: self.menus.action(f"layout_{name}") for name in LAYOUTS}
        )
        self.closed_rows = ClosedRowsOption(
            self.menus.action("hide_closed"), self.tab_area, self.preferences
        )
        self.message_commands = MessageCommands(
            self.endpoint_tabs,
            self.tab_area,
            self.controller,
            self.saved_messages,
            self.preferences,
        )
        self.message_list = MessagePlace(
            self.menus.action("messages"), self._make_message_list, self.preferences
        )
        self.log.live = self.live
        self.send_again = SendAgain(self.endpoint_tabs, self.log, self.controller)
        self.enter_option = EnterOption(self.tab_area, self.preferences)
        self.autoplay = Autoplay(self.tab_area, self.endpoint_tabs, self.controller)
        self.onboarding = Onboarding(
            self.onboarding_bar,
            self.tab_area,
            self.endpoint_tabs,
            self.autoplay,
            self.controller,
            self.preferences,
            live=self.live,
        )

    def _make_commands(self) -> None:
        self.record_commands = RecordCommands(self.endpoint_tabs, self.controller, self.preferences)
        self.file_commands = FileCommands(self, self.controller, self.log.model)
        self.set_ups = SetUpCommands(
            self,
            self.endpoint_tabs,
            self.tab_area,
            self.tab_copies,
            self.controller,
            self.file_commands,
            self.preferences,
        )
        self.value_choice = ValueChoice(
            self, self.controller.values, self.file_commands, self.preferences
        )
        self.projector_mode = ProjectorMode(self, self.appearance)
        self.child_windows = ChildWindows(
            self,
            self.controller,
            self.appearance,
            self.scenario_player,
            self.log.chosen_seqs,
            live=self.live,
        )

    @property
    def _parts(self) -> tuple[QObject, ...]:
        """Make the parts that are not widgets."""
        return (
            self.endpoint_tabs,
            self.conversation_options,
            self.tab_commands,
            self.next_step,
            self.layouts,
            self.closed_rows,
            self.enter_option,
            self.send_again,
            self.message_commands,
            self.autoplay,
            self.onboarding,
            self.record_commands,
            self.file_commands,
            self.set_ups,
            self.value_choice,
            self.projector_mode,
            self.child_windows,
        )

    def _lay_out(self) -> None:
        self.splitter = MainSplitter(self.tab_area, self.log, self.inspector)
        centre = QWidget()
        column = self._column = QVBoxLayout(centre)
        column.setContentsMargins(TIGHT, TIGHT, TIGHT, 0)
        column.setSpacing(TIGHT)
        column.addWidget(self.banner)
        column.addWidget(self.onboarding_bar)
        column.addWidget(self.demo_bar)
        column.addWidget(self.note_field)
        self.record_name.setContentsMargins(GAP, 0, GAP, 0)
        column.addWidget(self.record_name)
        column.addWidget(self.projector_caption)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setObjectName("columns")
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.endpoint_list)
        sides.addWidget(self.message_list)
        sides.addWidget(self.splitter)
        sides.setStretchFactor(2, 1)
        sides.setSizes([250, 180, 1000])
        column.addWidget(sides, 1)
        self.setCentralWidget(centre)
        area, log = self.tab_area, self.log  # on a projector there is no status bar
        tabs = (area.right.tabBar(), area.left.tabBar(), log.tabBar())
        self.undo_bar = UndoBar(self, (self.status_bar, *tabs))

    def _make_message_list(self) -> MessageList:
        made = self.message_commands.make_list()
        made.told.connect(self.status_bar.tell)
        made.done.connect(self.undo_bar.offer)
        return made

    def _make_endpoint_list(self) -> EndpointList:
        made = endpoint_list_of(self.controller, self.endpoint_list, self.endpoint_tabs.owner)
        made.chosen.connect(self.tab_area.bring)
        return made

    def _make_caption(self) -> ProjectorCaption:
        place, demos = self.projector_caption, self.menus.demos
        made = caption_of(self.controller, place, demos, live=self.live)
        made.stop_wanted.connect(self.endpoint_tabs.stop_all)
        made.leave_wanted.connect(self.projector_mode.switch)
        demos.further = self._beside_demos
        return made

    def _beside_demos(self) -> list[QAction]:
        """What else is shown to a class: on a projector the tool bar and its menus are hidden."""
        names = ("backlog_lab", "demonstrations") if self.projector_mode.on else ()
        return [self.menus.action(name) for name in names]

    # -- wiring ---------------------------------------------------------------------------------

    def _does(self) -> Mapping[str, Callable[[], object]]:
        """What each command of the table does, by its id."""
        tabs, log, children = self.endpoint_tabs, self.log, self.child_windows
        tab = self.tab_commands
        return {
            **{row.id: partial(tabs.press, row.control) for row in ACTIONS if row.control},
            **{f"saved_{number}": partial(tabs.put_saved, number) for number in range(1, 10)},
            **{
                f"scheme_{name}": partial(self.appearance.set_scheme, name)
                for name in ("system", "light", "dark")
            },
            **{f"layout_{name}": partial(self.layouts.choose, name) for name in LAYOUTS},
            **{f"keep_{part}": partial(self.record_commands.keep_newest, part) for part in OFFERED},
            "keep_all": partial(self.record_commands.keep_newest, ""),
            "open": self.file_commands.open_record,
            "name_record": self._ask_name,
            "export": self.file_commands.export,
            "every_byte": self.record_commands.switch_every_byte,
            "start_over": self.record_commands.start_over,
            "quit": self.close,
            "mark": self.note_field.begin,
            "find": log.search.setFocus,
            "find_next": log.find_next,
            "find_previous": log.find_previous,
            "filter": log.filter.setFocus,
            "errors": log.errors.click,
            "clear_filter": log.show_all,
            "main_calls": log.main_calls.click,
            "newest": partial(log.follow.setChecked, True),
            "clear_log": log.clear_button.click,
            "larger": self.appearance.larger,
            "smaller": self.appearance.smaller,
            "normal_size": self.appearance.normal,
            "present": self.projector_mode.switch,
            "endpoints": self.endpoint_list.switch,
            "messages": self.message_list.switch,
            "hide_closed": self.closed_rows.switch,
            "language": self.appearance.switch_language,
            "new_server": tabs.new_server,
            "new_client": tabs.new_client,
            "previous_endpoint": partial(tabs.go_on, -1),
            "next_endpoint": partial(tabs.go_on, 1),
            "address": tabs.go_to_address,
            "message": tabs.go_to_message,
            "rename_tab": tab.begin_rename,
            "duplicate_tab": tab.duplicate_focused,
            "tab_left": partial(tab.move, -1),
            "tab_right": partial(tab.move, 1),
            "other_side": tab.move_across,
            "remove": tab.remove_focused,
            "undo": self.undo_bar.undo,
            "new_set_up": self.set_ups.new,
            "open_set_up": self.set_ups.open,
            "save_set_up": self.set_ups.save,
            "stop_all": tabs.stop_all,
            "make_scenario": children.make_scenario,
            "repeat_until": partial(children.make_scenario, repeat=True),
            "run_scenario": self.file_commands.run_scenario,
            "backlog_lab": children.open_backlog_lab,
            "demonstrations": children.open_demonstrations,
            "check_all": children.open_check_all,
            "send_again": self.send_again.send_chosen,
            "check_up": partial(self._try, self._check_up),
            "save_check_up": partial(self._try, children.save_check_up),
            "first_steps": partial(self.onboarding.show, again=True),
            "manual": self._open_manual,
            "keys": partial(children.open_manual, "keys"),
            "about": partial(children.open_about, self.preferences.path),
            "watch": self.autoplay.start,
            "leave": self.leave,
        }

    def _open_manual(self) -> None:
        """Open the manual at the page about the focused widget."""
        from workbench.viewmodel.manual import page_of  # whoever needs it waits for its window too

        widget, names = QApplication.focusWidget(), []
        while widget is not None:
            names.append(widget.objectName())
            widget = widget.parentWidget()
        self.child_windows.open_manual(page_of(filter(None, names)))

    def _check_up(self) -> None:
        """Check the other end of the panel in front. Raises Problem."""
        self.child_windows.open_check_up(self.endpoint_tabs.to_check())

    def _try(self, act: Callable[[], None]) -> None:
        """Do it, or say why that is impossible."""
        try:
            act()
        except Problem as problem:
            self._on_problem(problem)

    def leave(self) -> None:
        """Handle Esc: leave what is going on: Watch it, a note, the projector, a pinned row."""
        leave_first(
            (
                (lambda: self.autoplay.running, self.autoplay.stop),
                (self.note_field.isVisible, self.note_field.give_up),
                (lambda: self.projector_mode.on, self.projector_mode.switch),
                (self.log.leave_filter, lambda: None),
                (lambda: True, partial(self.log.follow.setChecked, True)),
            )
        )

    def _wire_panels(self) -> None:
        tabs, player = self.endpoint_tabs, self.scenario_player
        self.tab_area.targeted.connect(self.status_bar.name_target)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)
        tabs.added.connect(self.next_step.watch)
        tabs.added.connect(self.closed_rows.apply)
        tabs.added.connect(self.enter_option.apply)
        tabs.added.connect(self.send_again.watch)
        self.send_again.told.connect(self._on_problem)
        self.message_commands.told.connect(self._on_problem)
        tabs.list_wanted.connect(self.message_list.open)
        tabs.added.connect(self.onboarding.number)
        tabs.told.connect(self._on_problem)
        self.tab_commands.told.connect(self._on_problem)
        self._wire_undo()
        self._wire_values()
        tabs.save_wanted.connect(self.file_commands.save_conversation)
        self.inspector.remedies = tabs.remedies
        self.onboarding_bar.autoplay_wanted.connect(self.autoplay.start)
        self.onboarding_bar.demo_wanted.connect(player.run_named)
        self.onboarding_bar.command_wanted.connect(self._on_command)
        self.appearance.changed.connect(self.onboarding.redraw)
        player.told.connect(self.status_bar.tell)
        player.asking.connect(self.child_windows.ask_permission)
        player.begun.connect(self.demo_bar.begin)
        player.begun.connect(self.onboarding.step_aside)
        player.ended.connect(self.demo_bar.end)
        self.demo_bar.again.connect(player.run_shown)
        self.child_windows.log_wanted.connect(self._on_log_wanted)

    def _wire_undo(self) -> None:
        bar, set_ups, player = self.undo_bar, self.set_ups, self.scenario_player
        self.tab_commands.done.connect(bar.offer)
        self.endpoint_tabs.undoable.connect(bar.offer)
        bar.told.connect(self.status_bar.tell)
        self.log.cleared.connect(self._on_cleared)
        set_ups.done.connect(bar.offer)
        set_ups.told.connect(self.status_bar.tell)
        set_ups.replacing.connect(player.stop)
        set_ups.run_wanted.connect(player.run)
        set_ups.asking.connect(self.child_windows.ask_permission)
        self.file_commands.dropped.connect(set_ups.take)
        self.menus.recent_set_ups.known = lambda: self.preferences.recent_set_ups
        self.menus.recent_set_ups.chosen.connect(set_ups.show)

    def _wire_values(self) -> None:
        menu, choice = self.menus.values, self.value_choice
        menu.offered = choice.offered
        menu.now = lambda: self.controller.values.file
        menu.chosen.connect(choice.choose)
        menu.other_wanted.connect(choice.ask)
        choice.told.connect(self.status_bar.tell)
        self.controller.values.file_changed.connect(self._show_values)
        self.set_ups.told.connect(self._show_values)  # a folder of values may be beside it
        choice.restore()
        self._show_values()

    @Slot()
    def _show_values(self) -> None:
        """Show in tool bar and title whose values are in force."""
        file = self.controller.values.file
        offered = self.live and (file is not None or bool(self.value_choice.offered()))
        said = "" if file is None else tr("window.values_of", name=file.stem)
        self.toolbar.say("values", said)
        self.toolbar.offer("values", offered)
        self.name_record()

    @Slot(bool)
    def _on_cleared(self, cleared: bool) -> None:
        self.undo_bar.drop("log")
        if cleared:
            self.undo_bar.offer(Deed("log", "", self.log.undo_clear))

    def _wire_record(self) -> None:
        record, files = self.record_commands, self.file_commands
        self.controller.problem.connect(self._on_problem)
        self.note_field.entered.connect(record.write_note)
        self.record_name.agreed.connect(self._on_named)
        for part in (self.scenario_player, self.autoplay, self.child_windows):
            record.ending.connect(part.stop)
        record.restarted.connect(self.name_record)
        record.restarted.connect(self._forget_the_old)
        record.told.connect(self.status_bar.tell)
        record.crash_found.connect(self.notices.tell_crashed)
        self.notices.seen.connect(record.remember_crash)
        self.notices.open_wanted.connect(files.show_record)
        self.notices.record_renamed.connect(self.name_record)
        self.menus.recent.chosen.connect(files.show_record)
        files.scenario_wanted.connect(self.scenario_player.run)
        files.told.connect(self.status_bar.tell)
        files.first_export.connect(self._add_export_line)

    @Slot()
    def _add_export_line(self) -> None:
        """Below all panels, so that none of them moves when it comes."""
        self._column.addWidget(export_line_of(self.file_commands))

    @Slot()
    def _forget_the_old(self) -> None:
        """Drop what was said about the previous record, and what was looked for in it."""
        self.log.show_all()
        self.log.follow.setChecked(True)
        self.demo_bar.hide()

    def _wire_projector(self) -> None:
        mode = self.projector_mode
        for part in (self.toolbar, self.menus, self.status_bar):
            mode.everyday.connect(part.setVisible)
        mode.presented.connect(self.projector_caption.setVisible)
        mode.presented.connect(self.scenario_player.run_slowly)
        mode.presented.connect(self.log.fold)
        mode.presented.connect(self.splitter.present)
        mode.presented.connect(self.endpoint_list.give_way)
        mode.presented.connect(self.message_list.give_way)
        mode.presented.connect(self.tab_area.fold)
        self.layouts.changed.connect(self.splitter.give_room)
        mode.presented.connect(self.onboarding.pause)
        mode.presented.connect(self.name_record)
        mode.calls_named.connect(self.tab_area.show_calls)

    def _wire_height(self) -> None:
        """Connect what takes less height in a low window to what knows of it."""
        for part in (self._top_bars, self.tab_area, self.splitter):
            self.low_window.changed.connect(part.spare_height)
        self.appearance.changed.connect(self.low_window.look)
        self.appearance.changed.connect(WishedSize(self).look)

    def remember(self, file: WorkspaceFile) -> bool:
        """Restore the window as it was left, and save its state from now on.

        False: nothing was saved.
        """
        self._keeper = WorkspaceKeeper(
            file,
            self.endpoint_tabs,
            self.tab_copies,
            self.tab_area,
            self.splitter,
            self.file_commands,
            self.controller.values,
            self.layouts,
        )
        self._keeper.setParent(self)
        self._keeper.told.connect(self.status_bar.tell)
        self._keeper.found.connect(self.notices.tell_set_up)
        self.projector_mode.presented.connect(self._keeper.present)
        restored = self._keeper.begin()
        self.endpoint_tabs.focus_first()
        return restored

    def first_start(self) -> None:
        """Both panels filled and ready."""
        self.endpoint_tabs.new_server()
        self.endpoint_tabs.new_client()
        self.endpoint_tabs.refresh()
        self.endpoint_tabs.focus_first()

    @Slot(object, object)
    def _on_focus(self, _before: object, after: QWidget | None) -> None:
        """React when the focus moves: keys may act on another endpoint from now on."""
        if not self.ended:
            self.tab_area.tell_target()
            self.keys_before_fields.follow(after)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.status_bar.tell(problem.text)

    @Slot(str)
    def _on_command(self, name: str) -> None:
        self.menus.action(name).trigger()

    @Slot(str)
    def _on_log_wanted(self, text: str) -> None:
        """Show the log in front of what asked for it, with this filter in its field."""
        self.log.filter.setText(text)
        self.log.apply_filter()
        self.raise_()
        self.activateWindow()

    @Slot()
    def name_record(self) -> None:
        """Show what the record is called now: it may have been taken away and go on elsewhere."""
        record = self.record_names.of(self.controller.session.record)
        title = "window.title" if self.projector_mode.on else "window.title_record"
        named = tr(title, record=record)
        file = self.controller.values.file
        if file is not None:
            named = tr("window.title_values", title=named, values=file.stem)
        self.setWindowTitle(named)
        session = self.controller.session
        self.status_bar.name_record(session.record, passing=session.passing is not None)

    @Slot()
    def _ask_name(self) -> None:
        """Ask for a name for this record; its current name can be edited."""
        self.record_name.begin(self.record_names.given(self.controller.session.record))

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self.record_names.name(self.controller.session.record, name)
        self.name_record()

    def _word(self) -> None:
        self._record_controls.retranslate()
        self.name_record()

    def retranslate(self) -> None:
        self._word()
        qt_translations.name_scroll_buttons(self)  # what Qt has made until now

    # -- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the list of endpoints in a wide window, and calls on buttons in a high one."""
        super().resizeEvent(event)
        self.low_window.look()
        self.projector_mode.fit()
        if self.live and not self.projector_mode.on:
            self.endpoint_list.show_where_wide(event.size().width(), self.appearance.scale)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a file dropped anywhere; parts that handle files themselves take it first."""
        if file_of(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = file_of(event.mimeData())
        if file is not None:
            event.acceptProposedAction()
            self.file_commands.take(Path(file))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close every socket and the record within bounded time, without asking."""
        if not self.ended:
            self.ended = True
            if self._keeper is not None:
                self._keeper.end()
            self.projector_mode.close()
            self.autoplay.stop()
            self.scenario_player.stop()
            self.child_windows.close()
            self.file_commands.close()
            self.log.keep()
            self.controller.close(CLOSE_BOUND)
        event.accept()
        super().closeEvent(event)
