-- What a distribution's tracker says of each CVE in its source packages, with a fix or without: one row per CVE, its
-- statements packed. The document is the one that last changed it.
CREATE TABLE source_statement (
    cve TEXT NOT NULL PRIMARY KEY,
    record BLOB NOT NULL,
    document INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
