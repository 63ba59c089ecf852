-- Who changed or saw what. Rows are only ever added; each hash covers the hash before it.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT COLLATE "C" NOT NULL, actor_id BIGINT, act TEXT COLLATE "C" NOT NULL,
  noun TEXT COLLATE "C" NOT NULL, noun_id BIGINT, detail TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, actor_id, seq);
CREATE INDEX audit_noun ON audit (noun, noun_id, seq);
-- The last entry that was removed because it was older than entries are kept: the chain goes on from its hash.
CREATE TABLE audit_anchor (seq BIGINT PRIMARY KEY, hash TEXT COLLATE "C" NOT NULL);
