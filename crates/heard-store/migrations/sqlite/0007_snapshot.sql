-- Snapshots of the figures' columns that were made from this database: the digest of each, and the number of the outbox it
-- stands for. A database that knows a digest has the history that the snapshot was made from.
CREATE TABLE snapshot (
    mark TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) WITHOUT ROWID;
