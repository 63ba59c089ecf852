-- The reader learns from corrections of the sentiment as well: such an example is of no category (0).
ALTER TABLE example ADD COLUMN sentiment TEXT COLLATE "C";
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at, sentiment)
SELECT id, 0, 1, '', feedback, revision, (body::jsonb #>> '{span,start}')::bigint, (body::jsonb #>> '{span,end}')::bigint, id,
  (body::jsonb #>> '{by}')::bigint, (id >> 22) + 1577836800000, body::jsonb #>> '{change,to}'
FROM correction WHERE body::jsonb #>> '{change,what}' = 'sentiment';
