"""What is wrong with the text of the editor, with a button that mends it if that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.payload import notation
from workbench.payload.unknown_gaps import UnknownGap
from workbench.qt.tips import plain_tip
from workbench.texts import Problem, sentences, tr
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, SpokenLabel, tone
from workbench.viewmodel.payload_form import PayloadForm

MOST: Final = 3
"""Unknown names that are told of at once."""


def places(draft: PayloadForm, problem: Problem) -> list[int]:
    """The positions, from 0, of characters that cannot be sent."""
    if problem.key == "template.unknown":
        begin = int(str(problem.args_["position"])) - 1
        return list(range(begin, begin + len(str(problem.args_["name"]))))
    if problem.key == "payload.not_expressible":
        return notation.inexpressible(draft.typed, draft.encoding, escapes=draft.escapes)
    position = problem.args_.get("position")
    return [position - 1] if isinstance(position, int) else []


def fitting(draft: PayloadForm) -> str | None:
    """An encoding that can express the text; None: there is none."""
    near = ["gb18030"] if draft.encoding == "gbk" else []
    for encoding in [*near, "utf-8"]:
        if not notation.inexpressible(draft.typed, encoding, escapes=draft.escapes):
            return encoding
    return None


class PayloadProblemBar(QWidget):
    """One or two lines, hidden while all is well.

    Signals:
        wanted(str): use this encoding.
    """

    wanted = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self._encoding: str | None = None
        self.label = controls.add(SpokenLabel(), "payload_trouble")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        tone(self.label, "bad")
        self.use = controls.add(QPushButton(), "use_encoding")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.label, 1)
        row.addWidget(self.use)
        self.use.clicked.connect(self._on_use)
        self.hide()

    def show_unknown(self, gaps: Sequence[UnknownGap]) -> None:
        """Report names that nothing fills in, which does not prevent sending; none: all is well."""
        told: dict[str, list[UnknownGap]] = {}  # what is said about them, on one line if possible
        for gap in gaps[:MOST]:
            told.setdefault(_about(gap), []).append(gap)
        said = [
            tr(
                f"panel.{about.partition(' ')[0]}",
                name=", ".join(dict.fromkeys(f"{{{gap.word}}}" for gap in alike)),
                near=f"{{{alike[0].near}}}",
            )
            for about, alike in told.items()
        ]
        self.setVisible(bool(said))
        tone(self.label, "busy")
        self.use.hide()
        self.label.setText("\n".join(said))
        self.label.setToolTip(plain_tip("\n".join([tr("tip.payload_trouble"), *said])))

    def show_problem(self, draft: PayloadForm, problem: Problem, found: list[int]) -> str:
        """Report what is wrong with the text. `found`: where it is, from 0."""
        self.show()
        tone(self.label, "bad")
        self._encoding = None
        text = problem.text
        if problem.key == "payload.not_expressible":
            self._encoding = fitting(draft)
            said = {**problem.args_, "encoding": tr(f"encoding.{draft.encoding}")}
            more = len(found) - 1
            text = (
                tr("panel.not_expressible", **said, more=more)
                if more > 0
                else tr(problem.key, **said)
            )
        if problem.key == "payload.bad_escape":
            text = sentences(text, tr("panel.escapes_off"))
        self.label.setText(text)
        self.label.setToolTip(plain_tip(text))
        self.use.setVisible(self._encoding is not None)
        if self._encoding is not None:
            self._controls.recaption(
                self.use, "use_encoding_named", encoding=tr(f"encoding.{self._encoding}")
            )
        return text

    @Slot()
    def _on_use(self) -> None:
        if self._encoding is not None:
            self.wanted.emit(self._encoding)


def _about(gap: UnknownGap) -> str:
    """The text about a gap; each unknown word has its own."""
    if gap.quoted:
        return "quoted"
    if gap.unfilled:
        return "unfilled"
    return f"{'unknown_near' if gap.near else 'unknown_name'} {gap.word}"
