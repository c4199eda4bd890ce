-- What could not be done is seen; what is found by what stands in a body has a column of its own; and each shard tells
-- when it was heard.

-- When an action was committed, how often it was tried, and when and why it was given up.
ALTER TABLE outbox ADD COLUMN committed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN buried_at INTEGER;
ALTER TABLE outbox ADD COLUMN buried_why TEXT;
UPDATE outbox SET committed = unixepoch() * 1000;

-- What moderators were told of a case, and whether a raid is behind it.
DROP INDEX cases_by_alert;
ALTER TABLE cases ADD COLUMN told INTEGER;
ALTER TABLE cases ADD COLUMN raid INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET told = json_extract(body, '$.told.message'), raid = json_extract(body, '$.raid') IS NOT NULL;
CREATE INDEX cases_by_alert ON cases (guild, told) WHERE told IS NOT NULL;

-- The moderator who has yet to agree to it.
ALTER TABLE proposals ADD COLUMN member INTEGER;
UPDATE proposals SET member = json_extract(body, '$.by')
WHERE CASE WHEN json_valid(body) THEN json_type(body, '$.by') END = 'integer';

-- The moderator who judged it.
ALTER TABLE examples ADD COLUMN judge INTEGER;
UPDATE examples SET judge = json_extract(body, '$.by');

-- The moderator who called it over.
ALTER TABLE causes ADD COLUMN ended_by INTEGER;
UPDATE causes SET ended_by = json_extract(body, '$.over.by');

-- When the shards of a bot of so many were last heard; 0 of 0 for all of them, where an earlier version kept it.
CREATE TABLE heard (
    total  INTEGER NOT NULL,
    shard  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (total, shard)
) STRICT, WITHOUT ROWID;
INSERT INTO heard SELECT 0, 0, at FROM alive;
DROP TABLE alive;
ALTER TABLE heard RENAME TO alive;

CREATE INDEX outbox_by_case ON outbox (guild, number);
