-- Jobs, their runs, one deployment per asset and run, and what agents tell of them. Dry runs.

CREATE TABLE job (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    work TEXT NOT NULL,
    status TEXT NOT NULL,
    revision INTEGER NOT NULL,
    owner BLOB,
    owner_name TEXT NOT NULL,
    specification TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT
) STRICT;

-- The envelope's bytes as they were signed; agents fetch them by hash.
CREATE TABLE authorisation (
    hash BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    job BLOB NOT NULL REFERENCES job (id),
    revision INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX authorisation_by_job ON authorisation (job, revision);

CREATE TABLE run (
    id BLOB NOT NULL PRIMARY KEY,
    job BLOB NOT NULL REFERENCES job (id),
    number INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    authorisation BLOB,
    state TEXT NOT NULL,
    result TEXT,
    patches TEXT NOT NULL,
    cancel_requested_at TEXT,
    published_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    UNIQUE (job, number)
) STRICT;
CREATE INDEX run_unfinished ON run (id) WHERE finished_at IS NULL;

CREATE TABLE deployment (
    id BLOB NOT NULL PRIMARY KEY,
    run BLOB NOT NULL REFERENCES run (id),
    job BLOB NOT NULL REFERENCES job (id),
    asset BLOB NOT NULL REFERENCES asset (id),
    asset_name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    text TEXT,
    refused_code TEXT,
    set_by_server INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    reboot_pending INTEGER NOT NULL,
    manifest BLOB,
    manifest_hash BLOB,
    counter INTEGER,
    incarnation INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    progress_step TEXT,
    progress_percent INTEGER,
    progress_bytes INTEGER,
    published_at TEXT NOT NULL,
    offered_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX deployment_by_run ON deployment (run, id);
CREATE INDEX deployment_by_asset ON deployment (asset, id);
CREATE INDEX deployment_unfinished ON deployment (asset) WHERE ended_at IS NULL;

CREATE TABLE deployment_patch (
    deployment BLOB NOT NULL REFERENCES deployment (id),
    patch BLOB NOT NULL,
    place INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    failure TEXT,
    skipped TEXT,
    text TEXT,
    exit_code INTEGER,
    duration_ms INTEGER,
    packages TEXT NOT NULL,
    PRIMARY KEY (deployment, patch)
) STRICT, WITHOUT ROWID;

-- Append only; the key makes an event that is delivered twice count once.
CREATE TABLE deployment_event (
    deployment BLOB NOT NULL REFERENCES deployment (id),
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time TEXT NOT NULL,
    received_at TEXT NOT NULL,
    boot TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT,
    detail TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (deployment, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- `start` is in bytes of the stream; a part that comes again replaces the one before.
CREATE TABLE log_chunk (
    deployment BLOB NOT NULL REFERENCES deployment (id),
    incarnation INTEGER NOT NULL,
    stream TEXT NOT NULL,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    is_last INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (deployment, incarnation, stream, start)
) STRICT;

CREATE TABLE dry_run (
    id BLOB NOT NULL PRIMARY KEY,
    job BLOB REFERENCES job (id),
    draft TEXT NOT NULL,
    created_by BLOB,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX dry_run_by_job ON dry_run (job, id) WHERE job IS NOT NULL;

CREATE TABLE dry_run_asset (
    dry_run BLOB NOT NULL REFERENCES dry_run (id),
    asset BLOB NOT NULL REFERENCES asset (id),
    asset_name TEXT NOT NULL,
    state TEXT NOT NULL,
    orders TEXT NOT NULL,
    result TEXT,
    answered_at TEXT,
    PRIMARY KEY (dry_run, asset)
) STRICT;
CREATE INDEX dry_run_waiting ON dry_run_asset (asset) WHERE state = 'Waiting';
