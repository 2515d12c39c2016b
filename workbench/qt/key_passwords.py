"""KeyPasswords: makes sure that a private key can be used before its endpoint starts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.engine.model.web_address import TLS
from workbench.frozen import dataclass
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.model.tls_settings import TlsSettings

LOOK_MS: Final = 30
"""Between two looks whether a thread has found out: nothing of Qt is used on it."""
_MADE_HERE: Final = "test:"


@dataclass(frozen=True, slots=True)
class KeyQuestion:
    """A password is needed for this key.

    Attributes:
        path: the file with the key.
        wrong: a password was given, and it is not the key's.
    """

    path: str
    wrong: bool


class KeyPasswords(QObject):
    """The keys of one endpoint.

    Files are read on a thread, since decrypting a key is slow by design. Anything else that is
    wrong with the files is reported by the endpoint when it starts.

    Signals:
        wanted(object): a password is needed; the KeyQuestion.
    """

    wanted = Signal(object)

    def __init__(self, loaded: Callable[[EndpointSettings], bool], parent: QObject) -> None:
        """`loaded`: whether the endpoint has loaded the key of these settings, and needs no
        password.
        """
        super().__init__(parent)
        self._loaded = loaded
        self._then: Callable[[], None] | None = None
        self._passed: TlsSettings | None = None
        self._look: _Look | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)

    @property
    def busy(self) -> bool:
        """Whether files are being read, or a password is awaited."""
        return self._then is not None

    def unlock(self, settings: EndpointSettings, then: Callable[[], None]) -> None:
        """Do this once the key of these settings can be used; at once if certainly none is
        encrypted, or it is loaded. What is asked for meanwhile is dropped.
        """
        tls = settings.tls
        keyed = tls is not None and TLS in settings.layers and _files(tls)
        if tls is None or not keyed or tls == self._passed or self._loaded(settings):
            then()
        elif not self.busy:
            self._begin(tls, then)

    def answer(self, settings: EndpointSettings) -> None:
        """Use a password that was given."""
        then, self._then = self._then, None
        if then is not None:
            self.unlock(settings, then)

    def give_up(self) -> None:
        """Drop what waited for a password, since none was given."""
        self._then = None

    def _begin(self, tls: TlsSettings, then: Callable[[], None]) -> None:
        self._then = then
        self._look = _Look(tls)
        self._timer.start()

    @Slot()
    def _on_look(self) -> None:
        look = self._look
        if look is None or not look.done:
            return
        self._timer.stop()
        self._look = None
        if look.question is not None:
            self.wanted.emit(look.question)
            return
        then, self._then = self._then, None
        if then is None:
            return
        self._passed = look.tls
        try:
            then()
        finally:
            self._passed = None


class _Look:
    """One reading of a certificate's files.

    Attributes:
        tls: who is shown. done: whether it has. question: what it needs; None: nothing.
    """

    def __init__(self, tls: TlsSettings) -> None:
        self.tls = tls
        self.done = False
        self.question: KeyQuestion | None = None
        threading.Thread(target=self._read, name="key password", daemon=True).start()

    def _read(self) -> None:
        try:
            for cert, key in _files(self.tls):
                self.question = self._asked(cert, key)
                if self.question is not None:
                    return
        finally:
            self.done = True

    def _asked(self, cert: str, key: str | None) -> KeyQuestion | None:
        from workbench.certificates import resolve  # imported only where TLS is used

        password = self.tls.key_password or None
        asked = False

        def ask() -> str:
            nonlocal asked
            asked = True
            return _nobody() if password is None else password

        try:
            with resolve.to_show(cert, key, ask):
                return None
        except Problem as problem:
            wrong = problem.key == "certificates.wrong_password"
            return (
                KeyQuestion(key or cert, wrong) if wrong or (asked and password is None) else None
            )


def _files(tls: TlsSettings) -> tuple[tuple[str, str | None], ...]:
    """The user's certificates, each with the file of its key; those made here have no password."""
    shown = () if tls.cert is None else ((tls.cert, tls.key),)
    all_of_them = (*shown, *((cert, None) for _, cert in tls.sni))
    return tuple((cert, key) for cert, key in all_of_them if key or not cert.startswith(_MADE_HERE))


def _nobody() -> NoReturn:
    raise Problem("certificates.no_password")
