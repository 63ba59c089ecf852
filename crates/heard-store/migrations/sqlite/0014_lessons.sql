-- The reader learns from corrections of emotion ('': none) and stage (0: none) as well: such an example is of no category (0).
ALTER TABLE example ADD COLUMN emotion TEXT;
ALTER TABLE example ADD COLUMN stage INTEGER;
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at, emotion, stage)
SELECT id, 0, 1, '', feedback, revision, json_extract(body, '$.span.start'), json_extract(body, '$.span.end'), id,
  CAST(json_extract(body, '$.by') AS INTEGER), (id >> 22) + 1577836800000,
  CASE json_extract(body, '$.change.what') WHEN 'emotion' THEN coalesce(json_extract(body, '$.change.to'), '') END,
  CASE json_extract(body, '$.change.what') WHEN 'stage' THEN coalesce(CAST(json_extract(body, '$.change.to') AS INTEGER), 0) END
FROM correction WHERE json_extract(body, '$.change.what') IN ('emotion', 'stage');
