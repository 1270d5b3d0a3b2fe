-- A closed finding says when it was due, by the rules of its day; older rows do not.

ALTER TABLE finding_history ADD COLUMN sla_start_ms INTEGER;
ALTER TABLE finding_history ADD COLUMN due_ms INTEGER;
