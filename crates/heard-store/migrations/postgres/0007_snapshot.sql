-- Snapshots of the figures' columns that were made from this database: the digest of each, and the number of the outbox it
-- stands for. A database that knows a digest has the history that the snapshot was made from.
CREATE TABLE snapshot (
    mark TEXT COLLATE "C" PRIMARY KEY,
    number BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
