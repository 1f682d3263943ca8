-- What is kept: counted as it changes, so that nobody counts it all; and what the
-- state directory needs to know its database again.

-- Which database this is: made anew with it, and when another one's place is taken.
CREATE TABLE database_identity (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    value TEXT    NOT NULL CHECK (length(value) = 32)
) STRICT;
INSERT INTO database_identity (id, value) VALUES (1, lower(hex(randomblob(16))));

-- Written to find out whether anything can be.
CREATE TABLE write_probes (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL CHECK (value IN (0, 1))
) STRICT;
INSERT INTO write_probes (id, value) VALUES (1, 0);

-- Jobs whose rows are gone, and whose files are to go: other files that no job is
-- known for are nobody's to delete.
CREATE TABLE removed_jobs (
    id INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- How many jobs of a queue are in a state. A queue's finished jobs outlive it.
CREATE TABLE job_counts (
    queue TEXT    NOT NULL,
    state TEXT    NOT NULL,
    jobs  INTEGER NOT NULL CHECK (jobs >= 0),
    PRIMARY KEY (state, queue)
) STRICT, WITHOUT ROWID;
INSERT INTO job_counts (queue, state, jobs)
    SELECT queue, state, count(*) FROM jobs GROUP BY queue, state;

-- How much the attempts of finished jobs have written to their journals.
CREATE TABLE kept_output (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO kept_output (id, bytes)
    SELECT 1, coalesce(sum(a.consumed), 0) FROM jobs j JOIN attempts a ON a.job_id = j.id
    WHERE j.finished_at IS NOT NULL;

CREATE TRIGGER jobs_counted_at_first AFTER INSERT ON jobs
BEGIN
    INSERT INTO job_counts (queue, state, jobs) VALUES (NEW.queue, NEW.state, 1)
        ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_counted_anew AFTER UPDATE OF state, queue ON jobs
    WHEN NEW.state <> OLD.state OR NEW.queue <> OLD.queue
BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE queue = OLD.queue AND state = OLD.state;
    DELETE FROM job_counts WHERE queue = OLD.queue AND state = OLD.state AND jobs = 0;
    INSERT INTO job_counts (queue, state, jobs) VALUES (NEW.queue, NEW.state, 1)
        ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;
-- Before, since its attempts go with it.
CREATE TRIGGER jobs_counted_no_more BEFORE DELETE ON jobs
BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE queue = OLD.queue AND state = OLD.state;
    DELETE FROM job_counts WHERE queue = OLD.queue AND state = OLD.state AND jobs = 0;
    UPDATE kept_output SET bytes = bytes -
        (SELECT coalesce(sum(consumed), 0) FROM attempts WHERE job_id = OLD.id)
    WHERE OLD.finished_at IS NOT NULL;
    INSERT OR IGNORE INTO removed_jobs (id) VALUES (OLD.id);
END;
CREATE TRIGGER jobs_output_kept AFTER UPDATE OF finished_at ON jobs
    WHEN (NEW.finished_at IS NULL) <> (OLD.finished_at IS NULL)
BEGIN
    UPDATE kept_output SET bytes = bytes + iif(NEW.finished_at IS NULL, -1, 1) *
        (SELECT coalesce(sum(consumed), 0) FROM attempts WHERE job_id = NEW.id);
END;
CREATE TRIGGER attempts_output_kept AFTER UPDATE OF consumed ON attempts
    WHEN NEW.consumed <> OLD.consumed
        AND (SELECT finished_at FROM jobs WHERE id = NEW.job_id) IS NOT NULL
BEGIN
    UPDATE kept_output SET bytes = bytes + NEW.consumed - OLD.consumed;
END;
