-- Components, patches, and the findings that are over.

-- Each distinct thing once; assets hold its id.
CREATE TABLE component (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    canonical TEXT NOT NULL
) STRICT;

-- `number` is dense from 0: what indexes and histories use.
CREATE TABLE patch (
    number INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    native_key TEXT NOT NULL,
    record TEXT NOT NULL,
    revision INTEGER NOT NULL,
    synced_at TEXT NOT NULL,
    verified_at TEXT,
    verified_by TEXT
) STRICT;
CREATE INDEX patch_by_native_key ON patch (native_key);

-- Which assets reported a package of a patch with which hash; forgotten once the patch is vouched for.
CREATE TABLE patch_report (
    patch INTEGER NOT NULL REFERENCES patch (number),
    package TEXT NOT NULL,
    arch TEXT NOT NULL,
    asset INTEGER NOT NULL REFERENCES asset (number),
    version TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (patch, package, arch, asset)
) STRICT, WITHOUT ROWID;

-- One row per finding that closed. Times are milliseconds since 1970, and causes are numbers: there may be
-- hundreds of rows for each asset.
CREATE TABLE finding_history (
    asset INTEGER NOT NULL,
    closed_ms INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    deployment BLOB,
    PRIMARY KEY (asset, closed_ms, patch)
) STRICT, WITHOUT ROWID;
