-- Signing in: what sessions tell of themselves, second factors, one-time codes, tokens of programs, and answers that are
-- given again when a request is repeated.

ALTER TABLE sessions ADD COLUMN address VARCHAR(190) NULL;
ALTER TABLE sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE second_factors (
    user_id VARCHAR(64) NOT NULL PRIMARY KEY,
    confirmed_at BIGINT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE recovery_codes (
    code_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX recovery_codes_user_id (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

-- Without a person it makes the first admin.
CREATE TABLE invitations (
    code_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX invitations_user_id (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE personal_tokens (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NOT NULL,
    name VARCHAR(190) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    scopes LONGTEXT NOT NULL,
    expires_at BIGINT NULL,
    used_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (token_hash),
    UNIQUE (user_id, name)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

-- What was made of one sign-in of a program: each refresh token is used once, and one that comes again ends them all.
CREATE TABLE refresh_families (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NOT NULL,
    token_id VARCHAR(64) NULL,
    scopes LONGTEXT NOT NULL,
    device_info LONGTEXT NULL,
    address VARCHAR(190) NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (token_id) REFERENCES personal_tokens (id) ON DELETE CASCADE,
    INDEX refresh_families_user_id (user_id),
    INDEX refresh_families_token_id (token_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE refresh_tokens (
    token_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    family_id VARCHAR(64) NOT NULL,
    used_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (family_id) REFERENCES refresh_families (id) ON DELETE CASCADE,
    INDEX refresh_tokens_family_id (family_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

-- Sign-ins that are under way at an identity provider.
CREATE TABLE provider_visits (
    visit_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    state_hash VARCHAR(64) NOT NULL,
    nonce LONGTEXT NOT NULL,
    verifier LONGTEXT NOT NULL,
    next LONGTEXT NOT NULL,
    user_id VARCHAR(64) NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX provider_visits_user_id (user_id),
    INDEX provider_visits_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE repeated_requests (
    user_id VARCHAR(64) NOT NULL,
    request_key VARCHAR(190) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    status BIGINT NULL,
    answer LONGTEXT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, request_key),
    INDEX repeated_requests_created_at (created_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
