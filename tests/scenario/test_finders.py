import pytest

from workbench.payload.patterns import compile_pattern
from workbench.payload.templates import Value
from workbench.scenario.finders import (
    Finder,
    Hit,
    InJson,
    InText,
    NextBytes,
    NextMarked,
    NextText,
    StreamPlace,
    spellings,
    taken_by_groups,
)

BEGIN = StreamPlace()


def fed(finder: Finder, *reads: bytes) -> Hit | None:
    """What is found once all reads have come; nothing may be found before."""
    for read in reads[:-1]:
        finder.feed(read)
        assert finder.find() is None
    finder.feed(reads[-1])
    return finder.find()


def test_bytes_that_come_next_are_found_however_reads_cut_them() -> None:
    finder = NextBytes((b"abc",))
    hit = fed(finder, b"a", b"b", b"cd")
    assert hit == Hit(0, 3)
    finder.accept(Hit(0, 3))
    assert finder.find() is None, "what comes next is another byte"


def test_after_other_bytes_nothing_is_next_any_more() -> None:
    finder = NextBytes((b"abc",))
    finder.feed(b"xabc")
    assert finder.find() is None
    finder.feed(b"abc")
    assert finder.find() is None


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_text_is_found_where_reads_cut_its_characters(cut: int) -> None:
    data = "前中文后".encode()
    finder = InText("utf-8", BEGIN, "中文")
    finder.feed(data[:cut])
    finder.feed(data[cut:])
    hit = finder.find()
    assert hit is not None
    assert (hit.start, hit.end) == (3, 9)


def test_a_marked_text_is_next_in_the_order_of_its_stream() -> None:
    big = "\ufeffab".encode("utf-16-be")
    assert fed(NextMarked("utf-16", BEGIN, "ab"), big) == Hit(0, len(big))
    later = StreamPlace(head=big, begin=False)
    assert fed(NextMarked("utf-16", later, "cd"), "cd".encode("utf-16-be")) == Hit(0, 4)


def test_the_shift_back_behind_a_text_is_used_up_with_it() -> None:
    whole = "日本".encode("iso2022_jp")
    finder = NextText("iso2022_jp", BEGIN, "日本", whole)
    hit = fed(finder, whole)
    assert hit is not None
    assert hit.end == len(whole)


def test_json_is_found_behind_what_is_none() -> None:
    finder = InJson("utf-8", BEGIN, lambda came: came == {"a": 1}, lambda _came: ())
    hit = fed(finder, b"log line\n", b'{"a":', b" 1}")
    assert hit is not None
    assert (hit.start, hit.end) == (8, 17), "the blank before it goes with it"


def test_groups_are_taken_in_the_encoding_that_was_asked_for() -> None:
    pattern = compile_pattern(r"name=(?P<name>\w+)", None)
    assert taken_by_groups(pattern.search("name=é", 1.0), "latin-1") == (
        ("name", Value("é".encode("latin-1"), encoding="latin-1")),
    )
    assert taken_by_groups(None, "utf-8") == ()


def test_a_text_has_a_spelling_for_each_byte_order_mark_and_one_without() -> None:
    assert spellings("a", "utf-8") == (b"a",)
    assert spellings("a", "utf-16") == (b"\xff\xfea\0", b"\xfe\xff\0a", b"a\0")
