"""What a fault of a layer says: row, ticket, Explain and command line choose its sentence here."""

from __future__ import annotations

from typing import Final, NamedTuple

from workbench.texts import has

VERIFY_FAILED: Final = "CERTIFICATE_VERIFY_FAILED"
_TLS: Final = "tls."
_HANDSHAKE: Final = "tls.handshake"
_WEBSOCKET: Final = "ws."
_OPENINGS: Final = {_WEBSOCKET: "ws.open", "proxy.": "proxy.response"}
"""How the row begins, and the call of the one that its success leaves."""
_STATUS: Final = "status"
"""The key of a refusal, whose number says more."""


class LayerFault(NamedTuple):
    """What a layer broke on: errno, call and arguments of the row that tells of it.

    Attributes:
        word: its errno. call, args: its own, as the log has them.
    """

    word: str
    call: str
    args: str

    @property
    def failed(self) -> str:
        """What did not come to be, as the call strip names it."""
        begins = (call for begin, call in _OPENINGS.items() if self.call.startswith(begin))
        return next(begins, self.call)

    @property
    def stem(self) -> str | None:
        """Of the texts `.what` and `.try` (of TLS also `.kernel`) that say more than the word alone
        does; None: nothing does.

        Of a head the key says which of its lines is wrong. Of a certificate that was not taken the
        code says why (verify(1)); an end in the middle of a handshake is another thing than one of
        data; and of what OpenSSL tells of a handshake not each has a text of its own.
        """
        if self.call.startswith(_WEBSOCKET):
            return self._of_websocket()
        if not self.call.startswith(_TLS):
            return None
        if self.word == VERIFY_FAILED:
            known = f"tls.verify_{self._named().get('verify')}"
            return known if has(f"{known}.what") else "tls.verify_other"
        if self.call == _HANDSHAKE and has(f"tls.handshake_{self.word}.what"):
            return f"tls.handshake_{self.word}"
        return None if has(f"errors.{self.word}.what") else "tls.failed"

    @property
    def values(self) -> dict[str, str]:
        """What fills these texts in."""
        named = self._named()
        return {
            "errno": self.word,
            "call": self.call,
            "text": self.word.lower().replace("_", " "),
            "name": str(named.get("sni", "")),
            "reason": str(named.get("reason", "")),
            "code": str(named.get("verify", "")),
        }

    def _of_websocket(self) -> str | None:
        from workbench.literals import arguments_of

        key = next(iter(arguments_of(self.args)[0]), None)
        if key == _STATUS:
            known = f"errors.{self.word}"
            return known if has(f"{known}.what") else "errors.HTTP"
        return f"ws.fault.{key}" if has(f"ws.fault.{key}.what") else None

    def _named(self) -> dict[str, object]:
        from workbench.literals import arguments_of  # by whom TLS has failed alone

        return arguments_of(self.args)[1]
