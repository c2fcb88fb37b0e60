-- Whom a person has promised not to work for others: what we agreed, or what they told us about somebody else. Days are
-- ISO dates, both included.
CREATE TABLE exclusivities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    collaboration_id INTEGER REFERENCES collaborations (id) ON DELETE CASCADE,   -- where it is ours
    brand TEXT NOT NULL,           -- who holds it
    category TEXT,                 -- |cosmetics|skincare|; null: everything
    starts_on TEXT,                -- null: already
    ends_on TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    noted_by TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX exclusivities_by_person ON exclusivities (person_id);
CREATE INDEX exclusivities_by_collaboration ON exclusivities (collaboration_id);
