-- The fleet as flat tables, in DuckDB and in PostgreSQL alike. Keys are small integers. Texts that are searched by
-- words have a column of them: without case, between blanks, with a blank at each end; it is what they are sorted by.
-- Assets, patches and tags are numbered densely, components in the order of their sources.

CREATE TABLE asset (
    asset INTEGER NOT NULL,
    id UUID NOT NULL,
    name VARCHAR NOT NULL,
    name_words VARCHAR NOT NULL,
    os VARCHAR,
    os_words VARCHAR,
    os_family VARCHAR,
    platform VARCHAR,
    model VARCHAR,
    timezone VARCHAR,
    logged_on VARCHAR,
    logged_on_words VARCHAR,
    pending_reboot BOOLEAN NOT NULL,
    scanned_at TIMESTAMP,
    enrolled_at TIMESTAMP NOT NULL,
    -- Missing patches that nothing newer replaces there.
    missing_count INTEGER NOT NULL,
    missing_security_count INTEGER NOT NULL
);

-- One row for each IPv4 address, as a number.
CREATE TABLE interface (
    asset INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    address BIGINT NOT NULL
);

CREATE TABLE component (
    component INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR,
    name_words VARCHAR,
    -- The same for all components of one name.
    name_number INTEGER,
    source VARCHAR,
    source_words VARCHAR,
    source_version VARCHAR,
    -- What its source's version begins with, as a number; none where an epoch stands before it.
    source_major INTEGER
);

-- Sorted by both.
CREATE TABLE asset_component (
    component INTEGER NOT NULL,
    asset INTEGER NOT NULL
);

-- Those that nothing newer replaces, and those of which that is so on some asset that lacks them.
CREATE TABLE patch (
    patch INTEGER NOT NULL,
    id UUID NOT NULL,
    title VARCHAR NOT NULL,
    title_words VARCHAR NOT NULL,
    product VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    is_security BOOLEAN NOT NULL,
    is_superseded BOOLEAN NOT NULL
);

CREATE TABLE patch_package (
    patch INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_words VARCHAR NOT NULL
);

-- Who lacks which of them while nothing newer that applies there replaces it, sorted by both. Of a patch that is not
-- superseded these are all who lack it.
CREATE TABLE missing (
    patch INTEGER NOT NULL,
    asset INTEGER NOT NULL
);

CREATE TABLE tag (
    tag INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_words VARCHAR NOT NULL
);

CREATE TABLE tag_member (
    tag INTEGER NOT NULL,
    asset INTEGER NOT NULL
);
