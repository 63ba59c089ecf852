-- Other systems that are told of alerts; of which kinds as JSON. The secret signs, so it is kept as it is.
CREATE TABLE receiver (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, address TEXT NOT NULL, kinds TEXT NOT NULL, is_on INTEGER NOT NULL, secret TEXT NOT NULL,
  since INTEGER NOT NULL, delivered INTEGER, failed INTEGER, failure TEXT
);
-- What was promised to the customer of a case; days.
CREATE TABLE case_promise (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES "case" (id), user_id INTEGER NOT NULL, words TEXT NOT NULL, due INTEGER NOT NULL, done INTEGER
);
CREATE INDEX case_promise_case ON case_promise (case_id, id);
CREATE INDEX case_promise_due ON case_promise (due);
-- What each department was told of a week, and that it follows through.
CREATE TABLE digest (
  department INTEGER NOT NULL, week INTEGER NOT NULL, published INTEGER NOT NULL, acknowledged INTEGER, user_id INTEGER, reminded INTEGER,
  escalated INTEGER, PRIMARY KEY (department, week)
) WITHOUT ROWID;
CREATE INDEX digest_waits ON digest (published) WHERE acknowledged IS NULL;
