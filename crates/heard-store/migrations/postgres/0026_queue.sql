-- A page of the queue is read in its order, however many cases are open.
CREATE INDEX case_queue ON "case" (state, (coalesce(due, 9223372036854775807)), id DESC);
CREATE INDEX case_queue_of_all ON "case" ((coalesce(due, 9223372036854775807)), id DESC);
DROP INDEX case_due;
-- What others were answered about the same is found without reading all that was ever said in cases.
CREATE INDEX case_category ON "case" (category) WHERE category IS NOT NULL;
-- What is left of a person who is removed is found without reading all who were asked and told.
CREATE INDEX asked_person ON asked (person);
CREATE INDEX letter_comment_of_person ON letter_comment (person) WHERE person IS NOT NULL;
CREATE INDEX progress_token_person ON progress_token (person);
