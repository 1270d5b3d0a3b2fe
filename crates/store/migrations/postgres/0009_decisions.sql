-- What people decide about patches: that no job deploys one, that nobody need see it, that it may wait somewhere.

ALTER TABLE patch ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE patch ADD COLUMN hidden_reason TEXT;

CREATE TABLE patch_exception (
    id UUID NOT NULL PRIMARY KEY,
    patches JSONB NOT NULL,
    assets JSONB NOT NULL,
    reason TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMPTZ
);
