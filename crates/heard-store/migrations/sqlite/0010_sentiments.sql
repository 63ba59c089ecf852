-- The reader learns from corrections of the sentiment as well: such an example is of no category (0).
ALTER TABLE example ADD COLUMN sentiment TEXT;
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at, sentiment)
SELECT id, 0, 1, '', feedback, revision, json_extract(body, '$.span.start'), json_extract(body, '$.span.end'), id,
  CAST(json_extract(body, '$.by') AS INTEGER), (id >> 22) + 1577836800000, json_extract(body, '$.change.to')
FROM correction WHERE json_extract(body, '$.change.what') = 'sentiment';
