-- The nodes that work, each known to live until a moment that it keeps moving on.

CREATE TABLE nodes (
    id TEXT PRIMARY KEY NOT NULL,
    alive_until INTEGER NOT NULL
) STRICT;
