-- Times are microseconds since 1970 UTC; durations are microseconds.

CREATE TABLE queues (
    name   TEXT    NOT NULL PRIMARY KEY,
    -- How many attempts of its jobs may run at once.
    slots  INTEGER NOT NULL CHECK (slots >= 0),
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT, WITHOUT ROWID;

INSERT INTO queues (name, slots) VALUES ('default', 1);

-- AUTOINCREMENT: the id of a deleted job is not given to another.
CREATE TABLE jobs (
    id                  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,

    -- The spec, as submitted.
    queue               TEXT    NOT NULL REFERENCES queues (name),
    name                TEXT,
    -- A JSON array (executed as it is) or a JSON string (for /bin/sh -c).
    command             TEXT    NOT NULL CHECK (json_valid(command)),
    labels              TEXT    NOT NULL CHECK (json_valid(labels)),
    cwd                 TEXT,
    environment         TEXT    NOT NULL CHECK (json_valid(environment)),
    stdin               TEXT,
    tty                 INTEGER NOT NULL CHECK (tty IN (0, 1)),
    timeout             INTEGER CHECK (timeout > 0),
    kill_grace          INTEGER NOT NULL CHECK (kill_grace >= 0),
    output_limit_bytes  INTEGER NOT NULL CHECK (output_limit_bytes >= 0),

    state               TEXT    NOT NULL CHECK (state IN (
                            'waiting', 'queued', 'running', 'paused',
                            'succeeded', 'failed', 'cancelled')),
    attempt             INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    created_at          INTEGER NOT NULL,
    started_at          INTEGER,
    finished_at         INTEGER,

    -- A cancel that was asked for; the scheduler carries it out.
    cancel_requested_at INTEGER,
    cancel_signal       INTEGER CHECK (cancel_signal BETWEEN 1 AND 64),
    cancel_grace        INTEGER CHECK (cancel_grace >= 0),

    -- The outcome of the last attempt.
    exit_code           INTEGER,
    signal              INTEGER,
    failure             TEXT    CHECK (failure IN (
                            'exit', 'signal', 'timeout', 'unstartable',
                            'output_limit', 'lost')),
    error               TEXT,
    cpu                 INTEGER,
    max_rss_bytes       INTEGER,
    output_bytes        INTEGER,

    -- The event that holds the newest reading of the newest attempt.
    progress_event      INTEGER,

    -- The state machine's invariants.
    CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
    CHECK ((failure IS NOT NULL) = (state = 'failed')),
    CHECK (state NOT IN ('running', 'paused', 'succeeded', 'failed')
           OR (attempt > 0 AND started_at IS NOT NULL)),
    CHECK (state <> 'succeeded' OR exit_code = 0)
) STRICT;

-- What is eligible, in the order of its turn.
CREATE INDEX jobs_queued ON jobs (queue, id) WHERE state = 'queued';
-- What holds a slot.
CREATE INDEX jobs_active ON jobs (queue, id) WHERE state IN ('running', 'paused');
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_name ON jobs (name, id) WHERE name IS NOT NULL;

CREATE TABLE attempts (
    job_id       INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL CHECK (number > 0),
    -- The machine's run in which it was claimed: an attempt of an earlier run
    -- cannot be alive, whatever its journal lacks.
    boot_id      TEXT    NOT NULL,
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    -- Up to which byte of the journal the events of this attempt were derived.
    consumed     INTEGER NOT NULL DEFAULT 0 CHECK (consumed >= 0),
    PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: ids ascend for ever, since clients resume by them.
CREATE TABLE events (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id      INTEGER NOT NULL REFERENCES jobs (id),
    time        INTEGER NOT NULL,
    attempt     INTEGER NOT NULL CHECK (attempt >= 0),
    kind        TEXT    NOT NULL CHECK (kind IN ('state', 'progress', 'end')),

    -- kind 'state' and 'end'
    state       TEXT,
    -- kind 'end'
    exit_code   INTEGER,
    signal      INTEGER,
    failure     TEXT,
    error       TEXT,
    -- kind 'progress'
    fraction    REAL    CHECK (fraction BETWEEN 0 AND 1),
    done        REAL,
    total       REAL,
    unit        TEXT,
    message     TEXT,
    rate        REAL,
    eta_seconds REAL,
    source      TEXT,

    CHECK ((state IS NOT NULL) = (kind IN ('state', 'end'))),
    CHECK ((source IS NOT NULL) = (kind = 'progress'))
) STRICT;

-- A stream's next page is one seek in this index.
CREATE INDEX events_by_job ON events (job_id, id);
