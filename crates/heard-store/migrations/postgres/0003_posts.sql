-- Listening posts: what happens with what is heard, and the place where a post stands.
ALTER TABLE post ADD COLUMN process TEXT COLLATE "C";
ALTER TABLE post ADD COLUMN place BIGINT;
-- When a post last heard something: written once a batch, so that nobody has to look through feedback for it.
CREATE TABLE post_heard (post BIGINT PRIMARY KEY REFERENCES post (id), at BIGINT NOT NULL);
INSERT INTO post_heard (post, at) SELECT post, max(heard) FROM feedback GROUP BY post;
-- What last went wrong on each way into a post.
CREATE TABLE post_trouble (
  post BIGINT NOT NULL REFERENCES post (id), way TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, reason TEXT COLLATE "C" NOT NULL, PRIMARY KEY (post, way)
);
-- The public feedback form of a post. The code is public; the key signs the forms that are handed out.
CREATE TABLE post_form (post BIGINT PRIMARY KEY REFERENCES post (id), code TEXT COLLATE "C" NOT NULL UNIQUE, form_key TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL);
-- Signed deliveries of other systems. A signature can only be checked with the secret itself.
CREATE TABLE webhook (
  id BIGINT PRIMARY KEY, post BIGINT NOT NULL REFERENCES post (id), name TEXT COLLATE "C" NOT NULL, secret TEXT COLLATE "C" NOT NULL, old_secret TEXT COLLATE "C",
  old_until BIGINT, fields TEXT COLLATE "C", since BIGINT NOT NULL, seen BIGINT
);
CREATE INDEX webhook_post ON webhook (post);
-- A token may belong to a post: what is sent with it goes there, and only there.
ALTER TABLE token ADD COLUMN post BIGINT REFERENCES post (id);
