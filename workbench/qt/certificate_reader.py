"""Reads the certificates of a connection's TLS handshake from the record."""

from __future__ import annotations

from workbench.journal.reader import Row
from workbench.qt.controller import Controller
from workbench.viewmodel.certificate_rows import shown_of
from workbench.viewmodel.certificate_state import CertificateState, TlsShown


class CertificateReader:
    """Reads from the current record or an earlier one."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def __call__(self, row: Row) -> TlsShown:
        """What the record has of the connection that a row belongs to."""
        if self._controller.closed:
            return TlsShown()
        committed = self._controller.session.journal.committed
        return shown_of(self._controller.reader, row, committed)

    def judged(self, shown: TlsShown) -> CertificateState:
        """The state of the Certificate tab, in the current language."""
        # cryptography: imported only when somebody looks
        from workbench.viewmodel.judged_chain import judged

        return judged(shown)
