-- Signing in by OpenID Connect providers: visits that are under way, who each provider was, and by which one a session began.

DROP TABLE provider_visits;

-- What belongs to a visit is made of its salt and of what the browser holds, of which a hash is here.
CREATE TABLE provider_visits (
    ticket_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    provider VARCHAR(64) NOT NULL,
    purpose LONGTEXT NOT NULL,
    salt VARCHAR(64) NOT NULL,
    redirect LONGTEXT NOT NULL,
    address VARCHAR(64) NOT NULL,
    user_id VARCHAR(64) NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    INDEX provider_visits_user_id (user_id),
    INDEX provider_visits_address (address, expires_at),
    INDEX provider_visits_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE provider_issuers (
    provider VARCHAR(64) NOT NULL PRIMARY KEY,
    issuer LONGTEXT NOT NULL,
    created_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

ALTER TABLE sessions ADD COLUMN provider VARCHAR(64) NULL;

-- A provider's name for somebody may have 255 characters.
ALTER TABLE identities MODIFY account VARCHAR(255) NOT NULL;
