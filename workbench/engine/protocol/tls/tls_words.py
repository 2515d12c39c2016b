"""Names of TLS messages and alerts, from the IANA registry, in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CHANGE_CIPHER_SPEC: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
"""Content types of a record (RFC 8446 5.1)."""
CONTENTS: Final = frozenset({CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA})
"""... and nothing else begins one."""
HEADER: Final = 0x100
"""What OpenSSL calls the five bytes before a record (SSL_CTX_set_msg_callback(3))."""
FATAL: Final = 2
CERTIFICATE: Final = 11
TICKET: Final = "new_session_ticket"

MESSAGES: Final[Mapping[int, str]] = {
    0: "hello_request",
    1: "client_hello",
    2: "server_hello",
    4: TICKET,
    5: "end_of_early_data",
    8: "encrypted_extensions",
    CERTIFICATE: "certificate",
    12: "server_key_exchange",
    13: "certificate_request",
    14: "server_hello_done",
    15: "certificate_verify",
    16: "client_key_exchange",
    20: "finished",
    21: "certificate_url",
    22: "certificate_status",
    23: "supplemental_data",
    24: "key_update",
    25: "compressed_certificate",
}
"""By the first byte of a handshake message (RFC 8446 4, RFC 5246 7.4)."""
RETRY: Final = "hello_retry_request"
RETRY_RANDOM: Final = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
"""With this random a server_hello is a hello_retry_request (RFC 8446 4.1.3)."""

ALERTS: Final[Mapping[int, str]] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""By the second byte of an alert (RFC 8446 6, RFC 5246 7.2)."""


CLOSE_NOTIFY: Final = ALERTS[0]
EMPTY_CERTIFICATE: Final = 8
"""Bytes of a certificate message without a certificate (RFC 8446 4.4.2; one less in TLS 1.2)."""
NO_CERTIFICATE: Final = frozenset(ALERTS[number] for number in (40, 41, 42, 46))
"""Alerts by which a server up to TLS 1.2 refuses a client that has shown no certificate (RFC 5246
7.4.6).
"""


def message_name(data: bytes) -> str:
    """The name of a handshake message."""
    kind = data[0] if data else -1
    if kind == 2 and data[6:38] == RETRY_RANDOM:
        return RETRY
    return MESSAGES.get(kind, f"handshake_{kind}")


def alert_name(number: int) -> str:
    """The name of an alert."""
    return ALERTS.get(number, f"alert_{number}")
