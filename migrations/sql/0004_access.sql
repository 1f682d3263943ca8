-- Who may do what, who did it, and what a job may use.

CREATE TABLE tokens (
    -- Part of the token itself, and never given twice.
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL UNIQUE,
    role         TEXT    NOT NULL CHECK (role IN ('read', 'submit', 'admin')),
    -- SHA-256 of the token's secret.
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),
    -- A JSON array of the definitions that it may start; null: it may run anything.
    definitions  TEXT    CHECK (definitions IS NULL OR json_valid(definitions)),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    -- To the day, so that a token in use is not written again and again.
    last_used_at INTEGER
) STRICT;

-- What tickets and sessions are signed with.
CREATE TABLE signing_keys (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who submitted it: 'user:1000', 'token:ci', 'anyone'; null: before there were owners.
ALTER TABLE jobs ADD COLUMN owner TEXT;
-- The definition it was made from, and with which parameters, but for the secret ones.
ALTER TABLE jobs ADD COLUMN definition TEXT;
ALTER TABLE jobs ADD COLUMN parameters TEXT CHECK (parameters IS NULL OR json_valid(parameters));
-- {"NAME": "value"}, and when the job has ended {"NAME": null}.
ALTER TABLE jobs ADD COLUMN secret_environment TEXT NOT NULL DEFAULT '{}'
    CHECK (json_valid(secret_environment));
-- An end takes the values, whoever writes it. They may still be in the log then, until
-- that is emptied.
CREATE TABLE wiped_jobs (
    id INTEGER NOT NULL PRIMARY KEY
) STRICT;
CREATE TRIGGER jobs_secrets_end AFTER UPDATE OF state ON jobs
    WHEN NEW.state IN ('succeeded', 'failed', 'cancelled') AND NEW.secret_environment <> '{}'
BEGIN
    UPDATE jobs SET secret_environment =
        (SELECT json_group_object(key, NULL) FROM json_each(NEW.secret_environment))
    WHERE id = NEW.id;
    INSERT OR IGNORE INTO wiped_jobs (id) VALUES (NEW.id);
END;
-- {"user": "media", "group": "media"}; null: as the daemon itself.
ALTER TABLE jobs ADD COLUMN run_as TEXT CHECK (run_as IS NULL OR json_valid(run_as));
ALTER TABLE jobs ADD COLUMN limits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(limits));
CREATE INDEX jobs_by_owner ON jobs (owner, id) WHERE owner IS NOT NULL;
-- Who asked for the cancel.
ALTER TABLE jobs ADD COLUMN cancel_actor TEXT;

-- The newest successful runs of a name are those of the same owner: what others run
-- under it tells nothing.
DROP INDEX jobs_succeeded;
CREATE INDEX jobs_succeeded ON jobs (name, owner, finished_at, id, attempt, state)
    WHERE state = 'succeeded' AND name IS NOT NULL;

-- Who caused the event; null: nobody, it came about by itself.
ALTER TABLE events ADD COLUMN actor TEXT;
-- kind 'state': what was done that left the job in the state it was in; null when the
-- state changed.
ALTER TABLE events ADD COLUMN action TEXT;

-- A key belongs to who used it: the same from somebody else is another.
CREATE TABLE new_idempotency_keys (
    owner     TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    -- SHA-256 of the request's body.
    digest    BLOB    NOT NULL,
    first_job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    jobs      INTEGER NOT NULL CHECK (jobs > 0),
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
INSERT INTO new_idempotency_keys (owner, key, digest, first_job, jobs)
    SELECT 'anyone', key, digest, first_job, jobs FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE new_idempotency_keys RENAME TO idempotency_keys;
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (first_job);
