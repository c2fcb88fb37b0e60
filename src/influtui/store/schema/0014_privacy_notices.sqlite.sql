-- What somebody was told about their data in the first letter, where the law asks for it: on which basis it is kept and where
-- it came from. One row a person and letter; it counts once the letter went.
CREATE TABLE privacy_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX privacy_notices_by_person ON privacy_notices (person_id);
CREATE INDEX privacy_notices_by_message ON privacy_notices (message_id);
