-- Signing in by OpenID Connect providers: visits that are under way, who each provider was, and by which one a session began.

DROP TABLE provider_visits;

-- What belongs to a visit is made of its salt and of what the browser holds, of which a hash is here.
CREATE TABLE provider_visits (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL,
    salt TEXT NOT NULL,
    redirect TEXT NOT NULL,
    address TEXT NOT NULL,
    user_id TEXT,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX provider_visits_user_id ON provider_visits (user_id);
CREATE INDEX provider_visits_address ON provider_visits (address, expires_at);
CREATE INDEX provider_visits_expires_at ON provider_visits (expires_at);

CREATE TABLE provider_issuers (
    provider TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

ALTER TABLE sessions ADD COLUMN provider TEXT;
