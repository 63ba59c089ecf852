-- How feedback is routed: conditions and way as JSON; since when it is switched on.
CREATE TABLE rule (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, since INTEGER, body TEXT NOT NULL);
-- What each rule has sent on: once for ever.
CREATE TABLE routed (
  feedback INTEGER NOT NULL REFERENCES feedback (id), rule INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (feedback, rule)
) WITHOUT ROWID;
CREATE TABLE routed_department (
  feedback INTEGER NOT NULL REFERENCES feedback (id), department INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (feedback, department)
) WITHOUT ROWID;
CREATE INDEX routed_department_at ON routed_department (department, at);
-- One customer's matter each. The promise runs in working time: used up before since; due is the moment that follows from it.
CREATE TABLE "case" (
  id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, version INTEGER NOT NULL, state TEXT NOT NULL, urgency TEXT NOT NULL,
  post INTEGER NOT NULL REFERENCES post (id), person INTEGER, account INTEGER, stage INTEGER, category INTEGER, place INTEGER,
  here INTEGER NOT NULL, opened INTEGER NOT NULL, changed INTEGER NOT NULL, department INTEGER NOT NULL REFERENCES department (id),
  assigned INTEGER, promised INTEGER NOT NULL, used INTEGER NOT NULL, since INTEGER, due INTEGER, first_answer INTEGER,
  last_answer INTEGER, asked INTEGER, helped INTEGER, reopened INTEGER NOT NULL, merged INTEGER, merged_state TEXT, late INTEGER
);
CREATE INDEX case_due ON "case" (state, due, id);
CREATE INDEX case_person ON "case" (person) WHERE person IS NOT NULL;
CREATE INDEX case_opened ON "case" (opened);
CREATE TABLE case_feedback (
  case_id INTEGER NOT NULL REFERENCES "case" (id), feedback INTEGER NOT NULL REFERENCES feedback (id), PRIMARY KEY (case_id, feedback)
) WITHOUT ROWID;
CREATE INDEX case_feedback_feedback ON case_feedback (feedback);
CREATE TABLE case_department (
  case_id INTEGER NOT NULL REFERENCES "case" (id), department INTEGER NOT NULL, PRIMARY KEY (case_id, department)
) WITHOUT ROWID;
CREATE INDEX case_department_department ON case_department (department);
-- The thread of a case; mentions and event as JSON.
CREATE TABLE case_entry (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES "case" (id), kind TEXT NOT NULL, at INTEGER NOT NULL, user_id INTEGER,
  text TEXT NOT NULL, way TEXT, mentions TEXT NOT NULL, event TEXT
);
CREATE INDEX case_entry_case ON case_entry (case_id, id);
CREATE TABLE task (
  id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES "case" (id), words TEXT NOT NULL, owner INTEGER, due INTEGER, done INTEGER
);
CREATE INDEX task_case ON task (case_id, id);
CREATE INDEX task_owner ON task (owner, due) WHERE done IS NULL;
-- What was told at once, and to whom; departments as JSON.
CREATE TABLE alert (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, urgency TEXT NOT NULL, post INTEGER NOT NULL REFERENCES post (id),
  place INTEGER, departments TEXT NOT NULL, feedback INTEGER, case_id INTEGER
);
CREATE INDEX alert_feedback ON alert (feedback) WHERE feedback IS NOT NULL;
CREATE TABLE alert_user (
  alert INTEGER NOT NULL REFERENCES alert (id), user_id INTEGER NOT NULL, seen INTEGER, PRIMARY KEY (alert, user_id)
) WITHOUT ROWID;
CREATE INDEX alert_user_unseen ON alert_user (user_id, alert) WHERE seen IS NULL;
