"""A TLS handshake of ours that failed, looked at in the window."""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import Qt

from tests.ui.conftest import Hand
from tests.ui.record.test_handshake_tab import open_tab, seq_of
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.qt.certificate_reader import CertificateReader
from workbench.texts import set_language
from workbench.ui.record.certificate_tab import CertificateTab
from workbench.viewmodel.certificate_state import TlsShown

TLS = ("tls",)


def failed(hand: Hand) -> None:
    """A client has refused an expired certificate."""
    session = hand.window.controller.session
    server = TlsSettings(cert="test:expired")
    client = TlsSettings(ca="test:root")
    session.add(EndpointSettings("s", Role.LISTENER, address="127.0.0.1:0", layers=TLS, tls=server))
    session.add(EndpointSettings("c", Role.STREAM, address="@s", layers=TLS, tls=client))
    for command in (c.Start("s"), c.Connect("c")):
        assert session.perform(command).wait(60)
    session.journal.flush()


def test_the_chain_of_a_failed_handshake_and_what_is_wrong(hand: Hand) -> None:
    failed(hand)
    hand.window.controller.select(endpoint="c", seq=seq_of(hand, "tls.handshake", "c"))
    open_tab(hand, "Certificate")
    tab = hand.window.findChild(CertificateTab)
    assert tab is not None
    hand.wait(lambda: tab.chain.rowCount() > 0)
    mark = tab.chain.item(0, 0)
    assert mark is not None
    assert mark.text() == "✗"
    assert "out of date" in tab.wrong.text()
    assert "localhost" in tab.says.text()
    names = [tab.facts.item(row, 0).text() for row in range(tab.facts.rowCount())]  # type: ignore[union-attr]
    assert "Names (SAN)" in names
    assert "Valid until" in names
    said = mark.data(Qt.ItemDataRole.AccessibleTextRole)
    set_language("zh_CN")
    tab.retranslate()
    assert "过期" in tab.wrong.text()
    assert said != tab.chain.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)  # type: ignore[union-attr]


def test_a_row_of_no_connection_has_no_certificates(hand: Hand) -> None:
    failed(hand)
    controller = hand.window.controller
    with closing(controller.session.journal.reader()) as reader:
        row = next(row for row in reader.page(1, 1000) if row.connection is None)
    assert CertificateReader(controller)(row) == TlsShown()
