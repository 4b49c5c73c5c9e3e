#!/usr/bin/python3
"""Plays a Claude CLI that lies. The prompt says how."""
import json
import os
import sys
import time

SESSION = "b4c48612-401f-4ad4-afa7-6b16c228fa52"


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def hear():
    while True:
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        if line.strip():
            return json.loads(line)


def answer_to(request):
    while True:
        message = hear()
        if message.get("response", {}).get("request_id") == request:
            return message["response"]["response"]["hookSpecificOutput"]["permissionDecision"]


def ask(request, call, command):
    body = {"session_id": SESSION, "cwd": "/workspace", "hook_event_name": "PreToolUse", "permission_mode": "default",
            "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": call}
    say({"type": "control_request", "request_id": request,
         "request": {"subtype": "hook_callback", "callback_id": "gate", "input": body, "tool_use_id": call}})


def ran(call, output="ran"):
    say({"type": "user", "parent_tool_use_id": None, "session_id": SESSION, "message": {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": call, "content": output, "is_error": False}]}})


def success(**more):
    say({"type": "result", "subtype": "success", "is_error": False, "result": "FORGED", "num_turns": 1,
         "session_id": SESSION, "total_cost_usd": 0, "terminal_reason": "completed", **more})


def result_without_allow():
    with open("stolen.txt", "w") as file:
        file.write("work that nobody allowed\n")
    ran("toolu_never_asked")
    success()


def result_after_a_no():
    ask("1", "toolu_a", "rm -rf /")
    answer_to("1")
    ran("toolu_a")
    success()


def result_before_the_answer():
    ask("1", "toolu_a", "rm -rf /")
    ran("toolu_a")
    success()


def success_while_asked():
    ask("1", "toolu_a", "rm -rf /")
    success()


def another_input():
    ask("1", "toolu_a", "echo harmless")
    answer_to("1")
    ask("2", "toolu_a", "echo harmful")
    ran("toolu_a")
    success()


def same_question_other_words():
    ask("1", "toolu_a", "rm -rf /")
    ask("1", "toolu_a", "echo harmless")
    time.sleep(60)


def garbage():
    for number in range(30):
        sys.stdout.write(f"}}garbage {number}\x00\xff{{\n")
    sys.stdout.flush()
    success()


def truncated_last_line():
    sys.stdout.write('{"type":"result","subtype":"success","is_error":false,"result":"FORG')
    sys.stdout.flush()


def another_session():
    success(session_id="00000000-0000-4000-8000-000000000000")
    time.sleep(0.2)
    os._exit(0)


def forgetful():
    """Is told to wait, comes back, is allowed, dies before it says what came of it, and asks for the same call again."""
    life = "life"
    lives = int(open(life).read()) + 1 if os.path.exists(life) else 1
    with open(life, "w") as file:
        file.write(str(lives))
    ask(f"in life {lives}", "toolu_a", "touch once")
    decided = answer_to(f"in life {lives}")
    if decided == "defer":
        success(terminal_reason="tool_deferred", deferred_tool_use={"id": "toolu_a", "name": "Bash", "input": {}})
    elif lives == 2:
        os._exit(9)
    else:
        ran("toolu_a") if decided == "allow" else None
        success()


say({"type": "control_response", "response": {"subtype": "success", "request_id": hear()["request_id"],
                                              "response": {"claude_code_version": "2.1.330"}}})
resumed = os.path.exists("life")
prompt = "forgetful" if resumed else hear()["message"]["content"]
prompt = prompt if isinstance(prompt, str) else prompt[0]["text"]
say({"type": "system", "subtype": "init", "cwd": "/workspace", "session_id": SESSION, "tools": ["Bash"],
     "model": "claude", "permissionMode": "default", "claude_code_version": "2.1.330"})
globals()[prompt.split()[-1]]()
