-- Signing in: what sessions tell of themselves, second factors, one-time codes, tokens of programs, and answers that are
-- given again when a request is repeated.

ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE second_factors (
    user_id TEXT NOT NULL PRIMARY KEY,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE recovery_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX recovery_codes_user_id ON recovery_codes (user_id);

-- Without a person it makes the first admin.
CREATE TABLE invitations (
    code_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX invitations_user_id ON invitations (user_id);

CREATE TABLE personal_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at INTEGER,
    used_at INTEGER,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (token_hash),
    UNIQUE (user_id, name)
) STRICT;

-- What was made of one sign-in of a program: each refresh token is used once, and one that comes again ends them all.
CREATE TABLE refresh_families (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    token_id TEXT,
    scopes TEXT NOT NULL,
    device_info TEXT,
    address TEXT,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (token_id) REFERENCES personal_tokens (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX refresh_families_user_id ON refresh_families (user_id);
CREATE INDEX refresh_families_token_id ON refresh_families (token_id);

CREATE TABLE refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    family_id TEXT NOT NULL,
    used_at INTEGER,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (family_id) REFERENCES refresh_families (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX refresh_tokens_family_id ON refresh_tokens (family_id);

-- Sign-ins that are under way at an identity provider.
CREATE TABLE provider_visits (
    visit_hash TEXT NOT NULL PRIMARY KEY,
    state_hash TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    next TEXT NOT NULL,
    user_id TEXT,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX provider_visits_user_id ON provider_visits (user_id);
CREATE INDEX provider_visits_expires_at ON provider_visits (expires_at);

CREATE TABLE repeated_requests (
    user_id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    answer TEXT,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, request_key)
) STRICT;
CREATE INDEX repeated_requests_created_at ON repeated_requests (created_at);
