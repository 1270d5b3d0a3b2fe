-- How rows that are rewritten all the time lie on their pages. No value changes, and new versions alone follow.

-- Kept whole in its row, which has room beside it for its next version: a report then rewrites it in place, and leaves
-- nothing to a TOAST table that only a vacuum would give back.
ALTER TABLE asset_inventory SET (fillfactor = 50, toast_tuple_target = 8160);
ALTER TABLE asset SET (fillfactor = 80);
ALTER TABLE asset_contact SET (fillfactor = 60);

-- Vacuumed after a part of the rows that is small also in a large fleet.
ALTER TABLE asset_inventory SET (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE asset_facts SET (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE asset SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE asset_contact SET (autovacuum_vacuum_scale_factor = 0.05);
-- Rows come and go by the minute; their number stays.
ALTER TABLE feed SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
