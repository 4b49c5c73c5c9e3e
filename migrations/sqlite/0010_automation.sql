-- What starts and follows tasks without anybody writing: hooks, schedules, and further places of a task.

CREATE TABLE hooks (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    made_by TEXT NOT NULL,
    rules TEXT NOT NULL,
    places TEXT NOT NULL,
    previous_until INTEGER,
    last_at INTEGER,
    last_task TEXT,
    refusal TEXT,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name)
) STRICT;
CREATE INDEX hooks_project_id ON hooks (project_id);
CREATE INDEX hooks_user_id ON hooks (user_id);

CREATE TABLE schedules (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    made_by TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    prompt TEXT NOT NULL,
    places TEXT NOT NULL,
    missed TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    last_at INTEGER,
    last_task TEXT,
    refusal TEXT,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name)
) STRICT;
CREATE INDEX schedules_project_id ON schedules (project_id);
CREATE INDEX schedules_user_id ON schedules (user_id);
CREATE INDEX schedules_next_at ON schedules (next_at);

CREATE TABLE followers (
    task_id TEXT NOT NULL,
    place TEXT NOT NULL,
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, place)
) STRICT;
