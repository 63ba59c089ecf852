-- What the company has named.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE stage (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, aim TEXT NOT NULL, position INTEGER NOT NULL, cues TEXT NOT NULL
);
CREATE TABLE touchpoint (
  id INTEGER PRIMARY KEY, stage INTEGER NOT NULL REFERENCES stage (id), name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL,
  moment_of_truth INTEGER NOT NULL
);
CREATE TABLE department (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE category (
  id INTEGER PRIMARY KEY, parent INTEGER REFERENCES category (id), name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL,
  watch_words TEXT NOT NULL, stage INTEGER REFERENCES stage (id), departments TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE post (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, touchpoint INTEGER REFERENCES touchpoint (id),
  objective TEXT, owner INTEGER, promise_hours INTEGER
);
CREATE TABLE scale (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, formula TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  higher_is_better INTEGER NOT NULL, UNIQUE (name, formula)
);
CREATE TABLE attribute (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE attribute_value (
  id INTEGER PRIMARY KEY, attribute INTEGER NOT NULL REFERENCES attribute (id), value TEXT NOT NULL, UNIQUE (attribute, value)
);

-- Customers.
CREATE TABLE account (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value_minor INTEGER, currency TEXT, key_account INTEGER NOT NULL, renewal INTEGER
);
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT, account INTEGER REFERENCES account (id));
CREATE INDEX person_account ON person (account, name) WHERE account IS NOT NULL;
CREATE TABLE identity (
  kind TEXT NOT NULL, handle TEXT NOT NULL, person INTEGER NOT NULL REFERENCES person (id), PRIMARY KEY (kind, handle)
);
CREATE INDEX identity_person ON identity (person);

-- What came in.
CREATE TABLE import (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, bytes INTEGER NOT NULL, format TEXT NOT NULL, mapping TEXT NOT NULL,
  shape TEXT NOT NULL, post INTEGER REFERENCES post (id), state TEXT NOT NULL, total INTEGER, done INTEGER NOT NULL, added INTEGER NOT NULL,
  known INTEGER NOT NULL, revised INTEGER NOT NULL, bad INTEGER NOT NULL, failure TEXT, at INTEGER NOT NULL, finished INTEGER
);
CREATE TABLE bad_row (
  import INTEGER NOT NULL REFERENCES import (id), ordinal INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (import, ordinal)
);
CREATE TABLE mapping (shape TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE feedback (
  id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, post INTEGER NOT NULL REFERENCES post (id), key TEXT NOT NULL, hash TEXT NOT NULL,
  at INTEGER NOT NULL, day INTEGER NOT NULL, heard INTEGER NOT NULL, person INTEGER REFERENCES person (id),
  account INTEGER REFERENCES account (id), touchpoint INTEGER REFERENCES touchpoint (id), text TEXT NOT NULL, link TEXT,
  import INTEGER REFERENCES import (id), language TEXT, model TEXT, stage INTEGER, polarity INTEGER, sentiment REAL, UNIQUE (post, key)
);
CREATE INDEX feedback_at ON feedback (at, id);
CREATE INDEX feedback_person ON feedback (person) WHERE person IS NOT NULL;
CREATE INDEX feedback_account ON feedback (account) WHERE account IS NOT NULL;
CREATE TABLE feedback_revision (
  feedback INTEGER NOT NULL REFERENCES feedback (id), revision INTEGER NOT NULL, body TEXT NOT NULL, replaced INTEGER NOT NULL,
  PRIMARY KEY (feedback, revision)
);
CREATE TABLE rating (
  feedback INTEGER NOT NULL, scale INTEGER NOT NULL, raw REAL NOT NULL, PRIMARY KEY (feedback, scale)
) WITHOUT ROWID;
CREATE TABLE feedback_attribute (
  feedback INTEGER NOT NULL, attribute INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (feedback, attribute)
) WITHOUT ROWID;

-- What was understood. A feedback that is not yet read, or has no words, has one passage with an empty span.
CREATE TABLE reading (feedback INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE passage (
  feedback INTEGER NOT NULL, ordinal INTEGER NOT NULL, polarity INTEGER, sentiment REAL, emotion INTEGER, stage INTEGER, intents INTEGER NOT NULL,
  PRIMARY KEY (feedback, ordinal)
) WITHOUT ROWID;
CREATE TABLE passage_category (
  feedback INTEGER NOT NULL, ordinal INTEGER NOT NULL, category INTEGER NOT NULL, PRIMARY KEY (feedback, ordinal, category)
) WITHOUT ROWID;
-- A correction holds for the revision on which it was made: its span means nothing in other words.
CREATE TABLE correction (
  id INTEGER PRIMARY KEY, feedback INTEGER NOT NULL REFERENCES feedback (id), revision INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX correction_feedback ON correction (feedback);

-- What follows from it. In the cubes, stage and category 0 stand for "all", −1 for "none".
CREATE TABLE cube (
  day INTEGER NOT NULL, post INTEGER NOT NULL, stage INTEGER NOT NULL, category INTEGER NOT NULL, volume INTEGER NOT NULL,
  passages INTEGER NOT NULL, positive INTEGER NOT NULL, negative INTEGER NOT NULL, joy INTEGER NOT NULL, gratitude INTEGER NOT NULL,
  trust INTEGER NOT NULL, surprise INTEGER NOT NULL, confusion INTEGER NOT NULL, disappointment INTEGER NOT NULL, anger INTEGER NOT NULL,
  fear INTEGER NOT NULL, PRIMARY KEY (day, post, stage, category)
) WITHOUT ROWID;
CREATE TABLE cube_rating (
  day INTEGER NOT NULL, post INTEGER NOT NULL, stage INTEGER NOT NULL, scale INTEGER NOT NULL, n INTEGER NOT NULL, total REAL NOT NULL,
  squares REAL NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL, PRIMARY KEY (day, post, stage, scale)
) WITHOUT ROWID;
-- The numbers are given by the one writer. The last row is never removed: it remembers how far they went.
CREATE TABLE outbox (seq INTEGER PRIMARY KEY, feedback INTEGER NOT NULL);
CREATE TABLE job (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, due INTEGER NOT NULL, taken INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0, cuts INTEGER NOT NULL DEFAULT 0, failure TEXT
);
CREATE INDEX job_due ON job (due, id);

-- Who works with it.
CREATE TABLE "user" (
  id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, posts TEXT, password TEXT NOT NULL,
  since INTEGER NOT NULL, active INTEGER NOT NULL
);
CREATE TABLE session (hash TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES "user" (id), since INTEGER NOT NULL, seen INTEGER NOT NULL);
CREATE TABLE token (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, grants TEXT NOT NULL, made_by INTEGER, since INTEGER NOT NULL,
  expires INTEGER, seen INTEGER
);
