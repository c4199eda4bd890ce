-- What could not be done is seen; what is found by what stands in a body has a column of its own; and each shard tells
-- when it was heard.

-- When an action was committed, how often it was tried, and when and why it was given up.
ALTER TABLE outbox ADD COLUMN committed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN buried_at INTEGER;
ALTER TABLE outbox ADD COLUMN buried_why TEXT;
UPDATE outbox SET committed = unixepoch() * 1000;
