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

-- A plugin whose calls fail: how it failed last and in which words, how often in a row, until when it rests.
CREATE TABLE plugin_breakers (
    plugin TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    said TEXT NOT NULL,
    failures INTEGER NOT NULL,
    rests_until INTEGER,
    pause_s REAL NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
