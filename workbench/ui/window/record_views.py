"""The views of the record, each wired to what reads the record for it."""

from __future__ import annotations

from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.qt.log_presenter import LogPresenter
from workbench.ui.record.log_panel import LogPanel


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
    panel.filter_wanted.connect(presenter.filter)
    panel.chosen.connect(presenter.choose)
    panel.released.connect(presenter.let_go)
    panel.rows_changed.connect(presenter.tell_selection)
    return panel
