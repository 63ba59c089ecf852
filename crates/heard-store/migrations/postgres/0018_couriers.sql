-- Conversations with customers: in a case, or about a comment that has none yet. Tokens are kept as SHA-256 only.
CREATE TABLE thread (id BIGINT PRIMARY KEY, feedback BIGINT, case_id BIGINT, address TEXT COLLATE "C", at BIGINT NOT NULL);
CREATE INDEX thread_feedback ON thread (feedback) WHERE feedback IS NOT NULL;
CREATE INDEX thread_case ON thread (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE thread_token (hash TEXT COLLATE "C" PRIMARY KEY, thread BIGINT NOT NULL REFERENCES thread (id), at BIGINT NOT NULL);
CREATE INDEX thread_token_thread ON thread_token (thread);
-- What leaves Heard for one address. The key makes it once; the token is there only until it has gone.
CREATE TABLE message (
  id BIGINT PRIMARY KEY, key TEXT COLLATE "C" NOT NULL UNIQUE, kind TEXT COLLATE "C" NOT NULL, thread BIGINT, case_id BIGINT, entry BIGINT, letter BIGINT,
  person BIGINT, address TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL, token TEXT COLLATE "C", message_id TEXT COLLATE "C" NOT NULL UNIQUE,
  state TEXT COLLATE "C" NOT NULL, tries BIGINT NOT NULL, at BIGINT NOT NULL, sent BIGINT, reason TEXT COLLATE "C", asks BIGINT NOT NULL
);
CREATE INDEX message_case ON message (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX message_letter ON message (letter, state) WHERE letter IS NOT NULL;
CREATE INDEX message_address ON message (address);
CREATE INDEX message_state ON message (state, id);
-- Addresses that get no letters, as salted SHA-256; and the tokens by which their owners say so.
CREATE TABLE suppressed (hash TEXT COLLATE "C" PRIMARY KEY, why TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);
CREATE TABLE unsubscribe_token (hash TEXT COLLATE "C" PRIMARY KEY, address TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);
-- Runs of letters; the audience as JSON.
CREATE TABLE letter (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, subject TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL, audience TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL, made BIGINT NOT NULL, reviewer BIGINT, reviewed BIGINT, looked_at BIGINT NOT NULL, unreachable BIGINT NOT NULL,
  suppressed BIGINT NOT NULL, told_before BIGINT NOT NULL
);
-- How far a mailbox was read; and what came in by mail, by the SHA-256 of the mail.
CREATE TABLE mailbox (name TEXT COLLATE "C" PRIMARY KEY, validity BIGINT NOT NULL, last BIGINT NOT NULL, looked BIGINT, trouble TEXT COLLATE "C");
CREATE TABLE mail_seen (hash TEXT COLLATE "C" PRIMARY KEY, at BIGINT NOT NULL, became TEXT COLLATE "C" NOT NULL);
