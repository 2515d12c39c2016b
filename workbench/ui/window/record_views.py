"""Builds the views of the record (log, inspector and others) with their presenters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.qt.controller import Controller
from workbench.qt.explain_presenter import ExplainPresenter
from workbench.qt.frames_presenter import FramesPresenter
from workbench.qt.log_finder import LogFinder
from workbench.qt.log_model import LogModel
from workbench.qt.log_presenter import LogPresenter
from workbench.ui.record.inspector import Inspector
from workbench.ui.record.log_panel import LogPanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.qt.conversation_options import ConversationOptions
    from workbench.ui.record.certificate_tab import CertificateTab
    from workbench.ui.record.handshake_tab import HandshakeTab
    from workbench.ui.record.kernel_tab import KernelTab
    from workbench.viewmodel.conversation_export import ConversationRequest


def log_panel_of(controller: Controller) -> LogPanel:
    """The log of the controller's record."""
    model = LogModel(controller)
    panel = LogPanel(model)
    model.setParent(panel)
    presenter = LogPresenter(controller, model)
    presenter.counts_changed.connect(panel.show_counts)
    presenter.selection_changed.connect(panel.show_selection)
    presenter.filter_applied.connect(panel.show_applied)
    presenter.filter_refused.connect(panel.show_refused)
    finder = LogFinder(controller, model)
    finder.found.connect(panel.show_found)
    finder.missed.connect(panel.show_missed)
    finder.searching.connect(panel.show_searching)
    panel.find_wanted.connect(finder.find)
    panel.find_given_up.connect(finder.give_up)
    panel.filter_wanted.connect(presenter.filter)
    panel.filter.complete = presenter.complete
    panel.holds_secret = presenter.holds_secret
    panel.chosen.connect(presenter.choose)
    panel.released.connect(presenter.let_go)
    panel.rows_changed.connect(presenter.tell_selection)
    _offer_frames(controller, panel)
    return panel


def _offer_frames(controller: Controller, panel: LogPanel) -> None:
    """A table of frames beside the log, shown from when an endpoint speaks WebSocket."""
    presenter = FramesPresenter(controller, panel)

    def add() -> None:
        # imported with the first WebSocket
        from workbench.ui.record.frames_panel import FramesPanel

        model = presenter.model(panel)
        frames = FramesPanel(model)
        frames.chosen.connect(presenter.choose)
        presenter.selection_changed.connect(frames.show_selection)
        panel.add_view(frames, "frames.tab")

    presenter.wanted.connect(add)


def add_talk(
    controller: Controller,
    panel: LogPanel,
    options: ConversationOptions,
    save: Callable[[ConversationRequest], None],
) -> None:
    """The conversation of a connection, beside the log of an earlier record."""
    from workbench.qt.old_conversation import OldConversation  # imported late: no start needs it
    from workbench.ui.record.conversation_tab import ConversationTab

    talk = ConversationTab()
    talk.talk.heed(options)
    talk.talk.view.acts = False
    talk.talk.following.setVisible(False)  # there is no editor
    presenter = OldConversation(controller, options, talk)
    presenter.cleared.connect(talk.talk.view.clear)
    presenter.read.connect(talk.talk.view.add)
    presenter.named.connect(talk.name)
    presenter.encoding.connect(talk.talk.follow)
    presenter.save_wanted.connect(save)
    presenter.copied.connect(talk.talk.view.put_on_clipboard)
    presenter.refused.connect(controller.say)
    talk.talk.view.copy_wanted.connect(presenter.copy)
    talk.seen.connect(presenter.set_in_sight)
    talk.worded.connect(presenter.again)
    talk.talk.show_as_chosen.connect(presenter.show_as)
    talk.talk.anew_wanted.connect(presenter.again)
    talk.talk.save_wanted.connect(presenter.save)
    panel.add_view(talk, "talk.tab")


def inspector_of(controller: Controller) -> Inspector:
    """The explanation of one event of the controller's record, and what is known about its
    connection.
    """
    presenter = ExplainPresenter(controller)
    inspector = Inspector(
        presenter.bytes_as,
        partial(_kernel_tab, controller),
        partial(_handshake_tab, controller),
        partial(_certificate_tab, controller),
    )
    presenter.setParent(inspector)
    presenter.changed.connect(inspector.show_explained)
    presenter.looked.connect(inspector.offer_remedies)
    inspector.explanation_wanted.connect(presenter.tell)
    inspector.remedy_begun.connect(presenter.on_remedy_begun)
    inspector.remedy_taken.connect(presenter.on_remedy_taken)
    return inspector


def _kernel_tab(controller: Controller) -> KernelTab:
    from workbench.qt.kernel_presenter import KernelPresenter  # when it is first looked at
    from workbench.ui.record.kernel_tab import KernelTab

    tab = KernelTab()
    kernel = KernelPresenter(controller, tab)
    kernel.changed.connect(tab.show_state)
    kernel.measured.connect(tab.plot)
    tab.seen.connect(kernel.set_in_sight)
    tab.worded.connect(kernel.tell)
    return tab


def _handshake_tab(controller: Controller) -> HandshakeTab:
    from workbench.qt.handshake_reader import HandshakeReader  # when it is first looked at
    from workbench.ui.record.handshake_tab import HandshakeTab

    return HandshakeTab(HandshakeReader(controller))


def _certificate_tab(controller: Controller) -> CertificateTab:
    from workbench.qt.certificate_reader import CertificateReader  # when it is first looked at
    from workbench.ui.record.certificate_tab import CertificateTab

    return CertificateTab(CertificateReader(controller))
