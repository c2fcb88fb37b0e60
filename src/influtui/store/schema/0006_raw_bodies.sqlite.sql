-- What platforms answered, as they sent it, compressed, without secrets: for a second look at where a number comes from.
-- refs are the accounts that an answer speaks of, as |platform:handle|…|. Bounded by age and size (store/raw_bodies.py).
CREATE TABLE raw_bodies (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    refs TEXT NOT NULL,
    at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX raw_bodies_by_age ON raw_bodies (at);
