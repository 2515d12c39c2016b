"""What names in settings stand for, in a session with a record."""

from __future__ import annotations

from pathlib import Path

from workbench.certificates.for_layers import FilesOfSession

FILES = FilesOfSession(lambda: Path("/records/one.swb"))


def test_a_bare_name_of_a_key_log_stands_beside_the_record() -> None:
    assert FILES.keylog_file("keys.log") == Path("/records/keys.log")
    assert FILES.keylog_file("/elsewhere/keys.log") == Path("/elsewhere/keys.log")
    assert FILES.keylog_file("sub/keys.log") == Path("sub/keys.log")


def test_names_of_tests_are_files() -> None:
    with FILES.to_show("test:good", None, lambda: "") as shown:
        assert shown.chain.is_file()
        assert shown.key.is_file()
    assert FILES.trusted_file("test:root").is_file()
