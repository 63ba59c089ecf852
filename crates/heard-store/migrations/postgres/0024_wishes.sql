-- Of what the owner of an address wants no letters, by the salted SHA-256 of the address.
CREATE TABLE unwanted_topic (hash TEXT COLLATE "C" NOT NULL, topic TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (hash, topic));
-- Users who read digests on the page only.
CREATE TABLE digest_unmailed (user_id BIGINT PRIMARY KEY, at BIGINT NOT NULL);
