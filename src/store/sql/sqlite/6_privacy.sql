-- What is kept of members can be shown to them, is forgotten when they wish, and is forgotten in time.

-- Who wrote the message; NULL where an earlier version did not keep it and its case does not tell.
ALTER TABLE examples ADD COLUMN author INTEGER;
UPDATE examples SET author = (
    SELECT member FROM noticed JOIN cases USING (guild, number)
    WHERE noticed.guild = examples.guild AND noticed.message = examples.message
        AND json_extract(cases.body, '$.matter.message') = examples.message
        AND json_array_length(cases.body, '$.matter.parties') = 0
        AND json_extract(cases.body, '$.raid') IS NULL
    LIMIT 1
);

CREATE INDEX examples_by_author ON examples (guild, author);
CREATE INDEX examples_by_time ON examples (at);
CREATE INDEX noticed_by_case ON noticed (guild, number);
-- Of messages whose case was erased nothing is left but that they need not be noticed again.
CREATE INDEX noticed_loosely ON noticed (message) WHERE number = 0;
CREATE INDEX acted_by_member ON acted (guild, member);
CREATE INDEX acted_by_time ON acted (at);

-- When it was heard; 0 until the first sweep of this version.
ALTER TABLE languages ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;

-- The highest number that was given to a case which is erased: none is given twice, since threads and buttons bear them.
CREATE TABLE numbers (
    guild  INTEGER NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT;

-- What people wrote in the private threads of cases, masked, where that is configured.
CREATE TABLE transcripts (
    guild    INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    author   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    edited   INTEGER,
    words    TEXT    NOT NULL,
    PRIMARY KEY (guild, message)
) STRICT, WITHOUT ROWID;

CREATE INDEX transcripts_by_case ON transcripts (guild, number);
CREATE INDEX transcripts_by_author ON transcripts (guild, author);

-- Who wants to be forgotten, and since when, until that is done.
CREATE TABLE erasures (
    guild   INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (guild, member)
) STRICT, WITHOUT ROWID;
