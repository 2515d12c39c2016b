"""A frame by hand: what is typed, the command that it means, and the bytes that will go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.protocol.websocket.faults import FAULTS
from workbench.texts import Problem, has
from workbench.viewmodel.frame_form import BREAKS, MASKS, FrameForm


def test_the_frames_of_the_rfc_are_previewed_as_it_has_them() -> None:
    """RFC 6455 5.7."""
    hello = FrameForm(payload="Hello")
    assert hello.preview(client=False) == "81 05 48 65 6c 6c 6f"
    assert (
        replace(hello, mask="37fa213d").preview(client=True) == "81 85 37 fa 21 3d 7f 9f 4d 51 58"
    )
    assert hello.preview(client=True) == "81 85 ?? ?? ?? ?? …"
    assert replace(hello, mask="none").preview(client=True) == "81 05 48 65 6c 6c 6f"


@pytest.mark.parametrize("how", BREAKS)
def test_each_way_to_break_it_can_be_sent_and_seen(how: str) -> None:
    frame = FrameForm().broken(how)
    assert frame != FrameForm()
    command = frame.command("c")
    assert command.endpoint == "c"
    assert frame.preview(client=True)
    assert frame.preview(client=False)
    assert has(f"choice.break_{how}")


def test_what_is_not_broken_is_right_again() -> None:
    assert FrameForm(payload="a").broken("form").broken("") == FrameForm(payload="a")


def test_many_faults_that_a_frame_can_have_are_among_them() -> None:
    known = {key for key in FAULTS if key in BREAKS}
    assert len(known) >= 8


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"opcode": "16"}, "problem.number_range"),
        ({"rsv": "8"}, "problem.number_range"),
        ({"mask": "12"}, "engine.ws_frame_mask"),
        ({"mask": "xyz"}, None),
        ({"form": "0", "length": "126"}, "engine.ws_frame_length"),
        ({"payload": "\\x"}, None),
    ],
)
def test_what_no_frame_can_be_is_said(change: dict[str, str], key: str | None) -> None:
    with pytest.raises(Problem) as caught:
        replace(FrameForm(), **change).command()  # type: ignore[arg-type]
    assert key is None or caught.value.key == key


def test_each_mask_that_is_offered_is_explained() -> None:
    for mask in MASKS:
        assert has(f"choice.mask_{mask or 'auto'}")
        FrameForm(mask=mask).command()
