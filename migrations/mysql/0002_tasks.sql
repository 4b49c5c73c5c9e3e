-- Conversations, tasks, their runs and their record.

CREATE TABLE conversations (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    project_id VARCHAR(64) NOT NULL,
    place VARCHAR(190) NOT NULL,
    session_id VARCHAR(190) NULL,
    head VARCHAR(64) NULL,
    base VARCHAR(64) NULL,
    live_task VARCHAR(64) NULL,
    node VARCHAR(190) NULL,
    session_blob VARCHAR(64) NULL,
    volumes VARCHAR(190) NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    INDEX conversations_place (place)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE tasks (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    project_id VARCHAR(64) NOT NULL,
    conversation_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    place VARCHAR(190) NOT NULL,
    command LONGTEXT NOT NULL,
    command_blob VARCHAR(64) NULL,
    attachments LONGTEXT NOT NULL,
    model VARCHAR(190) NULL,
    asking VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    priority BIGINT NOT NULL,
    limits LONGTEXT NOT NULL,
    stop_requested BIGINT NOT NULL,
    faults BIGINT NOT NULL,
    result LONGTEXT NULL,
    result_blob VARCHAR(64) NULL,
    error LONGTEXT NULL,
    base VARCHAR(64) NULL,
    commit_id VARCHAR(64) NULL,
    cost BIGINT NOT NULL,
    tokens LONGTEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    lease_node VARCHAR(190) NULL,
    lease_until BIGINT NULL,
    run_id VARCHAR(64) NULL,
    created_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    started_at BIGINT NULL,
    finished_at BIGINT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id),
    INDEX tasks_project_id_status_created_at (project_id, status, created_at),
    INDEX tasks_status_not_before (status, not_before)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE runs (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    task_id VARCHAR(64) NOT NULL,
    number BIGINT NOT NULL,
    node VARCHAR(190) NOT NULL,
    log_lines BIGINT NOT NULL,
    sandbox VARCHAR(190) NULL,
    memory LONGTEXT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    ending VARCHAR(64) NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    UNIQUE (task_id, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE events (
    task_id VARCHAR(64) NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind VARCHAR(64) NOT NULL,
    payload LONGTEXT NOT NULL,
    payload_blob VARCHAR(64) NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE blobs (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    INDEX blobs_touched_at (touched_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE blob_refs (
    task_id VARCHAR(64) NOT NULL,
    blob_id VARCHAR(64) NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, blob_id),
    INDEX blob_refs_blob_id (blob_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE inbox (
    source VARCHAR(64) NOT NULL,
    external_id VARCHAR(190) NOT NULL,
    raw LONGTEXT NOT NULL,
    raw_blob VARCHAR(64) NULL,
    task_id VARCHAR(64) NULL,
    received_at BIGINT NOT NULL,
    handled_at BIGINT NULL,
    PRIMARY KEY (source, external_id),
    INDEX inbox_source_handled_at (source, handled_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE notifications (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NOT NULL,
    task_id VARCHAR(64) NULL,
    type VARCHAR(64) NOT NULL,
    content LONGTEXT NOT NULL,
    read_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX notifications_user_id_read_at (user_id, read_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
