"""The first line of a panel: family, type, host, port, the primary button and the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.engine.model import address, options
from workbench.engine.model.web_address import parse_web
from workbench.texts import Problem
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group, spring
from workbench.ui.widgets.parts_label import PartsLabel
from workbench.ui.widgets.state_badge import StateBadge
from workbench.ui.widgets.traffic_button import TrafficButton
from workbench.viewmodel.address_form import DATAGRAM, UNIX, Where, why_no_socket
from workbench.viewmodel.layer_form import LAYERED, PLAIN
from workbench.viewmodel.message import Sentence, msg
from workbench.viewmodel.panel_state import Badge
from workbench.viewmodel.set_up_summary import FAMILIES

if TYPE_CHECKING:
    from workbench.viewmodel.pasted_command import PastedCommand

_TYPES = ("SOCK_STREAM", *filter(None, LAYERED), "SOCK_DGRAM", "SOCK_SEQPACKET")
"""What is chosen beside the family: a socket's type, or what runs over a stream."""
MOST_HOST: Final = 28
"""The widths of a digit that a long host asks for at most."""


class AddressLine(Retranslatable, QWidget):
    """The fields and buttons of that line.

    Attributes:
        set_up: unfolds what the panel was set up with, while a socket is open.
        traffic: bytes each way, beside the summary; pressed, it counts from zero.
        port_untouched: nobody has typed a port yet: the default may move.

    Signals:
        edited(str): a field has its new value; the name of the field.
        submitted(): Enter was pressed in a field.
        filling(str): what was pasted may fill the fields now; what stood in the host field before.
        filled(bool): whether it has filled them.
        path_pasted(str): a pasted address names this path.
        pasted(PastedCommand): a command line or web address was pasted; whatever has a field here
            has been filled in.
    """

    edited = Signal(str)
    submitted = Signal()
    filling = Signal(str)
    filled = Signal(bool)
    path_pasted = Signal(str)
    pasted = Signal(object)

    def __init__(self, controls: NamedControls, *, server: bool) -> None:
        super().__init__()
        self._controls = controls
        self._server = server
        self._command: PastedCommand | None = None  # still to be reported
        self._drawn: QPixmap | None = None
        self._sparing = False
        self.port_untouched = True
        side = "bind" if server else "peer"
        self.family = controls.add(ChoiceBox(), "family")
        self.type = controls.add(ChoiceBox(), "type")
        self.host = controls.add(HintCombo(10, MOST_HOST), "host", f"host_{side}")
        self.port = controls.add(TextField(width=6), "port", f"port_{side}")
        self.primary = controls.add(QPushButton(), "listen" if server else "connect")
        self.primary.setProperty("primary", False)  # it may become the primary one
        self.state = StateBadge()
        controls.add(self.state, "state")
        self.colon = QLabel(":")
        self.buttons: list[QPushButton] = [self.primary]
        if server:
            self.stop = controls.add(QPushButton(), "stop")
            self.buttons.append(self.stop)
        self._where = group(self.host, self.colon, self.port)
        policy = QSizePolicy.Policy
        self._where.setSizePolicy(policy.Maximum, policy.Fixed)  # a long name has what is left
        self._summary = controls.add(PartsLabel(), "summary")
        self._summary.hide()
        self.traffic = controls.add(TrafficButton(), "traffic")
        self.traffic.hide()
        self._gap = spring()
        self.set_up = controls.add(QToolButton(), "set_up")
        self.set_up.setCheckable(True)
        self.set_up.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.set_up.hide()
        row = FlowLayout(self)
        for widget in (
            self._summary,
            self.traffic,
            self.family,
            self.type,
            self._where,
            *self.buttons,
            self._gap,
            self.set_up,
            self.state,
        ):
            row.addWidget(widget)
        self._families = {
            name: key
            for name, key in FAMILIES.items()
            if name != options.UNSPECIFIED or not server  # a name to connect to may have both
        }
        self._fill_families()
        self._wire()

    def _wire(self) -> None:
        self.family.activated.connect(self._on_family)
        self.type.activated.connect(self._on_type)
        self.host.settled.connect(self._on_host)
        self.host.submitted.connect(self._on_submitted)
        self.host.pasted.connect(self._on_pasted)
        self.port.textEdited.connect(self._on_port_typed)
        self.port.editingFinished.connect(self._on_port)
        self.port.returnPressed.connect(self.submitted)

    def _fill_families(self) -> None:
        self.family.offer(list(self._families.items()))
        self._word_choices()
        self.family.choose("AF_INET")
        self._fill_types()

    def _word_choices(self) -> None:
        for name in self._families:
            problem = why_no_socket(name, "SOCK_STREAM")
            self.family.forbid(name, problem.text if problem else None)
        for name in _TYPES:
            problem = why_no_socket(self.family.value(), _socket_type(name))
            self.type.forbid(name, problem.text if problem else None)

    def _fill_types(self) -> None:
        family = "unix" if self.family.value() == UNIX else "ip"
        self.type.offer([(name, f"choice.{family}_{name}") for name in _TYPES])
        if why_no_socket(self.family.value(), self._socket_type) is not None:
            self.type.choose("SOCK_STREAM")
        self._word_choices()
        self.family.narrow()
        self.type.narrow()
        unix = self.family.value() == UNIX
        self.port.setVisible(not unix)
        self.colon.setVisible(not unix)
        self.host.setMinimumContentsLength(22 if unix else 10)

    @property
    def where(self) -> Where:
        return Where(
            self.family.value(),
            self._socket_type,
            self.host.currentText(),
            self.port.text(),
            self.over,
        )

    @property
    def _socket_type(self) -> str:
        return _socket_type(self.type.value())

    @property
    def over(self) -> str:
        """What is above the stream, one of LAYERED."""
        chosen = self.type.value()
        return chosen if chosen in LAYERED else PLAIN

    @property
    def datagram(self) -> bool:
        return self._socket_type == DATAGRAM

    def set_where(self, where: Where) -> None:
        """Fill the fields without telling anyone."""
        self.family.choose(where.family)
        self._fill_types()
        self.type.choose(where.over or where.type)
        self.type.narrow()
        self.host.setEditText(where.host)
        self.port.setText(where.port)

    def lock(self, locked: bool) -> None:
        """Lock what cannot change while a socket is open."""
        reason: Sentence | None = msg("why.locked") if locked else None
        for widget in (self.family, self.type, self.host, self.port):
            self._controls.enable(widget, reason)

    def show_badge(self, badge: Badge) -> None:
        """Show the state of the socket; of many, how many are connected."""
        if badge.word:
            self.state.set_state(badge.word, badge.layers)
        else:
            self.state.set_many(badge.connected, badge.of)

    def summarise(self, parts: tuple[str, ...]) -> None:
        """Set the summary of the fields, shown while they are folded."""
        self._summary.show_parts(parts)

    def fold(self, folded: bool) -> None:
        """Show the fields, or one line that says what is in them."""
        for widget in (self.family, self.type, self._where, self._gap):
            widget.setVisible(not folded)
        self._stand_level()
        self._summary.setVisible(folded)
        self.traffic.setVisible(folded)
        self.primary.setVisible(not folded or self.primary.isEnabled())
        self._show_stop()

    def _stand_level(self) -> None:
        """Make it as high as the buttons that one side has in this line: both sides are level."""
        self.set_up.setMinimumHeight(self.primary.sizeHint().height())

    def spare_height(self, sparing: bool) -> None:
        """Follow whether the window is low: a disabled control on a line of its own is then left
        out.
        """
        self._sparing = sparing
        self._show_stop()

    def _show_stop(self) -> None:
        if self._server:
            self.stop.setVisible(not self._sparing or self.stop.isEnabled())

    def draw(self) -> None:
        """Draw the icon in the colours of the scheme, but not twice: that would lay out the line
        anew.
        """
        name = "chevron-up" if self.set_up.isChecked() else "chevron-down"
        picture = icons.pixmap(name, theme.current().text)
        if picture is not self._drawn:
            self._drawn = picture
            self.set_up.setIcon(QIcon(picture))
            self.set_up.setIconSize(theme.small_icon())

    def retranslate(self) -> None:
        """Update what its panel's `controls` do not know: why a choice is greyed, the widths, and
        the height of buttons with other words.
        """
        self._word_choices()
        for box in (self.family, self.type):
            box.narrow()
        self._stand_level()

    def redraw(self) -> None:
        self.draw()
        self.retranslate()

    @Slot()
    def _on_family(self) -> None:
        self._fill_types()
        self.edited.emit("family")

    @Slot()
    def _on_type(self) -> None:
        self.type.narrow()
        self.edited.emit("type")

    @Slot()
    def _on_host(self) -> None:
        self._paste()
        self.edited.emit("host")
        self._tell()

    @Slot()
    def _on_submitted(self) -> None:
        """Enter comes before the field is settled: first take in what is typed as a whole."""
        self._on_host()
        self.submitted.emit()

    @Slot()
    def _on_pasted(self) -> None:
        self.filling.emit(self.host.before)
        filled = self._paste()
        if filled:
            self.edited.emit("host")
        self._tell()
        if filled:
            self.host.forget()
        self.filled.emit(filled)

    def _tell(self) -> None:
        """Report a pasted command line, after its fields were reported."""
        command, self._command = self._command, None
        if command is not None:
            self.pasted.emit(command)

    def _take(self, command: PastedCommand) -> bool:
        """Put what a command line says about the address into the fields."""
        self._command = command
        from workbench.viewmodel.pasted_command import fits

        where = command.where
        if where is None or not fits(command, server=self._server):
            return False
        unix = self.family.value() == UNIX
        family = where.family or ("AF_INET" if unix else self.family.value())
        if family != self.family.value():
            self.family.choose(family)
            self._fill_types()
            self.edited.emit("family")
        self.type.choose(where.over or where.type)
        self.type.narrow()
        self.host.setEditText(where.host)
        self.port.setText(where.port)
        self.port_untouched = False
        self.edited.emit("type")
        return True

    def _paste(self) -> bool:
        """Fill all the fields from `tcp://host:port`, `[::1]:80` and the like; a path means
        AF_UNIX.
        """
        text = self.host.currentText().strip()
        # imported late: not needed at the start
        from workbench.viewmodel.pasted_line import pasted_command

        command = pasted_command(text)
        if command is not None:
            return self._take(command)
        unix = self.family.value() == UNIX
        if address.is_unix(text) and not unix and why_no_socket(UNIX, "SOCK_STREAM") is None:
            self.family.choose(UNIX)
            self._fill_types()
            self.edited.emit("family")  # the list of hosts has changed: what was typed is put back
            self.host.setEditText(text)
            return True
        if self._paste_web(text):
            return True
        pasted = address.parse_pasted(text)
        if pasted is None or not ("://" in text or (_has_port(text) and not unix)):
            return False
        family = pasted.family or ("AF_INET" if unix else self.family.value())
        if family != self.family.value():
            self.family.choose(family)
            self._fill_types()
            self.edited.emit("family")  # the list of hosts has changed; the field is filled below
        if pasted.type:
            self.type.choose(pasted.type)
            self.type.narrow()
        self.host.setEditText(pasted.host)
        self.port.setText(str(pasted.port))
        self.port_untouched = False
        return True

    def _paste_web(self, text: str) -> bool:
        """Take in `wss://host/chat?room=1`, which also says what is above the stream."""
        try:
            web = parse_web(text)
        except Problem:
            return False  # half an address is still being typed; errors are reported at the start
        if web is None:
            return False
        host, _, port = web.address.rpartition(":")
        linked = web.address.startswith("@")
        bare = web.address if linked else host.strip("[]")
        family = "AF_INET6" if ":" in bare else self.family.value()
        if family in {UNIX, "AF_INET6"} and ":" not in bare:
            family = "AF_INET"
        if family != self.family.value():
            self.family.choose(family)
            self._fill_types()
            self.edited.emit("family")
        self.type.choose(next(over for over, has in LAYERED.items() if has == web.layers))
        self.type.narrow()
        self.host.setEditText(bare)
        if not linked:
            self.port.setText(port)
            self.port_untouched = False
        self.edited.emit("type")
        self.path_pasted.emit(web.path)
        return True

    @Slot()
    def _on_port_typed(self) -> None:
        self.port_untouched = False

    @Slot()
    def _on_port(self) -> None:
        self.edited.emit("port")


def _has_port(text: str) -> bool:
    """Whether a host field contains `host:port` or `[v6]:port` (bare IPv6 text has more colons)."""
    if text.startswith("["):
        return "]:" in text
    head, colon, tail = text.partition(":")
    return bool(head and colon and tail.isdecimal())


def _socket_type(chosen: str) -> str:
    """The type of the socket below what is chosen."""
    return "SOCK_STREAM" if chosen in LAYERED else chosen
