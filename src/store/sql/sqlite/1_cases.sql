-- Identifiers are Discord's; times are milliseconds since the Unix epoch. No member's words stand here
-- but the masked text of a removed message, until it has been given back.

CREATE TABLE cases (
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    opened  INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (guild, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_by_member ON cases (guild, member, opened);

-- A message is noticed once, and once more when it turns out to need a shield.
CREATE TABLE noticed (
    guild    INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    shielded INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (guild, message, shielded)
) STRICT, WITHOUT ROWID;

CREATE TABLE acknowledged (
    guild    INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    member   INTEGER NOT NULL,
    category TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (guild, channel, member, category)
) STRICT, WITHOUT ROWID;

-- Actions committed and not yet answered by a receipt.
CREATE TABLE outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    action  TEXT    NOT NULL
) STRICT;

CREATE TABLE alive (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    at   INTEGER NOT NULL
) STRICT;
