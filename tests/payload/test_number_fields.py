import pytest

from workbench.payload.number_fields import decode_number, encode_number, zero_filled
from workbench.texts import Problem


@pytest.mark.parametrize(
    ("width", "number", "data"),
    [
        ("u8", 255, "ff"),
        ("u16", 258, "0102"),
        ("u16le", 258, "0201"),
        ("u64", 1, "0000000000000001"),
        ("var7", 0, "00"),
        ("var7", 321, "c102"),  # MQTT 5.0, 1.5.5
        ("ber", 127, "7f"),
        ("ber", 128, "8180"),  # X.690, 8.1.3.5
        ("ber", 435, "8201b3"),
    ],
)
def test_a_number_is_written_and_read_back(width: str, number: int, data: str) -> None:
    assert encode_number(width, number).hex() == data
    assert decode_number(width, bytes.fromhex(data)) == number


@pytest.mark.parametrize(("width", "number"), [("u8", 256), ("u16le", 1 << 16), ("var7", -1)])
def test_what_does_not_fit_is_told_with_its_field(width: str, number: int) -> None:
    with pytest.raises(Problem) as caught:
        encode_number(width, number)
    assert caught.value.args_ == {"field": width, "number": number}


def test_zeros_fill_up_to_a_size_or_to_a_multiple_of_it() -> None:
    assert zero_filled(b"ab", 4, multiple=False) == b"ab\0\0"
    assert zero_filled(b"abcde", 4, multiple=True) == b"abcde\0\0\0"
    assert zero_filled(b"", 4, multiple=True) == b""
    with pytest.raises(Problem, match="pad2"):
        zero_filled(b"abc", 2, multiple=False)
