-- Searches that somebody gave a name: the query as written, so that ages and the campaign in use are those of the day.
CREATE TABLE saved_searches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,     -- folded
    query TEXT NOT NULL,
    sort TEXT,
    saved_by TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
