"""Joins a panel and its presenter: signals go one way, states the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.qt.client_presenter import ClientPresenter
from workbench.qt.server_presenter import ServerPresenter
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel

if TYPE_CHECKING:
    from workbench.qt.key_passwords import KeyQuestion
    from workbench.viewmodel.pasted_command import PastedCommand

Presenter = ServerPresenter | ClientPresenter


def panel_of(presenter: Presenter) -> ServerPanel | ClientPanel:
    """A panel joined to its presenter: states go one way, signals the other."""
    if isinstance(presenter, ServerPresenter):
        return _server(presenter)
    return _client(presenter)


def _server(presenter: ServerPresenter) -> ServerPanel:
    panel = ServerPanel(presenter.name)
    panel.fill(presenter.form)
    _join(panel, presenter)
    presenter.changed.connect(panel.show_server)
    presenter.filled.connect(panel.fill)
    panel.address_line.stop.clicked.connect(presenter.stop)
    panel.backlog_settled.connect(presenter.set_backlog)
    panel.conversation_wanted.connect(presenter.conversation.want)
    panel.send_line.submitted.connect(presenter.send)
    panel.frame_wanted.connect(presenter.ask)
    panel.chosen_row.why.clicked.connect(presenter.explain_chosen)
    return panel


def _client(presenter: ClientPresenter) -> ClientPanel:
    panel = ClientPanel(presenter.name)
    panel.fill(presenter.form)
    panel.editor.encoding.choose(presenter.settings.encoding)
    _join(panel, presenter)
    presenter.changed.connect(panel.show_client)
    presenter.filled.connect(panel.fill)
    presenter.connect_next.connect(panel.address_line.primary.setFocus)
    panel.port_typed.connect(presenter.leave_link)
    panel.aimed.connect(presenter.aim)
    panel.expect.toggled.connect(presenter.expect_answer)
    editor = panel.editor
    editor.submitted.connect(presenter.send)
    panel.frames.submitted.connect(presenter.ask)
    editor.blocked.connect(presenter.send_to_nobody)
    editor.escapes_dropped.connect(presenter.tell_escapes_dropped)
    editor.refused.connect(presenter.refuse)
    editor.mended.connect(presenter.withdraw)
    return panel


def _join(panel: ServerPanel | ClientPanel, presenter: Presenter) -> None:
    """Join what both kinds of panels have."""
    presenter.ticked.connect(panel.tick)
    presenter.conversation.cleared.connect(panel.talk.view.clear)
    presenter.conversation.read.connect(panel.talk.view.add)
    presenter.tab_changed.connect(panel.rename)
    panel.seen.connect(presenter.set_in_sight)
    panel.worded.connect(presenter.retranslate)
    panel.closed_hidden.connect(presenter.hide_closed)
    panel.typed.connect(presenter.edit)
    panel.settled.connect(presenter.settle)
    panel.live_changed.connect(presenter.change_live)
    panel.start_wanted.connect(presenter.start)
    panel.start_if_closed.connect(presenter.start_if_closed)
    presenter.keys.wanted.connect(partial(_ask_password, panel, presenter))
    panel.gate_chosen.connect(presenter.set_gate)
    panel.step_wanted.connect(presenter.step)
    panel.shared.pace.chosen.connect(presenter.set_pace)
    panel.shared.pace.next_wanted.connect(presenter.make_next)
    panel.strip.chosen.connect(presenter.guide.show_chip)
    panel.strip.run_wanted.connect(presenter.run_to)
    panel.more.option_wanted.connect(presenter.set_option)
    panel.more.option_unwanted.connect(presenter.drop_option)
    panel.more.refused.connect(presenter.refuse)
    traffic = panel.address_line.traffic
    traffic.clicked.connect(presenter.counter.reset)
    presenter.counter.counted.connect(traffic.show_traffic)
    panel.message.why_wanted.connect(presenter.guide.show_failure)
    panel.message.remedy_wanted.connect(presenter.apply)
    values = presenter.controller.values
    panel.more.values_edited.connect(values.set_rows)
    values.changed.connect(panel.show_values)
    panel.show_values(values.rows, values.known)
    panel.address_line.pasted.connect(partial(_take, panel, presenter))
    panel.receive_once.clicked.connect(presenter.receive_once)
    panel.ends.half_close.clicked.connect(presenter.half_close)
    panel.ends.abort.clicked.connect(presenter.abort)
    panel.ends.close.clicked.connect(presenter.close)
    panel.rows_chosen.connect(presenter.choose)
    panel.mark_clicked.connect(presenter.guide.explain_stall)
    panel.rows_seen.connect(presenter.see)
    panel.talk.show_as_chosen.connect(presenter.conversation.show_as)
    panel.talk.anew_wanted.connect(presenter.conversation.again)
    panel.talk.save_wanted.connect(presenter.conversation.save)
    panel.talk.view.copy_wanted.connect(presenter.conversation.copy)
    presenter.conversation.copied.connect(panel.talk.view.put_on_clipboard)
    presenter.conversation.refused.connect(presenter.refuse)


def _ask_password(panel: QWidget, presenter: Presenter, question: KeyQuestion) -> None:
    from workbench.ui.endpoint.password_dialog import ask_password  # seldom needed

    dialog = ask_password(question, panel.window())
    dialog.answered.connect(presenter.take_password)
    dialog.rejected.connect(partial(presenter.leave_locked, question))


def _take(panel: ServerPanel | ClientPanel, presenter: Presenter, command: PastedCommand) -> None:
    """Fill the fields from a pasted command line, and report the result."""
    from workbench.viewmodel.pasted_command import fits, said_of  # not at the start

    if fits(command, server=panel.server):
        panel.take(command)
    said = said_of(command, server=panel.server)
    presenter.tell(said.level, said.text, said.way_out)
