"""The backlog lab in words: its title, the clients' outcomes, when it ends."""

from __future__ import annotations

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.labs.backlog_data import ClientState, ClientView, EndedBy, Family, Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.mode import LabMode
from workbench.texts import tr


def title(settings: BacklogSettings) -> str:
    """What will be done, as a title."""
    listening = tr(f"backlog.mode_{settings.mode.name}", backlog=settings.backlog)
    return tr(
        "backlog.title",
        listening=listening,
        clients=settings.clients,
        every=number(settings.every),
        family=tr(f"backlog.family_{settings.family.value}"),
    )


def ends(settings: BacklogSettings) -> str:
    """When the run ends at the latest, in words."""
    return tr("backlog.ends", seconds=f"{settings.bound:.1f}")


def counters(picture: Picture, mode: LabMode, family: Family) -> list[str]:
    """What listener, firewall and network namespace counted, one per line; unknown counters are
    left out.
    """
    lines: list[str] = []
    if family is Family.UNIX:  # they count packets that come over networks
        return lines
    if picture.drops is not None:
        lines.append(tr(mode.drops_text, count=picture.drops))
    if picture.rejected is not None:
        lines.append(tr("lab.rejected", count=picture.rejected))
    if picture.overflows is not None:
        lines.append(
            tr(
                mode.overflows_text,
                count=picture.overflows,
                drops=picture.listen_drops,
            )
        )
    return lines


def number(seconds: float) -> str:
    """A plain number, such as 0.2 or 5."""
    return f"{seconds:g}"


def span(seconds: float | None) -> str:
    """How long something took, in a suitable unit."""
    if seconds is None:
        return ""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.1f} s"


def outcome(view: ClientView, settings: BacklogSettings, now: float) -> str:
    """The state of a client, or how it ended; `now` in seconds since the run began."""
    waited = span((view.ended if view.ended is not None else now) - view.began)
    syns = len(view.syns)
    match view.state:
        case ClientState.QUEUED:
            return tr(settings.mode.queued_text, took=span(view.connect_seconds))
        case ClientState.UNFINISHED:
            return tr(settings.mode.unfinished_text, took=span(view.connect_seconds))
        case ClientState.ACCEPTED:
            return tr(
                "backlog.accepted",
                took=span(view.connect_seconds),
                at=f"{view.accepted or 0.0:.1f}",
            )
        case ClientState.SILENT if settings.family is Family.UNIX:
            return tr("backlog.waits", waited=waited)
        case ClientState.SILENT:
            return tr("backlog.silent", waited=waited, syns=syns)
        case ClientState.TIMED_OUT:
            key = "timed_out_kernel" if view.ended_by is EndedBy.KERNEL else "timed_out_ours"
            kind = SocketKind("AF_UNIX") if settings.family is Family.UNIX else TCP
            return tr(fitting(f"backlog.{key}", kind), waited=waited, syns=syns)
        case ClientState.RESET if view.connected is not None:
            return tr(settings.mode.reset_text(view))
        case ClientState.REFUSED | ClientState.RESET | ClientState.AGAIN:
            return tr(f"backlog.{view.state.value}", waited=waited)
        case ClientState.ERROR:
            return tr("backlog.error", errno=view.errno or "")
