"""TLS and WebSocket are chosen beside the family, and set in More."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit

from tests.ui.conftest import Hand
from workbench.texts import Problem
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.endpoint.layers_fields import LayersFields
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel.layer_form import LayerForm

TLS = ("tls_cert", "tls_key", "tls_ca", "tls_alpn", "tls_minimum")
WEBSOCKET = ("ws_path", "ws_subprotocols", "ws_deflate", "ws_ping", "ws_headers")


def write(table: HeaderTable, row: int, column: int, text: str) -> None:
    cell = table.item(row, column)
    assert cell is not None
    cell.setText(text)


def shown(hand: Hand, side: str, names: tuple[str, ...]) -> set[bool]:
    return {hand.find(f"{side}.{name}").isVisible() for name in names}


@pytest.mark.parametrize("side", ["server", "client"])
def test_only_the_fields_of_what_is_chosen_are_there(hand: Hand, side: str) -> None:
    hand.press(f"{side}.more")
    assert shown(hand, side, (*TLS, *WEBSOCKET)) == {False}
    hand.choose(f"{side}.type", "tls")
    assert shown(hand, side, TLS) == {True}
    assert shown(hand, side, WEBSOCKET) == {False}
    hand.choose(f"{side}.type", "ws")
    assert shown(hand, side, TLS) == {False}
    assert shown(hand, side, WEBSOCKET) == {True}
    hand.choose(f"{side}.type", "wss")
    assert shown(hand, side, (*TLS, *WEBSOCKET)) == {True}
    hand.choose(f"{side}.type", "SOCK_DGRAM")
    assert shown(hand, side, (*TLS, *WEBSOCKET)) == {False}


def test_what_works_at_once_stands_in_the_fields(hand: Hand) -> None:
    for side in ("server", "client"):
        hand.choose(f"{side}.type", "wss")
    assert hand.find("server.tls_cert").currentText() == "test:good"  # type: ignore[attr-defined]
    assert hand.find("client.tls_ca").currentText() == "test:root"  # type: ignore[attr-defined]


def test_a_header_that_is_none_is_marked_and_starts_nothing(hand: Hand) -> None:
    hand.press("client.more")
    hand.choose("client.type", "ws")
    headers = hand.find("client.ws_headers")
    assert isinstance(headers, HeaderTable)
    write(headers, 0, 1, "Bearer x")
    assert headers.property("tone") == "bad"
    hand.press("client.connect")
    hand.wait_says("client.message", Problem("engine.ws_header_name").text)
    write(headers, 0, 0, "Authorization")
    assert headers.property("tone") == ""


def test_the_notes_beside_the_choices_follow_the_language(hand: Hand) -> None:
    panel = hand.find("server.tls_cert")
    assert panel.itemData(0, 257) == "right"  # type: ignore[attr-defined]
    use_language("zh_CN")
    assert panel.itemData(0, 257) == "正确"  # type: ignore[attr-defined]


def test_a_form_is_shown_as_it_was_read(hand: Hand) -> None:
    hand.find("client.tls_cert")  # built when it is first asked for
    fields = hand.window.findChild(LayersFields)
    assert fields is not None
    form = LayerForm("wss")
    fields.show_form(form)
    assert fields.form("wss") == form


@pytest.mark.parametrize("name", ["tls_cert", "tls_key", "tls_ca"])
def test_a_file_is_looked_for_beside_its_field(hand: Hand, tmp_path: Path, name: str) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "own.pem"
    file.write_text("-----BEGIN CERTIFICATE-----")
    hand.press("client.more")
    hand.choose("client.type", "tls")
    hand.press(f"client.{name}_file")
    dialog = hand.window.findChild(QFileDialog)
    assert dialog is not None
    assert "*.pem" in dialog.nameFilters()[0]
    assert ("*.p12" in dialog.nameFilters()[0]) is (name != "tls_ca")
    dialog.fileSelected.emit(str(file))
    field = hand.find(f"client.{name}")
    assert isinstance(field, QComboBox | QLineEdit)
    assert (field.currentText() if isinstance(field, QComboBox) else field.text()) == str(file)
    assert hand.window.file_commands.folder == str(file.parent)
    dialog.reject()
    hand.press("client.tls_ca_file")
    again = [found for found in hand.window.findChildren(QFileDialog) if found.isVisible()][-1]
    assert Path(again.directory().path()) == file.parent  # remembered
    again.reject()
