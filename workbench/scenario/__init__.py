"""Scenario files: parsed, checked, run, written, exported as code, and made from a record.

By what they do:

What a scenario is
    steps  report  rounds  keys  key_table  json_schema  permissions  secrets
Reading a file
    model  syntax  locate  limits  misplaced  call_names  values  endpoint_keys  layer_keys
    layer_steps  messages_keys  responder_keys  expect_keys  ignored  doubts  never_logged
    step_lines
Values and cases
    named_values  value_sources  known_by_rule  unknown_words  cases  taken_values
Running
    runner  step_by_step  going_on  awaited  bell  own_wait  feed  interest  program_steps
    programs  program_guard  loop_end  repeat  unwaited  run_numbers  meant_connections
    beside_rows
Matching what came with what is expected
    expect  search  needle  finders  json_stream  connections  what_came  layer_rows  readings
    kernel_look  timing  outcome  held_back  handshakes  judged  left_behind
    cut_messages
Reporting
    verdict_rows  unmet  parting  folded_rounds  junit
Writing
    write  toml_string  without_secrets
Making one from a record
    from_record  recorded  answers  expected  varying  carried_values  sent_before  sent_numbers
Exporting as Python
    code  code_answers  code_asking  code_bytes  code_calls  code_expect  code_help  code_json
    code_names  code_pytest  code_seen  code_sockets  code_steps  code_until  code_values
    script_help
"""
