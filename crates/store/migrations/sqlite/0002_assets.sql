-- Assets. What changes with each scan stands apart from what seldom changes, so that a report rewrites little.

CREATE TABLE activation_key (
    id BLOB NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    max_agents INTEGER,
    expire_date TEXT,
    created_by BLOB,
    created_at TEXT NOT NULL,
    used_count INTEGER NOT NULL,
    last_used_at TEXT
) STRICT;

-- `number` is the key of the tables beside this one: small, and never shown.
CREATE TABLE asset (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    hostname TEXT NOT NULL,
    fqdn TEXT,
    os_family TEXT NOT NULL,
    os_id TEXT NOT NULL,
    os_version TEXT NOT NULL,
    os_name TEXT NOT NULL,
    arch TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    token_current BLOB NOT NULL,
    token_previous BLOB,
    manifest_counter INTEGER NOT NULL,
    scan_status TEXT NOT NULL,
    scan_reason TEXT,
    scanned_at TEXT,
    dropped INTEGER NOT NULL,
    facts_hash TEXT NOT NULL,
    last_logged_on TEXT,
    pending_reboot INTEGER NOT NULL,
    enrolled_at TEXT NOT NULL,
    activation_key BLOB,
    previous_asset BLOB,
    retired_at TEXT
) STRICT;
CREATE INDEX asset_by_previous ON asset (previous_asset) WHERE previous_asset IS NOT NULL;

-- Rewritten with each changed report. `components`: sorted ids as differences. `ledger`, `coverage`: opaque here.
CREATE TABLE asset_inventory (
    asset INTEGER NOT NULL PRIMARY KEY REFERENCES asset (number),
    fingerprint BLOB NOT NULL,
    components BLOB NOT NULL,
    ledger BLOB NOT NULL,
    coverage BLOB NOT NULL
) STRICT;

-- Packed JSON; rewritten when the facts changed.
CREATE TABLE asset_facts (
    asset INTEGER NOT NULL PRIMARY KEY REFERENCES asset (number),
    facts BLOB NOT NULL,
    self_check BLOB NOT NULL
) STRICT;

-- Who this machine is: hardware traits, what was seen of clones, and the statement about its record key.
CREATE TABLE asset_identity (
    asset INTEGER NOT NULL PRIMARY KEY REFERENCES asset (number),
    hardware BLOB NOT NULL,
    alternation BLOB,
    record_key BLOB NOT NULL
) STRICT;

-- Written in batches each minute: the only facts that a crash may set back.
CREATE TABLE asset_contact (
    asset INTEGER NOT NULL PRIMARY KEY REFERENCES asset (number),
    last_checked_in TEXT NOT NULL,
    address TEXT,
    boot_id TEXT NOT NULL
) STRICT;

-- The same enrolment id again gives the same asset.
CREATE TABLE enrolment (
    id BLOB NOT NULL PRIMARY KEY,
    asset BLOB NOT NULL REFERENCES asset (id),
    csr_hash BLOB NOT NULL,
    serial BLOB NOT NULL,
    enrolled_at TEXT NOT NULL
) STRICT;

CREATE TABLE certificate (
    serial BLOB NOT NULL PRIMARY KEY,
    asset BLOB NOT NULL REFERENCES asset (id),
    not_before TEXT NOT NULL,
    not_after TEXT NOT NULL,
    used_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_by_asset ON certificate (asset);

CREATE TABLE scan_request (
    id BLOB NOT NULL PRIMARY KEY,
    asset BLOB NOT NULL REFERENCES asset (id),
    requested_by BLOB,
    requested_at TEXT NOT NULL,
    state TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX scan_request_by_asset ON scan_request (asset, id);
CREATE INDEX scan_request_open ON scan_request (id) WHERE finished_at IS NULL;
