-- Listening posts: what happens with what is heard, and the place where a post stands.
ALTER TABLE post ADD COLUMN process TEXT;
ALTER TABLE post ADD COLUMN place INTEGER;
-- When a post last heard something: written once a batch, so that nobody has to look through feedback for it.
CREATE TABLE post_heard (post INTEGER PRIMARY KEY REFERENCES post (id), at INTEGER NOT NULL);
INSERT INTO post_heard (post, at) SELECT post, max(heard) FROM feedback GROUP BY post;
-- What last went wrong on each way into a post.
CREATE TABLE post_trouble (
  post INTEGER NOT NULL REFERENCES post (id), way TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (post, way)
);
-- The public feedback form of a post. The code is public; the key signs the forms that are handed out.
CREATE TABLE post_form (post INTEGER PRIMARY KEY REFERENCES post (id), code TEXT NOT NULL UNIQUE, form_key TEXT NOT NULL, body TEXT NOT NULL);
-- Signed deliveries of other systems. A signature can only be checked with the secret itself.
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY, post INTEGER NOT NULL REFERENCES post (id), name TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT,
  old_until INTEGER, fields TEXT, since INTEGER NOT NULL, seen INTEGER
);
CREATE INDEX webhook_post ON webhook (post);
-- A token may belong to a post: what is sent with it goes there, and only there.
ALTER TABLE token ADD COLUMN post INTEGER REFERENCES post (id);
