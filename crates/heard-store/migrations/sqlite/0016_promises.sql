-- What the brand says contacts will be like; measure, target and fact as JSON.
CREATE TABLE promise (
  id INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE, touchpoint INTEGER NOT NULL, body TEXT NOT NULL
);
-- What a leader or a department undertook: one of both is named.
CREATE TABLE commitment (
  id INTEGER PRIMARY KEY, user_id INTEGER, department INTEGER, words TEXT NOT NULL, due INTEGER NOT NULL, consequence TEXT NOT NULL,
  done INTEGER
);
CREATE INDEX commitment_due ON commitment (due, id);
-- Who has opened a comment to read it, and when first.
CREATE TABLE opened (
  feedback INTEGER NOT NULL REFERENCES feedback (id), user_id INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (feedback, user_id)
) WITHOUT ROWID;
