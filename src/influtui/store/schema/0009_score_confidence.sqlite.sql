-- How sure each score is of itself. `confidence` stays what it was: of the score that decides (fit, else authenticity).
-- Null in rows of before: they are made anew by `creators score --again`.
ALTER TABLE scores ADD COLUMN relevance_confidence REAL;
ALTER TABLE scores ADD COLUMN authenticity_confidence REAL;
ALTER TABLE scores ADD COLUMN reach_confidence REAL;
