-- What was found of the fix of an issue, day by day; fixed: the last day on which a department's fix took effect. The finding as JSON.
CREATE TABLE verdict (
  issue INTEGER NOT NULL REFERENCES issue (id), day INTEGER NOT NULL, fixed INTEGER NOT NULL, verdict TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (issue, day)
) WITHOUT ROWID;
