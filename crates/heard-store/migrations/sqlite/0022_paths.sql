-- The last message of a conversation is found among however many letters.
CREATE INDEX message_thread ON message (thread, id) WHERE thread IS NOT NULL;
-- What rules have sent lately is counted without reading all that they ever sent.
CREATE INDEX routed_at ON routed (at);
