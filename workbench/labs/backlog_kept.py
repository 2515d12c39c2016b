"""Keeps a finished run of the backlog lab as a file, to be shown again."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from workbench.frozen import dataclass
from workbench.journal.whole_file import write_text
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_data import (
    ClientState,
    ClientView,
    EndedBy,
    Family,
    Picture,
    Queue,
    QueuedPeer,
    QueueSource,
    Result,
)
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.mode_table import MODES
from workbench.resources import state_dir
from workbench.texts import Problem, reason_of

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that the window shows of a finished run. `when`: local time with zone, ISO."""

    when: str
    settings: BacklogSettings
    picture: Picture
    result: Result
    said: Prediction | None


def keep(
    settings: BacklogSettings, picture: Picture, result: Result, said: Prediction | None
) -> Path:
    """Write the run to the user's state directory; returns where. Raises Problem if it cannot."""
    when = datetime.datetime.now().astimezone()
    folder = state_dir() / "labs"
    path = folder / f"{when:%Y-%m-%d %H-%M-%S} backlog.json"
    kept = Kept(when.isoformat(timespec="seconds"), settings, picture, result, said)
    text = json.dumps({"format": FORMAT, **_plain(kept)}, ensure_ascii=True)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_text(path, text + "\n")
    except OSError as error:
        raise Problem("kept.not_written", path=str(path), reason=reason_of(error)) from error
    return path


def kept_runs(limit: int = 20) -> list[Path]:
    """The files of kept runs, newest first."""
    return sorted((state_dir() / "labs").glob("* backlog.json"), reverse=True)[:limit]


def read(path: Path) -> Kept:
    """Read a kept run. Raises Problem: the file is not one of ours, or cannot be read."""
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        if raw.pop("format") != FORMAT:
            raise Problem("kept.newer", path=str(path))
        return Kept(
            raw["when"],
            _settings(raw["settings"]),
            _picture(raw["picture"]),
            Result(**raw["result"]),
            Prediction(**raw["said"]) if raw["said"] else None,
        )
    except OSError as error:
        raise Problem("kept.not_read", path=str(path), reason=reason_of(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem("kept.not_ours", path=str(path)) from error


def _plain(kept: Kept) -> dict[str, Any]:
    """A value that JSON can hold: a mode by its name."""
    raw = asdict(kept)
    raw["settings"]["mode"] = kept.settings.mode.name
    return raw


def _settings(raw: dict[str, Any]) -> BacklogSettings:
    return BacklogSettings(**{**raw, "family": Family(raw["family"]), "mode": MODES[raw["mode"]]})


def _picture(raw: dict[str, Any]) -> Picture:
    queue = raw["queue"]
    return Picture(
        **{
            **raw,
            "queue": Queue(**{**queue, "source": QueueSource(queue["source"])}) if queue else None,
            "clients": tuple(_client(item) for item in raw["clients"]),
            "peers": tuple(QueuedPeer(**item) for item in raw["peers"]),
        }
    )


def _client(raw: dict[str, Any]) -> ClientView:
    ended = raw["ended_by"]
    return ClientView(
        **{
            **raw,
            "state": ClientState(raw["state"]),
            "syns": tuple(raw["syns"]),
            "ended_by": EndedBy(ended) if ended else None,
        }
    )
