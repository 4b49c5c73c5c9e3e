-- Whom else is told what happens to a project's tasks.

CREATE TABLE subscriptions (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    name VARCHAR(190) NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    url LONGTEXT NOT NULL,
    topics LONGTEXT NOT NULL,
    place VARCHAR(190) NULL,
    previous_until BIGINT NULL,
    last_at BIGINT NULL,
    failing_since BIGINT NULL,
    failure LONGTEXT NULL,
    disabled_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name),
    INDEX subscriptions_project_id (project_id),
    INDEX subscriptions_user_id (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
