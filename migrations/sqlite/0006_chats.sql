-- Places where people chat: what is talked about there, which messages are whose cards, and what adapters remember.

ALTER TABLE conversations ADD COLUMN mode TEXT NOT NULL DEFAULT 'work';
ALTER TABLE conversations ADD COLUMN model TEXT;
ALTER TABLE approvals ADD COLUMN draft TEXT;
ALTER TABLE deliveries ADD COLUMN passing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN sent TEXT;
ALTER TABLE inbox ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

CREATE TABLE places (
    place TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT,
    mode TEXT,
    model TEXT,
    privacy TEXT NOT NULL,
    lost TEXT,
    moved_to TEXT,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX places_lost ON places (lost);

CREATE TABLE messages (
    place TEXT NOT NULL,
    message TEXT NOT NULL,
    card_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (place, message)
) STRICT;
CREATE INDEX messages_place_card_key ON messages (place, card_key);

CREATE TABLE notes (
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (source, name)
) STRICT;

CREATE TABLE listeners (
    source TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE turned_away (
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (platform, account)
) STRICT;
