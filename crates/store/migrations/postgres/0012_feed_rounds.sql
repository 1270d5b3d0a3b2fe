-- How far a feed that comes in pages has been read: rounds of pages, each page applied as it comes.

CREATE TABLE feed_round (
    name TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    synced_to TIMESTAMPTZ,
    started_at TIMESTAMPTZ,
    window_from TIMESTAMPTZ,
    next_record BIGINT NOT NULL,
    total BIGINT
);
