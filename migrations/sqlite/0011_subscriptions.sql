-- Whom else is told what happens to a project's tasks.

CREATE TABLE subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    url TEXT NOT NULL,
    topics TEXT NOT NULL,
    place TEXT,
    previous_until INTEGER,
    last_at INTEGER,
    failing_since INTEGER,
    failure TEXT,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (name)
) STRICT;
CREATE INDEX subscriptions_project_id ON subscriptions (project_id);
CREATE INDEX subscriptions_user_id ON subscriptions (user_id);
