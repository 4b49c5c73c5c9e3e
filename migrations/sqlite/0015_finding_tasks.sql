-- What is found by words, and indexes by which any list of tasks is found without reading one that is not in it.

CREATE TABLE task_words (
    created_at INTEGER NOT NULL,
    task_id TEXT NOT NULL PRIMARY KEY,
    asked TEXT NOT NULL,
    answered TEXT NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE
) STRICT;
INSERT INTO task_words (created_at, task_id, asked, answered)
SELECT created_at, id, LOWER(SUBSTR(command, 1, 2000)), LOWER(SUBSTR(COALESCE(result, ''), 1, 2000))
FROM tasks ORDER BY created_at, id;

CREATE INDEX tasks_newest ON tasks (created_at, id, project_id, status, user_id);
CREATE INDEX tasks_newest_of_project ON tasks (project_id, created_at, id, status, user_id);
CREATE INDEX tasks_newest_of_user ON tasks (user_id, created_at, id, project_id, status);
CREATE INDEX tasks_newest_of_status ON tasks (status, created_at, id, project_id, user_id);
DROP INDEX tasks_user_id;
