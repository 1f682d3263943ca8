-- Whether progress is taken from the files that the command reads, while it prints
-- none.
ALTER TABLE jobs ADD COLUMN watch_files INTEGER NOT NULL DEFAULT 0 CHECK (watch_files IN (0, 1));
