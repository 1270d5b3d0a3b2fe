-- Jobs, their runs, one deployment per asset and run, and what agents tell of them. Dry runs.

CREATE TABLE job (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    work TEXT NOT NULL,
    status TEXT NOT NULL,
    revision BIGINT NOT NULL,
    owner UUID,
    owner_name TEXT NOT NULL,
    specification JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ
);

-- The envelope's bytes as they were signed; agents fetch them by hash.
CREATE TABLE authorisation (
    hash BYTEA NOT NULL PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    job UUID NOT NULL REFERENCES job (id),
    revision BIGINT NOT NULL,
    envelope BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX authorisation_by_job ON authorisation (job, revision);

CREATE TABLE run (
    id UUID NOT NULL PRIMARY KEY,
    job UUID NOT NULL REFERENCES job (id),
    number BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    authorisation BYTEA,
    state TEXT NOT NULL,
    result TEXT,
    patches JSONB NOT NULL,
    cancel_requested_at TIMESTAMPTZ,
    published_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    UNIQUE (job, number)
);
CREATE INDEX run_unfinished ON run (id) WHERE finished_at IS NULL;

CREATE TABLE deployment (
    id UUID NOT NULL PRIMARY KEY,
    run UUID NOT NULL REFERENCES run (id),
    job UUID NOT NULL REFERENCES job (id),
    asset UUID NOT NULL REFERENCES asset (id),
    asset_name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    text TEXT,
    refused_code TEXT,
    set_by_server BOOLEAN NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    reboot_pending BOOLEAN NOT NULL,
    manifest BYTEA,
    manifest_hash BYTEA,
    counter BIGINT,
    incarnation BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    progress_step TEXT,
    progress_percent BIGINT,
    progress_bytes BIGINT,
    published_at TIMESTAMPTZ NOT NULL,
    offered_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX deployment_by_run ON deployment (run, id);
CREATE INDEX deployment_by_asset ON deployment (asset, id);
CREATE INDEX deployment_unfinished ON deployment (asset) WHERE ended_at IS NULL;

CREATE TABLE deployment_patch (
    deployment UUID NOT NULL REFERENCES deployment (id),
    patch UUID NOT NULL,
    place BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    failure TEXT,
    skipped TEXT,
    text TEXT,
    exit_code BIGINT,
    duration_ms BIGINT,
    packages JSONB NOT NULL,
    PRIMARY KEY (deployment, patch)
);

-- Append only; the key makes an event that is delivered twice count once.
CREATE TABLE deployment_event (
    deployment UUID NOT NULL REFERENCES deployment (id),
    incarnation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    time TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    boot TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT,
    detail JSONB NOT NULL,
    note TEXT,
    PRIMARY KEY (deployment, incarnation, seq)
);

-- `start` is in bytes of the stream; a part that comes again replaces the one before.
CREATE TABLE log_chunk (
    deployment UUID NOT NULL REFERENCES deployment (id),
    incarnation BIGINT NOT NULL,
    stream TEXT NOT NULL,
    start BIGINT NOT NULL,
    text TEXT NOT NULL,
    is_last BOOLEAN NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (deployment, incarnation, stream, start)
);

CREATE TABLE dry_run (
    id UUID NOT NULL PRIMARY KEY,
    job UUID REFERENCES job (id),
    draft JSONB NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX dry_run_by_job ON dry_run (job, id) WHERE job IS NOT NULL;

CREATE TABLE dry_run_asset (
    dry_run UUID NOT NULL REFERENCES dry_run (id),
    asset UUID NOT NULL REFERENCES asset (id),
    asset_name TEXT NOT NULL,
    state TEXT NOT NULL,
    orders JSONB NOT NULL,
    result JSONB,
    answered_at TIMESTAMPTZ,
    PRIMARY KEY (dry_run, asset)
);
CREATE INDEX dry_run_waiting ON dry_run_asset (asset) WHERE state = 'Waiting';
