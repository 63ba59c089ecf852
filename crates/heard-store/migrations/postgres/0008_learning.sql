-- Words of which a person has said whether they belong to a category: written by hand, or a passage of a comment, whose words stay there.
CREATE TABLE example (
  id BIGINT PRIMARY KEY, category BIGINT NOT NULL, belongs BIGINT NOT NULL, text TEXT COLLATE "C" NOT NULL,
  feedback BIGINT REFERENCES feedback (id), revision BIGINT, span_start BIGINT, span_end BIGINT, correction BIGINT,
  user_id BIGINT, at BIGINT NOT NULL, aside BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX example_feedback ON example (feedback) WHERE feedback IS NOT NULL;
CREATE INDEX example_correction ON example (correction) WHERE correction IS NOT NULL;
-- The categories and what they had learnt from, version by version, as JSON.
CREATE TABLE taxonomy_version (version BIGINT PRIMARY KEY, body TEXT COLLATE "C" NOT NULL);
-- What learning from the examples that wait would do: at most one row.
CREATE TABLE foreseen (id BIGINT PRIMARY KEY, body TEXT COLLATE "C" NOT NULL);
-- Corrections that were made before are examples as well; an identifier tells when it was given.
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at)
SELECT id, (body::jsonb #>> '{change,category}')::bigint, CASE body::jsonb #>> '{change,what}' WHEN 'add_category' THEN 1 ELSE 0 END,
  '', feedback, revision, (body::jsonb #>> '{span,start}')::bigint, (body::jsonb #>> '{span,end}')::bigint, id,
  (body::jsonb #>> '{by}')::bigint, (id >> 22) + 1577836800000
FROM correction WHERE body::jsonb #>> '{change,what}' IN ('add_category', 'remove_category');
