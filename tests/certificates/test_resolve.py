"""What cert, key and ca may name, and what is said where they name nothing."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import KNOWN, Kind
from workbench.certificates.resolve import check_name, to_show, trusted_file
from workbench.texts import Problem


@pytest.mark.parametrize("name", KNOWN)
def test_every_name_is_known(name: str) -> None:
    check_name(f"test:{name}")


@pytest.mark.parametrize("value", ["test:god", "test:goood", "test:Good", "test:???"])
def test_an_unknown_name_is_answered_with_the_nearest(value: str) -> None:
    with pytest.raises(Problem, match="Did you mean test:good"):
        check_name(value)
    with pytest.raises(Problem, match="Did you mean test:good"):
        trusted_file(value)


def test_a_path_is_not_looked_for_before_it_is_needed() -> None:
    check_name("there/is/none.pem")
    with pytest.raises(Problem, match=r"none\.pem"):
        trusted_file("there/is/none.pem")
    with pytest.raises(Problem, match=r"none\.pem"), to_show("there/is/none.pem"):
        pass


def test_the_root_is_trusted_and_not_shown() -> None:
    assert trusted_file("test:root") == root_file()
    with pytest.raises(Problem, match="test:good"), to_show("test:root"):
        pass


def test_a_file_of_the_user_is_taken_where_it_is(tmp_path: Path) -> None:
    """Certificate and key in one file, or each in its own."""
    files = files_of(Kind.GOOD)
    both = tmp_path / "both.pem"
    both.write_bytes(files.key.read_bytes() + files.chain.read_bytes())
    with to_show(str(both)) as it:
        assert it.chain == it.key == both
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(it.chain, it.key, it.password)
    with to_show(str(files.chain), str(files.key)) as it:
        assert (it.chain, it.key) == (files.chain, files.key)


def test_without_a_password_nobody_is_asked_on_the_terminal(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    files = files_of(Kind.GOOD)
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"sesame"),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with to_show(str(files.chain), str(locked)) as it, pytest.raises(Problem, match="key_password"):
        context.load_cert_chain(it.chain, it.key, it.password)
    with to_show(str(files.chain), str(locked), lambda: "sesame") as it:
        context.load_cert_chain(it.chain, it.key, it.password)
