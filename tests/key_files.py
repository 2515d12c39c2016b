"""Files with a private key under a password, as users have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.serialization import pkcs12

from workbench.certificates.resolve import to_show

SECRET = "Geh\u00fctet-4711"
Files = dict[str, tuple[str, str]]


def key_files(folder: Path) -> Files:
    """Certificate and key: in PEM, the key under SECRET; and both in one file of PKCS#12."""
    chain, key, both = (folder / name for name in ("cert.pem", "key.pem", "both.p12"))
    with to_show("test:good") as shown:
        chain.write_bytes(shown.chain.read_bytes())
        private: Any = pem.load_pem_private_key(shown.key.read_bytes(), None)
    locked = pem.BestAvailableEncryption(SECRET.encode())
    key.write_bytes(private.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, locked))
    own, *others = x509.load_pem_x509_certificates(chain.read_bytes())
    both.write_bytes(pkcs12.serialize_key_and_certificates(b"own", private, own, others, locked))
    return {"PEM": (str(chain), str(key)), "PKCS#12": (str(both), "")}
