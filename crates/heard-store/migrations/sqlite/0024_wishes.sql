-- Of what the owner of an address wants no letters, by the salted SHA-256 of the address.
CREATE TABLE unwanted_topic (hash TEXT NOT NULL, topic TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (hash, topic)) WITHOUT ROWID;
-- Users who read digests on the page only.
CREATE TABLE digest_unmailed (user_id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
