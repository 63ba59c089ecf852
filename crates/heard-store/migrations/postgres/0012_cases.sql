-- How feedback is routed: conditions and way as JSON; since when it is switched on.
CREATE TABLE rule (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, since BIGINT, body TEXT COLLATE "C" NOT NULL);
-- What each rule has sent on: once for ever.
CREATE TABLE routed (
  feedback BIGINT NOT NULL REFERENCES feedback (id), rule BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (feedback, rule)
);
CREATE TABLE routed_department (
  feedback BIGINT NOT NULL REFERENCES feedback (id), department BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (feedback, department)
);
CREATE INDEX routed_department_at ON routed_department (department, at);
-- One customer's matter each. The promise runs in working time: used up before since; due is the moment that follows from it.
CREATE TABLE "case" (
  id BIGINT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, version BIGINT NOT NULL, state TEXT COLLATE "C" NOT NULL, urgency TEXT COLLATE "C" NOT NULL,
  post BIGINT NOT NULL REFERENCES post (id), person BIGINT, account BIGINT, stage BIGINT, category BIGINT, place BIGINT,
  here BIGINT NOT NULL, opened BIGINT NOT NULL, changed BIGINT NOT NULL, department BIGINT NOT NULL REFERENCES department (id),
  assigned BIGINT, promised BIGINT NOT NULL, used BIGINT NOT NULL, since BIGINT, due BIGINT, first_answer BIGINT,
  last_answer BIGINT, asked BIGINT, helped BIGINT, reopened BIGINT NOT NULL, merged BIGINT, merged_state TEXT COLLATE "C", late BIGINT
);
CREATE INDEX case_due ON "case" (state, due, id);
CREATE INDEX case_person ON "case" (person) WHERE person IS NOT NULL;
CREATE INDEX case_opened ON "case" (opened);
CREATE TABLE case_feedback (
  case_id BIGINT NOT NULL REFERENCES "case" (id), feedback BIGINT NOT NULL REFERENCES feedback (id), PRIMARY KEY (case_id, feedback)
);
CREATE INDEX case_feedback_feedback ON case_feedback (feedback);
CREATE TABLE case_department (
  case_id BIGINT NOT NULL REFERENCES "case" (id), department BIGINT NOT NULL, PRIMARY KEY (case_id, department)
);
CREATE INDEX case_department_department ON case_department (department);
-- The thread of a case; mentions and event as JSON.
CREATE TABLE case_entry (
  id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL REFERENCES "case" (id), kind TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, user_id BIGINT,
  text TEXT COLLATE "C" NOT NULL, way TEXT COLLATE "C", mentions TEXT COLLATE "C" NOT NULL, event TEXT COLLATE "C"
);
CREATE INDEX case_entry_case ON case_entry (case_id, id);
CREATE TABLE task (
  id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL REFERENCES "case" (id), words TEXT COLLATE "C" NOT NULL, owner BIGINT, due BIGINT, done BIGINT
);
CREATE INDEX task_case ON task (case_id, id);
CREATE INDEX task_owner ON task (owner, due) WHERE done IS NULL;
-- What was told at once, and to whom; departments as JSON.
CREATE TABLE alert (
  id BIGINT PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, urgency TEXT COLLATE "C" NOT NULL, post BIGINT NOT NULL REFERENCES post (id),
  place BIGINT, departments TEXT COLLATE "C" NOT NULL, feedback BIGINT, case_id BIGINT
);
CREATE INDEX alert_feedback ON alert (feedback) WHERE feedback IS NOT NULL;
CREATE TABLE alert_user (
  alert BIGINT NOT NULL REFERENCES alert (id), user_id BIGINT NOT NULL, seen BIGINT, PRIMARY KEY (alert, user_id)
);
CREATE INDEX alert_user_unseen ON alert_user (user_id, alert) WHERE seen IS NULL;
