-- What an exception covers beside what it lists: patches that a query finds, and assets that have a tag.

ALTER TABLE patch_exception ADD COLUMN patch_query TEXT;
ALTER TABLE patch_exception ADD COLUMN tz TEXT;
ALTER TABLE patch_exception ADD COLUMN tags JSONB NOT NULL DEFAULT '[]';
