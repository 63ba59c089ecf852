-- What was found of the fix of an issue, day by day; fixed: the last day on which a department's fix took effect. The finding as JSON.
CREATE TABLE verdict (
  issue BIGINT NOT NULL REFERENCES issue (id), day BIGINT NOT NULL, fixed BIGINT NOT NULL, verdict TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (issue, day)
);
