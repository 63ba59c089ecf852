-- Sessions can be told apart and ended by whose they are. Those that were begun before cannot be named: whoever has one signs in once more.
DELETE FROM session;
ALTER TABLE session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN browser TEXT COLLATE "C";
CREATE INDEX session_of_user ON session (user_id);
-- What a person should know before confirming a file.
ALTER TABLE import ADD COLUMN remarks TEXT COLLATE "C";
