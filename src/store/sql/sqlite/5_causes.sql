-- A cause that moderators were told of, from the notice to its end. It goes by its first case, and names no member.
CREATE TABLE causes (
    guild   INTEGER NOT NULL,
    lead    INTEGER NOT NULL,
    -- When its last case was noticed.
    until   INTEGER NOT NULL,
    over    INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (guild, lead)
) STRICT, WITHOUT ROWID;

CREATE INDEX causes_by_time ON causes (until);

-- Which cases have it.
CREATE TABLE cause_cases (
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    lead    INTEGER NOT NULL,
    PRIMARY KEY (guild, number, lead)
) STRICT, WITHOUT ROWID;

-- The cause that an action belongs to, where it belongs to one.
ALTER TABLE outbox ADD COLUMN cause INTEGER;
