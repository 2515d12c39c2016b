"""Whether a password is needed is found out before anything starts, without waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from tests.key_files import SECRET, Files, key_files
from tests.qt.conftest import Wait
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.qt.key_passwords import KeyPasswords, KeyQuestion


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return key_files(tmp_path)


class Asked:
    """One that asks, with what came of it."""

    def __init__(self, owner: QObject) -> None:
        self.loaded = False
        self.keys = KeyPasswords(lambda _settings: self.loaded, owner)
        self.questions: list[KeyQuestion] = []
        self.done = 0
        self.keys.wanted.connect(self.questions.append)

    def then(self) -> None:
        self.done += 1

    def unlock(self, settings: EndpointSettings) -> None:
        self.keys.unlock(settings, self.then)


@pytest.fixture
def asked(qapp: QObject) -> Asked:
    return Asked(qapp)


def shows(cert: str, key: str = "", **said: str) -> EndpointSettings:
    tls = TlsSettings(cert=cert, key=key or None, **said)  # type: ignore[arg-type]
    return EndpointSettings("s", Role.LISTENER, address="127.0.0.1:0", layers=("tls",), tls=tls)


def test_what_has_no_key_of_the_user_goes_on_at_once(asked: Asked) -> None:
    for settings in (shows("test:good"), replace(shows("x.pem"), layers=(), tls=None)):
        asked.unlock(settings)
    assert asked.done == 2


@pytest.mark.parametrize("form", ["PEM", "PKCS#12"])
def test_it_is_asked_for_until_it_is_right(
    asked: Asked, files: Files, wait: Wait, form: str
) -> None:
    cert, key = files[form]
    asked.unlock(shows(cert, key))
    assert asked.keys.busy
    wait(lambda: bool(asked.questions))
    asked.keys.answer(shows(cert, key, key_password="wrong"))
    wait(lambda: len(asked.questions) == 2)
    assert [question.wrong for question in asked.questions] == [False, True]
    assert asked.questions[0].path == (key or cert)
    assert not asked.done
    asked.keys.answer(shows(cert, key, key_password=SECRET))
    wait(lambda: asked.done == 1)
    assert not asked.keys.busy


def test_within_it_the_same_key_is_not_looked_at_again(
    asked: Asked, files: Files, wait: Wait
) -> None:
    settings = shows(*files["PEM"], key_password=SECRET)
    inner: Callable[[], None] = asked.then
    asked.keys.unlock(settings, lambda: asked.keys.unlock(settings, inner))
    wait(lambda: asked.done == 1)


def test_a_key_that_is_loaded_needs_no_password(asked: Asked, files: Files) -> None:
    asked.loaded = True
    asked.unlock(shows(*files["PEM"]))
    assert asked.done == 1


def test_who_gives_up_starts_nothing(asked: Asked, files: Files, wait: Wait) -> None:
    asked.unlock(shows(*files["PEM"]))
    wait(lambda: bool(asked.questions))
    asked.keys.give_up()
    asked.keys.answer(shows(*files["PEM"], key_password=SECRET))
    assert not asked.done
    assert not asked.keys.busy


def test_certificates_by_name_have_keys_too(
    asked: Asked, files: Files, wait: Wait, tmp_path: Path
) -> None:
    (tmp_path / "other.p12").write_bytes(Path(files["PKCS#12"][0]).read_bytes())
    base = shows("test:good")
    assert base.tls is not None
    sni = (("a.test", str(tmp_path / "other.p12")),)
    asked.unlock(replace(base, tls=replace(base.tls, sni=sni)))
    wait(lambda: [question.path for question in asked.questions] == [sni[0][1]])
