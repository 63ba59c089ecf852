-- Runs of letters to those who raised what an issue gathers, and how many of them read it on the page of their comment.
ALTER TABLE letter ADD COLUMN issue BIGINT;
ALTER TABLE letter ADD COLUMN pages BIGINT NOT NULL DEFAULT 0;
CREATE INDEX letter_issue ON letter (issue) WHERE issue IS NOT NULL;
-- The comments that such a run answers, as they were when it was reviewed; and who said each, where that is known.
CREATE TABLE letter_comment (
  letter BIGINT NOT NULL REFERENCES letter (id), feedback BIGINT NOT NULL, person BIGINT, PRIMARY KEY (letter, feedback)
);
CREATE INDEX letter_comment_person ON letter_comment (letter, person);
CREATE INDEX letter_comment_feedback ON letter_comment (feedback);
-- Whether a verified fix is wanted at another place where the same stage is lived.
CREATE TABLE place_check (
  issue BIGINT NOT NULL REFERENCES issue (id), place BIGINT NOT NULL, asked BIGINT NOT NULL, answer TEXT COLLATE "C", words TEXT COLLATE "C", found_by BIGINT, found_at BIGINT,
  PRIMARY KEY (issue, place)
);
CREATE INDEX place_check_place ON place_check (place);
-- One question to the next who are affected, and what each answered; the secret by which somebody answers as a hash.
CREATE TABLE asking (
  issue BIGINT PRIMARY KEY REFERENCES issue (id), text TEXT COLLATE "C" NOT NULL, wanted BIGINT NOT NULL, begun BIGINT NOT NULL, user_id BIGINT NOT NULL
);
CREATE TABLE asked (
  issue BIGINT NOT NULL REFERENCES issue (id), person BIGINT NOT NULL, hash TEXT COLLATE "C" NOT NULL UNIQUE, at BIGINT NOT NULL, answer TEXT COLLATE "C", words TEXT COLLATE "C",
  answered BIGINT, PRIMARY KEY (issue, person)
);
-- What the contacts of an account are shown before a renewal, and the secrets by which they come; the lines as JSON.
CREATE TABLE progress (
  id BIGINT PRIMARY KEY, account BIGINT NOT NULL, renewal BIGINT NOT NULL, version BIGINT NOT NULL, text TEXT COLLATE "C" NOT NULL, lines TEXT COLLATE "C" NOT NULL, made BIGINT NOT NULL,
  reviewer BIGINT, reviewed BIGINT, UNIQUE (account, renewal)
);
CREATE TABLE progress_token (hash TEXT COLLATE "C" PRIMARY KEY, progress BIGINT NOT NULL REFERENCES progress (id), person BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX progress_token_progress ON progress_token (progress);
