-- What addresses are salted with: kept in backups, so that a wish for no more letters outlives a move to another database. An
-- installation that there is keeps its own.
CREATE TABLE salt (name TEXT PRIMARY KEY, salt TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO salt (name, salt) SELECT 'address', id FROM installation;
-- An address may be barred for several reasons: that it came back takes away no wish.
CREATE TABLE suppressed_for (hash TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (hash, why)) WITHOUT ROWID;
INSERT INTO suppressed_for (hash, why, at) SELECT hash, why, at FROM suppressed;
DROP TABLE suppressed;
ALTER TABLE suppressed_for RENAME TO suppressed;
-- Up to which number mails were there before the mailbox was first read, and how often the next one could not be taken in.
ALTER TABLE mailbox ADD COLUMN history INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
-- What a customer wrote on their page before anybody took it up.
CREATE TABLE thread_more (feedback INTEGER PRIMARY KEY, thread INTEGER NOT NULL REFERENCES thread (id));
CREATE INDEX thread_more_thread ON thread_more (thread, feedback);
-- Answers are found among however many letters.
CREATE INDEX job_kind ON job (kind, due, id);
