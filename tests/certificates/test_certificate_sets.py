"""The sets of certificates for tests: made once, whole or not at all, renewed in time."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import CertificateKind
from workbench.texts import Problem


def pairs(folder: Path) -> bool:
    """Whether certificates and keys of a set belong together, and all stand on its root."""
    for kind in CertificateKind:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(folder / f"{kind}.pem", folder / f"{kind}-key.pem")
    return True


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_it_is_made_once(tmp_path: Path) -> None:
    first = files_of(CertificateKind.GOOD, tmp_path)
    made = first.chain.read_bytes()
    assert files_of(CertificateKind.GOOD, tmp_path) == first
    assert first.chain.read_bytes() == made
    assert root_file(tmp_path).parent == first.chain.parent
    assert names(tmp_path) == ["1"]


def test_two_programs_that_make_it_at_once_use_the_same(tmp_path: Path) -> None:
    """Eight of them, which begin when all are ready."""
    code = (
        "import sys; from pathlib import Path\n"
        "from workbench.certificates import issuing\n"
        "from workbench.certificates.certificate_sets import files_of\n"
        "from workbench.certificates.kinds import CertificateKind\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(files_of(CertificateKind.GOOD, Path(sys.argv[1])).chain.read_text())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        for _ in range(8)
    ]
    for program in started:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in started:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    used = {program.communicate()[0] for program in started}
    assert len(used) == 1
    assert names(tmp_path) == ["1"]
    assert pairs(tmp_path / "1")


def test_it_is_renewed_before_its_end_and_stands_on_the_same_root(tmp_path: Path) -> None:
    first = files_of(CertificateKind.GOOD, tmp_path).chain.parent
    (first / "until").write_text(str(int(time.time()) - 1))
    second = files_of(CertificateKind.GOOD, tmp_path).chain.parent
    assert second != first
    assert first.exists()  # who uses it goes on with it
    assert (second / "root.pem").read_bytes() == (first / "root.pem").read_bytes()
    assert (second / "good.pem").read_bytes() != (first / "good.pem").read_bytes()
    assert pairs(second)
    (second / "until").write_text("0")
    third = files_of(CertificateKind.GOOD, tmp_path).chain.parent
    assert names(tmp_path) == ["2", "3"]
    assert third.name == "3"


@pytest.mark.parametrize("missing", ["good-key.pem", "root.pem", "until"])
def test_a_set_that_lacks_something_is_made_anew(tmp_path: Path, missing: str) -> None:
    first = files_of(CertificateKind.GOOD, tmp_path).chain.parent
    (first / missing).unlink()
    second = files_of(CertificateKind.GOOD, tmp_path).chain.parent
    assert second != first
    assert pairs(second)


def test_what_a_killed_program_left_is_swept(tmp_path: Path) -> None:
    left, begun = tmp_path / "new-left", tmp_path / "new-begun"
    for folder in (left, begun):
        folder.mkdir()
    os.utime(left, (0, 0))
    files_of(CertificateKind.GOOD, tmp_path)
    assert names(tmp_path) == ["1", "new-begun"]


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(Problem, match="XDG_STATE_HOME"):
        files_of(CertificateKind.GOOD, place / "certificates")


def test_who_has_them_needs_no_cryptography(tmp_path: Path) -> None:
    """It takes a tenth of a second and several megabytes to import."""
    files_of(CertificateKind.GOOD, tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "import workbench.certificates.resolve\n"
        "from workbench.certificates.certificate_sets import files_of\n"
        "from workbench.certificates.kinds import CertificateKind\n"
        "files_of(CertificateKind.GOOD, Path(sys.argv[1]))\n"
        "print('cryptography' in sys.modules, 'ssl' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False False\n"
