-- The audit log as a chain of hashes. What was written before there was one stays as it is, in a table of its own.

ALTER TABLE audit_logs RENAME TO audit_logs_unchained;
DROP INDEX audit_logs_user_id_created_at;

CREATE TABLE audit_logs (
    number INTEGER NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    who TEXT NOT NULL,
    user_id TEXT,
    name TEXT,
    token_id TEXT,
    origin TEXT,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    details TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    seal TEXT NOT NULL
) STRICT;
CREATE INDEX audit_logs_user_id_created_at ON audit_logs (user_id, created_at);
CREATE INDEX audit_logs_name_number ON audit_logs (name, number);
CREATE INDEX audit_logs_action_number ON audit_logs (action, number);

-- One row: where the chain ends. Whoever enters something takes it first.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (id, number, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
