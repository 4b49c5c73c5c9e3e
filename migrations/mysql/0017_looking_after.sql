-- What whoever looks after a hub sees: how tries to deliver failed, from which updates nothing came and why, what each node is
-- busy with, and what was used on each day.

CREATE TABLE delivery_tries (
    delivery_id VARCHAR(64) NOT NULL,
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    answer LONGTEXT NOT NULL,
    FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    PRIMARY KEY (delivery_id, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
-- Of how many tries it counts no more, since it was sent again.
ALTER TABLE deliveries ADD COLUMN forgiven BIGINT NOT NULL DEFAULT 0;
CREATE INDEX deliveries_status_seq ON deliveries (status, seq);
CREATE INDEX deliveries_place_seq ON deliveries (place, seq);

ALTER TABLE inbox ADD COLUMN trouble LONGTEXT NULL;
ALTER TABLE inbox ADD COLUMN trouble_at BIGINT NULL;
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_handled_at_received_at ON inbox (handled_at, received_at);
CREATE INDEX inbox_trouble_at ON inbox (trouble_at);

ALTER TABLE nodes ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN slots BIGINT NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN warm BIGINT NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;

-- Days are counted from 1970, in UTC. Sums outlive the tasks that they were made of.
CREATE TABLE usage_days (
    day BIGINT NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NOT NULL,
    tasks BIGINT NOT NULL,
    succeeded BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    stopped BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (day, project_id, user_id),
    INDEX usage_days_project_id (project_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO usage_days
SELECT created_at DIV 86400000 AS day, project_id, user_id, COUNT(*), SUM(status = 'succeeded'), SUM(status = 'failed'),
    SUM(status = 'stopped'), SUM(cost), SUM(COALESCE(CAST(JSON_EXTRACT(tokens, '$.input_tokens') AS SIGNED), 0)),
    SUM(COALESCE(CAST(JSON_EXTRACT(tokens, '$.output_tokens') AS SIGNED), 0)),
    SUM(COALESCE(CAST(JSON_EXTRACT(tokens, '$.cache_creation_input_tokens') AS SIGNED), 0)),
    SUM(COALESCE(CAST(JSON_EXTRACT(tokens, '$.cache_read_input_tokens') AS SIGNED), 0))
FROM tasks GROUP BY day, project_id, user_id;

-- How many approvals were decided after how long: in seconds, of which the first two digits are kept.
CREATE TABLE decision_days (
    day BIGINT NOT NULL,
    project_id VARCHAR(64) NOT NULL,
    waited BIGINT NOT NULL,
    decided BIGINT NOT NULL,
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (day, project_id, waited),
    INDEX decision_days_project_id (project_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO decision_days
SELECT day, project_id, CASE
        WHEN waited < 100 THEN waited
        WHEN waited < 1000 THEN waited DIV 10 * 10
        WHEN waited < 10000 THEN waited DIV 100 * 100
        WHEN waited < 100000 THEN waited DIV 1000 * 1000
        WHEN waited < 1000000 THEN waited DIV 10000 * 10000
        ELSE waited DIV 100000 * 100000
    END AS rounded, COUNT(*)
FROM (
    SELECT at DIV 86400000 AS day, project_id, GREATEST(at - opened_at, 0) DIV 1000 AS waited FROM (
        SELECT project_id, opened_at, CAST(JSON_EXTRACT(decision, '$.at') AS SIGNED) AS at FROM approvals
        WHERE status IN ('allowed', 'denied') AND decision IS NOT NULL
    ) d WHERE at IS NOT NULL
) w GROUP BY day, project_id, rounded;
