-- What is owed to places, and the messages that cards became there.

CREATE TABLE deliveries (
    seq BIGINT PRIMARY KEY AUTO_INCREMENT,
    id VARCHAR(64) NOT NULL,
    place VARCHAR(190) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    card_key VARCHAR(190) NOT NULL,
    card LONGTEXT NOT NULL,
    card_blob VARCHAR(64) NULL,
    approval_id VARCHAR(64) NULL,
    status VARCHAR(64) NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NULL,
    error LONGTEXT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT NULL,
    UNIQUE (id),
    INDEX deliveries_status_due_at (status, due_at),
    INDEX deliveries_place_status (place, status),
    INDEX deliveries_place_card_key (place, card_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE cards (
    place VARCHAR(190) NOT NULL,
    card_key VARCHAR(190) NOT NULL,
    message VARCHAR(190) NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (place, card_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
