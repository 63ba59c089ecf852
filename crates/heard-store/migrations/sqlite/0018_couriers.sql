-- Conversations with customers: in a case, or about a comment that has none yet. Tokens are kept as SHA-256 only.
CREATE TABLE thread (id INTEGER PRIMARY KEY, feedback INTEGER, case_id INTEGER, address TEXT, at INTEGER NOT NULL);
CREATE INDEX thread_feedback ON thread (feedback) WHERE feedback IS NOT NULL;
CREATE INDEX thread_case ON thread (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE thread_token (hash TEXT PRIMARY KEY, thread INTEGER NOT NULL REFERENCES thread (id), at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX thread_token_thread ON thread_token (thread);
-- What leaves Heard for one address. The key makes it once; the token is there only until it has gone.
CREATE TABLE message (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, thread INTEGER, case_id INTEGER, entry INTEGER, letter INTEGER,
  person INTEGER, address TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, token TEXT, message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL, tries INTEGER NOT NULL, at INTEGER NOT NULL, sent INTEGER, reason TEXT, asks INTEGER NOT NULL
);
CREATE INDEX message_case ON message (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX message_letter ON message (letter, state) WHERE letter IS NOT NULL;
CREATE INDEX message_address ON message (address);
CREATE INDEX message_state ON message (state, id);
-- Addresses that get no letters, as salted SHA-256; and the tokens by which their owners say so.
CREATE TABLE suppressed (hash TEXT PRIMARY KEY, why TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE unsubscribe_token (hash TEXT PRIMARY KEY, address TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
-- Runs of letters; the audience as JSON.
CREATE TABLE letter (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, text TEXT NOT NULL, audience TEXT NOT NULL, state TEXT NOT NULL,
  version INTEGER NOT NULL, made INTEGER NOT NULL, reviewer INTEGER, reviewed INTEGER, looked_at INTEGER NOT NULL, unreachable INTEGER NOT NULL,
  suppressed INTEGER NOT NULL, told_before INTEGER NOT NULL
);
-- How far a mailbox was read; and what came in by mail, by the SHA-256 of the mail.
CREATE TABLE mailbox (name TEXT PRIMARY KEY, validity INTEGER NOT NULL, last INTEGER NOT NULL, looked INTEGER, trouble TEXT);
CREATE TABLE mail_seen (hash TEXT PRIMARY KEY, at INTEGER NOT NULL, became TEXT NOT NULL) WITHOUT ROWID;
