-- Searches that people keep. A query has its time zone with it: saving it never changes what it selects.
CREATE TABLE saved_search (
    id UUID NOT NULL PRIMARY KEY,
    owner_id UUID NOT NULL REFERENCES user_account (id),
    entity TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name in small letters.
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    query TEXT NOT NULL,
    having_query TEXT NOT NULL,
    tz TEXT NOT NULL,
    sort TEXT NOT NULL,
    group_by TEXT NOT NULL,
    group_interval TEXT NOT NULL,
    columns JSONB NOT NULL,
    is_shared BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    UNIQUE (owner_id, entity, name_key)
);

-- The search that a list opens with, for each person.
CREATE TABLE default_search (
    user_id UUID NOT NULL REFERENCES user_account (id),
    entity TEXT NOT NULL,
    search_id UUID NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, entity)
);
CREATE INDEX default_search_by_search ON default_search (search_id);
