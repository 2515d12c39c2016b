"""Builds what frames the panels (banner, status bar and others) with their presenters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.qt.notice_presenter import NoticePresenter
from workbench.qt.status_presenter import StatusPresenter
from workbench.ui.window.banner import Banner
from workbench.ui.window.status_bar import StatusBar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from workbench.qt.controller import Controller
    from workbench.qt.log_model import LogModel
    from workbench.ui.widgets.progress_line import ProgressLine
    from workbench.ui.widgets.sighted import Sighted
    from workbench.ui.window.endpoint_list import EndpointList
    from workbench.ui.window.file_commands import FileCommands
    from workbench.ui.window.projector_caption import ProjectorCaption
    from workbench.viewmodel.connection_rows import Owner


def status_bar_of(controller: Controller, model: LogModel) -> StatusBar:
    """The status bar about the controller's record; `model` knows how many rows the log leaves
    out.
    """
    bar = StatusBar()
    presenter = StatusPresenter(controller, model, bar)
    presenter.changed.connect(bar.show_count)
    presenter.counter.counted.connect(bar.traffic.show_traffic)
    bar.traffic.clicked.connect(presenter.counter.reset)
    presenter.look()
    return bar


def banner_of(controller: Controller, *, live: bool) -> tuple[Banner, NoticePresenter]:
    """The line above the panels, with its presenter; `live` False: the record is of an earlier
    run.
    """
    banner = Banner()
    presenter = NoticePresenter(controller, banner, live=live)
    presenter.changed.connect(banner.show_notice)
    banner.open_wanted.connect(presenter.open)
    banner.put_away.connect(presenter.put_away)
    presenter.look()
    return banner, presenter


def caption_of(
    controller: Controller, place: Sighted, demos: QMenu, *, live: bool
) -> ProjectorCaption:
    """The newest call of the controller's record, kept up to date while its place is in sight."""
    from workbench.qt.caption_presenter import CaptionPresenter  # only for a projector
    from workbench.ui.window.projector_caption import ProjectorCaption

    caption = ProjectorCaption(demos, live=live)
    presenter = CaptionPresenter(controller, caption)
    presenter.changed.connect(caption.show_caption)
    place.seen.connect(presenter.set_in_sight)
    caption.worded.connect(presenter.tell)
    return caption


def export_line_of(files: FileCommands) -> ProgressLine:
    """How far the export under way is, with a button that stops it; hidden while there is none."""
    from workbench.ui.widgets.progress_line import ProgressLine  # imported with the first export

    key = "window.stop_export"
    line = ProgressLine("export", key)
    files.writing.connect(lambda sentence, share: line.tell(sentence, share, key))
    files.written.connect(line.end)
    line.pressed.connect(files.stop)
    return line


def endpoint_list_of(controller: Controller, place: Sighted, owner: Owner) -> EndpointList:
    """All endpoints of the controller's session, kept up to date while the place of the list is in
    sight; `owner` names those of ours.
    """
    # imported in a wide window
    from workbench.qt.endpoint_list_presenter import EndpointListPresenter
    from workbench.ui.window.endpoint_list import EndpointList

    made = EndpointList()
    presenter = EndpointListPresenter(controller, owner, made)
    presenter.changed.connect(made.show_rows)
    made.selected.connect(presenter.choose)
    made.worded.connect(presenter.look)
    place.seen.connect(presenter.set_in_sight)
    return made
