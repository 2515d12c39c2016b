"""The server's line to send by hand: to the newest, to all, or to one connection or peer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.texts import tr
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField
from workbench.viewmodel.connection_rows import Owner, named
from workbench.viewmodel.message import msg
from workbench.viewmodel.payload_form import PayloadForm, content

MOST_TARGETS: Final = 200
NEWEST: Final = ""


class ServerSendBar(QHBoxLayout):
    """To whom, what, in which encoding, Send.

    Signals:
        submitted(): Send, or Enter.
    """

    submitted = Signal()

    def __init__(self, controls: NamedControls, encoding: ChoiceBox) -> None:
        super().__init__()
        self._controls = controls
        self._encoding = encoding
        self.target = controls.add(QComboBox(), "target")
        self.target.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.target.setMinimumContentsLength(15)
        self.payload = controls.add(TextField("reply\\r\\n"), "payload")
        self.button = controls.add(QPushButton(), "send")
        for widget in (
            controls.caption("target", self.target),
            self.target,
            self.payload,
            encoding,
            self.button,
        ):
            self.addWidget(widget)
        self.button.clicked.connect(self.submitted)
        self.payload.returnPressed.connect(self.submitted)

    def command(self, endpoint: str) -> c.Send:
        """What the fields ask for.

        Raises:
            Problem: a malformed escape, or a character that the encoding lacks.
        """
        encoding = self._encoding.value()
        body = content(PayloadForm(self.payload.text(), encoding=encoding))
        target = self.target.currentData()
        to = target if isinstance(target, str) and target not in (NEWEST, c.ALL) else None
        connection: c.Target = target if isinstance(target, int) else None
        if target == c.ALL:
            connection = c.ALL
        return c.Send(
            endpoint,
            text=body.text,
            hex=body.hex,
            encoding=encoding if body.text is not None else None,
            connection=connection,
            to=to,
        )

    def aim(self, key: int | str) -> None:
        """Choose a connection or peer, where it is on the list."""
        index = self.target.findData(key)
        if index >= 0:
            self.target.setCurrentIndex(index)

    @Slot()
    def begin(self) -> None:
        """What is typed next is sent from here."""
        self.payload.setFocus()
        self.payload.selectAll()

    def show_snapshot(self, snapshot: EndpointSnapshot, owner: Owner, *, datagram: bool) -> None:
        """`owner` names the endpoint of ours behind an address."""
        peers = [peer for peer in snapshot.peers if not peer.gone]
        someone = bool(peers) if datagram else snapshot.open_count > 0
        self._controls.enable(self.button, None if someone else msg("why.no_peer"))
        entries: list[tuple[str, object]] = []
        if datagram:
            entries.append((tr("panel.newest_peer"), NEWEST))
            entries += [(named(p.address, owner), p.address) for p in peers]
        else:
            still = [item for item in snapshot.connections if item.closed_ns is None]
            entries += [(tr("panel.newest"), NEWEST), (tr("panel.all"), c.ALL)]
            entries += [
                (f"#{item.number} {named(item.peer, owner)}", item.number)
                for item in still[-MOST_TARGETS:]
            ]
        self._offer(entries)

    def _offer(self, entries: list[tuple[str, object]]) -> None:
        known = [
            (self.target.itemText(i), self.target.itemData(i)) for i in range(self.target.count())
        ]
        if known == entries or self.target.view().isVisible():
            return
        kept = self.target.currentData()
        self.target.clear()
        for text, data in entries:
            self.target.addItem(text, data)
        self.target.setCurrentIndex(max(0, self.target.findData(kept)))
