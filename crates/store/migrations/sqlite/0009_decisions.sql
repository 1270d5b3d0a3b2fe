-- What people decide about patches: that no job deploys one, that nobody need see it, that it may wait somewhere.

ALTER TABLE patch ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE patch ADD COLUMN hidden_reason TEXT;

CREATE TABLE patch_exception (
    id BLOB NOT NULL PRIMARY KEY,
    patches TEXT NOT NULL,
    assets TEXT NOT NULL,
    reason TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    decided_by TEXT,
    decided_at TEXT
) STRICT;
