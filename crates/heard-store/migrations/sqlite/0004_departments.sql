-- When the company, a department or a place is at work; hours and holidays as JSON.
CREATE TABLE calendar (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, zone TEXT NOT NULL, week TEXT NOT NULL, holidays TEXT NOT NULL);
-- Departments: who leads one, where it is written to, when it works, and whether it is another company.
ALTER TABLE department ADD COLUMN head TEXT;
ALTER TABLE department ADD COLUMN contact TEXT;
ALTER TABLE department ADD COLUMN calendar INTEGER REFERENCES calendar (id);
ALTER TABLE department ADD COLUMN partner INTEGER NOT NULL DEFAULT 0;
CREATE TABLE department_member (
  department INTEGER NOT NULL REFERENCES department (id), user_id INTEGER NOT NULL REFERENCES "user" (id), PRIMARY KEY (department, user_id)
) WITHOUT ROWID;
-- Sites where people meet customers; codes: how sources write them, as JSON.
CREATE TABLE place (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, address TEXT NOT NULL, zone TEXT, calendar INTEGER REFERENCES calendar (id),
  codes TEXT NOT NULL
);
-- Saved filters of persons.
CREATE TABLE segment (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, filter TEXT NOT NULL);
-- What was changed about the categories, and how they were before.
CREATE TABLE taxonomy_change (
  version INTEGER PRIMARY KEY, at INTEGER NOT NULL, user_id INTEGER, act TEXT NOT NULL, summary TEXT NOT NULL, body TEXT NOT NULL
);
