-- The vendors' files that were imported whole: one row for each import, written with its last patch.
CREATE TABLE document (
    id UUID NOT NULL PRIMARY KEY,
    feed TEXT NOT NULL,
    file_name TEXT,
    sha256 BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    imported_by TEXT NOT NULL,
    report JSONB NOT NULL,
    changes JSONB NOT NULL
);
CREATE INDEX document_by_feed ON document (feed, id);
