-- Other systems that are told of alerts; of which kinds as JSON. The secret signs, so it is kept as it is.
CREATE TABLE receiver (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, address TEXT COLLATE "C" NOT NULL, kinds TEXT COLLATE "C" NOT NULL, is_on BIGINT NOT NULL, secret TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL, delivered BIGINT, failed BIGINT, failure TEXT COLLATE "C"
);
-- What was promised to the customer of a case; days.
CREATE TABLE case_promise (
  id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL REFERENCES "case" (id), user_id BIGINT NOT NULL, words TEXT COLLATE "C" NOT NULL, due BIGINT NOT NULL, done BIGINT
);
CREATE INDEX case_promise_case ON case_promise (case_id, id);
CREATE INDEX case_promise_due ON case_promise (due);
-- What each department was told of a week, and that it follows through.
CREATE TABLE digest (
  department BIGINT NOT NULL, week BIGINT NOT NULL, published BIGINT NOT NULL, acknowledged BIGINT, user_id BIGINT, reminded BIGINT,
  escalated BIGINT, PRIMARY KEY (department, week)
);
CREATE INDEX digest_waits ON digest (published) WHERE acknowledged IS NULL;
