-- The columns that searches of large catalogues keep in memory, as bytes: derived, never journaled, loaded in a tenth of a
-- second where reading the accounts takes many. True as of change number `seq`; whatever changed since is read again.
CREATE TABLE column_cache (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,            -- the numbers' type, or `json`
    data BLOB NOT NULL
) STRICT;
