-- Facts of vulnerabilities: what KEV, EPSS and the NVD say of a CVE. They make no finding.

-- The documents that facts came from; model and date are those of EPSS.
CREATE TABLE vulnerability_document (
    number BIGINT NOT NULL PRIMARY KEY,
    format TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    model_version TEXT,
    score_date TEXT,
    read_at TIMESTAMPTZ NOT NULL,
    UNIQUE (format, sha256)
);

-- One row per CVE that a document of the NVD or of EPSS names: hundreds of thousands. `record` is packed; shares are
-- millionths. A document is the one that last changed the part.
CREATE TABLE vulnerability (
    cve TEXT NOT NULL PRIMARY KEY,
    record BYTEA,
    record_document BIGINT,
    probability BIGINT,
    percentile BIGINT,
    score_document BIGINT
);

-- One row for each time that a vulnerability was listed as known exploited; `ended_at` is null while it is.
CREATE TABLE known_exploited (
    cve TEXT NOT NULL,
    listed_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    record JSONB NOT NULL,
    document BIGINT NOT NULL,
    PRIMARY KEY (cve, listed_at)
);
