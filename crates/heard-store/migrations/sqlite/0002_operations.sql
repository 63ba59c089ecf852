-- What is known of accounts and persons besides their own columns: segments filter by it.
CREATE TABLE account_attribute (
  account INTEGER NOT NULL REFERENCES account (id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE INDEX account_attribute_value ON account_attribute (name, value);
CREATE TABLE person_attribute (
  person INTEGER NOT NULL REFERENCES person (id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (person, name)
) WITHOUT ROWID;
CREATE INDEX person_attribute_value ON person_attribute (name, value);

-- How often something happened; an empty place stands for "not counted by place".
CREATE TABLE exposure (
  day INTEGER NOT NULL, stage INTEGER NOT NULL, measure TEXT NOT NULL, place TEXT NOT NULL, count INTEGER NOT NULL, import INTEGER,
  PRIMARY KEY (day, stage, measure, place)
) WITHOUT ROWID;
CREATE TABLE event (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL,
  person INTEGER REFERENCES person (id), account INTEGER REFERENCES account (id), stage INTEGER, touchpoint INTEGER, details TEXT NOT NULL,
  import INTEGER
);
CREATE INDEX event_at ON event (at, id);
CREATE INDEX event_person ON event (person) WHERE person IS NOT NULL;
CREATE INDEX event_account ON event (account) WHERE account IS NOT NULL;

-- Named mappings that all share.
CREATE TABLE template (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, format TEXT NOT NULL, mapping TEXT NOT NULL, at INTEGER NOT NULL);

-- What an import changed in operational data, so that it can be undone: before (nothing: it was new) and after.
CREATE TABLE import_change (
  import INTEGER NOT NULL REFERENCES import (id), noun TEXT NOT NULL, thing TEXT NOT NULL, ordinal INTEGER NOT NULL, earlier TEXT,
  later TEXT NOT NULL, PRIMARY KEY (import, noun, thing)
) WITHOUT ROWID;
CREATE INDEX import_change_ordinal ON import_change (import, ordinal);
-- What stays when an import is undone, and why.
CREATE TABLE import_kept (
  import INTEGER NOT NULL REFERENCES import (id), ordinal INTEGER NOT NULL, noun TEXT NOT NULL, thing TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (import, ordinal)
) WITHOUT ROWID;
ALTER TABLE import ADD COLUMN sure TEXT;
ALTER TABLE import ADD COLUMN undoing TEXT;
ALTER TABLE import ADD COLUMN source TEXT;
-- Which import brought an older revision, and the hash of its body: what is undone is put back as it was.
ALTER TABLE feedback_revision ADD COLUMN import INTEGER;
ALTER TABLE feedback_revision ADD COLUMN hash TEXT;
CREATE INDEX feedback_import ON feedback (import, id) WHERE import IS NOT NULL;
CREATE INDEX feedback_revision_import ON feedback_revision (import) WHERE import IS NOT NULL;
