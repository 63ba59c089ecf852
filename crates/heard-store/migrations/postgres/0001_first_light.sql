-- What the company has named.
CREATE TABLE setting (name TEXT COLLATE "C" PRIMARY KEY, value TEXT COLLATE "C" NOT NULL);
CREATE TABLE stage (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, aim TEXT COLLATE "C" NOT NULL, position BIGINT NOT NULL, cues TEXT COLLATE "C" NOT NULL
);
CREATE TABLE touchpoint (
  id BIGINT PRIMARY KEY, stage BIGINT NOT NULL REFERENCES stage (id), name TEXT COLLATE "C" NOT NULL UNIQUE, position BIGINT NOT NULL,
  moment_of_truth BIGINT NOT NULL
);
CREATE TABLE department (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE category (
  id BIGINT PRIMARY KEY, parent BIGINT REFERENCES category (id), name TEXT COLLATE "C" NOT NULL UNIQUE, definition TEXT COLLATE "C" NOT NULL,
  watch_words TEXT COLLATE "C" NOT NULL, stage BIGINT REFERENCES stage (id), departments TEXT COLLATE "C" NOT NULL, position BIGINT NOT NULL
);
CREATE TABLE post (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, channel TEXT COLLATE "C" NOT NULL, touchpoint BIGINT REFERENCES touchpoint (id),
  objective TEXT COLLATE "C", owner BIGINT, promise_hours BIGINT
);
CREATE TABLE scale (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, formula TEXT COLLATE "C" NOT NULL, low DOUBLE PRECISION NOT NULL, high DOUBLE PRECISION NOT NULL,
  higher_is_better BIGINT NOT NULL, UNIQUE (name, formula)
);
CREATE TABLE attribute (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE attribute_value (
  id BIGINT PRIMARY KEY, attribute BIGINT NOT NULL REFERENCES attribute (id), value TEXT COLLATE "C" NOT NULL, UNIQUE (attribute, value)
);

-- Customers.
CREATE TABLE account (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, value_minor BIGINT, currency TEXT COLLATE "C", key_account BIGINT NOT NULL, renewal BIGINT
);
CREATE TABLE person (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, role TEXT COLLATE "C", account BIGINT REFERENCES account (id));
CREATE INDEX person_account ON person (account, name) WHERE account IS NOT NULL;
CREATE TABLE identity (
  kind TEXT COLLATE "C" NOT NULL, handle TEXT COLLATE "C" NOT NULL, person BIGINT NOT NULL REFERENCES person (id), PRIMARY KEY (kind, handle)
);
CREATE INDEX identity_person ON identity (person);

-- What came in.
CREATE TABLE import (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, bytes BIGINT NOT NULL, format TEXT COLLATE "C" NOT NULL, mapping TEXT COLLATE "C" NOT NULL,
  shape TEXT COLLATE "C" NOT NULL, post BIGINT REFERENCES post (id), state TEXT COLLATE "C" NOT NULL, total BIGINT, done BIGINT NOT NULL, added BIGINT NOT NULL,
  known BIGINT NOT NULL, revised BIGINT NOT NULL, bad BIGINT NOT NULL, failure TEXT COLLATE "C", at BIGINT NOT NULL, finished BIGINT
);
CREATE TABLE bad_row (
  import BIGINT NOT NULL REFERENCES import (id), ordinal BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL, PRIMARY KEY (import, ordinal)
);
CREATE TABLE mapping (shape TEXT COLLATE "C" PRIMARY KEY, body TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);
CREATE TABLE feedback (
  id BIGINT PRIMARY KEY, revision BIGINT NOT NULL, post BIGINT NOT NULL REFERENCES post (id), key TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL, day BIGINT NOT NULL, heard BIGINT NOT NULL, person BIGINT REFERENCES person (id),
  account BIGINT REFERENCES account (id), touchpoint BIGINT REFERENCES touchpoint (id), text TEXT COLLATE "C" NOT NULL, link TEXT COLLATE "C",
  import BIGINT REFERENCES import (id), language TEXT COLLATE "C", model TEXT COLLATE "C", stage BIGINT, polarity BIGINT, sentiment DOUBLE PRECISION, UNIQUE (post, key)
);
CREATE INDEX feedback_at ON feedback (at, id);
CREATE INDEX feedback_person ON feedback (person) WHERE person IS NOT NULL;
CREATE INDEX feedback_account ON feedback (account) WHERE account IS NOT NULL;
CREATE TABLE feedback_revision (
  feedback BIGINT NOT NULL REFERENCES feedback (id), revision BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL, replaced BIGINT NOT NULL,
  PRIMARY KEY (feedback, revision)
);
CREATE TABLE rating (
  feedback BIGINT NOT NULL, scale BIGINT NOT NULL, raw DOUBLE PRECISION NOT NULL, PRIMARY KEY (feedback, scale)
);
CREATE TABLE feedback_attribute (
  feedback BIGINT NOT NULL, attribute BIGINT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (feedback, attribute)
);

-- What was understood. A feedback that is not yet read, or has no words, has one passage with an empty span.
CREATE TABLE reading (feedback BIGINT PRIMARY KEY, body TEXT COLLATE "C" NOT NULL);
CREATE TABLE passage (
  feedback BIGINT NOT NULL, ordinal BIGINT NOT NULL, polarity BIGINT, sentiment DOUBLE PRECISION, emotion BIGINT, stage BIGINT, intents BIGINT NOT NULL,
  PRIMARY KEY (feedback, ordinal)
);
CREATE TABLE passage_category (
  feedback BIGINT NOT NULL, ordinal BIGINT NOT NULL, category BIGINT NOT NULL, PRIMARY KEY (feedback, ordinal, category)
);
-- A correction holds for the revision on which it was made: its span means nothing in other words.
CREATE TABLE correction (
  id BIGINT PRIMARY KEY, feedback BIGINT NOT NULL REFERENCES feedback (id), revision BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL
);
CREATE INDEX correction_feedback ON correction (feedback);

-- What follows from it. In the cubes, stage and category 0 stand for "all", −1 for "none".
CREATE TABLE cube (
  day BIGINT NOT NULL, post BIGINT NOT NULL, stage BIGINT NOT NULL, category BIGINT NOT NULL, volume BIGINT NOT NULL,
  passages BIGINT NOT NULL, positive BIGINT NOT NULL, negative BIGINT NOT NULL, joy BIGINT NOT NULL, gratitude BIGINT NOT NULL,
  trust BIGINT NOT NULL, surprise BIGINT NOT NULL, confusion BIGINT NOT NULL, disappointment BIGINT NOT NULL, anger BIGINT NOT NULL,
  fear BIGINT NOT NULL, PRIMARY KEY (day, post, stage, category)
);
CREATE TABLE cube_rating (
  day BIGINT NOT NULL, post BIGINT NOT NULL, stage BIGINT NOT NULL, scale BIGINT NOT NULL, n BIGINT NOT NULL, total DOUBLE PRECISION NOT NULL,
  squares DOUBLE PRECISION NOT NULL, up BIGINT NOT NULL, down BIGINT NOT NULL, PRIMARY KEY (day, post, stage, scale)
);
-- The numbers are given by the one writer. The last row is never removed: it remembers how far they went.
CREATE TABLE outbox (seq BIGINT PRIMARY KEY, feedback BIGINT NOT NULL);
CREATE TABLE job (
  id BIGINT PRIMARY KEY, kind TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL, due BIGINT NOT NULL, taken BIGINT NOT NULL DEFAULT 0,
  failures BIGINT NOT NULL DEFAULT 0, cuts BIGINT NOT NULL DEFAULT 0, failure TEXT COLLATE "C"
);
CREATE INDEX job_due ON job (due, id);

-- Who works with it.
CREATE TABLE "user" (
  id BIGINT PRIMARY KEY, email TEXT COLLATE "C" NOT NULL UNIQUE, name TEXT COLLATE "C" NOT NULL, role TEXT COLLATE "C" NOT NULL, posts TEXT COLLATE "C", password TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL, active BIGINT NOT NULL
);
CREATE TABLE session (hash TEXT COLLATE "C" PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES "user" (id), since BIGINT NOT NULL, seen BIGINT NOT NULL);
CREATE TABLE token (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL UNIQUE, grants TEXT COLLATE "C" NOT NULL, made_by BIGINT, since BIGINT NOT NULL,
  expires BIGINT, seen BIGINT
);
