-- When the company, a department or a place is at work; hours and holidays as JSON.
CREATE TABLE calendar (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, zone TEXT COLLATE "C" NOT NULL, week TEXT COLLATE "C" NOT NULL,
  holidays TEXT COLLATE "C" NOT NULL
);
-- Departments: who leads one, where it is written to, when it works, and whether it is another company.
ALTER TABLE department ADD COLUMN head TEXT COLLATE "C";
ALTER TABLE department ADD COLUMN contact TEXT COLLATE "C";
ALTER TABLE department ADD COLUMN calendar BIGINT REFERENCES calendar (id);
ALTER TABLE department ADD COLUMN partner BIGINT NOT NULL DEFAULT 0;
CREATE TABLE department_member (
  department BIGINT NOT NULL REFERENCES department (id), user_id BIGINT NOT NULL REFERENCES "user" (id), PRIMARY KEY (department, user_id)
);
-- Sites where people meet customers; codes: how sources write them, as JSON.
CREATE TABLE place (
  id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, address TEXT COLLATE "C" NOT NULL, zone TEXT COLLATE "C",
  calendar BIGINT REFERENCES calendar (id), codes TEXT COLLATE "C" NOT NULL
);
-- Saved filters of persons.
CREATE TABLE segment (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, filter TEXT COLLATE "C" NOT NULL);
-- What was changed about the categories, and how they were before.
CREATE TABLE taxonomy_change (
  version BIGINT PRIMARY KEY, at BIGINT NOT NULL, user_id BIGINT, act TEXT COLLATE "C" NOT NULL, summary TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL
);
