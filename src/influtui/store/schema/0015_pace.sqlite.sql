-- When letters went, without walking over their bytes: asked before each letter.
CREATE INDEX outbox_by_claim ON outbox (claimed_at) WHERE claimed_at IS NOT NULL;
