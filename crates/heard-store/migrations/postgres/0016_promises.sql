-- What the brand says contacts will be like; measure, target and fact as JSON.
CREATE TABLE promise (
  id BIGINT PRIMARY KEY, words TEXT COLLATE "C" NOT NULL UNIQUE, touchpoint BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL
);
-- What a leader or a department undertook: one of both is named.
CREATE TABLE commitment (
  id BIGINT PRIMARY KEY, user_id BIGINT, department BIGINT, words TEXT COLLATE "C" NOT NULL, due BIGINT NOT NULL, consequence TEXT COLLATE "C" NOT NULL,
  done BIGINT
);
CREATE INDEX commitment_due ON commitment (due, id);
-- Who has opened a comment to read it, and when first.
CREATE TABLE opened (
  feedback BIGINT NOT NULL REFERENCES feedback (id), user_id BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (feedback, user_id)
);
