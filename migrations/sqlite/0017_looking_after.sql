-- What whoever looks after a hub sees: how tries to deliver failed, from which updates nothing came and why, what each node is
-- busy with, and what was used on each day.

CREATE TABLE delivery_tries (
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    answer TEXT NOT NULL,
    FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    PRIMARY KEY (delivery_id, number)
) STRICT;
-- Of how many tries it counts no more, since it was sent again.
ALTER TABLE deliveries ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_status_seq ON deliveries (status, seq);
CREATE INDEX deliveries_place_seq ON deliveries (place, seq);

ALTER TABLE inbox ADD COLUMN trouble TEXT;
ALTER TABLE inbox ADD COLUMN trouble_at INTEGER;
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_handled_at_received_at ON inbox (handled_at, received_at);
CREATE INDEX inbox_trouble_at ON inbox (trouble_at);

ALTER TABLE nodes ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN slots INTEGER NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN warm INTEGER NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- Days are counted from 1970, in UTC. Sums outlive the tasks that they were made of.
CREATE TABLE usage_days (
    day INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    tasks INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (day, project_id, user_id)
) STRICT;
CREATE INDEX usage_days_project_id ON usage_days (project_id);
INSERT INTO usage_days
SELECT created_at / 86400000, project_id, user_id, COUNT(*), SUM(status = 'succeeded'), SUM(status = 'failed'),
    SUM(status = 'stopped'), SUM(cost), SUM(COALESCE(CAST(json_extract(tokens, '$.input_tokens') AS INTEGER), 0)),
    SUM(COALESCE(CAST(json_extract(tokens, '$.output_tokens') AS INTEGER), 0)),
    SUM(COALESCE(CAST(json_extract(tokens, '$.cache_creation_input_tokens') AS INTEGER), 0)),
    SUM(COALESCE(CAST(json_extract(tokens, '$.cache_read_input_tokens') AS INTEGER), 0))
FROM tasks GROUP BY 1, 2, 3;

-- How many approvals were decided after how long: in seconds, of which the first two digits are kept.
CREATE TABLE decision_days (
    day INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    waited INTEGER NOT NULL,
    decided INTEGER NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (day, project_id, waited)
) STRICT;
CREATE INDEX decision_days_project_id ON decision_days (project_id);
INSERT INTO decision_days
SELECT day, project_id, CASE
        WHEN waited < 100 THEN waited
        WHEN waited < 1000 THEN waited / 10 * 10
        WHEN waited < 10000 THEN waited / 100 * 100
        WHEN waited < 100000 THEN waited / 1000 * 1000
        WHEN waited < 1000000 THEN waited / 10000 * 10000
        ELSE waited / 100000 * 100000
    END, COUNT(*)
FROM (
    SELECT at / 86400000 AS day, project_id, MAX(at - opened_at, 0) / 1000 AS waited FROM (
        SELECT project_id, opened_at, CAST(json_extract(decision, '$.at') AS INTEGER) AS at FROM approvals
        WHERE status IN ('allowed', 'denied') AND decision IS NOT NULL
    ) d WHERE at IS NOT NULL
) w GROUP BY 1, 2, 3;
