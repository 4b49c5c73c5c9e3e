-- What whoever looks after a hub sees: how tries to deliver failed, from which updates nothing came and why.

CREATE TABLE delivery_tries (
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    answer TEXT NOT NULL,
    FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    PRIMARY KEY (delivery_id, number)
) STRICT;
-- Of how many tries it counts no more, since it was sent again.
ALTER TABLE deliveries ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_status_seq ON deliveries (status, seq);
CREATE INDEX deliveries_place_seq ON deliveries (place, seq);

ALTER TABLE inbox ADD COLUMN trouble TEXT;
ALTER TABLE inbox ADD COLUMN trouble_at INTEGER;
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE INDEX inbox_handled_at_received_at ON inbox (handled_at, received_at);
CREATE INDEX inbox_trouble_at ON inbox (trouble_at);
