-- What starts and follows tasks without anybody writing: hooks, schedules, and further places of a task.

CREATE TABLE hooks (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    name VARCHAR(190) NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    made_by VARCHAR(64) NOT NULL,
    rules LONGTEXT NOT NULL,
    places LONGTEXT NOT NULL,
    previous_until BIGINT NULL,
    last_at BIGINT NULL,
    last_task VARCHAR(64) NULL,
    refusal LONGTEXT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name),
    INDEX hooks_project_id (project_id),
    INDEX hooks_user_id (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE schedules (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    name VARCHAR(190) NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    made_by VARCHAR(64) NOT NULL,
    cron LONGTEXT NOT NULL,
    zone VARCHAR(190) NOT NULL,
    prompt LONGTEXT NOT NULL,
    places LONGTEXT NOT NULL,
    missed VARCHAR(64) NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT NULL,
    last_task VARCHAR(64) NULL,
    refusal LONGTEXT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name),
    INDEX schedules_project_id (project_id),
    INDEX schedules_user_id (user_id),
    INDEX schedules_next_at (next_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE followers (
    task_id VARCHAR(64) NOT NULL,
    place VARCHAR(190) NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, place)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
