"""The password of an encrypted key is asked for when Listen or Connect is pressed."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from tests.key_files import SECRET, Files, key_files
from tests.ui.conftest import BOUND_MS, Hand
from workbench.certificates.resolve import to_show
from workbench.engine.model.snapshot import Phase
from workbench.engine.model.tls_settings import LET_GO, TlsSettings
from workbench.texts import LANGUAGES, tr
from workbench.ui.endpoint.password_dialog import PasswordDialog
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel import workspace
from workbench.viewmodel.layer_form import TlsForm
from workbench.viewmodel.workspace import Tab, Workspace


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return key_files(tmp_path)


def put_in(hand: Hand, side: str, cert: str, key: str) -> None:
    hand.press(f"{side}.more")
    hand.choose(f"{side}.type", "tls")
    hand.find(f"{side}.tls_cert").setEditText(cert)  # type: ignore[attr-defined]
    hand.find(f"{side}.tls_key").setText(key)  # type: ignore[attr-defined]


def asked(hand: Hand) -> PasswordDialog:
    """The one that is open, once it is."""
    hand.wait(lambda: len(open_ones(hand)) == 1)
    return open_ones(hand)[0]


def open_ones(hand: Hand) -> list[PasswordDialog]:
    return [found for found in hand.window.findChildren(PasswordDialog) if found.isVisible()]


def say(hand: Hand, password: str) -> None:
    dialog = asked(hand)
    dialog.typed.setText(password)
    dialog.use.click()
    hand.wait(lambda: not dialog.isVisible())


@pytest.mark.parametrize("form", ["PEM", "PKCS#12"])
def test_a_wrong_one_is_said_and_asked_for_again(hand: Hand, files: Files, form: str) -> None:
    put_in(hand, "server", *files[form])
    hand.press("server.listen")
    first = asked(hand)
    assert first.typed.echoMode() is QLineEdit.EchoMode.Password
    assert not first.wrong.isVisible()
    assert Path(files[form][1] or files[form][0]).name in first.head.text()
    say(hand, "not-that-one")
    assert asked(hand).wrong.isVisible()
    assert hand.window.controller.snapshot("server-1").phase is Phase.IDLE
    say(hand, SECRET)
    hand.wait_state("server", "LISTEN")
    hand.choose("client.type", "tls")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.wait(lambda: "TLS 1.3" in hand.text("client.state"))


def knowing(secret: str) -> list[object]:
    """Whatever is alive and has this as the password of a key."""
    kinds = (TlsSettings, TlsForm)
    # type(), since isinstance() asks a mock or a proxy, which may run anything
    found = [item for item in gc.get_objects() if type(item) in kinds]
    return [item for item in found if item.key_password == secret]


def listen_once(hand: Hand, files: Files) -> None:
    """Start the server with its key's password, and stop it."""
    put_in(hand, "server", *files["PEM"])
    hand.press("server.listen")
    say(hand, SECRET)
    hand.wait_state("server", "LISTEN")
    hand.press("server.stop")
    hand.wait(lambda: hand.window.controller.snapshot("server-1").phase is Phase.CLOSED)


def test_the_same_start_asks_once_and_nothing_keeps_it(
    hand: Hand, files: Files, tmp_path: Path
) -> None:
    listen_once(hand, files)
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert not open_ones(hand)
    session = hand.window.controller.session
    settings = session.settings("server-1")
    assert settings.tls is not None
    assert settings.tls.key_password == LET_GO
    assert hand.text("server.tls_key_password") == ""
    session.journal.flush()
    assert SECRET not in workspace.written(Workspace((Tab(settings, server=True),)))
    for file in tmp_path.glob("record.swb*"):
        assert SECRET.encode() not in file.read_bytes()
    hand.wait(lambda: not knowing(SECRET))


def test_what_was_configured_is_forgotten_once_it_is_shown(hand: Hand) -> None:
    """Else it is kept until other settings come; a password of a key may be among them."""
    presenter = hand.window.endpoint_tabs.presenter("server-1")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("server.encoding", "gbk")
    hand.wait(lambda: hand.window.controller.session.settings("server-1").encoding == "gbk")
    hand.wait(lambda: presenter._configuring is None)


def test_it_is_asked_for_again_where_the_key_has_to_be_read_again(hand: Hand, files: Files) -> None:
    listen_once(hand, files)
    Path(files["PEM"][1]).touch()
    hand.press("server.listen")
    say(hand, SECRET)
    hand.wait_state("server", "LISTEN")
    assert hand.text("server.tls_key_password") == ""


def test_a_client_too_and_who_cancels_reads_a_sentence(hand: Hand, files: Files) -> None:
    put_in(hand, "client", *files["PKCS#12"])
    hand.press("client.connect")
    dialog = asked(hand)
    with hand.qtbot.waitSignal(dialog.rejected, timeout=BOUND_MS):
        dialog.cancel.click()
    hand.wait_says("client.message", tr("message.key_locked", path=files["PKCS#12"][0]))
    assert hand.window.controller.snapshot("client-1").phase is Phase.IDLE
    hand.press("client.connect")
    asked(hand).reject()


def test_a_key_that_is_not_encrypted_is_not_asked_about(hand: Hand, tmp_path: Path) -> None:
    with to_show("test:good") as shown:
        chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
        chain.write_bytes(shown.chain.read_bytes())
        key.write_bytes(shown.key.read_bytes())
    put_in(hand, "server", str(chain), str(key))
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert not hand.window.findChildren(PasswordDialog)


def test_what_is_wrong_with_a_file_is_said_by_the_start(hand: Hand) -> None:
    put_in(hand, "server", "/nowhere/at/all.pem", "")
    hand.press("server.listen")
    hand.wait_says("server.message", "/nowhere/at/all.pem")
    assert not hand.window.findChildren(PasswordDialog)


def test_its_words_follow_the_language(hand: Hand, files: Files) -> None:
    put_in(hand, "server", *files["PEM"])
    hand.press("server.listen")
    dialog = asked(hand)
    for language in LANGUAGES:
        use_language(language)
        assert dialog.windowTitle() == tr("password.title")
        assert dialog.use.text() == tr("password.use")
    dialog.reject()


def test_a_made_scenario_names_a_variable_for_it(hand: Hand, files: Files) -> None:
    listen_once(hand, files)
    made = hand.make_scenario().text.toPlainText()
    assert 'key_password = { env = "KEY_PASSWORD" }' in made
    assert SECRET not in made
