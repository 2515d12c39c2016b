"""Host, family, type, timeout and options: filled at once, and only with what makes sense."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionViewItem

from tests.ui.conftest import Hand, SharedHand
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style import theme
from workbench.viewmodel.payload_form import PayloadForm


def paste(hand: Hand, control: str, text: str) -> None:
    """Ctrl+V over what stands there; the field is not left."""
    edit: Any = hand.find(control).lineEdit()  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QGuiApplication.clipboard().setText(text)
    hand.qtbot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def shown(hand: Hand, side: str) -> tuple[str, str, str, str]:
    box: Any = hand.find
    return (
        box(f"{side}.family").currentData(),
        box(f"{side}.type").currentData(),
        box(f"{side}.host").currentText(),
        hand.text(f"{side}.port"),
    )


@pytest.mark.parametrize("side", ["server", "client"])
@pytest.mark.parametrize(("text", "wished"), [
    ("tcp://[::1]:80", ("AF_INET6", "SOCK_STREAM", "::1", "80")),
    ("udp://127.0.0.2:5353", ("AF_INET", "SOCK_DGRAM", "127.0.0.2", "5353")),
    ("localhost:8080", ("AF_INET", "SOCK_STREAM", "localhost", "8080")),
    ("[::1]:7", ("AF_INET6", "SOCK_STREAM", "::1", "7")),
])  # fmt: skip
def test_a_pasted_address_fills_the_fields_at_once(
    shared_hand: SharedHand, side: str, text: str, wished: tuple[str, ...]
) -> None:
    shared_hand.keep(side)
    assert shown(shared_hand, side) != wished
    paste(shared_hand, f"{side}.host", text)
    assert shown(shared_hand, side) == wished


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
@pytest.mark.parametrize("side", ["server", "client"])
@pytest.mark.parametrize("path", ["../x.sock", "./x.sock", "/tmp/x.sock", "run/x.sock", "~/x.sock"])
def test_a_path_is_an_address_of_unix(shared_hand: SharedHand, side: str, path: str) -> None:
    shared_hand.keep(side)
    assert shared_hand.find(f"{side}.port").isVisible()
    shared_hand.type(f"{side}.host", path)
    assert shown(shared_hand, side)[::2] == ("AF_UNIX", path)
    assert not shared_hand.find(f"{side}.port").isVisible()


def test_a_client_may_leave_the_family_open(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("client.family", "AF_UNSPEC")
    hand.type("client.host", "localhost")
    hand.type("client.port", hand.text("server.port"))
    kinds: Any = hand.find("client.type")
    enabled = [
        bool(kinds.model().flags(kinds.model().index(row, 0)) & Qt.ItemFlag.ItemIsEnabled)
        for row in range(kinds.count())
    ]
    assert enabled == [True, True, True, True, False, False]  # TCP, and what may stand over it
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    families: Any = hand.find("server.family")
    assert families.findData("AF_UNSPEC") == -1


def test_a_scheme_leads_out_of_unix(hand: Hand) -> None:
    hand.choose("server.family", "AF_UNIX")
    paste(hand, "server.host", "tcp://127.0.0.1:4000")
    assert shown(hand, "server") == ("AF_INET", "SOCK_STREAM", "127.0.0.1", "4000")
    box: Any = hand.find("server.host")
    assert "0.0.0.0" in [box.itemText(row) for row in range(box.count())]


def test_typing_is_left_alone_until_the_field_is(hand: Hand) -> None:
    edit: Any = hand.find("client.host").lineEdit()  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    hand.qtbot.keyClicks(edit, "127.0.0.1:8081")
    assert edit.text() == "127.0.0.1:8081"
    edit.editingFinished.emit()
    assert shown(hand, "client")[2:] == ("127.0.0.1", "8081")


def test_a_timeout_says_what_it_is(hand: Hand) -> None:
    box: Any = hand.find("server.timeout")
    assert box.currentText() == "none"
    assert box.itemText(0) == "none"
    hand.type("server.timeout", "2")
    assert box.currentText() == "2.0 s"
    hand.type("server.timeout", "none")
    assert box.currentText() == "none"
    panel = hand.window.endpoint_tabs.presenter("server-1")
    assert panel.draft().timeout is None


def test_families_are_those_that_this_program_can_address(hand: Hand) -> None:
    box: Any = hand.find("server.family")
    families = [box.itemData(row) for row in range(box.count())]
    assert families == ["AF_INET", "AF_INET6", "AF_UNIX"]


def enabled(box: Any) -> set[str]:
    return {box.itemData(row) for row in range(box.count()) if box.model().item(row).isEnabled()}


def test_options_fit_the_socket_or_say_why_not(hand: Hand) -> None:
    hand.press("server.more")
    box: Any = hand.find("server.options")
    tcp = enabled(box)
    assert {"SO_REUSEADDR", "TCP_NODELAY", "IP_TTL"} <= tcp
    assert not {"SO_ERROR", "SO_TYPE", "IPV6_V6ONLY", "IP_MULTICAST_TTL"} & tcp
    hand.choose("server.type", "SOCK_DGRAM")
    assert "IP_MULTICAST_TTL" in enabled(box)
    assert not any(name.startswith("TCP_") for name in enabled(box))
    hand.choose("server.family", "AF_INET6")
    assert "IPV6_V6ONLY" in enabled(box)
    hand.choose("server.family", "AF_UNIX")
    assert "SO_REUSEADDR" not in enabled(box)
    assert box.currentData() in enabled(box), "what is chosen can be set"
    for row in range(box.count()):
        if not box.model().item(row).isEnabled():
            assert box.itemData(row) in box.model().item(row).toolTip()
    box.setCurrentIndex(box.findData("SO_ERROR"))
    hand.press("server.option_set")
    hand.wait_says("server.message", "can only be read")


def test_reuseaddr_is_no_default_on_unix(hand: Hand) -> None:
    panel = hand.window.endpoint_tabs.presenter("server-1")
    default = panel.draft().options
    hand.choose("server.family", "AF_UNIX")
    assert panel.draft().options == ()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    calls = [chip.call for chip in hand.window.controller.snapshot("server-1").strip]
    assert "setsockopt" not in calls
    hand.press("server.stop")
    hand.wait_state("server", "CLOSED")
    hand.choose("server.family", "AF_INET")
    assert panel.draft().options == default


def test_the_note_of_the_chosen_host_can_be_read(hand: Hand) -> None:
    box: Any = hand.find("server.host")
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 300, 24)
    option.palette = box.palette()
    option.state = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_Enabled
    image = QImage(300, 24, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.current().highlight))
    painter = QPainter(image)
    index: QModelIndex = box.model().index(0, 0)
    box.itemDelegate().paint(painter, option, index)
    painter.end()
    inks = {image.pixelColor(x, y).name() for x in range(150, 300) for y in range(24)}
    assert theme.current().highlight_text in inks
    assert theme.current().muted not in inks


def test_a_line_of_nc_fills_a_server_or_a_client(hand: Hand) -> None:
    paste(hand, "server.host", "nc -ulk 5353")
    assert shown(hand, "server") == ("AF_INET", "SOCK_DGRAM", "0.0.0.0", "5353")
    hand.wait_says("server.message", "Filled in from the nc line; nothing was run.")
    paste(hand, "client.host", "ncat -C --ssl -p 4000 -w 5 -e /bin/sh localhost 8443")
    assert shown(hand, "client") == ("AF_INET", "tls", "localhost", "8443")
    presenter: Any = hand.window.endpoint_tabs.presenter("client-1")
    assert presenter.form.local == "0.0.0.0:4000"
    box: Any = hand.find
    assert box("client.timeout").currentText() == "5.0 s"
    assert box("client.append").currentData() == "crlf"
    assert not box("client.tls_verify").isChecked()
    assert box("client.connect").hasFocus()
    hand.wait_says("client.message", "/bin/sh is not run.")


def test_a_line_for_the_other_side_fills_nothing_and_says_so(hand: Hand) -> None:
    before = shown(hand, "server")
    paste(hand, "server.host", "nc 127.0.0.1 80")
    assert shown(hand, "server")[:2] == before[:2]
    assert shown(hand, "server")[3] == before[3]
    hand.wait_says("server.message", "Paste it into a client")
    paste(hand, "client.host", "nc -l 80")
    hand.wait_says("client.message", "Paste it into a server")
    paste(hand, "client.host", "curl ftp://h/")
    hand.wait_says("client.message", "ftp://")


def test_a_web_address_fills_the_fields_and_is_asked_for(hand: Hand) -> None:
    paste(hand, "server.host", "http://127.0.0.1:8080/of-a-client")
    assert shown(hand, "server") == ("AF_INET", "SOCK_STREAM", "127.0.0.1", "8080")
    hand.wait_says("server.message", "/of-a-client is part of a request, which a client sends")
    paste(hand, "client.host", "https://localhost/index.html?a=b")
    assert shown(hand, "client") == ("AF_INET", "tls", "localhost", "443")
    hand.wait_says("client.message", "the message is a GET request for it")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        paste(hand, "client.host", f"http://{host}/index.html?a=b#part")
        hand.press("client.connect")
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(60)
            hand.wait_state("client", "ESTABLISHED")
            hand.press("client.send")
            got = b""
            while not got.endswith(b"\r\n\r\n"):
                got += accepted.recv(4096)
    asked = f"GET /index.html?a=b HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"
    assert got.decode() == asked
    hand.window.preferences.write_list("sent_messages", [])


def undone_by(hand: Hand, field: QLineEdit) -> str:
    """Press Ctrl+Z in a field; whose it is."""
    field.setFocus()
    asked = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
    )
    asked.ignore()
    QCoreApplication.sendEvent(field, asked)
    if asked.isAccepted():
        field.undo()
        return "field"
    hand.window.menus.action("undo").trigger()
    return "window"


@pytest.mark.parametrize("side", ["server", "client"])
@pytest.mark.parametrize("where", ["host", "port"])
@pytest.mark.parametrize("line", [
    "udp://127.0.0.2:5353", "tcp://[::1]:80", "wss://localhost/chat?room=1", "/tmp/x.sock",
    "http://localhost:81/a", "socat - TCP:localhost:82", "socat TCP-LISTEN:83,bind=127.0.0.1 -",
    "nc -w 7 -p 4000 localhost 84", "openssl s_client -connect localhost:85",
])  # fmt: skip
def test_one_ctrl_z_brings_back_all_that_a_paste_has_filled(
    hand: Hand, side: str, where: str, line: str
) -> None:
    panel = hand.window.tab_area.panel(f"{side}-1")
    assert isinstance(panel, ClientPanel | ServerPanel)
    client = panel if isinstance(panel, ClientPanel) else None
    hand.wait(lambda: bool(hand.text("client.port")))  # that of the server it is linked to
    before, message = panel.read(), client and client.editor.draft
    paste(hand, f"{side}.host", line)
    if panel.address_line.where.host == line and panel.address_line.where.family != "AF_UNIX":
        assert not hand.window.undo_bar.isVisible(), "it is a line for the other side"
        return
    assert panel.read().set_up.where != before.set_up.where
    field = hand.line(f"{side}.{where}")
    assert undone_by(hand, field if field.isVisible() else hand.line(f"{side}.host")) == "window"
    assert panel.read() == before
    assert message == (client and client.editor.draft)
    assert panel.address_line.port.text() == before.set_up.where.port
    presenter = hand.window.endpoint_tabs.presenter(panel.name)
    assert presenter.form.set_up.where == before.set_up.where
    assert "filled" not in hand.text(f"{side}.message")


def test_what_is_typed_since_a_paste_is_taken_back_first(hand: Hand) -> None:
    paste(hand, "client.host", "tcp://localhost:80")
    port, host = hand.line("client.port"), hand.line("client.host")
    port.setFocus()
    port.selectAll()
    hand.qtbot.keyClicks(port, "81")
    hand.type("client.timeout", "7")
    assert undone_by(hand, port) == "field"
    while port.isUndoAvailable():
        assert undone_by(hand, port) == "field"
    assert (port.text(), host.text()) == ("80", "localhost")
    assert undone_by(hand, port) == "window"
    assert host.text() == "@server-1"
    assert hand.find("client.timeout").currentText().startswith("7"), "no paste had set it"  # type: ignore[attr-defined]


def test_a_paste_is_not_taken_back_below_an_open_socket(hand: Hand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = f"127.0.0.1:{listener.getsockname()[1]}"
        paste(hand, "client.host", f"tcp://{here}")
        hand.press("client.connect")
        hand.wait_state("client", "ESTABLISHED")
        hand.window.menus.action("undo").trigger()
        assert shown(hand, "client")[2] == "127.0.0.1"
        assert hand.text("status.word") == "There is nothing to take back."


@pytest.mark.parametrize("key", [False, True], ids=["by the bar", "by Ctrl+Z in the field"])
@pytest.mark.parametrize("line", ["http://localhost/a", "curl -d x localhost"])
def test_a_text_that_a_pasted_request_replaces_comes_back(hand: Hand, line: str, key: bool) -> None:
    panel = hand.window.tab_area.panel("client-1")
    assert isinstance(panel, ClientPanel)
    hand.choose("client.append", "lf")
    panel.editor.text.setPlainText("of mine")
    before = panel.editor.draft
    paste(hand, "client.host", line)
    assert "HTTP/1.1" in panel.editor.draft.typed
    told = "client-1: what was pasted has filled its fields and replaced the message."
    assert hand.text("undo.text") == told
    if key:
        assert undone_by(hand, hand.line("client.host")) == "window"
    else:
        hand.press("undo.undo")
    assert panel.editor.draft == before
    paste(hand, "client.host", line)
    assert hand.window.undo_bar.isVisible(), "it is a typed one still"


def test_a_message_that_nobody_has_typed_is_replaced_without_ado(hand: Hand) -> None:
    paste(hand, "client.host", "http://localhost/a")
    hand.window.undo_bar.hide()
    paste(hand, "client.host", "http://localhost/b")
    assert not hand.window.undo_bar.isVisible()
    hand.find("client.payload").insertPlainText("x")  # type: ignore[attr-defined]
    paste(hand, "client.host", "http://localhost/c")
    assert hand.window.undo_bar.isVisible()


def test_what_was_typed_since_comes_back_too(hand: Hand) -> None:
    panel = hand.window.tab_area.panel("client-1")
    assert isinstance(panel, ClientPanel)
    undo = hand.window.menus.action("undo").trigger
    panel.editor.text.setPlainText("first")
    panel.editor.put(PayloadForm("/nowhere/file", "file"))
    panel.editor.file.part.path.setText("/nowhere/else")
    undo()
    assert (panel.editor.draft.form, panel.editor.draft.typed) == ("text", "first")
    undo()
    assert (panel.editor.draft.form, panel.editor.draft.typed) == ("file", "/nowhere/else")


def test_a_line_of_curl_is_the_request_that_a_socket_carries(hand: Hand, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        port = listener.getsockname()[1]
        body = tmp_path / "body.bin"
        body.write_bytes(b"\x00\xff{}\r\n")
        paste(
            hand,
            "client.host",
            f"curl 'http://127.0.0.1:{port}/a' \\\n  -u joe:x --data-binary '@{body}'",
        )
        assert shown(hand, "client") == ("AF_INET", "SOCK_STREAM", "127.0.0.1", str(port))
        hand.wait_says("client.message", f"The body is the file {body}, which was not read.")
        assert "Content-Length" not in hand.text("client.payload")
        hand.press("client.way_out")
        hand.wait(lambda: hand.find("client.form").currentData() == "hex")  # type: ignore[attr-defined]
        assert "not read" not in hand.text("client.message")
        hand.press("client.connect")
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(60)
            hand.wait_state("client", "ESTABLISHED")  # who sends before would be asked
            hand.press("client.send")
            got = b""
            while not got.endswith(b"{}\r\n"):
                got += accepted.recv(4096)
    assert got == (
        b"POST /a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Basic am9lOng=\r\n"
        b"Accept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 6\r\n\r\n\x00\xff{}\r\n" % port
    )
    hand.window.preferences.write_list("sent_messages", [])


@pytest.mark.parametrize("side", ["server", "client"])
def test_a_host_is_read_whole_where_its_line_has_room(shared_hand: SharedHand, side: str) -> None:
    """From its beginning, and the line does not wrap for it."""
    hand = shared_hand
    hand.keep(side)
    hand.window.resize(1280, 752)
    line = hand.window.tab_area.panel(f"{side}-1").address_line  # type: ignore[union-attr]
    high = hand.at_rest(line.height)
    hand.type(f"{side}.host", "192.168.100.200")
    edit = hand.line(f"{side}.host")

    def whole() -> bool:
        return edit.fontMetrics().horizontalAdvance(edit.text()) + 6 <= edit.width()

    hand.wait(whole)
    long = "a-host-of-a-long-name." * 9
    hand.find(f"{side}.host").setEditText(long)  # type: ignore[attr-defined]
    assert not hand.at_rest(whole)
    assert edit.cursorPosition() == 0
    assert hand.at_rest(line.height) == high
