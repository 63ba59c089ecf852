-- Words of which a person has said whether they belong to a category: written by hand, or a passage of a comment, whose words stay there.
CREATE TABLE example (
  id INTEGER PRIMARY KEY, category INTEGER NOT NULL, belongs INTEGER NOT NULL, text TEXT NOT NULL,
  feedback INTEGER REFERENCES feedback (id), revision INTEGER, span_start INTEGER, span_end INTEGER, correction INTEGER,
  user_id INTEGER, at INTEGER NOT NULL, aside INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX example_feedback ON example (feedback) WHERE feedback IS NOT NULL;
CREATE INDEX example_correction ON example (correction) WHERE correction IS NOT NULL;
-- The categories and what they had learnt from, version by version, as JSON.
CREATE TABLE taxonomy_version (version INTEGER PRIMARY KEY, body TEXT NOT NULL);
-- What learning from the examples that wait would do: at most one row.
CREATE TABLE foreseen (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
-- Corrections that were made before are examples as well; an identifier tells when it was given.
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at)
SELECT id, CAST(json_extract(body, '$.change.category') AS INTEGER), CASE json_extract(body, '$.change.what') WHEN 'add_category' THEN 1 ELSE 0 END,
  '', feedback, revision, json_extract(body, '$.span.start'), json_extract(body, '$.span.end'), id,
  CAST(json_extract(body, '$.by') AS INTEGER), (id >> 22) + 1577836800000
FROM correction WHERE json_extract(body, '$.change.what') IN ('add_category', 'remove_category');
