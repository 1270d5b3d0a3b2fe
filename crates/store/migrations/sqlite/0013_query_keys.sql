-- Keys by which queries search, sort and compare texts: folded without case, a `text` as its words between blanks, an
-- address as its family and bytes. The program fills them, in old rows when it opens the database.

ALTER TABLE audit ADD COLUMN actor_key TEXT;
ALTER TABLE audit ADD COLUMN action_key TEXT;
ALTER TABLE audit ADD COLUMN object_type_key TEXT;
ALTER TABLE audit ADD COLUMN object_id_key TEXT;
ALTER TABLE audit ADD COLUMN object_name_key TEXT;
ALTER TABLE audit ADD COLUMN request_id_key TEXT;
ALTER TABLE audit ADD COLUMN ip_key BLOB;
-- The words of everything that free text searches.
ALTER TABLE audit ADD COLUMN search_key TEXT;
CREATE INDEX audit_without_keys ON audit (id) WHERE search_key IS NULL;
CREATE INDEX audit_by_time ON audit (time, id);
CREATE INDEX audit_by_actor ON audit (actor_key, id);
CREATE INDEX audit_by_action ON audit (action_key, id);
CREATE INDEX audit_by_object ON audit (object_id_key, id) WHERE object_id_key IS NOT NULL;

ALTER TABLE deployment ADD COLUMN asset_name_key TEXT;
ALTER TABLE deployment ADD COLUMN text_key TEXT;
ALTER TABLE deployment ADD COLUMN duration_s INTEGER;
CREATE INDEX deployment_without_keys ON deployment (id) WHERE asset_name_key IS NULL;
CREATE INDEX deployment_by_job ON deployment (job, id);
CREATE INDEX deployment_by_end ON deployment (ended_at, id);

ALTER TABLE job ADD COLUMN name_key TEXT;

ALTER TABLE asset ADD COLUMN os_name_key TEXT;
ALTER TABLE asset ADD COLUMN last_logged_on_key TEXT;
CREATE INDEX asset_without_keys ON asset (number) WHERE os_name_key IS NULL;
