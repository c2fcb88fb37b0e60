-- Who does the work of this workspace by itself: one at a time. `token` grows with each holder; whoever comes with an older
-- one has been replaced, and what it would still do is refused.
CREATE TABLE worker (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token INTEGER NOT NULL,
    host TEXT NOT NULL,
    boot TEXT NOT NULL,            -- of the machine: another one means that no process of before can be alive
    pid INTEGER NOT NULL,
    kept INTEGER NOT NULL,         -- 1: it does not end when nobody is there
    began_at INTEGER NOT NULL,
    beat_at INTEGER NOT NULL,
    ended_at INTEGER,
    doing TEXT,                    -- what it is at, for the header
    rounds INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The last sign that mail was sent from this database, and where. The same serial stands in a file beside it: a database
-- that is behind the file has been put back to an earlier state, and may send again what was sent since.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    serial INTEGER NOT NULL,
    host TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
