-- What moderators set in chat, who changed what and when, and what they judged. Examples hold a member's words with
-- every private part masked.

CREATE TABLE guild_settings (
    guild     INTEGER NOT NULL PRIMARY KEY,
    revision  INTEGER NOT NULL,
    body      TEXT    NOT NULL
) STRICT;

CREATE TABLE changes (
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    parts   TEXT    NOT NULL,
    -- The change that this one took back.
    undoes  INTEGER,
    PRIMARY KEY (guild, number)
) STRICT, WITHOUT ROWID;

-- Changes shown to a moderator who has yet to agree.
CREATE TABLE proposals (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    guild  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    body   TEXT    NOT NULL
) STRICT;

CREATE TABLE examples (
    guild    INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (guild, message)
) STRICT, WITHOUT ROWID;

-- What a server was told already.
CREATE TABLE notes (
    guild  INTEGER NOT NULL,
    name   TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    PRIMARY KEY (guild, name)
) STRICT, WITHOUT ROWID;

-- The language of members who pressed a button or used a command.
CREATE TABLE languages (
    member    INTEGER NOT NULL PRIMARY KEY,
    language  TEXT    NOT NULL
) STRICT;
