-- Since when the problem of an issue is there, where that was seen.
ALTER TABLE issue ADD COLUMN since INTEGER;
-- What was found of the fixes of an issue: one row for each time it became something else, from the day to the last day on which it was still
-- so. round: how often the issue had been opened again before; fixed: the day on which the last fix took effect, the first that counts.
CREATE TABLE verdict_of_round (
  issue INTEGER NOT NULL REFERENCES issue (id), round INTEGER NOT NULL, day INTEGER NOT NULL, until INTEGER NOT NULL, fixed INTEGER NOT NULL,
  verdict TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (issue, round, day)
) WITHOUT ROWID;
-- Until now the day before the fix took effect was kept in its place.
INSERT INTO verdict_of_round (issue, round, day, until, fixed, verdict, body)
SELECT issue, (SELECT count(*) FROM verdict AS other WHERE other.issue = verdict.issue AND other.day < verdict.day AND other.verdict IN ('not_fixed', 'reopened')),
  day, day, fixed + 1, verdict, json_set(body, '$.fix.last', date(json_extract(body, '$.fix.last'), '+1 day'))
FROM verdict;
DROP TABLE verdict;
ALTER TABLE verdict_of_round RENAME TO verdict;
-- How far the promise of a case had run when it was first answered, by its own clock.
ALTER TABLE "case" ADD COLUMN first_promised INTEGER;
ALTER TABLE "case" ADD COLUMN first_used INTEGER;
