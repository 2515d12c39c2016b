"""What is wrong with a chain, and that it is said of that chain alone."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from tests.certificates.test_kinds import CODES
from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.facts import CertificatePurpose, facts_of
from workbench.certificates.judging import ChainFault, Finding, is_for, judge
from workbench.certificates.kinds import CertificateKind
from workbench.texts import LANGUAGES, has, set_language

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
FAULTS = {
    CertificateKind.GOOD: [],
    CertificateKind.CHAINED: [],
    CertificateKind.GAP: [ChainFault.GAP],
    CertificateKind.EXPIRED: [ChainFault.EXPIRED],
    CertificateKind.FUTURE: [ChainFault.NOT_YET_VALID],
    CertificateKind.WRONGHOST: [ChainFault.WRONG_HOST],
    CertificateKind.NOSAN: [ChainFault.NO_NAMES],
    CertificateKind.SELF: [ChainFault.SELF_SIGNED],
    CertificateKind.UNTRUSTED: [ChainFault.GAP],
    CertificateKind.CLIENTONLY: [ChainFault.WRONG_PURPOSE],
    CertificateKind.WEAK: [ChainFault.WEAK_KEY],
    CertificateKind.CLIENT: [ChainFault.WRONG_HOST, ChainFault.WRONG_PURPOSE],
    CertificateKind.CLIENT_BAD: [ChainFault.WRONG_HOST, ChainFault.WRONG_PURPOSE, ChainFault.GAP],
}


def ders(pem: str) -> list[bytes]:
    parts = pem.split("-----END CERTIFICATE-----")[:-1]
    return [
        ssl.PEM_cert_to_DER_cert(f"{part.strip()}\n-----END CERTIFICATE-----") for part in parts
    ]


def chain_of(kind: CertificateKind) -> list[bytes]:
    return ders(files_of(kind).chain.read_text())


def root() -> list[bytes]:
    return ders(root_file().read_text())


def faults(found: list[Finding]) -> list[ChainFault]:
    return [each.fault for each in found]


@pytest.mark.parametrize("kind", CertificateKind)
def test_each_kind_has_the_fault_that_its_name_says(kind: CertificateKind) -> None:
    found = judge(chain_of(kind), "localhost", NOW, roots=root())
    assert faults(found) == FAULTS[kind]
    assert bool(found) is bool(CODES[kind])  # as OpenSSL judges


@pytest.mark.parametrize("kind", [CertificateKind.SELF, CertificateKind.UNTRUSTED])
def test_who_trusts_what_it_stands_on_finds_nothing(kind: CertificateKind) -> None:
    trusted = ders(files_of(kind).trusted.read_text())
    assert not judge(chain_of(kind), "localhost", NOW, roots=trusted)


def test_a_client_is_judged_as_one() -> None:
    assert not judge(
        chain_of(CertificateKind.CLIENT), None, NOW, roots=root(), purpose=CertificatePurpose.CLIENT
    )
    found = judge(
        chain_of(CertificateKind.GOOD), None, NOW, roots=root(), purpose=CertificatePurpose.CLIENT
    )
    assert faults(found) == [ChainFault.WRONG_PURPOSE]
    assert "may be used as a server, and here it is used as a client" in found[0].text


def test_what_is_trusted_may_not_be_known() -> None:
    assert not judge(chain_of(CertificateKind.GOOD), "localhost", NOW)
    assert faults(judge(chain_of(CertificateKind.SELF), "localhost", NOW)) == [
        ChainFault.SELF_SIGNED
    ]
    sent = chain_of(CertificateKind.GAP) + chain_of(
        CertificateKind.SELF
    )  # what does not belong there
    assert faults(judge(sent, "localhost", NOW)) == [ChainFault.GAP]


def test_the_order_of_what_was_sent_is_no_fault() -> None:
    own, above = chain_of(CertificateKind.CHAINED)
    assert not judge([own, *chain_of(CertificateKind.SELF), above], "localhost", NOW, roots=root())


def test_a_root_that_was_sent_and_is_not_trusted() -> None:
    stranger = ders(files_of(CertificateKind.UNTRUSTED).trusted.read_text())
    found = judge([*chain_of(CertificateKind.UNTRUSTED), *stranger], "localhost", NOW, roots=root())
    assert faults(found) == [ChainFault.UNKNOWN_ROOT]
    assert found[0].index == 1
    assert "unknown root" in found[0].text


def test_a_chain_grows_old_as_a_whole() -> None:
    found = judge(chain_of(CertificateKind.CHAINED), "localhost", NOW + 5000 * DAY, roots=root())
    assert [(each.fault, each.index) for each in found] == [
        (ChainFault.EXPIRED, 0),
        (ChainFault.EXPIRED, 1),
    ]


def test_a_changed_certificate_is_said_to_be_changed() -> None:
    own = bytearray(chain_of(CertificateKind.GOOD)[0])
    own[-1] ^= 1
    found = judge([bytes(own)], "localhost", NOW, roots=root())
    assert faults(found) in ([ChainFault.BAD_SIGNATURE], [ChainFault.UNREADABLE])
    at = bytes(own).index(b"localhost", 300)
    own = bytearray(chain_of(CertificateKind.GOOD)[0])
    own[at : at + 9] = b"localhosr"
    found = judge([bytes(own)], "localhosr", NOW, roots=root())
    assert faults(found) == [ChainFault.BAD_SIGNATURE]


def made(
    sign: Callable[[x509.CertificateBuilder], x509.Certificate], public: object, issuer: str
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string("CN=a.test"))
        .issuer_name(x509.Name.from_rfc4514_string(issuer))
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.test")]), critical=False)
    )
    return sign(builder).public_bytes(Encoding.DER)


def test_who_may_not_vouch_for_others_is_named() -> None:
    """By a leaf that is good for itself."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    files = files_of(CertificateKind.GOOD)
    key = load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    above = x509.load_pem_x509_certificate(files.chain.read_bytes())
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    forged = made(
        lambda builder: builder.sign(key, hashes.SHA256()),
        public,
        above.subject.rfc4514_string(),
    )
    found = judge([forged, above.public_bytes(Encoding.DER)], "a.test", NOW, roots=root())
    assert ChainFault.NO_AUTHORITY in faults(found)


def test_keys_and_hashes_that_can_be_forged() -> None:
    weak, good = rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()
    one = made(lambda b: b.sign(weak, hashes.SHA256()), weak.public_key(), "CN=a.test")
    assert faults(judge([one], "a.test", NOW, roots=[one])) == [ChainFault.WEAK_KEY]
    assert "RSA 1024" in judge([one], "a.test", NOW, roots=[one])[0].text
    fine = made(lambda b: b.sign(good, None), good.public_key(), "CN=a.test")
    assert not judge([fine], "a.test", NOW, roots=[fine])
    assert facts_of(fine).key == "Ed25519"


@pytest.mark.parametrize(
    ("written", "name", "fits"),
    [
        ("a.test", "a.test", True),
        ("A.test", "a.TEST.", True),
        ("*.a.test", "b.a.test", True),
        ("*.a.test", "a.test", False),
        ("*.a.test", "c.b.a.test", False),
        ("*.a.test", ".a.test", False),
        ("b*.a.test", "ba.a.test", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "[::1]", True),
        ("0:0:0:0:0:0:0:1", "::1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("*.0.0.1", "127.0.0.1", False),
        ("xn--fiq228c.test", "中文.test", True),
        ("a.test", "ba.test", False),
    ],
)
def test_a_name_in_a_certificate_means_a_host(written: str, name: str, fits: bool) -> None:
    assert is_for(written, name) is fits


@pytest.mark.parametrize("chain", [[], [b""], [b"\x30\x00"], [b"x" * 1000]])
def test_what_is_no_certificate_is_said(chain: list[bytes]) -> None:
    found = judge(chain, "localhost", NOW, roots=root())
    assert faults(found) == [ChainFault.UNREADABLE if chain else ChainFault.EMPTY]
    assert found[0].text


def test_a_chain_of_many_ends() -> None:
    own = chain_of(CertificateKind.GOOD)
    assert not judge(own * 1000, "localhost", NOW, roots=root())


def test_whatever_byte_is_another_nothing_is_raised() -> None:
    """Each in turn: an extension that comes twice is but one bit away."""
    own = chain_of(CertificateKind.GOOD)[0]
    for at in range(len(own)):
        changed = own[:at] + bytes((own[at] ^ 1,)) + own[at + 1 :]
        judge([changed, *root()], "localhost", NOW, roots=root())


@given(st.integers(0, 600), st.integers(1, 255), st.booleans())
@example(215, 1, False)  # a kind of string that there is not
def test_whatever_was_changed_in_a_certificate_nothing_is_raised(
    at: int, by: int, cut: bool
) -> None:
    own = bytearray(chain_of(CertificateKind.GOOD)[0])
    if cut:
        del own[at % len(own) :]
    else:
        own[at % len(own)] ^= by
    for finding in judge([bytes(own), *root()], "localhost", NOW, roots=root()):
        assert finding.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", ChainFault)
def test_every_fault_has_its_sentence(fault: ChainFault, language: str) -> None:
    set_language(language)
    assert has(f"certificate_faults.{fault.value}")


def test_what_a_certificate_says_of_itself() -> None:
    facts = facts_of(chain_of(CertificateKind.GOOD)[0])
    assert facts.title == "localhost"
    assert facts.subject == "CN=localhost,O=Socket Workbench\\, for tests only"
    assert "test root" in facts.issuer
    assert {"localhost", "a.test", "127.0.0.1", "::1"} <= set(facts.names)
    assert facts.purposes == (CertificatePurpose.SERVER,)
    assert (facts.key, facts.bits, facts.signed_with) == ("EC secp256r1", 256, "sha256")
    assert (facts.authority, facts.self_signed) == (False, False)
    assert facts.not_before < NOW < facts.not_after
    of_root = facts_of(root()[0])
    assert (of_root.authority, of_root.self_signed) == (True, True)
