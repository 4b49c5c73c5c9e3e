-- What is owed to places, and the messages that cards became there.

CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    card_key TEXT NOT NULL,
    card TEXT NOT NULL,
    card_blob TEXT,
    approval_id TEXT,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    error TEXT,
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    UNIQUE (id)
) STRICT;
CREATE INDEX deliveries_status_due_at ON deliveries (status, due_at);
CREATE INDEX deliveries_place_status ON deliveries (place, status);
CREATE INDEX deliveries_place_card_key ON deliveries (place, card_key);

CREATE TABLE cards (
    place TEXT NOT NULL,
    card_key TEXT NOT NULL,
    message TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (place, card_key)
) STRICT;
