-- What a source has spent of a budget: of a window (part is empty), of a part of a rolling one, or for a key (a digest).
DROP TABLE plugin_budgets;
CREATE TABLE plugin_budgets (
    source TEXT NOT NULL,
    budget TEXT NOT NULL,
    part TEXT NOT NULL,
    at INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    PRIMARY KEY (source, budget, part)
) STRICT, WITHOUT ROWID;

-- How a plugin that failed again and again rests: failures in a row, until when, and how long the next rest is.
CREATE TABLE plugin_breakers (
    plugin TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    rests_until INTEGER,
    pause_s REAL NOT NULL,
    said TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
