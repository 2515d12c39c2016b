"""The house itself: what is locked, what the wheel carries, which floor a module stands on."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from workbench.texts import LANGUAGES
from workbench.viewmodel.manual import pages, pictures

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 700
"""Lines of a module."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "scripts" / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, list[tuple[str, Requirement]]]:
    """The entries of the lock by name, each with its text."""
    entries: dict[str, list[tuple[str, Requirement]]] = {}
    text = "".join(line for line in LOCK.splitlines(keepends=True) if not line.startswith("#"))
    for entry in re.split(r"\n(?=\S)", text.strip()):
        requirement = Requirement(entry.split("\\\n")[0])
        entries.setdefault(requirement.name.lower(), []).append((entry, requirement))
    return entries


@pytest.mark.parametrize("python", ["3.11.2", "3.12.3", "3.13.5"])
@pytest.mark.parametrize(
    "wanted", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
)
def test_the_lock_holds_what_the_project_asks_for(wanted: str, python: str) -> None:
    environment = {"python_version": python[:4], "python_full_version": python}
    requirement = Requirement(wanted)
    if requirement.marker and not requirement.marker.evaluate(environment):
        return
    chosen = [
        pin
        for _, pin in locked()[requirement.name.lower()]
        if not pin.marker or pin.marker.evaluate(environment)
    ]
    assert len(chosen) == 1
    (exact,) = chosen[0].specifier
    assert exact.operator == "=="
    assert requirement.specifier.contains(exact.version)


def test_every_locked_package_has_hashes_and_none_names_a_host() -> None:
    for entries in locked().values():
        for text, _ in entries:
            assert "--hash=sha256:" in text
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|--trusted-host", LOCK)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_the_resources(unpacked: Path) -> None:
    """Everything but the Chinese README and those pictures that the manual does not show."""
    carried = unpacked / "workbench" / "_resources"
    there = {path.relative_to(carried) for path in carried.rglob("*") if path.is_file()}
    here = ROOT / "resources"
    wanted = {
        path.relative_to(here)
        for folder in ("app", "icons", "manual", "scenarios", "texts")
        for path in (here / folder).rglob("*")
        if path.is_file()
    }
    shown = {
        Path("screenshots") / f"{name}-{scheme}-{language}.png"
        for language in LANGUAGES
        for page in pages(language)
        for name in pictures(page.text)
        for scheme in ("dark", "light")
    }
    assert there == wanted | shown | {Path("scenario.schema.json")}
    left_out = {path.name for path in here.iterdir()} - {part.parts[0] for part in there}
    assert left_out == {"README.zh_CN.md"}


def test_the_wheel_works_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    probe = (
        "import workbench; from workbench.resources import resource; "
        "print(workbench.__file__, resource('texts').is_dir())"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, found = done.stdout.split()
    assert Path(file).is_relative_to(unpacked)
    assert found == "True"


def test_the_command_is_the_entry_point(unpacked: Path) -> None:
    (points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "socket-workbench = workbench.entry:main" in points.read_text()
    assert "[pytest11]\nworkbench.testing = workbench.testing\n" in points.read_text()


def test_nothing_cites_a_page_that_is_not_in_the_project() -> None:
    """Why is told by ARCHITECTURE.md, an RFC or a man page: what a reader can open."""
    pattern = re.compile(r"\bDESI" + r"GN\b|\bWIND" + r"OW\.md|\bhouse\.md")
    ours = ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "pyproject.toml")
    files = [ROOT / name for name in ours]
    for folder in ("workbench", "scripts", "tests", "resources"):
        files += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".py", ".toml", ".md"} and "_resources" not in path.parts
        ]
    for path in files:
        found = pattern.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)} cites {found[0]}: cite ARCHITECTURE.md"


MAKES_SOCKETS = {
    "interrupts.py": "signal.set_wakeup_fd wants one",
    "labs/private_net.py": "hands the lab's sockets over, out of another network namespace",
    "labs/namespace_helper.py": "makes them there",
    "scenario/script_help/noted_socket.py": "is text of exported scripts; the program runs none",
}
"""Modules beside engine/sockets that make a socket, each with the reason why."""


@cache
def parsed(module: Path) -> ast.Module:
    """The code of a module; several tests look at all of them."""
    return ast.parse((ROOT / "workbench" / module).read_text(encoding="utf-8"))


def test_only_the_engines_sockets_touch_sockets() -> None:
    made = re.compile(r"socket\.(socket|socketpair|create_\w+|fromfd)")
    found = set()
    for module in MODULES:
        name = module.as_posix()
        calls = [node.func for node in ast.walk(parsed(module)) if isinstance(node, ast.Call)]
        makers = [
            call
            for call in calls
            if isinstance(call, ast.Attribute)
            and isinstance(call.value, ast.Name)
            and made.fullmatch(f"{call.value.id}.{call.attr}")
        ]
        if makers and not name.startswith("engine/sockets/"):
            found.add(name)
    assert found == set(MAKES_SOCKETS)


SAME_NAME = {
    "call_strip": "the chips as data, and the widget that shows them",
    "reconnect": "what connects again, and the row that says when",
}
"""Modules that two packages have, each with the reason why both are called so."""


def test_no_two_classes_have_the_same_name() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(str(module))
    twice = {name: places for name, places in homes.items() if len(places) > 1}
    assert not twice, f"one name for one thing, rename all but one: {twice}"


def test_no_two_modules_have_the_same_name() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        homes.setdefault(module.stem, []).append(str(module))
    twice = {
        name: places for name, places in homes.items() if len(places) > 1 and name not in SAME_NAME
    }
    assert not twice, f"one name for one thing, rename all but one: {twice}"


COVERED_BY = {
    "qt/conversation_wording.py": ("ui/endpoint/test_conversation_pane.py", "previous"),
    "engine/model/responders/kind.py": ("engine/model/responders/test_table.py", "puts_in"),
    "engine/protocol/rule_answers.py": ("engine/protocol/test_responder.py", "no_rule"),
    "cli/export_code.py": ("cli/test_export_command.py", "pytest"),
    "cli/row_printer.py": ("cli/test_printer.py", "printed"),
    "engine/connection/failing_calls.py": ("engine/test_endings.py", "backs_off"),
    "engine/connection/context.py": ("engine/test_both_ways.py", "not_done"),
    "engine/protocol/websocket/asked.py": ("engine/test_websocket.py", "CloseWebSocket"),
    "engine/protocol/websocket/frame_rows.py": (
        "engine/protocol/websocket/test_websocket_layer.py",
        "ws.message",
    ),
    "engine/runtime/layer_commands.py": ("engine/test_websocket.py", "SendFrame"),
    "engine/runtime/socket_calls.py": ("engine/sockets/test_traced_socket.py", "getpeername"),
    "engine/connection/registry.py": ("engine/endpoint/test_base.py", "was_closed"),
    "engine/connection/pending_call.py": ("engine/connection/test_send_queue.py", "let_through"),
    "engine/runtime/dispatch.py": ("engine/sockets/test_traced_socket.py", "GetOption"),
    "engine/connection/stream_connection.py": ("engine/endpoint/test_client.py", "PEER"),
    "journal/opening.py": ("journal/test_reader_media.py", "needs_copy"),
    "labs/backlog_endpoints.py": ("e2e/test_backlog.py", "FAMILIES"),
    "scenario/recorded.py": ("scenario/test_from_record.py", "Configure"),
    "scenario/endpoint_keys.py": ("scenario/test_layer_keys.py", "tls_not_started"),
    "scenario/layer_steps.py": ("scenario/test_layer_keys.py", "close_code"),
    "scenario/layer_rows.py": ("scenario/test_what_came.py", "has_headers"),
    "scenario/unmet.py": ("scenario/test_expect.py", "within"),
    "viewmodel/command_words.py": ("viewmodel/test_pasted_line.py", "pasted.quote"),
    "viewmodel/curl_line.py": ("viewmodel/test_pasted_line.py", "pasted.urls"),
    "viewmodel/nc_line.py": ("viewmodel/test_pasted_line.py", "pasted.no_exec"),
    "viewmodel/pasted_command.py": ("viewmodel/test_pasted_line.py", "message_of"),
    "viewmodel/next_call.py": ("ui/endpoint/test_next_call.py", "next_call"),
    "ui/window/menus.py": ("ui/test_tables.py", "action"),
    "ui/widgets/traffic_button.py": ("ui/endpoint/test_traffic.py", "traffic"),
    "ui/widgets/file_dialogs.py": ("ui/endpoint/test_message_editor.py", "QFileDialog"),
    "ui/record/bytes_tab.py": ("ui/test_cut_characters.py", "inspector.bytes"),
    "ui/window/projector_caption.py": ("ui/looks/test_windows.py", "caption.call"),
    "viewmodel/client_status.py": ("ui/test_panels.py", "took_to_connect"),
    "ui/window/closed_rows_option.py": ("ui/test_tables.py", "hide_closed"),
    "ui/window/message_commands.py": ("ui/window/test_message_list.py", "client_of"),
    "ui/window/message_place.py": ("ui/window/test_message_list.py", "messages_shown"),
    "viewmodel/messages_import.py": ("viewmodel/test_packet_sender.py", "imported"),
    "qt/answer_watch.py": ("ui/endpoint/test_answer_watch.py", "missed"),
    "ui/window/enter_option.py": ("ui/endpoint/test_message_editor.py", "enter_sends"),
    "qt/scenario_player.py": ("ui/window/test_window.py", "run_named"),
    "ui/window/endpoint_list.py": ("ui/test_first_start.py", "tree"),
    "ui/window/endpoint_place.py": ("ui/test_habits.py", "switch"),
    "ui/window/endpoint_tabs.py": ("ui/test_selection.py", "new_server"),
    "viewmodel/endpoint_status.py": ("ui/endpoint/test_next_call.py", "next_call"),
    "ui/window/onboarding_bar.py": ("ui/window/test_window.py", "udp-exchange"),
    "ui/window/onboarding.py": ("ui/test_first_start.py", "first_steps_done"),
    "ui/window/splitter.py": ("ui/test_habits.py", "presenting"),
    "viewmodel/host_suggestions.py": ("ui/endpoint/test_address_line.py", "localhost"),
    "ui/record/kernel_plots.py": ("ui/record/test_kernel_tab.py", "ESTABLISHED"),
    "ui/lab/by_hand.py": ("ui/lab/test_backlog_window.py", "close_listener"),
    "ui/lab/client_chart.py": ("ui/lab/test_backlog_window.py", "chart"),
    "ui/lab/comparison.py": ("ui/lab/test_backlog_window.py", "comparison"),
    "ui/lab/newest_call.py": ("ui/lab/test_backlog_window.py", "lab.log"),
    "ui/lab/open_lab.py": ("ui/lab/test_backlog_window.py", "BacklogWindow"),
    "ui/lab/queue_cells.py": ("ui/lab/test_backlog_window.py", "QUEUED"),
    "ui/lab/set_up.py": ("ui/lab/test_backlog_window.py", "accept_after"),
    "ui/lab/side_column.py": ("ui/lab/test_backlog_window.py", "states"),
    "ui/lab/top_row.py": ("ui/lab/test_backlog_window.py", "kept_runs"),
    "ui/record/log_panel.py": ("ui/test_log_counts.py", "log.main_calls"),
    "ui/style/appearance.py": ("ui/test_scale.py", "_set_scale"),
    "ui/window/note_field.py": ("ui/looks/test_keyboard.py", "window.mark_text"),
    "ui/window/record_commands.py": ("ui/test_window_deeds.py", "look_for_a_crash"),
    "ui/window/banner.py": ("ui/test_window_deeds.py", "notice.open"),
    "ui/window/record_session.py": ("ui/test_old_record_window.py", "journal"),
    "ui/window/child_windows.py": ("ui/dialogs/test_check_all_dialog.py", "open_check_all"),
    "ui/endpoint/checksum_fields.py": ("ui/endpoint/test_message_editor.py", "checksum_from"),
    "ui/endpoint/connection_actions.py": ("ui/test_tables.py", "why_row"),
    "ui/endpoint/close_buttons.py": ("ui/test_endings.py", "half_close"),
    "ui/endpoint/file_picker.py": ("ui/endpoint/test_message_editor.py", "file_browse"),
    "ui/endpoint/gate_control.py": ("ui/test_habits.py", "paused"),
    "viewmodel/layer_calls.py": ("ui/record/test_frames_panel.py", "ws.send"),
    "ui/endpoint/more_fields.py": ("ui/endpoint/test_more_options.py", "receive_gate"),
    "ui/endpoint/socket_options.py": ("ui/endpoint/test_address_line.py", "option_set"),
    "ui/endpoint/pace_control.py": ("ui/endpoint/test_next_call.py", "next_call"),
    "ui/widgets/choices_list.py": ("ui/endpoint/test_template_field.py", "popup"),
    "ui/endpoint/payload_edit.py": ("ui/endpoint/test_message_editor.py", "insertFromMimeData"),
    "ui/endpoint/responder_form.py": ("ui/test_habits.py", "responder"),
    "ui/endpoint/rules_editor.py": ("ui/endpoint/test_rules.py", "rules_new"),
    "qt/window_values.py": ("ui/endpoint/test_values_field.py", "rows"),
    "ui/endpoint/group_chips.py": ("ui/endpoint/test_rules.py", "rules_groups"),
    "ui/endpoint/rules_try.py": ("ui/endpoint/test_rules.py", "rules_try"),
    "ui/endpoint/saved_menu.py": ("ui/endpoint/test_message_editor.py", "aboutToShow"),
    "ui/endpoint/server_send_bar.py": ("ui/test_panels.py", "send"),
    "ui/widgets/state_badge.py": ("ui/test_window_deeds.py", "SETTING UP"),
    "ui/endpoint/timeout_box.py": ("ui/endpoint/test_address_line.py", "currentText"),
    "ui/endpoint/server_panel.py": ("ui/test_tables.py", "chosen_row"),
    "ui/endpoint/panel_factory.py": ("ui/endpoint/test_conversation_pane.py", "save_wanted"),
    "viewmodel/server_status.py": ("ui/test_window_deeds.py", "SETTING UP"),
    "ui/endpoint/rules_place.py": ("ui/endpoint/test_more_options.py", "rules"),
    "ui/endpoint/reconnect_fields.py": ("ui/endpoint/test_reconnect.py", "again_times"),
    "ui/endpoint/settings_form.py": ("ui/test_bad_input.py", "timeout"),
    "scenario/program_steps.py": ("scenario/test_programs.py", "run_too_long"),
    "scenario/program_guard.py": ("scenario/test_programs.py", "SIGKILL"),
    "scenario/step_by_step.py": ("testing/test_fixture.py", "step"),
    "scenario/kernel_look.py": ("scenario/test_readings.py", "reading"),
    "scenario/loop_end.py": ("scenario/test_loops.py", "loop_in_vain"),
    "ui/window/status_bar.py": ("ui/window/test_window.py", "status.record"),
    "ui/window/frame_views.py": ("ui/test_record_troubles.py", "look"),
}
"""Modules that no test file imports or is named after: the file that fails when the module is
broken, and a word of the module's by which that file takes hold of it."""
IMPORTED_BY = {
    "qt/expected_counter.py": "qt/test_row_counter.py",
    "ui/record/filter_menu.py": "ui/record/test_filter_field.py",
    "ui/widgets/name_line.py": "ui/record/test_filter_field.py",
    "engine/model/responders/lookup.py": "engine/protocol/test_lookup_rows.py",
    "payload/json_values.py": "scenario/test_json_values.py",
    "ui/dialogs/about_box.py": "ui/dialogs/test_manual_window.py",
    "ui/window/key_list.py": "ui/dialogs/test_manual_window.py",
    "engine/model/layer_fault.py": "explain/test_tls_sentences.py",
    "ui/endpoint/frame_place.py": "ui/endpoint/test_frame_line.py",
    "qt/checkup_worker.py": "ui/dialogs/test_check_up_window.py",
    "qt/certificate_reader.py": "ui/record/test_certificate_tab.py",
    "viewmodel/certificate_state.py": "viewmodel/test_judged_chain.py",
    "viewmodel/certificate_rows.py": "viewmodel/test_judged_chain.py",
    "checkup/case.py": "checkup/test_checkup.py",
    "checkup/frame_cases.py": "checkup/test_checkup.py",
    "checkup/server_heads.py": "checkup/test_checkup.py",
    "checkup/client_heads.py": "checkup/test_checkup.py",
    "checkup/observed.py": "checkup/test_checkup.py",
    "checkup/check_verdict.py": "checkup/test_checkup.py",
    "checkup/check_junit.py": "cli/test_check.py",
    "qt/handshake_reader.py": "ui/record/test_handshake_tab.py",
    "qt/frames_presenter.py": "ui/record/test_frames_panel.py",
    "ui/widgets/fact_table.py": "ui/record/test_frames_panel.py",
    "ui/widgets/item_views.py": "ui/widgets/test_row_under_mouse.py",
    "ui/record/frame_drawing.py": "ui/record/test_frames_panel.py",
    "ui/record/frame_tab.py": "ui/record/test_frames_panel.py",
    "viewmodel/frame_columns.py": "ui/record/test_frames_panel.py",
    "viewmodel/layer_words.py": "viewmodel/test_conversation_rows.py",
    "ui/widgets/progress_line.py": "ui/record/test_log_find.py",
    "scenario/taken_values.py": "scenario/test_named_values.py",
    "cli/exit_status.py": "cli/test_run.py",
    "cli/print_process.py": "cli/test_printer.py",
    "engine/connection/file_pieces.py": "engine/test_both_ways.py",
    "engine/model/commands.py": "engine/model/test_joined_ticket.py",
    "engine/model/errors.py": "explain/test_explain.py",
    "engine/model/family.py": "explain/test_explain.py",
    "engine/model/settings.py": "engine/model/test_serialize.py",
    "engine/model/snapshot.py": "engine/model/test_planned_calls.py",
    "engine/model/ticket.py": "engine/model/test_joined_ticket.py",
    "engine/model/layer_files.py": "engine/protocol/tls/test_tls_context.py",
    "engine/model/message_ends.py": "engine/protocol/test_framing.py",
    "engine/model/tail.py": "engine/endpoint/test_send.py",
    "engine/model/ending.py": "engine/protocol/test_stack.py",
    "engine/model/responders/echo.py": "engine/protocol/test_stack.py",
    "engine/model/responders/greet.py": "engine/protocol/test_responder.py",
    "engine/model/responders/nothing.py": "engine/protocol/test_stack.py",
    "engine/model/responders/reply.py": "engine/protocol/test_responder.py",
    "engine/model/responders/rule.py": "engine/protocol/test_responder.py",
    "engine/model/responders/rules.py": "engine/protocol/test_responder.py",
    "engine/model/responders/sink.py": "engine/model/responders/test_table.py",
    "engine/protocol/framer.py": "engine/protocol/test_framing.py",
    "engine/protocol/http_framing.py": "engine/protocol/test_framing.py",
    "engine/protocol/layer.py": "engine/protocol/test_stack.py",
    "engine/protocol/responder_layer.py": "engine/protocol/test_stack.py",
    "engine/runtime/snapshot_builder.py": "engine/runtime/test_snapshot_publisher.py",
    "engine/sockets/socket_factory.py": "engine/endpoint/test_setup_socket.py",
    "journal/exports/jsonl.py": "journal/test_connection_numbers.py",
    "journal/exports/plain_text.py": "journal/test_streams.py",
    "journal/exports/rows.py": "journal/exports/test_export_table.py",
    "journal/guard.py": "journal/test_damage.py",
    "journal/joined.py": "journal/test_segments.py",
    "journal/cell_types.py": "journal/test_damage.py",
    "labs/backlog_settings.py": "labs/test_backlog_kept.py",
    "labs/modes/admission.py": "labs/modes/test_gate.py",
    "labs/modes/bound.py": "labs/test_backlog_data.py",
    "labs/modes/closed.py": "labs/test_backlog_data.py",
    "labs/modes/firewall.py": "labs/modes/test_probe.py",
    "labs/modes/kernel.py": "labs/test_backlog_data.py",
    "labs/modes/mode.py": "labs/modes/test_abort.py",
    "qt/client_presenter.py": "qt/test_endpoint_presenter.py",
    "qt/connection_model.py": "ui/test_tables.py",
    "qt/log_scan.py": "qt/test_log_model.py",
    "qt/old_conversation.py": "ui/record/test_conversation_tab.py",
    "qt/server_presenter.py": "qt/test_endpoint_presenter.py",
    "certificates/facts.py": "certificates/test_judging.py",
    "certificates/issuing.py": "certificates/test_kinds.py",
    "certificates/parse_child.py": "certificates/test_user_files.py",
    "scenario/connections.py": "scenario/test_search.py",
    "scenario/held_back.py": "scenario/test_search.py",
    "scenario/needle.py": "scenario/test_search.py",
    "scenario/outcome.py": "scenario/test_unwaited.py",
    "scenario/report.py": "scenario/test_verdicts.py",
    "engine/protocol/plain_framing.py": "scenario/script_help/test_dividing.py",
    "scenario/code_answers.py": "scenario/test_code.py",
    "scenario/code_bytes.py": "scenario/test_code.py",
    "scenario/code_expect.py": "scenario/test_code.py",
    "scenario/code_help.py": "scenario/test_code.py",
    "scenario/code_names.py": "scenario/test_code_foreign.py",
    "scenario/code_sockets.py": "scenario/test_code.py",
    "scenario/script_help/json_names.py": "scenario/script_help/test_json_texts.py",
    "scenario/script_help/problem.py": "scenario/script_help/test_json_texts.py",
    "scenario/code_seen.py": "scenario/test_code_verdicts.py",
    "scenario/code_steps.py": "scenario/test_code.py",
    "scenario/code_values.py": "scenario/test_code.py",
    "scenario/steps.py": "scenario/test_run_numbers.py",
    "testing/scenario_files.py": "testing/test_items.py",
    "start.py": "test_main.py",
    "ui/dialogs/row_range.py": "ui/dialogs/test_scenario_dialog.py",
    "ui/endpoint/client_panel.py": "ui/test_many_clients.py",
    "ui/endpoint/endpoint_panel.py": "ui/test_selection.py",
    "ui/endpoint/payload_problem_bar.py": "ui/endpoint/test_message_editor.py",
    "ui/endpoint/rules_table.py": "ui/endpoint/test_rules.py",
    "ui/endpoint/send_scope.py": "ui/test_many_clients.py",
    "ui/widgets/tab_order.py": "ui/widgets/test_late_part.py",
    "ui/widgets/hint_combo.py": "ui/widgets/test_centred_edit.py",
    "ui/widgets/named_controls.py": "ui/widgets/test_centred_edit.py",
    "ui/widgets/state_delegate.py": "ui/test_tables.py",
    "ui/window/autoplay.py": "ui/test_first_start.py",
    "ui/window/record_views.py": "qt/test_log_presenter.py",
    "ui/window/tab_area.py": "ui/test_many_clients.py",
    "ui/window/tab_copies.py": "ui/window/test_tab_commands.py",
    "ui/window/tab_name_field.py": "ui/window/test_tab_commands.py",
    "ui/window/toolbar.py": "ui/window/test_action_table.py",
    "ui/window/low_window.py": "ui/looks/test_content_first.py",
    "ui/window/top_bars.py": "ui/looks/test_content_first.py",
    "viewmodel/call_strip.py": "ui/endpoint/test_call_strip.py",
    "viewmodel/close_reasons.py": "viewmodel/test_client_state.py",
    "viewmodel/control_commands.py": "ui/looks/test_keyboard.py",
    "viewmodel/conversation_export.py": "ui/endpoint/test_conversation_pane.py",
    "viewmodel/default_endpoints.py": "ui/test_selection.py",
    "viewmodel/message.py": "viewmodel/test_reconnect_form.py",
    "viewmodel/panel_state.py": "viewmodel/test_client_state.py",
    "viewmodel/planned_strip.py": "engine/model/test_planned_calls.py",
    "viewmodel/reset_cause.py": "ui/endpoint/test_reset_cause.py",
    "viewmodel/rule_form.py": "ui/endpoint/test_rules.py",
    "viewmodel/setup_form.py": "viewmodel/test_client_state.py",
}
"""Modules that no test file is named after, and that are not listed above: a file that imports each
and judges it by what it gives."""
MODULES = [
    path.relative_to(ROOT / "workbench")
    for path in sorted((ROOT / "workbench").rglob("*.py"))
    if path.stem != "__init__" and "_resources" not in path.parts
]


def test_no_file_is_longer_than_a_reader_s_patience() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sorted((ROOT / "workbench").rglob("*.py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long, "one idea a file (ARCHITECTURE.md, rule 9)"


@pytest.mark.parametrize("package", ["scenario", "viewmodel"])
def test_a_package_of_many_files_lists_each_of_its_modules_once(package: str) -> None:
    folder = ROOT / "workbench" / package
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")), clean=False)
    assert text is not None
    rows = [line for line in text.splitlines() if line.startswith("    ")]
    listed = Counter(name for row in rows for name in row.split())
    there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    there |= {path.parent.name for path in folder.glob("*/__init__.py")}
    assert listed == Counter(there), f"list it in workbench/{package}/__init__.py by what it does"


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names and strings of a file's code (comments and docstrings say nothing); of a dotted
    string its last part too.
    """
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=str() as name):
                found.add(name)
            case ast.alias(name=name):
                found.add(name.rpartition(".")[2])
            case ast.Constant(value=str() as text) if id(node) not in said:
                found |= {text, text.rpartition(".")[2]}
    return frozenset(found)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """The modules that a test file imports, and what it takes out of packages."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
    return frozenset(found)


def dotted(module: Path) -> str:
    return ".".join(("workbench", *module.with_suffix("").parts))


def files_of_tests() -> set[str]:
    return {path.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("*.py")}


def test_no_widget_knows_the_controller_or_a_session_but_the_main_window() -> None:
    """It is given a state, and whoever wires it knows where that comes from."""
    classes: dict[str, tuple[list[str], ast.ClassDef]] = {}
    for path in (ROOT / "workbench" / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
                classes[node.name] = bases, node

    def is_widget(name: str) -> bool:
        if name in classes:
            return any(map(is_widget, classes[name][0]))
        return name.startswith("Q") and name != "QObject"

    known = [
        f"{name}: {node.arg}"
        for name, (_, tree) in classes.items()
        if is_widget(name) and name != "MainWindow"
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        and {"Controller", "Session"} & {x.id for x in named(node.annotation)}
    ]
    assert sum(map(is_widget, classes)) > 100
    assert not known


def named(annotation: ast.expr | None) -> list[ast.Name]:
    """The names in it."""
    found = ast.walk(annotation) if annotation is not None else ()
    return [node for node in found if isinstance(node, ast.Name)]


def test_every_module_has_a_test_of_its_name_or_one_that_takes_hold_of_it() -> None:
    assert not untested(files_of_tests())


def untested(there: AbstractSet[str]) -> list[str]:
    """Modules for which no test file is there: neither one of their name nor the one listed."""
    missing = []
    for module in MODULES:
        name = "main" if module.stem == "__main__" else module.stem
        own = (module.parent / f"test_{name}.py").as_posix()
        file, _ = COVERED_BY.get(module.as_posix(), (IMPORTED_BY.get(module.as_posix()), None))
        if own not in there and file not in there:
            missing.append(module.as_posix())
    return missing


def test_each_module_misses_its_test_file() -> None:
    """Of the tests without one file after the other."""
    files = files_of_tests()
    missed: set[str] = set()
    for file in sorted(files):
        missed |= set(untested(files - {file}))
    # where a file of its name and a listed one are both there, it takes both to go
    twice = {str(module) for module in MODULES} - missed
    assert not twice, "listed though there is a test of its name"


@pytest.mark.parametrize("module", IMPORTED_BY)
def test_the_file_that_judges_a_module_imports_it(module: str) -> None:
    assert dotted(Path(module)) in imports_of(ROOT / "tests" / IMPORTED_BY[module])


@pytest.mark.parametrize("module", COVERED_BY)
def test_the_file_that_covers_a_module_takes_hold_of_it(module: str) -> None:
    file, word = COVERED_BY[module]
    assert word in names_in(ROOT / "workbench" / module), module
    assert word in names_in(ROOT / "tests" / file), file


@pytest.mark.parametrize("module", COVERED_BY)
def test_the_file_that_covers_a_module_fails_when_it_is_broken(
    module: str, request: pytest.FixtureRequest
) -> None:
    """Every function and method of it raises then; the file passes as it is."""
    if not request.config.getoption("--long"):
        pytest.skip("a run of a whole test file each: with --long")
    if module == "scenario/program_guard.py":
        pytest.skip("it is a program that a program of the test begins: broken by hand alone")
    assert fails_when_broken(module, COVERED_BY[module][0])


def fails_when_broken(module: str, file: str) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BROKEN_MODULE": dotted(Path(module))}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "tests.broken",
            "-p",
            "no:cacheprovider",
            f"tests/{file}",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    # passed, failed, broken already where the file is read, where its conftest is (4), or where our
    # plugin reports (3); Qt ends a process of which a method is broken that it calls itself
    told = done.stdout + done.stderr
    assert done.returncode in {0, 1, 2, 3, -signal.SIGABRT, -signal.SIGSEGV} or (
        "while loading conftest" in told
    ), told
    return done.returncode != 0
