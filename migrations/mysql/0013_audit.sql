-- The audit log as a chain of hashes. What was written before there was one stays as it is, in a table of its own.

RENAME TABLE audit_logs TO audit_logs_unchained;

CREATE TABLE audit_logs (
    number BIGINT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    who VARCHAR(16) NOT NULL,
    user_id VARCHAR(64) NULL,
    name VARCHAR(190) NULL,
    token_id VARCHAR(64) NULL,
    origin VARCHAR(190) NULL,
    action VARCHAR(64) NOT NULL,
    resource VARCHAR(190) NOT NULL,
    details LONGTEXT NOT NULL,
    previous VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    seal VARCHAR(64) NOT NULL,
    INDEX audit_logs_user_id_created_at (user_id, created_at),
    INDEX audit_logs_name_number (name, number),
    INDEX audit_logs_action_number (action, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

-- One row: where the chain ends. Whoever enters something takes it first.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash VARCHAR(64) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO audit_head (id, number, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
