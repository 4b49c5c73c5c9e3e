#!/bin/sh
# What stands in the place of the CLI: it speaks the protocol, and what the prompt names beside it.
say() { printf '%s\n' "$1"; }
# The next line that holds this; the hub may send others before it.
hear() {
  while read -r line; do
    case $line in *"$1"*) return ;; esac
  done
  exit 1
}
session=b4c48612-401f-4ad4-afa7-6b16c228fa52
hear '"initialize"'
say '{"type":"control_response","response":{"subtype":"success","request_id":"signalbox-initialize","response":{"claude_code_version":"2.1.330"}}}'
hear '"user"'
prompt=$line
say '{"type":"system","subtype":"init","cwd":"/workspace","session_id":"'"$session"'","tools":["Read"],"model":"m","permissionMode":"default","claude_code_version":"2.1.330"}'
spoken='{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"Good morning."}]},"parent_tool_use_id":null,"session_id":"'"$session"'"}'
result='{"type":"result","subtype":"success","is_error":false,"terminal_reason":"completed","num_turns":1,"session_id":"'"$session"'","total_cost_usd":0,"permission_denials":[],"stop_reason":"end_turn","result":"Good morning.","queued_turn_count":0,"result_index":0}'
case $prompt in
  *garbage*)
    say 'Warning: this is no JSON'
    say '{"type":'
    say '{"type":"unheard_of","x":[1]}'
    say '[]'
    say 'null'
    say '{"type":"assistant","message":{}}'
    say '{"type":"user","message":{"content":7}}'
    say ''
    printf '\377\376\000\r\n'
    say "$spoken"
    say "$result"
    ;;
  *truncated*)
    say "$spoken"
    printf '{"type":"result","subtype":"success","is_error":fal'
    exit 0
    ;;
  *endless*)
    head -c 90000000 /dev/zero | tr '\0' x
    say ''
    say "$spoken"
    say "$result"
    ;;
  *large*)
    call='{"file_path":"/workspace/notes.txt"}'
    say '{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Read","input":'"$call"'}]},"parent_tool_use_id":null,"session_id":"'"$session"'"}'
    say '{"type":"control_request","request_id":"r1","request":{"subtype":"hook_callback","callback_id":"gate","input":{"session_id":"'"$session"'","cwd":"/workspace","hook_event_name":"PreToolUse","permission_mode":"default","tool_name":"Read","tool_input":'"$call"',"tool_use_id":"toolu_1"},"tool_use_id":"toolu_1"}}'
    hear control_response
    printf '{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","is_error":false,"content":"'
    head -c 50000000 /dev/zero | tr '\0' x
    say '"}]},"parent_tool_use_id":null,"session_id":"'"$session"'"}'
    say "$spoken"
    say "$result"
    ;;
esac
cat >/dev/null
