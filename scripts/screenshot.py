"""Makes resources/screenshots/*.png from the real program: real sockets, a real record.

Usage: .venv/bin/python scripts/screenshot.py [--all] [--out FOLDER] [NAME ...]
It draws offscreen, so no display is needed.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # a first start, and nobody's settings touched

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from workbench import texts  # noqa: E402
from workbench.app import create_window  # noqa: E402
from workbench.ui.dialogs.demo_browser import DemoBrowser  # noqa: E402
from workbench.ui.style.retranslatable import use_language  # noqa: E402
from workbench.ui.window.window import MainWindow  # noqa: E402
from workbench.viewmodel.default_endpoints import FIRST_PORT  # noqa: E402

SIZES = {"": (1280, 800), "-1920": (1920, 1080)}
BOUND_MS = 10_000
W = TypeVar("W", bound=QWidget)


class Hand:
    """Presses the real buttons and waits for what they lead to."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def pause(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait(self, true: Callable[[], bool]) -> None:
        for _ in range(BOUND_MS // 20):
            if true():
                return
            self.pause(20)
        raise SystemExit("the window did not get there")

    def find(self, kind: type[W], name: str) -> W:
        widget = self.window.findChild(kind, name)
        assert isinstance(widget, kind), name
        return widget

    def press(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        self.wait(button.isEnabled)
        button.click()

    def choose(self, name: str, value: str) -> None:
        box = self.find(QComboBox, name)
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())

    def state(self, side: str, state: str) -> None:
        key = f"state.{state.lower()}"  # this program's own words speak the user's language
        shown = texts.tr(key) if texts.has(key) else state
        label = self.find(QLabel, f"{side}.state")
        self.wait(lambda: label.text().split(" | ")[0] == shown)


def first_start(hand: Hand) -> None:
    hand.pause(300)


def tcp_talk(hand: Hand) -> None:
    hand.press("server.listen")
    hand.state("server", "LISTEN")
    hand.press("client.connect")
    hand.state("client", "ESTABLISHED")
    hand.pause(300)
    hand.press("client.send")
    hand.pause(800)


def refused(hand: Hand) -> None:
    hand.press("client.connect")
    hand.state("client", "FAILED")
    hand.pause(300)
    hand.press("client.why")
    hand.pause(500)


def accept_paused(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    hand.press("server.listen")
    hand.state("server", "LISTEN")
    hand.find(QLineEdit, "client.count").setText("3")
    hand.press("client.connect")
    controller = hand.window.controller
    hand.wait(lambda: controller.snapshot("client-1").open_count == 3)
    hand.press("server.accept_one")
    hand.pause(800)


def udp(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.state("server", "BOUND")
    hand.press("client.send")
    hand.pause(800)


def call_by_call(hand: Hand) -> None:
    hand.choose("server.pace", "step")
    hand.press("server.listen")
    for _ in range(2):
        hand.press("server.next_call")
        hand.pause(200)
    hand.pause(500)


def presentation(hand: Hand) -> None:
    tcp_talk(hand)
    hand.window.resize(1280, 800)
    hand.window.projector_mode.switch()
    hand.pause(800)


def many_clients(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    hand.find(QComboBox, "server.backlog").setEditText("2")
    hand.press("server.listen")
    hand.state("server", "LISTEN")
    hand.find(QLineEdit, "client.count").setText("6")
    hand.press("client.connect")
    hand.pause(1500)


def backlog_lab_before(hand: Hand) -> None:
    hand.window.child_windows.open_backlog_lab()
    lab = hand.window.child_windows.lab
    assert lab is not None
    lab.said["connected"].setText("2")
    lab.said["refused"].setText("4")
    hand.wait(lambda: lab.hindered is not None)
    hand.pause(200)


def backlog_lab(hand: Hand) -> None:
    backlog_lab_before(hand)
    assert hand.window.child_windows.lab is not None
    hand.window.child_windows.lab.start()
    hand.pause(3400)


def backlog_lab_compared(hand: Hand) -> None:
    backlog_lab(hand)
    lab = hand.window.child_windows.lab
    assert lab is not None
    hand.wait(lab.comparison.isVisible)
    hand.pause(300)


def kernel_tab(hand: Hand) -> None:
    """A peer that does not read: the window closes, bytes wait."""
    hand.press("server.more")
    hand.choose("server.receive_gate", "paused")
    hand.press("server.listen")
    hand.state("server", "LISTEN")
    hand.press("client.connect")
    hand.state("client", "ESTABLISHED")
    hand.find(QLineEdit, "client.repeat").setText("200")
    hand.find(QPlainTextEdit, "client.payload").setPlainText("x" * 40_000)
    hand.press("client.send")
    window = hand.window
    number = window.controller.snapshot("client-1").connections[0].id
    window.controller.select(endpoint="client-1", connection=number)
    window.inspector.setCurrentIndex(2)
    hand.pause(4000)


def demonstration(hand: Hand, name: str) -> None:
    hand.window.scenario_player.run_named(name)
    hand.wait(lambda: not hand.window.scenario_player.running)
    hand.pause(500)


def demo_half_close(hand: Hand) -> None:
    demonstration(hand, "half-close")


def demo_slow_reader(hand: Hand) -> None:
    demonstration(hand, "slow-reader")


def demonstrations(hand: Hand) -> None:
    hand.window.child_windows.open_demonstrations()
    hand.pause(300)


SCENES: dict[str, Callable[[Hand], None]] = {
    "first-start": first_start,
    "tcp-talk": tcp_talk,
    "refused": refused,
    "accept-paused": accept_paused,
    "udp": udp,
    "call-by-call": call_by_call,
    "presentation": presentation,
    "many-clients": many_clients,
    "kernel": kernel_tab,
    "backlog-lab": backlog_lab,
    "backlog-lab-compared": backlog_lab_compared,
    "backlog-lab-before": backlog_lab_before,
    "demo-half-close": demo_half_close,
    "demo-slow-reader": demo_slow_reader,
    "demonstrations": demonstrations,
}


def small(picture: QImage) -> QImage:
    """The picture in its own 256 commonest colours: a third of the bytes, and no eye sees it."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    found = Counter(memoryview(plain.constBits()).cast("I")).most_common(256)
    return plain.convertToFormat(QImage.Format.Format_Indexed8, [colour for colour, _ in found])


def usual_port_is_free() -> bool:
    """Whether a server takes the port that its field has: else the picture is of a way out."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", FIRST_PORT))
            probe.listen()
        except OSError:
            return False
    return True


def shoot(scene: str, scheme: str, language: str, out: Path, *, large: bool) -> None:
    """One scene in a window and record of its own; a picture of each size."""
    use_language(language)
    with tempfile.TemporaryDirectory() as folder:
        window = create_window(Path(folder) / "2026-11-23 12-00.swb")
        Hand(window).wait(usual_port_is_free)
        window.resize(*SIZES[""])
        window.show()
        # after it is shown: Qt would polish it with the colours of the window before this one
        window.appearance.set_scheme(scheme)
        SCENES[scene](Hand(window))
        browser = window.findChild(DemoBrowser)
        shown: QWidget = browser or window.child_windows.lab or window
        for suffix, size in SIZES.items():
            if suffix and not large:
                continue
            shown.resize(*size)
            Hand(window).pause(150)  # heights are shared anew when the window has its size
            name = f"{scene}-{scheme}-{language}{suffix}.png"
            small(shown.grab().toImage()).save(str(out / name), quality=0)  # 0: smallest file
        window.preferences.first_steps_done = False
        if window.appearance.presenting:
            window.projector_mode.switch()
        window.close()
        window.deleteLater()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="NAME", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "screenshots")
    parser.add_argument("--all", action="store_true", help="every scheme, language and size")
    options = parser.parse_args()
    unknown = set(options.scenes) - set(SCENES)
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}; known: {', '.join(SCENES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(["screenshot"])
    assert isinstance(app, QApplication)
    for scene in options.scenes or SCENES:
        for scheme, language in (
            ("light", "en"),
            ("dark", "zh_CN"),
            ("light", "zh_CN"),
            ("dark", "en"),
        ):
            if options.all or (scheme, language) in {("light", "en"), ("dark", "zh_CN")}:
                shoot(scene, scheme, language, options.out, large=options.all)
    return 0


if __name__ == "__main__":
    sys.exit(main())
