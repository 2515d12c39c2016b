"""LayerFault: why a layer failed: row, ticket, Explain and command line get their text here."""

from __future__ import annotations

from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.texts import has

VERIFY_FAILED: Final = "CERTIFICATE_VERIFY_FAILED"
TRUNCATED: Final = "UNEXPECTED_EOF_WHILE_READING"
"""The word for an end of TLS that was not announced."""
_TLS: Final = "tls."
_HANDSHAKE: Final = "tls.handshake"
_WEBSOCKET: Final = "ws."
_PROXY: Final = "proxy."
_OPENINGS: Final = {_WEBSOCKET: "ws.open", _PROXY: "proxy.response"}
"""Prefixes of words, and the call of the row that a success would leave."""
_STATUS: Final = "status"
"""The key of a refusal, whose number says more."""
_RESETS: Final = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})


class LayerFault(NamedTuple):
    """Word (in place of an errno), call and arguments of the row that tells of the failure.

    Attributes:
        word: its errno. call, args: its own, as the log has them.
    """

    word: str
    call: str
    args: str

    @property
    def failed(self) -> str:
        """The step that failed, as the call strip names it."""
        begins = (call for begin, call in _OPENINGS.items() if self.call.startswith(begin))
        return next(begins, self.call)

    @property
    def stem(self) -> str | None:
        """The key of texts (`.what`, `.try`, of TLS also `.kernel`) that say more than the word;
        None: there are none.

        For a head, the key says which of its lines is wrong. For a rejected certificate, the code
        says why (verify(1)); an end or a reset in the middle of a handshake differs from one in the
        middle of data; and not everything that OpenSSL and the alerts report has a text of its own.
        """
        if self.call.startswith(_WEBSOCKET):
            return self._of_websocket()
        if self.call.startswith(_PROXY):
            return "proxy.reset" if self.word in _RESETS else None
        return self._of_tls() if self.call.startswith(_TLS) else None

    def _of_tls(self) -> str | None:
        named = self._named()
        if self.word == VERIFY_FAILED:
            known = f"tls.verify_{named.get('verify')}"
            return known if has(f"{known}.what") else "tls.verify_other"
        if named.get("no_certificate"):
            return "tls.no_certificate"
        if self.call == _HANDSHAKE:
            word = "reset" if self.word in _RESETS else self.word
            if has(f"tls.handshake_{word}.what"):
                return f"tls.handshake_{word}"
        if has(f"errors.{self.word}.what"):
            return None
        alert = named.get("alert")
        if alert is None:
            return "tls.failed"
        return f"tls.alert_{alert}" if has(f"tls.alert_{alert}.what") else "tls.alert_other"

    @property
    def values(self) -> dict[str, str]:
        """The values that fill these texts in."""
        named = self._named()
        return {
            "errno": self.word,
            "call": self.call,
            "text": self.word.lower().replace("_", " "),
            "name": str(named.get("sni", "")),
            "reason": str(named.get("reason", "")),
            "code": str(named.get("verify", "")),
            "alert": str(named.get("alert", "")),
        }

    def _of_websocket(self) -> str | None:
        from workbench.literals import arguments_of

        key = next(iter(arguments_of(self.args)[0]), None)
        if key == _STATUS:
            known = (f"errors.{self.word}", f"errors.{self.word[:-2]}XX")  # HTTP_404, HTTP_4XX
            return next((stem for stem in known if has(f"{stem}.what")), "errors.HTTP")
        return f"ws.fault.{key}" if has(f"ws.fault.{key}.what") else None

    def _named(self) -> dict[str, object]:
        from workbench.literals import arguments_of  # imported only when TLS has failed

        return arguments_of(self.args)[1]
