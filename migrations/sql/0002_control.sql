-- Queues with resources, priorities, times, dependencies, retries, and what is
-- asked of jobs while they run.
--
-- The table of jobs is made anew, since SQLite cannot change a CHECK:
-- sqlite.org/lang_altertable.html §7. Foreign keys are off meanwhile.

-- What its jobs share: {"gpu": ["0", "1"], "mem_gb": 24}.
ALTER TABLE queues ADD COLUMN resources TEXT NOT NULL DEFAULT '{}'
    CHECK (json_valid(resources));
-- Whether somebody has said how many slots there are; otherwise the daemon does.
ALTER TABLE queues ADD COLUMN slots_given INTEGER NOT NULL DEFAULT 0
    CHECK (slots_given IN (0, 1));
-- Whether there may be something to start. Set by the triggers below and cleared
-- by the claim that has found no more, so that a claim only looks at queues in
-- which something has changed.
ALTER TABLE queues ADD COLUMN ready INTEGER NOT NULL DEFAULT 1 CHECK (ready IN (0, 1));
CREATE INDEX queues_ready ON queues (name) WHERE ready = 1;

CREATE TABLE new_jobs (
    id                  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,

    -- The spec, as submitted; queue, priority, labels and not_before may be
    -- changed until the job starts. A queue's finished jobs outlive it.
    queue               TEXT    NOT NULL,
    priority            INTEGER NOT NULL DEFAULT 0,
    name                TEXT,
    -- A JSON array (executed as it is) or a JSON string (for /bin/sh -c).
    command             TEXT    NOT NULL CHECK (json_valid(command)),
    labels              TEXT    NOT NULL CHECK (json_valid(labels)),
    cwd                 TEXT,
    environment         TEXT    NOT NULL CHECK (json_valid(environment)),
    stdin               TEXT,
    tty                 INTEGER NOT NULL CHECK (tty IN (0, 1)),
    timeout             INTEGER CHECK (timeout > 0),
    stall_timeout       INTEGER CHECK (stall_timeout > 0),
    kill_grace          INTEGER NOT NULL CHECK (kill_grace >= 0),
    output_limit_bytes  INTEGER NOT NULL CHECK (output_limit_bytes >= 0),
    retry               TEXT    CHECK (retry IS NULL OR json_valid(retry)),
    not_before          INTEGER,
    after_policy        TEXT    NOT NULL DEFAULT 'succeeded'
                            CHECK (after_policy IN ('succeeded', 'finished')),
    -- What it needs of its queue's resources, with sorted names: jobs that need
    -- the same have the same text.
    resources           TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(resources)),

    state               TEXT    NOT NULL CHECK (state IN (
                            'waiting', 'queued', 'running', 'paused',
                            'succeeded', 'failed', 'cancelled')),
    waiting_for         TEXT    CHECK (waiting_for IN ('time', 'jobs', 'retry')),
    -- When it becomes eligible; nobody knows when it waits for other jobs.
    wake_at             INTEGER,
    -- When the pause before the next attempt is over.
    retry_at            INTEGER,
    attempt             INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- The last attempt that a failure leads to by itself.
    attempt_limit       INTEGER NOT NULL DEFAULT 1 CHECK (attempt_limit > 0),
    created_at          INTEGER NOT NULL,
    started_at          INTEGER,
    finished_at         INTEGER,

    -- A cancel that was asked for; the scheduler carries it out.
    cancel_requested_at INTEGER,
    cancel_signal       INTEGER CHECK (cancel_signal BETWEEN 1 AND 64),
    cancel_grace        INTEGER CHECK (cancel_grace >= 0),
    -- Whether the input that comes later is complete.
    input_ended         INTEGER NOT NULL DEFAULT 0 CHECK (input_ended IN (0, 1)),

    -- The outcome of the last attempt.
    exit_code           INTEGER,
    signal              INTEGER,
    failure             TEXT    CHECK (failure IN (
                            'exit', 'signal', 'timeout', 'stalled', 'unstartable',
                            'dependency', 'output_limit', 'lost')),
    error               TEXT,
    cpu                 INTEGER,
    max_rss_bytes       INTEGER,
    output_bytes        INTEGER,

    -- The event that holds the newest reading of the newest attempt.
    progress_event      INTEGER,
    -- Whether there are jobs that have not been told that this one has finished.
    unsettled           INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)),

    -- The state machine's invariants.
    CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
    CHECK ((waiting_for IS NOT NULL) = (state = 'waiting')),
    CHECK ((wake_at IS NOT NULL) = (waiting_for IS NOT NULL AND waiting_for <> 'jobs')),
    -- A failure is also that of the attempt before the one that is waited for.
    CHECK (state <> 'failed' OR failure IS NOT NULL),
    CHECK (failure IS NULL OR state IN ('waiting', 'queued', 'failed')),
    CHECK (state NOT IN ('running', 'paused', 'succeeded')
           OR (attempt > 0 AND started_at IS NOT NULL)),
    CHECK (state <> 'failed' OR failure = 'dependency'
           OR (attempt > 0 AND started_at IS NOT NULL)),
    CHECK (state <> 'succeeded' OR exit_code = 0)
) STRICT;

INSERT INTO new_jobs (
    id, queue, name, command, labels, cwd, environment, stdin, tty, timeout, kill_grace,
    output_limit_bytes, state, attempt, created_at, started_at, finished_at,
    cancel_requested_at, cancel_signal, cancel_grace, exit_code, signal, failure, error, cpu,
    max_rss_bytes, output_bytes, progress_event,
    -- What was submitted before had no input that comes later.
    input_ended)
SELECT
    id, queue, name, command, labels, cwd, environment, coalesce(stdin, ''), tty, timeout,
    kill_grace, output_limit_bytes, state, attempt, created_at, started_at, finished_at,
    cancel_requested_at, cancel_signal, cancel_grace, exit_code, signal, failure, error, cpu,
    max_rss_bytes, output_bytes, progress_event, 1
FROM jobs;

-- The id of a deleted job is still not given to another.
DELETE FROM sqlite_sequence WHERE name = 'new_jobs';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'new_jobs', seq FROM sqlite_sequence WHERE name = 'jobs';

DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;

-- What is eligible, in the order of its turn, by what it needs. (The state is in
-- these three so that they alone answer what is asked.)
CREATE INDEX jobs_queued ON jobs (queue, resources, priority DESC, id, state)
    WHERE state = 'queued';
-- What holds a slot.
CREATE INDEX jobs_active ON jobs (queue, id, state) WHERE state IN ('running', 'paused');
CREATE INDEX jobs_waiting ON jobs (queue, id, state) WHERE state = 'waiting';
-- What becomes eligible next.
CREATE INDEX jobs_waking ON jobs (wake_at) WHERE wake_at IS NOT NULL;
-- Whose end has not been passed on.
CREATE INDEX jobs_unsettled ON jobs (id) WHERE unsettled = 1;
-- What may be pruned, the oldest first.
CREATE INDEX jobs_finished ON jobs (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_queue ON jobs (queue, id);
CREATE INDEX jobs_by_name ON jobs (name, id) WHERE name IS NOT NULL;

-- Whatever adds a queued job, takes one away or frees a slot: somebody may have
-- got its turn.
CREATE TRIGGER jobs_queued_at_once AFTER INSERT ON jobs WHEN NEW.state = 'queued'
BEGIN
    UPDATE queues SET ready = 1 WHERE name = NEW.queue AND ready = 0;
END;
CREATE TRIGGER jobs_changed AFTER UPDATE OF state, queue, priority ON jobs
    WHEN NEW.state = 'queued' OR OLD.state IN ('queued', 'running', 'paused')
BEGIN
    UPDATE queues SET ready = 1 WHERE name IN (OLD.queue, NEW.queue) AND ready = 0;
END;
CREATE TRIGGER queues_changed AFTER UPDATE OF slots, paused, resources ON queues
BEGIN
    UPDATE queues SET ready = 1 WHERE name = NEW.name AND ready = 0;
END;

-- What jobs come after which. The job that is needed may be deleted later.
CREATE TABLE dependencies (
    job_id   INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    needs_id INTEGER NOT NULL,
    -- Whether it is still waited for.
    is_open  INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (job_id, needs_id)
) STRICT, WITHOUT ROWID;
-- Who is waiting for a job.
CREATE INDEX dependencies_open ON dependencies (needs_id) WHERE is_open = 1;

ALTER TABLE attempts ADD COLUMN state TEXT
    CHECK (state IN ('succeeded', 'failed', 'cancelled'));
ALTER TABLE attempts ADD COLUMN exit_code INTEGER;
ALTER TABLE attempts ADD COLUMN signal INTEGER;
ALTER TABLE attempts ADD COLUMN failure TEXT;
ALTER TABLE attempts ADD COLUMN error TEXT;
ALTER TABLE attempts ADD COLUMN cpu INTEGER;
ALTER TABLE attempts ADD COLUMN max_rss_bytes INTEGER;
ALTER TABLE attempts ADD COLUMN output_bytes INTEGER;
-- What it was given of its queue's resources: {"gpu": ["0"], "mem_gb": 8}.
ALTER TABLE attempts ADD COLUMN granted TEXT CHECK (granted IS NULL OR json_valid(granted));

UPDATE attempts SET
    (state, exit_code, signal, failure, error, cpu, max_rss_bytes, output_bytes) =
    (SELECT j.state, j.exit_code, j.signal, j.failure, j.error, j.cpu, j.max_rss_bytes,
            j.output_bytes FROM jobs j WHERE j.id = attempts.job_id)
WHERE finished_at IS NOT NULL;

-- kind 'state': what a waiting job waits for; its outcome columns then are those of
-- the attempt that failed.
ALTER TABLE events ADD COLUMN waiting_for TEXT;

-- Signals that somebody wants delivered; the scheduler does, and removes them. It
-- knows by the id which it has delivered, so an id is never given twice.
CREATE TABLE signals (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    job_id  INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    signal  INTEGER NOT NULL CHECK (signal BETWEEN 1 AND 64),
    -- Whether to all processes of the job, or to the command itself only.
    tree    INTEGER NOT NULL CHECK (tree IN (0, 1))
) STRICT;
CREATE INDEX signals_by_job ON signals (job_id);

-- Submissions that may be repeated: as long as their first job is there, the same
-- key brings the same jobs. The jobs of one submission have ids in a row.
CREATE TABLE idempotency_keys (
    key       TEXT    NOT NULL PRIMARY KEY,
    -- SHA-256 of the request's body.
    digest    BLOB    NOT NULL,
    first_job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    jobs      INTEGER NOT NULL CHECK (jobs > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (first_job);
