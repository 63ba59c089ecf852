-- Runs of letters to those who raised what an issue gathers, and how many of them read it on the page of their comment.
ALTER TABLE letter ADD COLUMN issue INTEGER;
ALTER TABLE letter ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;
CREATE INDEX letter_issue ON letter (issue) WHERE issue IS NOT NULL;
-- The comments that such a run answers, as they were when it was reviewed; and who said each, where that is known.
CREATE TABLE letter_comment (
  letter INTEGER NOT NULL REFERENCES letter (id), feedback INTEGER NOT NULL, person INTEGER, PRIMARY KEY (letter, feedback)
) WITHOUT ROWID;
CREATE INDEX letter_comment_person ON letter_comment (letter, person);
CREATE INDEX letter_comment_feedback ON letter_comment (feedback);
-- Whether a verified fix is wanted at another place where the same stage is lived.
CREATE TABLE place_check (
  issue INTEGER NOT NULL REFERENCES issue (id), place INTEGER NOT NULL, asked INTEGER NOT NULL, answer TEXT, words TEXT, found_by INTEGER, found_at INTEGER,
  PRIMARY KEY (issue, place)
) WITHOUT ROWID;
CREATE INDEX place_check_place ON place_check (place);
-- One question to the next who are affected, and what each answered; the secret by which somebody answers as a hash.
CREATE TABLE asking (
  issue INTEGER PRIMARY KEY REFERENCES issue (id), text TEXT NOT NULL, wanted INTEGER NOT NULL, begun INTEGER NOT NULL, user_id INTEGER NOT NULL
);
CREATE TABLE asked (
  issue INTEGER NOT NULL REFERENCES issue (id), person INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, answer TEXT, words TEXT,
  answered INTEGER, PRIMARY KEY (issue, person)
) WITHOUT ROWID;
-- What the contacts of an account are shown before a renewal, and the secrets by which they come; the lines as JSON.
CREATE TABLE progress (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, renewal INTEGER NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, lines TEXT NOT NULL, made INTEGER NOT NULL,
  reviewer INTEGER, reviewed INTEGER, UNIQUE (account, renewal)
);
CREATE TABLE progress_token (hash TEXT PRIMARY KEY, progress INTEGER NOT NULL REFERENCES progress (id), person INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX progress_token_progress ON progress_token (progress);
