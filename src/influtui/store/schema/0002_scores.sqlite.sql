-- Scores of accounts, for a campaign or (campaign 0) for none. Derived: never journaled, made anew by `creators score`.
-- The three detectors' columns hold the points that each took from authenticity. What a score is made of is not kept:
-- `creators why` computes it from the same facts.
CREATE TABLE scores (
    campaign_id INTEGER NOT NULL DEFAULT 0,
    creator_id INTEGER NOT NULL REFERENCES creators (id) ON DELETE CASCADE,
    relevance REAL,
    authenticity REAL,
    reach REAL,
    fit REAL,
    confidence REAL NOT NULL,
    bought_followers REAL,
    bought_engagement REAL,
    pods REAL,
    model TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, creator_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX scores_by_creator ON scores (creator_id);
