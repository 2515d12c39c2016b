"""A process that parses a user's file: certificates and key in PEM, DER or PKCS#12.

It is a program of its own, so that a file made to crash a parser, or to keep it busy for hours,
affects this process only. It reads a request from standard input and writes the answer to standard
output, each as JSON in one line, and imports nothing of this package, so that it starts quickly.

    {"data": Base64, "password": text or null, "lock": text}
    {"chain": [Base64 of DER …], "key": PEM locked with `lock`, or null}    or    {"fault": word}
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

SECONDS: Final = 5
"""Seconds of processor time, and as many until an answer."""
_MEMORY: Final = 1 << 30
"""Bytes: enough for Python, the library and a file of the largest size."""
READY: Final = b"ready\n"
_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----")
_CERTIFICATES: Final = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")


NEEDS_PASSWORD: Final = "needs_password"  # noqa: S105 - a word of the answer
WRONG_PASSWORD: Final = "wrong_password"  # noqa: S105 - as above
NOTHING: Final = "nothing"
KEY_UNKNOWN: Final = "key_unknown"


class _FoundFault(Exception):
    """Raised for a file that cannot be used; its word becomes the answer."""


def main() -> None:
    """Answer one request."""
    _limit()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    request = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(answer(request)))


def _limit() -> None:
    """Limit the memory and processor time of this process."""
    if sys.platform == "win32":
        return  # whoever waits for the answer kills the process
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain the key
    if sys.platform == "linux":  # some systems do not enforce it, or refuse so low a limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of a file, or the reason why it has none to give."""
    data = base64.b64decode(request["data"])
    password = request["password"]
    secret = None if password is None else password.encode()
    try:
        chain, key = _taken_apart(data, secret)
    except _FoundFault as fault:
        return {"fault": str(fault)}
    locked = None
    if key is not None:
        locked = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(request["lock"].encode()),
        ).decode()
    ders = (one.public_bytes(serialization.Encoding.DER) for one in chain)
    return {"chain": [base64.b64encode(der).decode() for der in ders], "key": locked}


def _taken_apart(data: bytes, secret: bytes | None) -> tuple[list[x509.Certificate], Any]:
    if b"-----BEGIN " in data:
        return _pem(data, secret)
    try:
        return [x509.load_der_x509_certificate(data)], None
    except ValueError:
        return _pkcs12(data, secret)


def _pem(data: bytes, secret: bytes | None) -> tuple[list[x509.Certificate], Any]:
    chain, key = [], None
    for kind, block in _blocks(data):
        if kind in _CERTIFICATES:
            try:
                chain.append(x509.load_pem_x509_certificate(block))
            except ValueError:
                raise _FoundFault(NOTHING) from None
        elif kind.endswith(b"PRIVATE KEY") and key is None:
            key = _pem_key(block, secret)
    if not chain and key is None:
        raise _FoundFault(NOTHING)
    return chain, key


def _blocks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The blocks between BEGIN and END lines (RFC 7468); each line is looked at once."""
    kind, lines = b"", list[bytes]()
    for line in data.splitlines():
        begin = _BEGIN.fullmatch(line.strip())
        if begin is not None:
            kind, lines = begin[1], [line.strip()]
        elif kind:
            lines.append(line.strip())
            if lines[-1] == b"-----END " + kind + b"-----":
                yield kind, b"\n".join(lines) + b"\n"
                kind = b""


def _pem_key(block: bytes, secret: bytes | None) -> Any:
    locked = b"ENCRYPTED" in block
    if locked and secret is None:
        raise _FoundFault(NEEDS_PASSWORD)
    try:
        return serialization.load_pem_private_key(block, secret if locked else None)
    except (ValueError, TypeError):
        raise _FoundFault(WRONG_PASSWORD if locked else KEY_UNKNOWN) from None
    except UnsupportedAlgorithm:
        raise _FoundFault(KEY_UNKNOWN) from None


def _pkcs12(data: bytes, secret: bytes | None) -> tuple[list[x509.Certificate], Any]:
    """Parse PKCS#12 (RFC 7292), where no password and an empty one differ; either may be meant."""
    if data[:1] != b"\x30":  # a SEQUENCE
        raise _FoundFault(NOTHING)
    tried = (None, b"") if secret is None else (secret,)
    for each in tried:
        try:
            found = pkcs12.load_pkcs12(data, each)
        except UnsupportedAlgorithm:
            raise _FoundFault(KEY_UNKNOWN) from None
        except ValueError as error:
            if "password" not in str(error).lower():
                raise _FoundFault(NOTHING) from None
            continue
        shown = [found.cert] if found.cert is not None else []
        chain = [one.certificate for one in (*shown, *found.additional_certs)]
        if not chain and found.key is None:
            raise _FoundFault(NOTHING)
        return chain, found.key
    raise _FoundFault(NEEDS_PASSWORD if secret is None else WRONG_PASSWORD)


if __name__ == "__main__":
    main()
