-- Problems that many share. Complaints of its categories at its stage are gathered by themselves; the state is that of its departments.
CREATE TABLE issue (
  id BIGINT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, version BIGINT NOT NULL, title TEXT COLLATE "C" NOT NULL, stage BIGINT, origin TEXT COLLATE "C" NOT NULL,
  standing TEXT COLLATE "C" NOT NULL, merged BIGINT, opened BIGINT NOT NULL, opened_by BIGINT, changed BIGINT NOT NULL, begins BIGINT,
  state TEXT COLLATE "C" NOT NULL, verified BIGINT NOT NULL, reopened BIGINT NOT NULL
);
CREATE INDEX issue_standing ON issue (standing, state);
CREATE TABLE issue_category (
  issue BIGINT NOT NULL REFERENCES issue (id), category BIGINT NOT NULL, PRIMARY KEY (issue, category)
);
CREATE INDEX issue_category_category ON issue_category (category);
-- What each contributing department states; fixed_on: the first day on which its fix is in effect. Who signed is a user, or a partner link.
CREATE TABLE issue_department (
  issue BIGINT NOT NULL REFERENCES issue (id), department BIGINT NOT NULL REFERENCES department (id), place BIGINT NOT NULL, cause TEXT COLLATE "C",
  fix TEXT COLLATE "C", fixed_on BIGINT, signed_off_by BIGINT, signed_off_at BIGINT, PRIMARY KEY (issue, department)
);
CREATE INDEX issue_department_department ON issue_department (department);
-- Comments that somebody joined by hand, beside those that are gathered.
CREATE TABLE issue_feedback (
  issue BIGINT NOT NULL REFERENCES issue (id), feedback BIGINT NOT NULL REFERENCES feedback (id), PRIMARY KEY (issue, feedback)
);
CREATE INDEX issue_feedback_feedback ON issue_feedback (feedback);
CREATE TABLE issue_case (
  issue BIGINT NOT NULL REFERENCES issue (id), case_id BIGINT NOT NULL REFERENCES "case" (id), PRIMARY KEY (issue, case_id)
);
CREATE INDEX issue_case_case ON issue_case (case_id);
-- Why it happens: below a department or kind of cause (bone), or below another cause. words: what is looked for among its comments.
CREATE TABLE cause (
  id BIGINT PRIMARY KEY, issue BIGINT NOT NULL REFERENCES issue (id), place BIGINT NOT NULL, bone TEXT COLLATE "C" NOT NULL, parent BIGINT,
  name TEXT COLLATE "C" NOT NULL, words TEXT COLLATE "C" NOT NULL
);
CREATE INDEX cause_issue ON cause (issue, place);
-- Arrows from cause to effect; each end is an issue or a cause (0: the other of both).
CREATE TABLE effect (
  from_issue BIGINT NOT NULL, from_cause BIGINT NOT NULL, to_issue BIGINT NOT NULL, to_cause BIGINT NOT NULL, strength BIGINT NOT NULL,
  PRIMARY KEY (from_issue, from_cause, to_issue, to_cause)
);
CREATE TABLE action (
  id BIGINT PRIMARY KEY, issue BIGINT NOT NULL REFERENCES issue (id), place BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, department BIGINT,
  owner BIGINT, days BIGINT NOT NULL, done BIGINT NOT NULL
);
CREATE INDEX action_issue ON action (issue, place);
CREATE TABLE action_after (
  action BIGINT NOT NULL REFERENCES action (id), after BIGINT NOT NULL REFERENCES action (id), PRIMARY KEY (action, after)
);
CREATE INDEX action_after_after ON action_after (after);
CREATE TABLE proposed_fix (
  id BIGINT PRIMARY KEY, issue BIGINT NOT NULL REFERENCES issue (id), words TEXT COLLATE "C" NOT NULL, user_id BIGINT NOT NULL, at BIGINT NOT NULL
);
CREATE INDEX proposed_fix_issue ON proposed_fix (issue, id);
CREATE TABLE backing (
  proposed_fix BIGINT NOT NULL REFERENCES proposed_fix (id), user_id BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (proposed_fix, user_id)
);
-- The way in of a partner outside to one issue; only the digest of its secret is kept.
CREATE TABLE partner_link (
  id BIGINT PRIMARY KEY, issue BIGINT NOT NULL REFERENCES issue (id), department BIGINT NOT NULL REFERENCES department (id), name TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL UNIQUE, made_by BIGINT NOT NULL, made BIGINT NOT NULL, expires BIGINT NOT NULL, revoked BIGINT
);
CREATE INDEX partner_link_issue ON partner_link (issue);
