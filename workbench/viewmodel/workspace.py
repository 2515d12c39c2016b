"""Workspace: what a window restores at the next start: tabs, their fields, its layout."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, field, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.proxy_settings import FROM_ENVIRONMENT, without_password
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.engine.model.settings import EndpointSettings
from workbench.frozen import dataclass
from workbench.payload.masking import LEAST, MASK, Masker
from workbench.texts import Problem
from workbench.viewmodel.known_values import TypedValue
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.saved_messages import draft_from

if TYPE_CHECKING:
    from workbench.viewmodel.frame_form import FrameForm

Mask = Callable[[str], str]
"""What stands for a text in a file."""
FORMAT: Final = 1
"""Of the file; a newer one is left alone."""
SIDES: Final = ("left", "right")
LONGEST: Final = 262_144
"""Characters of a text that is kept; longer ones belong into a file."""
_NOT_TYPED: Final = frozenset({"name", "family", "type", "encoding", "layers", "options"})
"""Fields of settings that hold words of the program."""
_SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "set-cookie2"}
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab with the fields of its panel.

    Attributes:
        server: whether it has a server's panel, which the settings of a datagram socket do not say.
        side: one of SIDES.
        message: what is in the editor, or in a server's line; repeat, interval: beside it, for a
            client.
        show_as: the chosen form of its conversation; "": the editor's.
        expects: for a client, an answer to a datagram is expected within the timeout.
        frame: the fields of a frame by hand, if they have been used.
    """

    settings: EndpointSettings
    server: bool
    side: str = "left"
    message: PayloadForm | None = None
    repeat: str = "1"
    interval: str = "0"
    show_as: str = ""
    expects: bool = False
    frame: FrameForm | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A window as it was left; restoring it opens no socket.

    Attributes:
        front: the endpoint in front of each side, by side.
        values: those of the window; a secret one has no value here.
        geometry: that of the window, as Qt saves it, in hex; "": as at a first start.
        parts: how each movable part (splitter, header) is divided, likewise, by object name.
        folder: where a file was last chosen; "": nowhere.
        layout: which halves are shown; "": as at a first start.
    """

    tabs: tuple[Tab, ...] = ()
    front: Mapping[str, str] = field(default_factory=dict)
    values: tuple[TypedValue, ...] = ()
    geometry: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    layout: str = ""


EMPTY: Final = Workspace()


class NewerFormat(Exception):
    """Raised for a file of a newer version of the program, which only that can read."""


def written(workspace: Workspace) -> str:
    """The workspace as JSON, without secrets, which have to be typed again."""
    kept = without_secrets(workspace)
    return json.dumps(
        {
            "format": FORMAT,
            "tabs": [_plain_tab(tab) for tab in kept.tabs],
            "front": dict(kept.front),
            "values": [asdict(row) for row in kept.values],
            "geometry": kept.geometry,
            "parts": dict(kept.parts),
            "folder": kept.folder,
            "layout": kept.layout,
        },
        ensure_ascii=False,
        indent=1,
    )


def read(text: str) -> Workspace:
    """What `written` wrote; a tab that cannot be understood is left out, the others come.

    Raises:
        NewerFormat: a newer version wrote it.
        ValueError: it is no such file.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or type(found.get("format")) is not int:
        raise ValueError("not a workspace")
    if found["format"] > FORMAT:
        raise NewerFormat
    tabs = [tab for tab in map(_tab, _list(found.get("tabs"))) if tab is not None]
    named = {tab.settings.name: tab for tab in tabs}  # no name twice
    return Workspace(
        tuple(named.values()),
        _texts(found.get("front")),
        tuple(value for value in map(_value, _list(found.get("values"))) if value is not None),
        _text(found.get("geometry")),
        _texts(found.get("parts")),
        _text(found.get("folder")),
        _text(found.get("layout")),
    )


def too_long(workspace: Workspace) -> tuple[str, ...]:
    """The endpoints whose message is longer than what is kept of one."""
    return tuple(
        tab.settings.name
        for tab in workspace.tabs
        if tab.message is not None and len(tab.message.typed) > LONGEST
    )


# -- without secrets ------------------------------------------------------------------------------


def without_secrets(workspace: Workspace) -> Workspace:
    """The workspace without secrets, in a form that may be kept in a file."""
    secrets = [row.value for row in workspace.values if row.secret]
    mask = _mask_of(secrets)
    return replace(
        workspace,
        tabs=tuple(_safe_tab(tab, mask) for tab in workspace.tabs),
        values=tuple(
            replace(row, value="" if row.secret else mask(row.value)) for row in workspace.values
        ),
        folder=mask(workspace.folder),
    )


def _mask_of(secrets: list[str]) -> Mask:
    """What masks the secrets in a text; one that is too short for that, only if it stands alone."""
    masker = Masker(secrets)
    short = [re.escape(item) for item in secrets if item and len(item.encode()) < LEAST]
    if not short:
        return masker.text
    alone = re.compile(rf"(?<![^\W_])(?:{'|'.join(short)})(?![^\W_])")
    return lambda text: alone.sub(lambda found: MASK * len(found[0]), masker.text(text))


def _safe_tab(tab: Tab, mask: Mask) -> Tab:
    message = tab.message
    if message is not None:
        typed = mask(message.typed) if len(message.typed) <= LONGEST else ""
        message = replace(message, typed=typed)
    frame = tab.frame
    if frame is not None:
        payload = mask(frame.payload) if len(frame.payload) <= LONGEST else ""
        frame = replace(frame, payload=payload)
    return replace(tab, settings=_safe(tab.settings, mask), message=message, frame=frame)


def _plain_tab(tab: Tab) -> dict[str, Any]:
    message = tab.message
    return {
        "settings": json.loads(settings_json(tab.settings)),
        "server": tab.server,
        "side": tab.side,
        "message": None if message is None else asdict(message),
        "repeat": tab.repeat,
        "interval": tab.interval,
        "expects": tab.expects,
        "show_as": tab.show_as,
        "frame": None if tab.frame is None else asdict(tab.frame),
    }


def _safe(settings: EndpointSettings, mask: Mask) -> EndpointSettings:
    """Settings that contain no secret; a part that would be meaningless without it is left out."""
    changes: dict[str, Any] = {}
    for item in fields(settings):
        value = getattr(settings, item.name)
        if item.name == "proxy" and value is not None and value != FROM_ENVIRONMENT:
            changed: Any = without_password(value)
        elif item.name == "websocket" and value is not None:
            kept = tuple(
                pair for pair in value.headers if pair[0].strip().lower() not in _SECRET_HEADERS
            )
            changed = _tried(replace(value, headers=kept), mask)
        elif item.name in _NOT_TYPED:
            continue
        else:
            changed = _tried(value, mask)
        if changed != value:
            changes[item.name] = changed
    return replace(settings, **changes)


def _tried(value: Any, mask: Mask) -> Any:
    try:
        return _masked(value, mask)
    except Problem:
        return Nothing() if is_dataclass(value) else None


def _masked(value: Any, mask: Mask) -> Any:
    """A value of settings with every text in it masked."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, tuple):
        return tuple(_masked(part, mask) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            item.name: _masked(getattr(value, item.name), mask)
            for item in fields(value)
            if item.name not in _NOT_TYPED
        }
        return replace(value, **changes)
    return value


# -- from a file that anybody may have written ---------------------------------------------------


def _tab(raw: object) -> Tab | None:
    if not isinstance(raw, dict):
        return None
    try:
        settings = settings_from_json(json.dumps(raw["settings"]))
    except (KeyError, ValueError):
        return None
    message = raw.get("message")
    side = raw.get("side")
    server = raw.get("server") is True
    return Tab(
        settings,
        server,
        side if side in SIDES else SIDES[0 if server else 1],
        draft_from(message) if isinstance(message, dict) else None,
        _text(raw.get("repeat")) or "1",
        _text(raw.get("interval")) or "0",
        _text(raw.get("show_as")),
        raw.get("expects") is True,
        _frame(raw.get("frame")),
    )


def _frame(raw: object) -> FrameForm | None:
    if not isinstance(raw, dict):
        return None
    # imported late: not at a start that has none
    from workbench.viewmodel.frame_form import FrameForm

    return FrameForm.read(raw)


def _value(raw: object) -> TypedValue | None:
    if not isinstance(raw, dict) or not _text(raw.get("name")):
        return None
    return TypedValue(raw["name"], _text(raw.get("value")), raw.get("secret") is True)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> dict[str, str]:
    items = value.items() if isinstance(value, dict) else ()
    return {key: text for key, text in items if isinstance(key, str) and isinstance(text, str)}
