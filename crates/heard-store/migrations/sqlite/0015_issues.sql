-- Problems that many share. Complaints of its categories at its stage are gathered by themselves; the state is that of its departments.
CREATE TABLE issue (
  id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, version INTEGER NOT NULL, title TEXT NOT NULL, stage INTEGER, origin TEXT NOT NULL,
  standing TEXT NOT NULL, merged INTEGER, opened INTEGER NOT NULL, opened_by INTEGER, changed INTEGER NOT NULL, begins INTEGER,
  state TEXT NOT NULL, verified INTEGER NOT NULL, reopened INTEGER NOT NULL
);
CREATE INDEX issue_standing ON issue (standing, state);
CREATE TABLE issue_category (
  issue INTEGER NOT NULL REFERENCES issue (id), category INTEGER NOT NULL, PRIMARY KEY (issue, category)
) WITHOUT ROWID;
CREATE INDEX issue_category_category ON issue_category (category);
-- What each contributing department states; fixed_on: the first day on which its fix is in effect. Who signed is a user, or a partner link.
CREATE TABLE issue_department (
  issue INTEGER NOT NULL REFERENCES issue (id), department INTEGER NOT NULL REFERENCES department (id), place INTEGER NOT NULL, cause TEXT,
  fix TEXT, fixed_on INTEGER, signed_off_by INTEGER, signed_off_at INTEGER, PRIMARY KEY (issue, department)
) WITHOUT ROWID;
CREATE INDEX issue_department_department ON issue_department (department);
-- Comments that somebody joined by hand, beside those that are gathered.
CREATE TABLE issue_feedback (
  issue INTEGER NOT NULL REFERENCES issue (id), feedback INTEGER NOT NULL REFERENCES feedback (id), PRIMARY KEY (issue, feedback)
) WITHOUT ROWID;
CREATE INDEX issue_feedback_feedback ON issue_feedback (feedback);
CREATE TABLE issue_case (
  issue INTEGER NOT NULL REFERENCES issue (id), case_id INTEGER NOT NULL REFERENCES "case" (id), PRIMARY KEY (issue, case_id)
) WITHOUT ROWID;
CREATE INDEX issue_case_case ON issue_case (case_id);
-- Why it happens: below a department or kind of cause (bone), or below another cause. words: what is looked for among its comments.
CREATE TABLE cause (
  id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue (id), place INTEGER NOT NULL, bone TEXT NOT NULL, parent INTEGER,
  name TEXT NOT NULL, words TEXT NOT NULL
);
CREATE INDEX cause_issue ON cause (issue, place);
-- Arrows from cause to effect; each end is an issue or a cause (0: the other of both).
CREATE TABLE effect (
  from_issue INTEGER NOT NULL, from_cause INTEGER NOT NULL, to_issue INTEGER NOT NULL, to_cause INTEGER NOT NULL, strength INTEGER NOT NULL,
  PRIMARY KEY (from_issue, from_cause, to_issue, to_cause)
) WITHOUT ROWID;
CREATE TABLE action (
  id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue (id), place INTEGER NOT NULL, name TEXT NOT NULL, department INTEGER,
  owner INTEGER, days INTEGER NOT NULL, done INTEGER NOT NULL
);
CREATE INDEX action_issue ON action (issue, place);
CREATE TABLE action_after (
  action INTEGER NOT NULL REFERENCES action (id), after INTEGER NOT NULL REFERENCES action (id), PRIMARY KEY (action, after)
) WITHOUT ROWID;
CREATE INDEX action_after_after ON action_after (after);
CREATE TABLE proposed_fix (
  id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue (id), words TEXT NOT NULL, user_id INTEGER NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX proposed_fix_issue ON proposed_fix (issue, id);
CREATE TABLE backing (
  proposed_fix INTEGER NOT NULL REFERENCES proposed_fix (id), user_id INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (proposed_fix, user_id)
) WITHOUT ROWID;
-- The way in of a partner outside to one issue; only the digest of its secret is kept.
CREATE TABLE partner_link (
  id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue (id), department INTEGER NOT NULL REFERENCES department (id), name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE, made_by INTEGER NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER
);
CREATE INDEX partner_link_issue ON partner_link (issue);
