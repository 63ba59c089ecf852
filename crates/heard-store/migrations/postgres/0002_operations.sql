-- What is known of accounts and persons besides their own columns: segments filter by it.
CREATE TABLE account_attribute (
  account BIGINT NOT NULL REFERENCES account (id), name TEXT COLLATE "C" NOT NULL, value TEXT COLLATE "C" NOT NULL, PRIMARY KEY (account, name)
);
CREATE INDEX account_attribute_value ON account_attribute (name, value);
CREATE TABLE person_attribute (
  person BIGINT NOT NULL REFERENCES person (id), name TEXT COLLATE "C" NOT NULL, value TEXT COLLATE "C" NOT NULL, PRIMARY KEY (person, name)
);
CREATE INDEX person_attribute_value ON person_attribute (name, value);

-- How often something happened; an empty place stands for "not counted by place".
CREATE TABLE exposure (
  day BIGINT NOT NULL, stage BIGINT NOT NULL, measure TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, count BIGINT NOT NULL, import BIGINT,
  PRIMARY KEY (day, stage, measure, place)
);
CREATE TABLE event (
  id BIGINT PRIMARY KEY, key TEXT COLLATE "C" NOT NULL UNIQUE, kind TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, day BIGINT NOT NULL,
  person BIGINT REFERENCES person (id), account BIGINT REFERENCES account (id), stage BIGINT, touchpoint BIGINT, details TEXT COLLATE "C" NOT NULL,
  import BIGINT
);
CREATE INDEX event_at ON event (at, id);
CREATE INDEX event_person ON event (person) WHERE person IS NOT NULL;
CREATE INDEX event_account ON event (account) WHERE account IS NOT NULL;

-- Named mappings that all share.
CREATE TABLE template (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, format TEXT COLLATE "C" NOT NULL, mapping TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);

-- What an import changed in operational data, so that it can be undone: before (nothing: it was new) and after.
CREATE TABLE import_change (
  import BIGINT NOT NULL REFERENCES import (id), noun TEXT COLLATE "C" NOT NULL, thing TEXT COLLATE "C" NOT NULL, ordinal BIGINT NOT NULL, earlier TEXT COLLATE "C",
  later TEXT COLLATE "C" NOT NULL, PRIMARY KEY (import, noun, thing)
);
CREATE INDEX import_change_ordinal ON import_change (import, ordinal);
-- What stays when an import is undone, and why.
CREATE TABLE import_kept (
  import BIGINT NOT NULL REFERENCES import (id), ordinal BIGINT NOT NULL, noun TEXT COLLATE "C" NOT NULL, thing TEXT COLLATE "C" NOT NULL, reason TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (import, ordinal)
);
ALTER TABLE import ADD COLUMN sure TEXT COLLATE "C";
ALTER TABLE import ADD COLUMN undoing TEXT COLLATE "C";
ALTER TABLE import ADD COLUMN source TEXT COLLATE "C";
-- Which import brought an older revision, and the hash of its body: what is undone is put back as it was.
ALTER TABLE feedback_revision ADD COLUMN import BIGINT;
ALTER TABLE feedback_revision ADD COLUMN hash TEXT COLLATE "C";
CREATE INDEX feedback_import ON feedback (import, id) WHERE import IS NOT NULL;
CREATE INDEX feedback_revision_import ON feedback_revision (import) WHERE import IS NOT NULL;
