"""SMTP: our server for curl and for smtplib."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from tests.jobs.models import job
from tests.peers import ask, serving

LETTER = "Subject: hello\r\n\r\nA line.\r\n.hidden\r\n"


def test_curl_hands_a_letter_over(tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text(LETTER, newline="")
    with serving(job("smtp-server"), "--set", "port=0") as served:
        ask(
            "curl", "-sS", f"smtp://127.0.0.1:{served.port}/client.example", "--mail-from",
            "a@example.org", "--mail-rcpt", "b@example.org", "--upload-file", letter,
        )  # fmt: skip


def test_smtplib_hands_a_letter_over_and_hears_of_a_wrong_recipient() -> None:
    with (
        serving(job("smtp-server"), "--set", "port=0") as served,
        smtplib.SMTP("127.0.0.1", served.port, timeout=60) as client,
    ):
        refused = client.sendmail("a@example.org", ["nobody@example.org", "b@example.org"], LETTER)
        assert refused == {"nobody@example.org": (550, b"5.1.1 No such mailbox")}
        assert client.docmd("TURN") == (500, b"5.5.2 What?")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@example.org", ["nobody@example.org"], LETTER)
