-- Cases are found by where their member is talked to and by what stands in public; actions go by urgency;
-- and it is remembered which rule acted.

ALTER TABLE cases ADD COLUMN thread INTEGER;
ALTER TABLE cases ADD COLUMN posted INTEGER;
UPDATE cases SET thread = json_extract(body, '$.place.channel'), posted = json_extract(body, '$.acknowledgment');

CREATE INDEX cases_by_thread ON cases (guild, thread) WHERE thread IS NOT NULL;
CREATE INDEX cases_by_post ON cases (guild, posted) WHERE posted IS NOT NULL;

-- 0 is most urgent.
ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 2;

-- What was done counts by its category, what was only offered or told by its rule.
CREATE TABLE acted (
    guild    INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    member   INTEGER NOT NULL,
    rule     TEXT    NOT NULL,
    category TEXT    NOT NULL,
    done     INTEGER NOT NULL,
    quiet    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (guild, channel, member, rule, quiet)
) STRICT, WITHOUT ROWID;

-- Which rule it was is not known any more; the category stands for it.
INSERT INTO acted SELECT guild, channel, member, category, category, 1, 0, at FROM acknowledged;
DROP TABLE acknowledged;
