-- The vendors' files that were imported whole: one row for each import, written with its last patch.
CREATE TABLE document (
    id BLOB NOT NULL PRIMARY KEY,
    feed TEXT NOT NULL,
    file_name TEXT,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    imported_at TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    report TEXT NOT NULL,
    changes TEXT NOT NULL
) STRICT;
CREATE INDEX document_by_feed ON document (feed, id);
