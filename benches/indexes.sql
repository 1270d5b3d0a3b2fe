-- What PostgreSQL is given beside the tables. DuckDB keeps the least and the greatest value of each run of rows itself.

CREATE EXTENSION pg_trgm;
ALTER TABLE asset ADD PRIMARY KEY (asset);
CREATE INDEX ON asset USING gin (name_words gin_trgm_ops);
CREATE INDEX ON asset (name_words, id);
CREATE INDEX ON asset (missing_count DESC, id);
CREATE INDEX ON asset (scanned_at DESC NULLS LAST, id);
CREATE INDEX ON asset (enrolled_at);
CREATE INDEX ON asset (asset) WHERE pending_reboot;
CREATE INDEX ON asset (logged_on_words);
CREATE INDEX ON asset (os);
CREATE INDEX ON interface (address, asset);
ALTER TABLE component ADD PRIMARY KEY (component);
CREATE INDEX ON component USING gin (source_words gin_trgm_ops);
CREATE INDEX ON asset_component (component, asset);
ALTER TABLE patch ADD PRIMARY KEY (patch);
CREATE INDEX ON missing (patch, asset);
CREATE INDEX ON missing (asset, patch);
CREATE INDEX ON tag_member (tag, asset);
VACUUM (ANALYZE);
