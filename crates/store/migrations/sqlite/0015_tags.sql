-- Tags: labels in a tree, put on assets by hand or by a rule, and what people pinned in and out of them.

CREATE TABLE tag (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    parent BLOB REFERENCES tag (id),
    -- Without one its members are those that are pinned in.
    rule TEXT,
    tz TEXT,
    -- By which what the server made is found again.
    made_by TEXT UNIQUE,
    revision INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tag_at_the_top ON tag (name) WHERE parent IS NULL;
CREATE UNIQUE INDEX tag_below ON tag (parent, name) WHERE parent IS NOT NULL;

CREATE TABLE tag_pin (
    tag BLOB NOT NULL REFERENCES tag (id),
    asset BLOB NOT NULL,
    pin TEXT NOT NULL,
    reason TEXT NOT NULL,
    pinned_by TEXT NOT NULL,
    pinned_at TEXT NOT NULL,
    PRIMARY KEY (tag, asset)
) STRICT;
CREATE INDEX tag_pin_by_asset ON tag_pin (asset);
