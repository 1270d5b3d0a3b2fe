-- The organisation, its keys, the people who sign in, the audit log, and the feed that indexes follow.

CREATE TABLE organisation (
    single INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Private halves are sealed before they come here.
CREATE TABLE server_key (
    name TEXT NOT NULL PRIMARY KEY,
    public BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE trust_statement (
    version INTEGER NOT NULL PRIMARY KEY,
    envelope BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- The one-time code of the first sign-in, hashed.
CREATE TABLE setup_code (
    single INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT
) STRICT;

-- The keys are the lower-cased forms by which a name and an address are unique.
CREATE TABLE user_account (
    id BLOB NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_login_at TEXT
) STRICT;

CREATE TABLE session (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES user_account (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    last_used_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id, created_at);

CREATE TABLE api_token (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    last_used_at TEXT
) STRICT;
CREATE INDEX api_token_by_user ON api_token (user_id, created_at);

-- A record is written with its act, and gets `number`, `prev_hash` and `hash` once it is committed.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    number INTEGER UNIQUE,
    time TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    source TEXT NOT NULL,
    ip TEXT,
    request_id TEXT,
    action TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id TEXT,
    object_name TEXT,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL,
    prev_hash BLOB,
    hash BLOB
) STRICT;
CREATE INDEX audit_unchained ON audit (id) WHERE number IS NULL;

-- What changed, for those who keep an index. There is one writer here, so `position` alone is the order of commits.
-- The newest row is never trimmed: positions only rise.
CREATE TABLE feed (
    position INTEGER PRIMARY KEY,
    transaction_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL,
    object BLOB NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
