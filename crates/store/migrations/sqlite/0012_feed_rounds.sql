-- How far a feed that comes in pages has been read: rounds of pages, each page applied as it comes.

CREATE TABLE feed_round (
    name TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    synced_to TEXT,
    started_at TEXT,
    window_from TEXT,
    next_record INTEGER NOT NULL,
    total INTEGER
) STRICT;
