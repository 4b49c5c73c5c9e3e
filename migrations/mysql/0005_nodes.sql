-- The nodes that work, each known to live until a moment that it keeps moving on.

CREATE TABLE nodes (
    id VARCHAR(190) PRIMARY KEY NOT NULL,
    alive_until BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
