-- What the gate answered, what people were asked, and what they granted.

CREATE TABLE gate_calls (
    task_id VARCHAR(64) NOT NULL,
    call_id VARCHAR(190) NOT NULL,
    round BIGINT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    answer VARCHAR(64) NOT NULL,
    decided_by LONGTEXT NOT NULL,
    reason LONGTEXT NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    request VARCHAR(190) NOT NULL,
    consumed BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, call_id, round)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE approvals (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    task_id VARCHAR(64) NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    conversation_id VARCHAR(64) NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    call_json LONGTEXT NOT NULL,
    call_blob VARCHAR(64) NULL,
    hash VARCHAR(64) NOT NULL,
    request VARCHAR(190) NOT NULL,
    reason LONGTEXT NOT NULL,
    dangerous BIGINT NOT NULL,
    may_have_run BIGINT NOT NULL,
    votes_needed BIGINT NOT NULL,
    votes_cast BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    parked BIGINT NOT NULL,
    decision LONGTEXT NULL,
    consumed_by VARCHAR(190) NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    INDEX approvals_status_expires_at (status, expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE votes (
    approval_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    name VARCHAR(190) NOT NULL,
    place VARCHAR(190) NULL,
    saying LONGTEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    FOREIGN KEY (approval_id) REFERENCES approvals (id) ON DELETE CASCADE,
    PRIMARY KEY (approval_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE grants (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    scope VARCHAR(64) NOT NULL,
    scope_id VARCHAR(64) NOT NULL,
    pattern LONGTEXT NOT NULL,
    given_by VARCHAR(64) NOT NULL,
    given_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NULL,
    INDEX grants_scope_scope_id (scope, scope_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
