-- Many messages that come in together are indexed by one statement: a trigger's statement for each makes FTS5 write out
-- what it has gathered with every message, which costs four times as much as indexing does. Whoever adds many puts a row
-- here, indexes them, and takes it away again in the same transaction.
CREATE TABLE message_text_later (
    one INTEGER PRIMARY KEY CHECK (one = 1)
) STRICT;

DROP TRIGGER message_text_added;
CREATE TRIGGER message_text_added AFTER INSERT ON messages WHEN NOT EXISTS (SELECT 1 FROM message_text_later) BEGIN
    INSERT INTO message_text (rowid, subject, body) VALUES (new.id, new.subject, new.body);
END;
