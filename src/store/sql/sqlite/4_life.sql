-- A case has an owner, a clock and an end. What it waits for is called its step from here on; its state follows from
-- what is known of it.

UPDATE cases SET body = json_set(
    json_remove(body, '$.state'),
    '$.step', body -> '$.state',
    '$.since', json_extract(body, '$.opened'),
    '$.active', json_extract(body, '$.opened')
);

ALTER TABLE cases ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE cases ADD COLUMN owner INTEGER;
-- When its clock wants something; NULL for never.
ALTER TABLE cases ADD COLUMN due INTEGER;
-- When it was over; NULL while it is open.
ALTER TABLE cases ADD COLUMN ended INTEGER;

UPDATE cases SET due = opened;

-- What nobody has touched for a week ended without a word: nobody is called back to threads of long ago.
UPDATE cases SET
    state = 'expired', due = NULL, ended = unixepoch() * 1000,
    body = json_set(
        body,
        '$.unheard', json('true'),
        '$.ending', json_object(
            'how', 'expired', 'outcome', NULL, 'by', NULL, 'reason', 'quiet',
            'at', strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
        )
    )
WHERE opened < (unixepoch() - 7 * 24 * 60 * 60) * 1000;

CREATE INDEX cases_by_due ON cases (due) WHERE due IS NOT NULL;
CREATE INDEX cases_by_end ON cases (ended) WHERE ended IS NOT NULL;
CREATE INDEX cases_by_state ON cases (guild, state, number);

-- What came of each case; names nobody, and stays when the case is erased.
CREATE TABLE outcomes (
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    opened  INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (guild, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcomes_by_time ON outcomes (guild, opened);

-- What moderators note about a case, for each other.
CREATE TABLE case_notes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    guild   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    words   TEXT    NOT NULL
) STRICT;

CREATE INDEX case_notes_by_case ON case_notes (guild, number);
