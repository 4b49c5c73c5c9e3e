-- Places where people chat: what is talked about there, which messages are whose cards, and what adapters remember.

ALTER TABLE conversations ADD COLUMN mode VARCHAR(64) NOT NULL DEFAULT 'work';
ALTER TABLE conversations ADD COLUMN model VARCHAR(190);
ALTER TABLE approvals ADD COLUMN draft LONGTEXT;
ALTER TABLE deliveries ADD COLUMN passing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN sent LONGTEXT;
ALTER TABLE inbox ADD COLUMN position BIGINT NOT NULL DEFAULT 0;

CREATE TABLE places (
    place VARCHAR(190) NOT NULL PRIMARY KEY,
    conversation_id VARCHAR(64),
    mode VARCHAR(64),
    model VARCHAR(190),
    privacy VARCHAR(64) NOT NULL,
    lost VARCHAR(255),
    moved_to VARCHAR(190),
    updated_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE INDEX places_lost ON places (lost);

CREATE TABLE messages (
    place VARCHAR(190) NOT NULL,
    message VARCHAR(190) NOT NULL,
    card_key VARCHAR(190) NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (place, message)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE INDEX messages_place_card_key ON messages (place, card_key);

CREATE TABLE notes (
    source VARCHAR(64) NOT NULL,
    name VARCHAR(190) NOT NULL,
    value LONGTEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (source, name)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE listeners (
    source VARCHAR(64) NOT NULL PRIMARY KEY,
    node VARCHAR(64) NOT NULL,
    until BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE turned_away (
    platform VARCHAR(64) NOT NULL,
    account VARCHAR(190) NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (platform, account)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
