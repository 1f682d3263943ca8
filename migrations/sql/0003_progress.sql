-- Whether progress is taken from the files that the command reads, while it prints
-- none.
ALTER TABLE jobs ADD COLUMN watch_files INTEGER NOT NULL DEFAULT 0 CHECK (watch_files IN (0, 1));

-- What an attempt's estimate needs that tells nothing of its progress: how long the
-- earlier runs of its name took, and how long it has been running itself.

-- How long it has stood still, but for the pause it is in.
ALTER TABLE attempts ADD COLUMN paused_time INTEGER NOT NULL DEFAULT 0
    CHECK (paused_time >= 0);
-- Since when it stands still.
ALTER TABLE attempts ADD COLUMN paused_at INTEGER;
-- Whether it has told numbers: there is a reading with a fraction or a count.
ALTER TABLE attempts ADD COLUMN measured INTEGER NOT NULL DEFAULT 0
    CHECK (measured IN (0, 1));

-- Of those that are over only the time is of use; pauses that are over before this
-- step are counted as running.
UPDATE attempts SET
    measured = EXISTS (
        SELECT 1 FROM events e WHERE e.job_id = attempts.job_id
            AND e.attempt = attempts.number
            AND (e.fraction IS NOT NULL OR e.done IS NOT NULL)),
    paused_at = (
        SELECT e.time FROM jobs j JOIN events e ON e.job_id = j.id AND e.state = 'paused'
        WHERE j.id = attempts.job_id AND j.state = 'paused' ORDER BY e.id DESC LIMIT 1)
WHERE (job_id, number) IN (
    SELECT id, attempt FROM jobs WHERE state IN ('running', 'paused'));

-- The newest successful runs of a name: a seek, however many have failed. (The rest
-- is in it so that it alone answers what is asked.)
CREATE INDEX jobs_succeeded ON jobs (name, finished_at, id, attempt, state)
    WHERE state = 'succeeded' AND name IS NOT NULL;
