-- What became part of an issue is found without reading all issues.
CREATE INDEX issue_merged ON issue (merged) WHERE merged IS NOT NULL;
-- Nothing asks any more what was sent to a department, by its time.
DROP INDEX routed_department_at;
-- What is left of a person who is removed is found without reading all messages.
CREATE INDEX message_person ON message (person) WHERE person IS NOT NULL;
CREATE INDEX thread_address ON thread (address) WHERE address IS NOT NULL;
-- How often a promise was broken is counted without reading all events.
CREATE INDEX event_kind ON event (kind, day);
