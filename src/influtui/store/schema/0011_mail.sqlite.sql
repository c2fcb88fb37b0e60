-- What the program or a person took a received message for, and why. `kind_by` is a person who corrected it.
ALTER TABLE messages ADD COLUMN kind TEXT;
ALTER TABLE messages ADD COLUMN kind_why TEXT;
ALTER TABLE messages ADD COLUMN kind_rule TEXT;
ALTER TABLE messages ADD COLUMN kind_by TEXT;
ALTER TABLE messages ADD COLUMN returns_at INTEGER;    -- of an automatic reply: when its sender is back
ALTER TABLE messages ADD COLUMN unconfirmed TEXT;      -- what its sender asks for and a person must confirm first, and why

-- 0: nobody knows whose it is. Its person has no account and stands for the sender until somebody says who it is.
ALTER TABLE conversations ADD COLUMN matched INTEGER NOT NULL DEFAULT 1;

-- Ids of what we sent are ours and unique; of what came in, anybody can use any id again.
DROP INDEX messages_by_message_id;
CREATE INDEX messages_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL;
CREATE UNIQUE INDEX messages_sent_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL AND direction = 'out';
CREATE INDEX conversations_by_address ON conversations (address) WHERE address IS NOT NULL;

-- A message as it came, and where it lies on its server. Not journaled: a message that came in cannot be taken back.
CREATE TABLE received (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    account TEXT NOT NULL,
    folder TEXT NOT NULL,          -- as the server writes it, a character each byte
    validity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    digest TEXT NOT NULL UNIQUE,   -- of id, sender, date, subject and text: the same message in two folders is one
    raw BLOB NOT NULL,             -- compressed; of a large one its beginning
    whole INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sender_name TEXT,
    sent_at INTEGER,               -- what its Date says; `messages.at` is when it came
    matched_by TEXT NOT NULL,      -- how its conversation was found
    unverified TEXT,               -- why nobody can be sure who sent it
    attachments TEXT NOT NULL      -- JSON: name, file name, type, size, warning
) STRICT;

-- How far each folder of a mailbox has been read.
CREATE TABLE mail_folders (
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    validity INTEGER NOT NULL,
    next_uid INTEGER NOT NULL,
    modseq INTEGER,
    synced_at INTEGER NOT NULL,
    looked INTEGER NOT NULL DEFAULT 0,     -- messages that were looked at, ever
    kept INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, folder)
) STRICT, WITHOUT ROWID;

-- What a test mail to oneself taught about a mailbox.
CREATE TABLE mailboxes (
    address TEXT PRIMARY KEY,
    files_sent INTEGER,            -- 1: the server puts what it sends into Sent by itself
    authserv_id TEXT,              -- how its server signs what it found out about senders
    tested_at INTEGER,
    synced_at INTEGER              -- when it was last read to its end
) STRICT, WITHOUT ROWID;

-- What corrections taught: such a message is of this kind. See model/incoming.LocalRule.
CREATE TABLE mail_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    sender TEXT,
    domain TEXT,
    phrase TEXT,
    taught_by TEXT NOT NULL,
    taught_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Words of messages, cut as those of creators are. Kept in step by triggers: messages are written in many places.
CREATE VIRTUAL TABLE message_text USING fts5 (
    subject, body,
    content = 'messages', content_rowid = 'id', detail = none,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Mn Mc' separators '🏻🏼🏽🏾🏿🛐🛑🛒🛓🛔🛕🛖🛗🛘🛙🛚🛛🛜🛝🛞🛟🛠🛡🛢🛣🛤🛥🛦🛧🛨🛩🛪🛫🛬🛭🛮🛯🛰🛱🛲🛳🛴🛵🛶🛷🛸🛹🛺🛻🛼🛽🛾🛿🝴🝵🝶🝷🝸🝹🝺🝻🝼🝽🝾🝿🞀🞁🞂🞃🞄🞅🞆🞇🞈🞉🞊🞋🞌🞍🞎🞏🞐🞑🞒🞓🞔🞕🞖🞗🞘🞙🞚🞛🞜🞝🞞🞟🞠🞡🞢🞣🞤🞥🞦🞧🞨🞩🞪🞫🞬🞭🞮🞯🞰🞱🞲🞳🞴🞵🞶🞷🞸🞹🞺🞻🞼🞽🞾🞿🟀🟁🟂🟃🟄🟅🟆🟇🟈🟉🟊🟋🟌🟍🟎🟏🟐🟑🟒🟓🟔🟕🟖🟗🟘🟙🟚🟛🟜🟝🟞🟟🟠🟡🟢🟣🟤🟥🟦🟧🟨🟩🟪🟫🟬🟭🟮🟯🟰🟱🟲🟳🟴🟵🟶🟷🟸🟹🟺🟻🟼🟽🟾🟿🢰🢱🢲🢳🢴🢵🢶🢷🢸🢹🢺🢻🢼🢽🢾🢿🤀🤁🤂🤃🤄🤅🤆🤇🤈🤉🤊🤋🤌🤍🤎🤏🤐🤑🤒🤓🤔🤕🤖🤗🤘🤙🤚🤛🤜🤝🤞🤟🤠🤡🤢🤣🤤🤥🤦🤧🤨🤩🤪🤫🤬🤭🤮🤯🤰🤱🤲🤳🤴🤵🤶🤷🤸🤹🤺🤻🤼🤽🤾🤿🥀🥁🥂🥃🥄🥅🥆🥇🥈🥉🥊🥋🥌🥍🥎🥏🥐🥑🥒🥓🥔🥕🥖🥗🥘🥙🥚🥛🥜🥝🥞🥟🥠🥡🥢🥣🥤🥥🥦🥧🥨🥩🥪🥫🥬🥭🥮🥯🥰🥱🥲🥳🥴🥵🥶🥷🥸🥹🥺🥻🥼🥽🥾🥿🦀🦁🦂🦃🦄🦅🦆🦇🦈🦉🦊🦋🦌🦍🦎🦏🦐🦑🦒🦓🦔🦕🦖🦗🦘🦙🦚🦛🦜🦝🦞🦟🦠🦡🦢🦣🦤🦥🦦🦧🦨🦩🦪🦫🦬🦭🦮🦯🦰🦱🦲🦳🦴🦵🦶🦷🦸🦹🦺🦻🦼🦽🦾🦿🧀🧁🧂🧃🧄🧅🧆🧇🧈🧉🧊🧋🧌🧍🧎🧏🧐🧑🧒🧓🧔🧕🧖🧗🧘🧙🧚🧛🧜🧝🧞🧟🧠🧡🧢🧣🧤🧥🧦🧧🧨🧩🧪🧫🧬🧭🧮🧯🧰🧱🧲🧳🧴🧵🧶🧷🧸🧹🧺🧻🧼🧽🧾🧿🨀🨁🨂🨃🨄🨅🨆🨇🨈🨉🨊🨋🨌🨍🨎🨏🨐🨑🨒🨓🨔🨕🨖🨗🨘🨙🨚🨛🨜🨝🨞🨟🨠🨡🨢🨣🨤🨥🨦🨧🨨🨩🨪🨫🨬🨭🨮🨯🨰🨱🨲🨳🨴🨵🨶🨷🨸🨹🨺🨻🨼🨽🨾🨿🩀🩁🩂🩃🩄🩅🩆🩇🩈🩉🩊🩋🩌🩍🩎🩏🩐🩑🩒🩓🩔🩕🩖🩗🩘🩙🩚🩛🩜🩝🩞🩟🩠🩡🩢🩣🩤🩥🩦🩧🩨🩩🩪🩫🩬🩭🩮🩯🩰🩱🩲🩳🩴🩵🩶🩷🩸🩹🩺🩻🩼🩽🩾🩿🪀🪁🪂🪃🪄🪅🪆🪇🪈🪉🪊🪋🪌🪍🪎🪏🪐🪑🪒🪓🪔🪕🪖🪗🪘🪙🪚🪛🪜🪝🪞🪟🪠🪡🪢🪣🪤🪥🪦🪧🪨🪩🪪🪫🪬🪭🪮🪯🪰🪱🪲🪳🪴🪵🪶🪷🪸🪹🪺🪻🪼🪽🪾🪿🫀🫁🫂🫃🫄🫅🫆🫇🫈🫉🫊🫋🫌🫍🫎🫏🫐🫑🫒🫓🫔🫕🫖🫗🫘🫙🫚🫛🫜🫝🫞🫟🫠🫡🫢🫣🫤🫥🫦🫧🫨🫩🫪🫫🫬🫭🫮🫯🫰🫱🫲🫳🫴🫵🫶🫷🫸🫹🫺🫻🫼🫽🫾🫿︀︁︂︃︄︅︆︇︈︉︊︋︌︍︎️₺₽₿'"
);
INSERT INTO message_text (message_text, rank) VALUES ('hashsize', 16777216);
INSERT INTO message_text (message_text) VALUES ('rebuild');
CREATE TRIGGER message_text_added AFTER INSERT ON messages BEGIN
    INSERT INTO message_text (rowid, subject, body) VALUES (new.id, new.subject, new.body);
END;
CREATE TRIGGER message_text_removed AFTER DELETE ON messages BEGIN
    INSERT INTO message_text (message_text, rowid, subject, body) VALUES ('delete', old.id, old.subject, old.body);
END;
CREATE TRIGGER message_text_changed AFTER UPDATE OF subject, body ON messages BEGIN
    INSERT INTO message_text (message_text, rowid, subject, body) VALUES ('delete', old.id, old.subject, old.body);
    INSERT INTO message_text (rowid, subject, body) VALUES (new.id, new.subject, new.body);
END;
