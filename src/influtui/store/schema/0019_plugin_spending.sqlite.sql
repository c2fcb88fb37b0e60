-- What plugins' code costs people: calls of it, how many of them failed, and the time that was waited for them; by day of
-- the epoch (UTC), so that old days can be forgotten.
CREATE TABLE plugin_spending (
    plugin TEXT NOT NULL,
    day INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    PRIMARY KEY (plugin, day)
) STRICT;
