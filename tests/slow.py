"""Tests that `scripts/test.py --quick` leaves out: they get the marker `slow`.

Measured with --durations: what takes more than half a second of processor time with all its
cases, and the folders whose every test starts a program, a window or a demonstration.
"""

from __future__ import annotations

from typing import Final

FOLDERS: Final = ("e2e", "jobs", "labs", "talks", "ui")
KEPT: Final = (
    "labs/test_backlog_data.py",
    "labs/test_backlog_words.py",
    "ui/endpoint/test_call_strip.py",
    "ui/endpoint/test_next_call.py",
    "ui/endpoint/test_reconnect.py",
)
"""Of these folders, what is quick: it sees the core of each."""
TESTS: Final = (
    "cli/test_main.py",
    "cli/test_outlet.py",
    "cli/test_printer.py::test_a_process_of_its_own_goes_on_with_it",
    "cli/test_printer.py::test_a_record_that_was_taken_away_is_printed_all_the_same",
    "cli/test_quick.py",
    "cli/test_record_watch.py",
    "engine/model/test_shape.py::test_a_command_of_a_stranger_is_one_or_refused",
    "engine/model/test_shape.py::test_settings_of_a_stranger_are_settings_or_refused",
    "engine/test_both_ways.py::test_much_both_ways_at_once",
    "engine/test_endings.py::test_what_an_end_drops_is_counted",
    "engine/protocol/tls/test_hostile.py",
    "engine/protocol/websocket/test_hostile.py",
    "engine/test_sequences.py",
    "engine/test_wss_memory.py",
    "journal/exports/test_forms.py::test_a_table_holds_every_value",
    "journal/exports/test_forms.py::test_a_table_starts_no_formula",
    "journal/exports/test_forms.py::test_a_text_that_comes_again_is_written_again",
    "journal/exports/test_forms.py::test_for_a_person_a_row_is_a_line_without_control",
    "journal/exports/test_forms.py::test_for_a_program_a_row_is_an_object",
    "journal/test_bulk.py::test_what_is_written_is_what_was_given",
    "journal/test_damage.py::test_a_damaged_record_gives_a_sentence_or_what_is_left",
    "journal/test_damage.py::test_a_view_of_somebody_else_is_not_used",
    "journal/test_damage.py::test_what_stands_beside_our_tables_is_not_touched",
    "journal/test_filter_sql.py::test_it_equals_the_same_filter_in_python",
    "journal/test_notes.py::test_a_record_may_be_written_by_anybody",
    "journal/test_place.py::test_at_any_moment_of_a_busy_record",
    "journal/test_place.py::test_nothing_is_lost",
    "journal/test_private.py::test_a_killed_run_leaves_nothing_behind_the_next",
    "journal/test_private.py::test_records_of_killed_programs_become_one_file",
    "journal/test_query.py::test_any_typing_is_read_or_refused",
    "journal/test_query.py::test_minus_selects_exactly_the_others",
    "journal/test_query.py::test_selects_what_the_words_say",
    "journal/test_query_across.py::test_it_is_what_joining_all_bytes_would_find",
    "journal/test_query_values.py::test_a_bare_value_knows_the_star_alone",
    "journal/test_query_values.py::test_a_number_of_any_length_is_one_or_pointed_at",
    "journal/test_query_values.py::test_a_quoted_value_is_itself",
    "journal/test_query_values.py::test_a_text_of_a_record_can_be_asked_for",
    "journal/test_query_values.py::test_as_many_values_as_somebody_pastes",
    "journal/test_query_values.py::test_bytes_are_found_in_every_spelling",
    "journal/test_query_values.py::test_time_is_compared_as_it_is_shown",
    "journal/test_reader_media.py::test_a_crashed_record_whose_wal_is_lost",
    "journal/test_reader_media.py::test_a_crashed_record_with_all_its_files",
    "journal/test_reader_media.py::test_rows_in_a_wal_are_not_silently_left_out",
    "journal/test_reader_pages.py::test_a_json_line_has_every_key_in_ascii",
    "journal/test_reader_pages.py::test_the_size_of_a_chunk_changes_nothing",
    "journal/test_recorder_trouble.py::test_killed_it_loses_nothing_that_was_told",
    "journal/test_recovery.py::test_killed_while_it_is_sealed",
    "journal/test_segments.py::test_a_segment_with_something_to_see_stays",
    "journal/test_segments.py::test_joined_it_reads_like_one_file",
    "journal/test_segments.py::test_memory_and_descriptors_stay_flat",
    "journal/test_segments.py::test_to_wait_is_no_error_nor_is_what_a_step_expected",
    "journal/test_version_1.py::test_it_is_filtered_like_one_of_today",
    "payload/test_characters.py::test_cuts_change_nothing",
    "payload/test_decoding.py::test_a_decoder_can_begin_in_the_middle",
    "payload/test_decoding.py::test_text_does_not_depend_on_the_cuts",
    "payload/test_notation.py::test_escapes_are_the_text_they_stand_for",
    "payload/test_notation.py::test_no_name_of_an_encoding_is_a_fault",
    "payload/test_notation.py::test_text_as_python_encodes_it_or_its_first_bad_character",
    "qt/test_log_model.py::test_every_cell_of_many_pages_is_that_of_the_record",
    "scenario/test_code_foreign.py::test_only_constants_are_of_the_stranger",
    "scenario/test_code_foreign.py::test_what_looks_like_code_is_not_run",
    "scenario/test_locate.py::test_every_key_is_found_on_its_line",
    "scenario/test_loops.py::test_another_endpoint_does_not_end_it",
    "scenario/test_loops.py::test_the_command_line_does_the_same",
    "scenario/test_model.py::test_every_key_is_found_on_its_line",
    "scenario/test_search.py::test_a_pattern_finds_what_a_plain_search_finds",
    "scenario/test_search.py::test_a_text_is_contained_where_a_plain_search_finds_it",
    "scenario/test_search.py::test_the_oldest_of_several_connections_is_found",
    "scenario/test_values.py::test_any_value_is_read_or_pointed_at",
    "scenario/test_verdicts.py::test_a_pattern_that_takes_too_long_is_given_up",
    "scenario/test_verdicts.py::test_many_connections_are_judged_in_one_pass",
    "scenario/test_write.py::test_every_scenario_reads_back",
    "scripts/test_trace.py",
    "test_app.py::test_a_window_that_is_gone_may_be_collected_on_any_thread",
    "test_app.py::test_every_object_of_a_window_goes_with_it",
    "test_app.py::test_garbage_is_looked_for_once_the_window_is_shown",
    "test_debug.py",
    "test_family.py::test_texts_fit_their_kind_of_socket",
    "test_interrupts.py::test_signals_while_threads_start_tear_none",
    "test_layout.py::test_each_module_misses_its_test_file",
    "test_layout.py::test_every_module_has_a_test_of_its_name_or_one_that_takes_hold_of_it",
    "test_layout.py::test_the_file_that_covers_a_module_takes_hold_of_it",
    "test_literals.py::test_a_value_is_written_as_itself",
    "test_texts.py::test_each_text_is_found_whichever_is_asked_for_first",
    "test_texts.py::test_what_the_program_asks_for_exists_and_gets_its_values",
    "testing/test_items.py",
    "testing/test_pytest_options.py",
    "viewmodel/test_row_index.py::test_it_knows_what_a_list_knows",
    "viewmodel/test_shown_rows.py::test_whatever_comes_first_the_rows_are_the_same_in_the_end",
)
"""Files and functions, as pytest names them under tests/."""


def is_slow(node: str) -> bool:
    """Whether the test of this node id is left out; it begins with "tests/"."""
    inside = node.removeprefix("tests/").partition("[")[0]
    file = inside.partition("::")[0]
    if file.partition("/")[0] in FOLDERS:
        return file not in KEPT
    return file in TESTS or inside in TESTS
