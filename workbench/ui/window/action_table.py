"""The table of the window's commands, from which menus, tool bar and keys are made.

A new command is one row here, its texts (`menu.ID` and `menutip.ID`; of a button in the tool bar
`window.NAME`, `tip.NAME` and `name.NAME`), and what it does, in window.py. A tool bar button for an
existing command is `button=` in its row.
"""

from __future__ import annotations

from typing import Final

from workbench.frozen import dataclass
from workbench.journal.keep import OFFERED

MENUS: Final = ("file", "edit", "view", "endpoint", "scenario", "labs", "help")
"""The menu bar, from left to right."""
RIGHT: Final = 4
"""Tool bar groups from this one on are at the right end."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the tool bar.

    Attributes:
        group, place: buttons of one group are side by side, in the order of their places.
        icon: resources/icons/ICON.svg; None: words only.
        name: object name `window.NAME`, and key of its texts, if that is not the command's id.
    """

    group: int
    place: int
    icon: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One command of the window.

    Attributes:
        id: object name `action.ID`; its texts are `menu.ID` and `menutip.ID`.
        menu: the menu that contains it, in the order of the table; None: it only has a key, and no
            text.
        keys: as QKeySequence reads them.
        live: it acts on sockets or writes into their record, and is disabled while an old record is
            shown.
        rule: a line above it in its menu.
        checkable: it is on or off, and its entry shows which.
        choice: checkable, and only one of those with the same menu is on.
        submenu: it is a menu, made of rows that name it, or filled when it opens.
        control: what it presses: a control of the panel in front, by its object name without the
            prefix; with the prefix: in whichever panel it can be pressed.
        also: a later menu that contains it too, at the end of its first part.
        old_text: the key of its texts while an old record is shown, if that differs.
    """

    id: str
    menu: str | None
    keys: tuple[str, ...] = ()
    live: bool = False
    rule: bool = False
    checkable: bool = False
    choice: bool = False
    submenu: bool = False
    control: str | None = None
    also: str | None = None
    old_text: str | None = None
    button: Button | None = None

    @property
    def button_name(self) -> str:
        """The object name of the tool bar's button: `window.NAME`."""
        return (self.button.name if self.button is not None else None) or self.id


def _press(
    control: str,
    key: str,
    *,
    name: str | None = None,
    menu: str = "endpoint",
    rule: bool = False,
) -> Action:
    """A row of the Endpoint menu that presses a control of the panel in front."""
    return Action(name or control, menu, (key,), live=True, rule=rule, control=control)


ACTIONS: Final = (
    Action("new_set_up", "file", ("Ctrl+N",), live=True),
    Action("open_set_up", "file", ("Ctrl+Shift+O",), live=True),
    Action("recent_set_ups", "file", live=True, submenu=True),
    Action("save_set_up", "file", ("Ctrl+S",), live=True),
    Action("values", "file", live=True, submenu=True, button=Button(1, 3)),
    Action("open", "file", ("Ctrl+O",), rule=True),
    Action("recent", "file", submenu=True),
    Action("name_record", "file", ("Ctrl+Shift+N",)),
    Action("export", "file", ("Ctrl+E",)),
    Action("every_byte", "file", ("Ctrl+Shift+K",), rule=True, checkable=True),
    Action("keep", "file", submenu=True),
    *(
        Action(f"keep_{part}", "keep", (f"Ctrl+Alt+Shift+{number}",), choice=True)
        for number, part in enumerate(("all", *OFFERED))
    ),
    Action("start_over", "file", ("Ctrl+Shift+R",), live=True, button=Button(3, 3, "rotate-ccw")),
    Action("quit", "file", ("Ctrl+Q",), old_text="close_window"),
    Action("undo", "edit", ("Ctrl+Z",), live=True),
    Action("mark", "edit", ("Ctrl+M",), live=True, rule=True, button=Button(3, 1, "bookmark")),
    Action("find", "edit", ("Ctrl+F",)),
    Action("find_next", "edit", ("F3",)),
    Action("find_previous", "edit", ("Shift+F3",)),
    Action("filter", "edit", ("Ctrl+/",)),
    Action("clear_filter", "edit", ("Ctrl+Shift+F",)),
    Action("errors", "edit", ("Ctrl+Shift+E",)),
    Action("main_calls", "edit", ("Ctrl+Shift+M",)),
    Action("newest", "edit", ("Ctrl+End",)),
    Action("clear_log", "edit", ("Ctrl+K",)),
    Action("larger", "view", ("Ctrl+=", "Ctrl++"), button=Button(5, 2)),
    Action("smaller", "view", ("Ctrl+-",), button=Button(5, 1)),
    Action("normal_size", "view", ("Ctrl+0",)),
    Action("present", "view", ("F11",), button=Button(5, 3, "presentation")),
    Action("endpoints", "view", ("Ctrl+B",), live=True),
    Action("layout", "view", live=True, submenu=True),
    *(
        Action(f"layout_{name}", "layout", (f"Alt+{number}",), live=True, choice=True)
        for number, name in enumerate(("both", "server", "client", "log"), 1)
    ),
    Action("messages", "view", ("Ctrl+Alt+M",), live=True, checkable=True),
    Action("hide_closed", "view", ("Ctrl+H",), live=True, checkable=True),
    Action("scheme", "view", submenu=True),
    Action("scheme_system", "scheme", ("Ctrl+Alt+0",), choice=True),
    Action("scheme_light", "scheme", ("Ctrl+Alt+1",), choice=True),
    Action("scheme_dark", "scheme", ("Ctrl+Alt+2",), choice=True),
    Action("language", "view", ("Ctrl+Shift+L",), button=Button(5, 4)),
    Action(
        "new_server",
        "endpoint",
        ("Ctrl+T",),
        live=True,
        button=Button(1, 1, "server-plus", "add_server"),
    ),
    Action(
        "new_client",
        "endpoint",
        ("Ctrl+Shift+T",),
        live=True,
        button=Button(1, 2, "client-plus", "add_client"),
    ),
    Action("address", "endpoint", ("Ctrl+L",), live=True, rule=True),
    Action("message", "endpoint", ("Ctrl+P",), live=True),
    _press("primary", "F5", name="start", rule=True),
    _press("stop", "Shift+F5"),
    _press("next_call", "F10"),
    _press("accept_one", "F9"),
    _press("receive_one", "Shift+F9"),
    _press("recvfrom_once", "Ctrl+F9"),
    _press("send", "Ctrl+Return"),
    Action("send_again", "endpoint", ("Ctrl+Shift+Return",), live=True),
    _press("send_one", "Ctrl+Shift+F9"),
    _press("half_close", "F6"),
    _press("abort", "F7"),
    _press("close", "F8", name="close_connection"),
    _press("traffic", "Ctrl+Shift+0"),
    _press("set_up", "Ctrl+U"),
    _press("send_options", "Ctrl+I"),
    _press("more", "Ctrl+D"),
    _press("talk", "Ctrl+Shift+C"),
    _press("save_talk", "Ctrl+Shift+S"),
    Action("ws_menu", "endpoint", live=True, rule=True, submenu=True),
    _press("frame_send", "Ctrl+F5", menu="ws_menu"),
    _press("frame_ping", "Ctrl+F6", menu="ws_menu"),
    _press("frame_close", "Ctrl+F8", menu="ws_menu"),
    Action("check_up", "ws_menu", ("Ctrl+Shift+U",), live=True, rule=True),
    Action("save_check_up", "ws_menu", ("Ctrl+Shift+J",), live=True),
    Action("previous_endpoint", "endpoint", ("Ctrl+PgUp",), live=True),
    Action("next_endpoint", "endpoint", ("Ctrl+PgDown",), live=True),
    Action("tab_menu", "endpoint", live=True, submenu=True),
    Action("rename_tab", "tab_menu", ("F2",), live=True),
    Action("duplicate_tab", "tab_menu", ("Shift+F2",), live=True),
    Action("tab_left", "tab_menu", ("Ctrl+Shift+PgUp",), live=True),
    Action("tab_right", "tab_menu", ("Ctrl+Shift+PgDown",), live=True),
    Action("other_side", "tab_menu", ("Ctrl+F2",), live=True),
    Action("remove", "endpoint", ("Ctrl+W",), live=True),
    Action("stop_all", "endpoint", ("Ctrl+.",), live=True, button=Button(4, 1, "octagon-x")),
    Action("make_scenario", "scenario", ("Ctrl+G",), button=Button(3, 2, "list-checks")),
    Action("repeat_until", "scenario", ("Ctrl+Shift+G",)),
    Action("run_scenario", "scenario", ("Ctrl+R",), live=True),
    Action("demonstrations", "labs", ("Ctrl+J",), live=True, also="help"),
    Action("demos", "labs", live=True, submenu=True, button=Button(2, 1, "play")),
    Action("check_all", "labs", ("Ctrl+Shift+D",), live=True),
    Action(
        "backlog_lab",
        "labs",
        ("Ctrl+Shift+B",),
        live=True,
        rule=True,
        button=Button(2, 2, "flask-conical"),
        also="help",
    ),
    Action("manual", "help", ("F1",)),
    Action("keys", "help", ("Shift+F1",)),
    Action("first_steps", "help", ("Ctrl+F1",), live=True, rule=True),
    Action("watch", "help", ("Ctrl+Shift+W",), live=True),
    Action("about", "help", ("Ctrl+Shift+F1",), rule=True),
    # the numbers that a first start shows on these buttons
    Action("step_1", None, ("1",), control="server.listen"),
    Action("step_2", None, ("2",), control="client.connect"),
    Action("step_3", None, ("3",), control="client.send"),
    Action("leave", None, ("Esc",)),
    *(Action(f"saved_{number}", None, (f"Ctrl+{number}",)) for number in range(1, 10)),
)
