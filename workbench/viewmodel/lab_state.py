"""What the backlog lab's window shows, as plain data."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from workbench.frozen import dataclass
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_data import ClientState, Picture, Result
from workbench.labs.backlog_settings import BacklogSettings
from workbench.viewmodel.message import Message, msg

Step = Literal["setup", "predict", "run", "compare"]


@dataclass(frozen=True, slots=True)
class LabState:
    """The lab at one moment.

    Attributes:
        step: how far the run has got.
        settings: those of the run that is shown.
        picture: that of the run, None before the first one.
        said: the prediction for it.
        result: its result, None until it has ended.
        own: it was started in this window, unlike a kept run of another day.
        newest_call: the newest row of the log that belongs to the lab, in one line.
    """

    step: Step = "setup"
    settings: BacklogSettings = field(default_factory=BacklogSettings)
    picture: Picture | None = None
    said: Prediction | None = None
    result: Result | None = None
    own: bool = False
    newest_call: str = ""

    @property
    def keepable(self) -> bool:
        """Whether there is a finished run of today that can be written to a file."""
        return self.own and self.step == "compare"


def ends(settings: BacklogSettings) -> Message:
    """When a run ends at the latest."""
    return msg("backlog.ends", seconds=f"{settings.bound:.1f}")


def happening(picture: Picture, settings: BacklogSettings) -> Message:
    """What a person sees right now, from the readings alone."""
    last = ends(settings)
    if picture.count(ClientState.SILENT) and not picture.count(
        ClientState.REFUSED, ClientState.RESET
    ):
        return msg("lab.happening_silent", ends=last)
    if picture.count(ClientState.QUEUED):
        return msg("lab.happening_queued", ends=last)
    return last
