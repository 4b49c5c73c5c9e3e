-- What is found by words, and indexes by which any list of tasks is found without reading one that is not in it.

CREATE TABLE task_words (
    created_at BIGINT NOT NULL,
    task_id VARCHAR(64) NOT NULL,
    asked BLOB NOT NULL,
    answered BLOB NOT NULL,
    PRIMARY KEY (created_at, task_id),
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO task_words (created_at, task_id, asked, answered)
SELECT created_at, id, LOWER(SUBSTR(command, 1, 2000)), LOWER(SUBSTR(COALESCE(result, ''), 1, 2000))
FROM tasks ORDER BY created_at, id;

CREATE INDEX tasks_newest ON tasks (created_at, id, project_id, status, user_id);
CREATE INDEX tasks_newest_of_project ON tasks (project_id, created_at, id, status, user_id);
CREATE INDEX tasks_newest_of_user ON tasks (user_id, created_at, id, project_id, status);
CREATE INDEX tasks_newest_of_status ON tasks (status, created_at, id, project_id, user_id);
