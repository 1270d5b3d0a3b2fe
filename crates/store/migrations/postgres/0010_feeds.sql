-- What is remembered of the feeds that the server fetches: when, with which answer, and by what condition to ask next.

CREATE TABLE feed_state (
    name TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    asked_at TIMESTAMPTZ,
    good_at TIMESTAMPTZ,
    changed_at TIMESTAMPTZ,
    etag TEXT,
    last_modified TEXT,
    error TEXT
);
