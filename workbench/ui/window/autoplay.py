"""*Watch it*: presses the window's real buttons slowly, with a ring around each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QWidget

from workbench.engine.model.settings import Pace, Role
from workbench.engine.model.snapshot import Phase
from workbench.frozen import dataclass
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style import theme
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.setup_form import ClientForm

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.tab_area import TabArea

LOOK: Final = 100
"""Milliseconds between two looks whether the window is ready for the next press."""
RINGED: Final = 1200
"""Milliseconds that a button is ringed before it is pressed."""
MARGIN: Final = 5
"""Pixels between a button and its ring."""


class Ring(QWidget):
    """A frame around a control, through which clicks pass."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("watch.ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, target: QWidget) -> None:
        """Surround a control of the window."""
        where = target.mapTo(self.window(), QPoint(0, 0))
        self.setGeometry(QRect(where, target.size()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().busy.edge), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 8, 8)


@dataclass(frozen=True, slots=True)
class _Press:
    """One press of a button.

    Attributes:
        panel, button: what is pressed.
        before: an endpoint, and the phase it must be in first.
    """

    panel: EndpointPanel
    button: QAbstractButton
    before: tuple[str, Phase] | None = None


class Autoplay(QObject):
    """Presses Listen, Connect, Send, one after the other; the connection stays open.

    Signals:
        ended(): all were pressed, or it was stopped.
    """

    ended = Signal()

    def __init__(self, area: TabArea, tabs: EndpointTabs, controller: Controller) -> None:
        super().__init__()
        self._area = area
        self._tabs = tabs
        self._controller = controller
        self._ring: Ring | None = None
        self._steps: list[_Press] = []
        self._target: _Press | None = None
        self._ringed = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._on_time)

    @property
    def running(self) -> bool:
        return bool(self._steps) or self._target is not None

    @Slot()
    def start(self) -> None:
        """Begin, or begin again, with panels in which nothing is open."""
        self.stop()
        server, client = self._pair() or self._new_pair()
        self._steps = [
            _Press(server, server.address_line.primary),
            _Press(client, client.address_line.primary, (server.name, Phase.LISTENING)),
            _Press(client, client.editor.send, (client.name, Phase.OPEN)),
        ]
        for panel in (server, client):
            self._area.bring_to_front(panel)
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        """Press nothing more."""
        was = self.running
        self._timer.stop()
        self._steps.clear()
        self._target = None
        self._hide_ring()
        if was:
            self.ended.emit()

    def _hide_ring(self) -> None:
        if self._ring is not None:
            self._ring.hide()

    # -- whose buttons --------------------------------------------------------------------------

    def _pair(self) -> tuple[ServerPanel, ClientPanel] | None:
        """A server and a client linked to it that can both begin; those in front are preferred."""
        panels = [panel for panel in self._area.panels() if self._can_begin(panel)]
        panels.sort(key=lambda panel: not panel.isVisible())
        return next(
            (
                (server, client)
                for server in panels
                if isinstance(server, ServerPanel)
                for client in panels
                if isinstance(client, ClientPanel) and self._link(client) == server.name
            ),
            None,
        )

    def _link(self, client: ClientPanel) -> str | None:
        """The endpoint that a client's host field names."""
        form = self._tabs.presenter(client.name).form
        return form.link if isinstance(form, ClientForm) else None

    def _new_pair(self) -> tuple[ServerPanel, ClientPanel]:
        """A new pair, the client linked to the new server."""
        known = set(self._area.panels())
        self._tabs.new_server()
        self._tabs.new_client()
        made = [panel for panel in self._area.panels() if panel not in known]
        server = next(panel for panel in made if isinstance(panel, ServerPanel))
        return server, next(panel for panel in made if isinstance(panel, ClientPanel))

    def _can_begin(self, panel: EndpointPanel) -> bool:
        """Whether three presses lead to an answer there: nothing is open, it is TCP, at once or
        slowly.
        """
        snapshot = self._controller.snapshot(panel.name)
        wished = self._tabs.presenter(panel.name).wished()
        return (
            snapshot.phase not in OPEN
            and not snapshot.open_count
            and wished.role in (Role.LISTENER, Role.STREAM)
            and wished.type == "SOCK_STREAM"
            and wished.family != UNIX
            and wished.calls is not Pace.STEP
            and wished.count == 1
        )

    # -- pressing -------------------------------------------------------------------------------

    @Slot()
    def _on_time(self) -> None:
        if self._target is not None:
            self._ring_on(self._target)
        elif self._steps:
            self._begin_next(self._steps[0])

    def _begin_next(self, press: _Press) -> None:
        if self._in_vain(press):
            self.stop()
        elif self._ready(press):
            self._steps.pop(0)
            self._target, self._ringed = press, 0
            self._show(press)

    def _ring_on(self, press: _Press) -> None:
        """Keep the ring around a button, wherever that moves; after a while press it."""
        if self._in_vain(press):
            self.stop()
            return
        self._ringed += LOOK
        self._show(press)
        if self._ringed < RINGED:
            return
        self._target = None
        self._hide_ring()
        press.button.click()
        if not self._steps:
            self._timer.stop()
            self.ended.emit()

    def _show(self, press: _Press) -> None:
        """Bring a button to the front and into sight, with the ring around it."""
        if not press.panel.isVisible():
            self._area.bring_to_front(press.panel)
        above = press.panel.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(press.button)
        if self._ring is None:
            self._ring = Ring(self._area.window())
        self._ring.surround(press.button)

    def _ready(self, press: _Press) -> bool:
        if not press.panel.isVisible():
            self._area.bring_to_front(press.panel)  # only panels in sight are kept fresh
            return False
        phase = press.before is None or self._phase(press.before[0]) is press.before[1]
        return phase and press.button.isEnabled()

    def _in_vain(self, press: _Press) -> bool:
        """Whether the panel was removed, or what had to come before has failed."""
        if press.panel not in self._area.panels():
            return True
        return press.before is not None and self._phase(press.before[0]) in (None, Phase.FAILED)

    def _phase(self, name: str) -> Phase | None:
        if name not in self._controller.session.endpoints:
            return None
        return self._controller.snapshot(name).phase
