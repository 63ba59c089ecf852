-- Since when the problem of an issue is there, where that was seen.
ALTER TABLE issue ADD COLUMN since BIGINT;
-- What was found of the fixes of an issue: one row for each time it became something else, from the day to the last day on which it was still
-- so. round: how often the issue had been opened again before; fixed: the day on which the last fix took effect, the first that counts.
CREATE TABLE verdict_of_round (
  issue BIGINT NOT NULL REFERENCES issue (id), round BIGINT NOT NULL, day BIGINT NOT NULL, until BIGINT NOT NULL, fixed BIGINT NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL, PRIMARY KEY (issue, round, day)
);
-- Until now the day before the fix took effect was kept in its place.
INSERT INTO verdict_of_round (issue, round, day, until, fixed, verdict, body)
SELECT issue, (SELECT count(*) FROM verdict AS other WHERE other.issue = verdict.issue AND other.day < verdict.day AND other.verdict IN ('not_fixed', 'reopened')),
  day, day, fixed + 1, verdict,
  jsonb_set(body::jsonb, '{fix,last}', to_jsonb(to_char((body::jsonb #>> '{fix,last}')::date + 1, 'YYYY-MM-DD')))::text
FROM verdict;
DROP TABLE verdict;
ALTER TABLE verdict_of_round RENAME TO verdict;
-- How far the promise of a case had run when it was first answered, by its own clock.
ALTER TABLE "case" ADD COLUMN first_promised BIGINT;
ALTER TABLE "case" ADD COLUMN first_used BIGINT;
