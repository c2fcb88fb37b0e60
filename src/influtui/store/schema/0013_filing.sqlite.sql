-- When a copy of a letter was seen or put in its mailbox's Sent folder. What went before copies were kept is left alone.
ALTER TABLE outbox ADD COLUMN filed_at INTEGER;
UPDATE outbox SET filed_at = claimed_at WHERE claimed_at IS NOT NULL;
CREATE INDEX outbox_unfiled ON outbox (account) WHERE filed_at IS NULL;
