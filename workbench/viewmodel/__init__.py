"""What the window shows, as plain data, and the policies behind it. No Qt.

By what they are about:

A panel as a whole
    panel_state  server_state  client_state  server_status  client_status  endpoint_status
    listed_endpoints  default_endpoints  tab_names  undo
Fields as typed
    setup_form  set_up_summary  address_form  host_suggestions  parse_fields  option_text
    layer_form  messages_form  reconnect_form  responder_choices  rule_form  rule_more  rule_trial
    known_values  value_files
Messages to send
    payload_form  completion  frame_form  saved_messages  messages_file  messages_import
    packet_sender  send_again
Pasted command lines
    pasted_line  pasted_command  command_words  curl_line  nc_line
Commands, and what comes of them
    control_commands  asked_commands  asked_gates  command_outcome  connect_outcomes
    close_reasons  remedies  stall_reason  silence  reset_cause  message
The call strip
    call_strip  planned_strip  call_history  next_call  layer_chips  agreed_layers  call_caption
Tables of connections
    connection_rows  chosen_rows  traffic  next_look
Conversations
    conversation_rows  conversation_line  conversation_text  conversation_export  layer_words
    ignored_rows
The log
    log_columns  log_cells  log_progress  shown_rows  row_index  pending_connects  find_text
    filter_terms  filter_completion  kept_filters  frame_columns  layer_calls
The inspector
    kernel_state  ws_frame  ws_handshake  certificate_state  certificate_rows  judged_chain
Records, set-ups and what is kept between runs
    record_count  record_names  record_notices  set_up_file  workspace  workspace_file
Scenarios, demonstrations, the lab, the manual
    typed_scenario  demo_list  lab_state  manual
"""
