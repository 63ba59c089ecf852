-- The reader learns from corrections of emotion ('': none) and stage (0: none) as well: such an example is of no category (0).
ALTER TABLE example ADD COLUMN emotion TEXT COLLATE "C";
ALTER TABLE example ADD COLUMN stage BIGINT;
INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at, emotion, stage)
SELECT id, 0, 1, '', feedback, revision, (body::jsonb #>> '{span,start}')::bigint, (body::jsonb #>> '{span,end}')::bigint, id,
  (body::jsonb #>> '{by}')::bigint, (id >> 22) + 1577836800000,
  CASE body::jsonb #>> '{change,what}' WHEN 'emotion' THEN coalesce(body::jsonb #>> '{change,to}', '') END,
  CASE body::jsonb #>> '{change,what}' WHEN 'stage' THEN coalesce((body::jsonb #>> '{change,to}')::bigint, 0) END
FROM correction WHERE body::jsonb #>> '{change,what}' IN ('emotion', 'stage');
