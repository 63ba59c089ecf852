-- Who changed or saw what. Rows are only ever added; each hash covers the hash before it.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, actor_id INTEGER, act TEXT NOT NULL, noun TEXT NOT NULL,
  noun_id INTEGER, detail TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, actor_id, seq);
CREATE INDEX audit_noun ON audit (noun, noun_id, seq);
-- The last entry that was removed because it was older than entries are kept: the chain goes on from its hash.
CREATE TABLE audit_anchor (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL);
