-- What whoever looks after a hub sees: how tries to deliver failed, from which updates nothing came and why.

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
