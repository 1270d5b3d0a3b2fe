-- Facts of vulnerabilities: what KEV, EPSS and the NVD say of a CVE. They make no finding.

-- The documents that facts came from; model and date are those of EPSS.
CREATE TABLE vulnerability_document (
    number INTEGER NOT NULL PRIMARY KEY,
    format TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    model_version TEXT,
    score_date TEXT,
    read_at TEXT NOT NULL,
    UNIQUE (format, sha256)
) STRICT;

-- One row per CVE that a document of the NVD or of EPSS names: hundreds of thousands. `record` is packed; shares are
-- millionths. A document is the one that last changed the part.
CREATE TABLE vulnerability (
    cve TEXT NOT NULL PRIMARY KEY,
    record BLOB,
    record_document INTEGER,
    probability INTEGER,
    percentile INTEGER,
    score_document INTEGER
) STRICT, WITHOUT ROWID;

-- One row for each time that a vulnerability was listed as known exploited; `ended_at` is null while it is.
CREATE TABLE known_exploited (
    cve TEXT NOT NULL,
    listed_at TEXT NOT NULL,
    ended_at TEXT,
    record TEXT NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (cve, listed_at)
) STRICT, WITHOUT ROWID;
