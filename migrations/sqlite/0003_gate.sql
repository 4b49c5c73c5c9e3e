-- What the gate answered, what people were asked, and what they granted.

CREATE TABLE gate_calls (
    task_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    run_id TEXT NOT NULL,
    request TEXT NOT NULL,
    consumed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, call_id, round)
) STRICT;

CREATE TABLE approvals (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    call_json TEXT NOT NULL,
    call_blob TEXT,
    hash TEXT NOT NULL,
    request TEXT NOT NULL,
    reason TEXT NOT NULL,
    dangerous INTEGER NOT NULL,
    may_have_run INTEGER NOT NULL,
    votes_needed INTEGER NOT NULL,
    votes_cast INTEGER NOT NULL,
    status TEXT NOT NULL,
    parked INTEGER NOT NULL,
    decision TEXT,
    consumed_by TEXT,
    opened_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX approvals_task_id ON approvals (task_id);
CREATE INDEX approvals_status_expires_at ON approvals (status, expires_at);

CREATE TABLE votes (
    approval_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    place TEXT,
    saying TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    FOREIGN KEY (approval_id) REFERENCES approvals (id) ON DELETE CASCADE,
    PRIMARY KEY (approval_id, user_id)
) STRICT;

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    pattern TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX grants_scope_scope_id ON grants (scope, scope_id);
