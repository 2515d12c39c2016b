"""Signs of Chinese writing and unseen ones are led to the ASCII sign that is meant."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.signs import code_point, is_unseen, plain_sign


@pytest.mark.parametrize(
    ("sign", "plain"),
    list(zip("，：；“”‘’＝【】｛｝（）＃１．—、", ",:,\"\"''=[]{}()#1.-,", strict=True)),
)
def test_the_sign_that_is_meant(sign: str, plain: str) -> None:
    assert plain_sign(sign) == plain


def test_letters_and_ascii_are_what_they_are() -> None:
    assert not any(plain_sign(sign) for sign in string.printable + "客é例\u3000\ufeff")


def test_what_cannot_be_seen() -> None:
    assert all(map(is_unseen, "\u3000\u00a0\ufeff\u200b\u2028"))
    assert not any(map(is_unseen, " \t\na客，"))
    assert code_point("\ufeff") == "U+FEFF"


@given(st.characters())
def test_what_it_is_led_to_is_one_sign_of_ascii(sign: str) -> None:
    plain = plain_sign(sign)
    assert plain == "" or (len(plain) == 1 and plain.isascii() and not sign.isascii())
