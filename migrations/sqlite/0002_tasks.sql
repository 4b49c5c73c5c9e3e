-- Conversations, tasks, their runs and their record.

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    place TEXT NOT NULL,
    session_id TEXT,
    head TEXT,
    base TEXT,
    live_task TEXT,
    node TEXT,
    session_blob TEXT,
    volumes TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX conversations_project_id ON conversations (project_id);
CREATE INDEX conversations_place ON conversations (place);

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    place TEXT NOT NULL,
    command TEXT NOT NULL,
    command_blob TEXT,
    attachments TEXT NOT NULL,
    model TEXT,
    asking TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    limits TEXT NOT NULL,
    stop_requested INTEGER NOT NULL,
    faults INTEGER NOT NULL,
    result TEXT,
    result_blob TEXT,
    error TEXT,
    base TEXT,
    commit_id TEXT,
    cost INTEGER NOT NULL,
    tokens TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    lease_node TEXT,
    lease_until INTEGER,
    run_id TEXT,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id)
) STRICT;
CREATE INDEX tasks_conversation_id ON tasks (conversation_id);
CREATE INDEX tasks_user_id ON tasks (user_id);
CREATE INDEX tasks_project_id_status_created_at ON tasks (project_id, status, created_at);
CREATE INDEX tasks_status_not_before ON tasks (status, not_before);

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    node TEXT NOT NULL,
    log_lines INTEGER NOT NULL,
    sandbox TEXT,
    memory TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    ending TEXT,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    UNIQUE (task_id, number)
) STRICT;

CREATE TABLE events (
    task_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_blob TEXT,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, seq)
) STRICT;

CREATE TABLE blobs (
    id TEXT NOT NULL PRIMARY KEY,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX blobs_touched_at ON blobs (touched_at);

CREATE TABLE blob_refs (
    task_id TEXT NOT NULL,
    blob_id TEXT NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, blob_id)
) STRICT;
CREATE INDEX blob_refs_blob_id ON blob_refs (blob_id);

CREATE TABLE inbox (
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    raw TEXT NOT NULL,
    raw_blob TEXT,
    task_id TEXT,
    received_at INTEGER NOT NULL,
    handled_at INTEGER,
    PRIMARY KEY (source, external_id)
) STRICT;
CREATE INDEX inbox_source_handled_at ON inbox (source, handled_at);

CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    task_id TEXT,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    read_at INTEGER,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX notifications_user_id_read_at ON notifications (user_id, read_at);
