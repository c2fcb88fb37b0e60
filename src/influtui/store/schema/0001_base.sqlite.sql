-- The first schema. Times are milliseconds UTC, money whole minor units with its ISO 4217 code beside it.
-- Every table that a person can change has `id` and `version`: the journal and undo work on any such table.

-- Ids of creators and persons are handed out from here, so that they stay dense and are never used twice,
-- even when an import is undone or a person forgotten.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('creators', 1), ('persons', 1);

-- Who changed what. One row an act; taking one back is an act too, whose `reverts` names it.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    summary TEXT NOT NULL,
    reason TEXT,
    undoable INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone')),
    reverts INTEGER REFERENCES journal (id),
    rows INTEGER NOT NULL DEFAULT 0,
    import_id INTEGER
) STRICT;
CREATE INDEX journal_by_actor ON journal (actor, id);

-- `before` and `after` are JSON objects of the columns that changed; before is null for a new row, after for a removed one.
CREATE TABLE journal_rows (
    journal_id INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    noun TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (journal_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_rows_by_row ON journal_rows (noun, row_id);

-- What other sessions should look at again: runs of ids, written in the same transaction as the change.
CREATE TABLE change_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    noun TEXT NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- One row a file, a paste or a run of a source: where values came from.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    source TEXT NOT NULL,          -- a file's name, a plugin's id, `hand`
    kind TEXT NOT NULL,            -- csv, ndjson, instagram_download, tiktok_download, plugin, hand, demo
    platform TEXT,
    found_by TEXT,                 -- own_follower, customer, tagged_us, …: see model/creators.py
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped', 'undone')),
    read INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A column mapping that a person has accepted, by the signature of the header it was made for.
CREATE TABLE import_mappings (
    signature TEXT PRIMARY KEY,
    mapping TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE persons (
    id INTEGER PRIMARY KEY,
    name TEXT,                     -- only where a person said so; else the name of the first account
    email TEXT,
    country TEXT,
    created_at INTEGER NOT NULL,
    import_id INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- One account on one platform, with the newest known value of each measured number. Where a value came from, how old
-- it is and what other sources say stands in `snapshots`.
CREATE TABLE creators (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons (id),
    platform TEXT NOT NULL,
    handle TEXT NOT NULL,          -- as the platform writes it
    handle_key TEXT NOT NULL,      -- folded: the key, with the platform
    name TEXT,
    url TEXT,
    bio TEXT,
    country TEXT,                  -- ISO 3166-1 alpha-2
    language TEXT,                 -- ISO 639-1 where there is one
    topics TEXT,                   -- |beauty|skincare|, sorted, or null
    tags TEXT,                     -- |a|b|, sorted, or null
    email TEXT,
    followers INTEGER,
    following INTEGER,
    posts INTEGER,
    engagement_rate REAL,          -- percent
    engagement_variant TEXT,       -- which of the six definitions
    avg_views REAL,
    avg_likes REAL,
    avg_comments REAL,
    avg_shares REAL,
    as_of INTEGER,                 -- of the newest measured value
    found_by TEXT,
    found_detail TEXT,
    import_id INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (handle_key, platform)  -- in this order it also finds a handle on any platform
) STRICT;
CREATE INDEX creators_by_person ON creators (person_id);
CREATE INDEX creators_by_followers ON creators (followers DESC, id);

-- What one source said of one account at one time: the series, the provenance and the second opinion in one table.
CREATE TABLE snapshots (
    creator_id INTEGER NOT NULL REFERENCES creators (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    followers INTEGER,
    following INTEGER,
    posts INTEGER,
    engagement_rate REAL,
    engagement_variant TEXT,
    avg_views REAL,
    avg_likes REAL,
    avg_comments REAL,
    avg_shares REAL,
    quality TEXT NOT NULL DEFAULT 'exact',   -- exact, rounded, estimated, hidden; or a JSON object by metric
    import_id INTEGER,
    PRIMARY KEY (creator_id, at, source)
) STRICT, WITHOUT ROWID;

-- Posts of an account as some source saw them: what the detectors of bought engagement read. Not the posts of a campaign.
CREATE TABLE creator_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    creator_id INTEGER NOT NULL REFERENCES creators (id) ON DELETE CASCADE,
    platform_post_id TEXT NOT NULL,
    url TEXT,
    caption TEXT,
    posted_at INTEGER,
    likes INTEGER,
    comments INTEGER,
    shares INTEGER,
    views INTEGER,
    sponsored INTEGER,             -- 1, 0, or null where nobody said
    as_of INTEGER NOT NULL,
    source TEXT NOT NULL,
    import_id INTEGER,
    UNIQUE (creator_id, platform_post_id)
) STRICT;

-- A sample of the comments under such a post. `commenter` is a folded handle on the same platform.
CREATE TABLE creator_comments (
    post_id INTEGER NOT NULL REFERENCES creator_posts (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    commenter TEXT NOT NULL,
    text TEXT,
    at INTEGER,
    PRIMARY KEY (post_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX creator_comments_by_commenter ON creator_comments (commenter);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    import_id INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX notes_by_person ON notes (person_id);

-- A person who asked to be forgotten, or must not be written to, as a keyed hash: survives the person's removal.
CREATE TABLE suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'email')),
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,          -- forgotten, opted_out, bounced, complained, by_hand
    at INTEGER NOT NULL,
    UNIQUE (kind, hash)
) STRICT;

-- Two people of whom somebody said that they are two: not offered as likely one again. The smaller id stands first.
CREATE TABLE told_apart (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_person INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    second_person INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    said_by TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    CHECK (first_person < second_person),
    UNIQUE (first_person, second_person)
) STRICT;
CREATE INDEX told_apart_by_second ON told_apart (second_person);

-- Keys that this workspace hashes with. In here and not in a file beside: a copy of the database without its key would
-- forget whom it must not take in again.
CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE brands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    postal_address TEXT,
    currency TEXT NOT NULL DEFAULT 'USD',
    ship_to TEXT,                  -- |DE|US|
    competitors TEXT,              -- |@rival|
    own_handles TEXT,              -- |instagram:us|
    brand_values TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    brand_id INTEGER NOT NULL REFERENCES brands (id),
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    cost_minor INTEGER,            -- cost of goods
    value_minor INTEGER,           -- retail value, the declared value of a parcel
    currency TEXT NOT NULL,
    url TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (brand_id, sku)
) STRICT;

CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    brand_id INTEGER NOT NULL REFERENCES brands (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    goal TEXT NOT NULL CHECK (goal IN ('awareness', 'conversion', 'content')),
    niche TEXT,                    -- |vegan|baking|
    shared_values TEXT,
    regions TEXT,                  -- |DE|AT|CH|
    ship_to TEXT,
    wanted INTEGER NOT NULL DEFAULT 15,
    outreach_ratio REAL NOT NULL DEFAULT 2.0,
    budget_minor INTEGER,
    currency TEXT NOT NULL,
    starts_on TEXT,
    ends_on TEXT,
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('draft', 'active', 'paused', 'closed')),
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE campaign_products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES products (id),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (campaign_id, product_id)
) STRICT;

-- Who was judged for a campaign: picked, kept in the ranked reserve, rejected or put off.
CREATE TABLE picks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES persons (id),
    creator_id INTEGER REFERENCES creators (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('pick', 'reserve', 'rejected', 'later')),
    rank INTEGER,
    reason TEXT,
    judged_by TEXT NOT NULL,
    judged_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (campaign_id, person_id)
) STRICT;

-- `state` is what `model/pipeline.derive` makes of everything that happened, kept in step by `store/standing.py` in the
-- transaction of each change; nothing else writes it, and it is no part of the journal.
CREATE TABLE collaborations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    person_id INTEGER NOT NULL REFERENCES persons (id),
    creator_id INTEGER REFERENCES creators (id),
    state TEXT NOT NULL DEFAULT 'discovered',
    state_at INTEGER,              -- since when
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (campaign_id, person_id)
) STRICT;

-- Moves that a person made by hand, each one of those that model/data/pipeline.toml allows.
CREATE TABLE collaboration_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at INTEGER NOT NULL,
    moved_by TEXT NOT NULL,
    reason TEXT,
    known TEXT NOT NULL,           -- how many facts of each kind there were then: JSON
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX collaboration_moves_by_collaboration ON collaboration_moves (collaboration_id);

-- The six terms, and the price. One row a slot that was talked about.
CREATE TABLE terms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    slot TEXT NOT NULL,            -- content, captions, go_live, placement, retention, rights, fee, product
    value TEXT,
    waived INTEGER NOT NULL DEFAULT 0,
    amount_minor INTEGER,          -- of the fee
    currency TEXT,
    carried INTEGER NOT NULL DEFAULT 0,    -- 1: brought along from an earlier campaign, nobody has talked about it yet
    noted_at INTEGER NOT NULL,
    noted_by TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (collaboration_id, slot)
) STRICT;

-- What both sides said yes to, word for word. Changing a term afterwards ends the agreement; at most one is in force.
CREATE TABLE agreements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,            -- SHA-256 of `terms`
    terms TEXT NOT NULL,           -- canonical JSON
    agreed_at INTEGER NOT NULL,
    agreed_by TEXT NOT NULL,       -- who of us noted it
    ended_at INTEGER,
    ended_why TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX agreements_by_collaboration ON agreements (collaboration_id);

CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL DEFAULT 'email' CHECK (channel IN ('email', 'dm')),
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES persons (id),
    collaboration_id INTEGER REFERENCES collaborations (id),
    creator_id INTEGER REFERENCES creators (id),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'dm')),
    account TEXT,                  -- our address in it
    address TEXT,                  -- theirs, or where a direct message goes
    subject TEXT,
    last_at INTEGER NOT NULL,
    awaiting TEXT NOT NULL CHECK (awaiting IN ('us', 'them', 'nobody')),
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX conversations_by_last ON conversations (last_at DESC, id DESC);
CREATE INDEX conversations_by_person ON conversations (person_id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    state TEXT NOT NULL CHECK (state IN
        ('queued', 'deferred', 'in_data', 'sent', 'failed', 'unknown', 'cancelled', 'received', 'logged')),
    message_id TEXT,
    in_reply_to TEXT,
    references_ids TEXT,           -- of the References header, blanks between
    sender TEXT,
    recipient TEXT,
    subject TEXT,
    body TEXT NOT NULL,
    template TEXT,                 -- the name of the template it was written from
    written_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT,                  -- the server's last words, or why it failed
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, at);
CREATE UNIQUE INDEX messages_by_message_id ON messages (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX messages_going ON messages (state) WHERE state IN ('queued', 'deferred', 'in_data', 'unknown', 'failed');

-- What goes over the wire for a message: rendered once, never changed, sent again byte for byte where it is sent again.
-- Not journaled: the journal has no use for the bytes, and a state that a server's answer decided is nobody's to undo.
CREATE TABLE outbox (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    account TEXT NOT NULL,         -- the mailbox of config.toml that submits it
    envelope_from TEXT NOT NULL,
    envelope_to TEXT NOT NULL,
    raw BLOB NOT NULL,
    raw_sha256 TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,               -- the process that went into DATA with it
    claimed_at INTEGER,
    not_before INTEGER,            -- after a server said "later"
    stage TEXT                     -- how far the last attempt came
) STRICT;

CREATE TABLE shipments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER REFERENCES collaborations (id),
    person_id INTEGER REFERENCES persons (id),
    carrier TEXT NOT NULL,
    service TEXT,
    number TEXT NOT NULL,
    valid INTEGER NOT NULL,        -- 0: the check digit does not fit, a person said "use anyway"
    state TEXT NOT NULL,           -- the fifteen of model/shipping.py: what the newest event says
    state_at INTEGER,              -- when that event happened
    delivered_at INTEGER,          -- of the newest delivery, where the state is delivered
    url TEXT,
    declared_minor INTEGER,
    cost_minor INTEGER,
    currency TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (carrier, number)
) STRICT;

-- What happened to a parcel, each by a carrier's word or a person's. Rows are added, not changed.
CREATE TABLE shipment_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shipment_id INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    text TEXT,
    source TEXT NOT NULL,          -- a plugin's id, or `hand`
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX shipment_events_by_shipment ON shipment_events (shipment_id, at);

CREATE TABLE shipment_products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shipment_id INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (shipment_id, product_id)
) STRICT;
CREATE INDEX shipment_products_by_product ON shipment_products (product_id);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER NOT NULL REFERENCES collaborations (id),
    platform TEXT,                 -- null where the address is not one that we know
    handle TEXT,                   -- who posted it, where the address says so
    native_id TEXT,                -- the platform's own id
    url TEXT NOT NULL UNIQUE,      -- in its shortest form, without tracking parameters
    posted_at INTEGER,
    recorded_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX posts_by_collaboration ON posts (collaboration_id);

CREATE TABLE post_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    impressions INTEGER,
    views INTEGER,
    likes INTEGER,
    comments INTEGER,
    shares INTEGER,
    saves INTEGER,
    clicks INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX post_snapshots_by_post ON post_snapshots (post_id, at);

-- What a plugin has spent of a budget that its manifest names, in the window that began at `since`.
CREATE TABLE plugin_budgets (
    plugin TEXT NOT NULL,
    budget TEXT NOT NULL,
    since INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    PRIMARY KEY (plugin, budget)
) STRICT, WITHOUT ROWID;

-- What a person left open: the campaign in use, a draft, a place on the screen. Small, by actor, not journaled.
CREATE TABLE memory (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

-- Combining marks belong to words (Hindi, Thai); the separators are symbols and emoji that are newer than SQLite's tables,
-- which would glue them to the word beside them, and the variation selectors.
CREATE VIRTUAL TABLE creator_text USING fts5 (
    handle, name, bio,
    content = 'creators', content_rowid = 'id', detail = none, prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Mn Mc' separators '🏻🏼🏽🏾🏿🛐🛑🛒🛓🛔🛕🛖🛗🛘🛙🛚🛛🛜🛝🛞🛟🛠🛡🛢🛣🛤🛥🛦🛧🛨🛩🛪🛫🛬🛭🛮🛯🛰🛱🛲🛳🛴🛵🛶🛷🛸🛹🛺🛻🛼🛽🛾🛿🝴🝵🝶🝷🝸🝹🝺🝻🝼🝽🝾🝿🞀🞁🞂🞃🞄🞅🞆🞇🞈🞉🞊🞋🞌🞍🞎🞏🞐🞑🞒🞓🞔🞕🞖🞗🞘🞙🞚🞛🞜🞝🞞🞟🞠🞡🞢🞣🞤🞥🞦🞧🞨🞩🞪🞫🞬🞭🞮🞯🞰🞱🞲🞳🞴🞵🞶🞷🞸🞹🞺🞻🞼🞽🞾🞿🟀🟁🟂🟃🟄🟅🟆🟇🟈🟉🟊🟋🟌🟍🟎🟏🟐🟑🟒🟓🟔🟕🟖🟗🟘🟙🟚🟛🟜🟝🟞🟟🟠🟡🟢🟣🟤🟥🟦🟧🟨🟩🟪🟫🟬🟭🟮🟯🟰🟱🟲🟳🟴🟵🟶🟷🟸🟹🟺🟻🟼🟽🟾🟿🢰🢱🢲🢳🢴🢵🢶🢷🢸🢹🢺🢻🢼🢽🢾🢿🤀🤁🤂🤃🤄🤅🤆🤇🤈🤉🤊🤋🤌🤍🤎🤏🤐🤑🤒🤓🤔🤕🤖🤗🤘🤙🤚🤛🤜🤝🤞🤟🤠🤡🤢🤣🤤🤥🤦🤧🤨🤩🤪🤫🤬🤭🤮🤯🤰🤱🤲🤳🤴🤵🤶🤷🤸🤹🤺🤻🤼🤽🤾🤿🥀🥁🥂🥃🥄🥅🥆🥇🥈🥉🥊🥋🥌🥍🥎🥏🥐🥑🥒🥓🥔🥕🥖🥗🥘🥙🥚🥛🥜🥝🥞🥟🥠🥡🥢🥣🥤🥥🥦🥧🥨🥩🥪🥫🥬🥭🥮🥯🥰🥱🥲🥳🥴🥵🥶🥷🥸🥹🥺🥻🥼🥽🥾🥿🦀🦁🦂🦃🦄🦅🦆🦇🦈🦉🦊🦋🦌🦍🦎🦏🦐🦑🦒🦓🦔🦕🦖🦗🦘🦙🦚🦛🦜🦝🦞🦟🦠🦡🦢🦣🦤🦥🦦🦧🦨🦩🦪🦫🦬🦭🦮🦯🦰🦱🦲🦳🦴🦵🦶🦷🦸🦹🦺🦻🦼🦽🦾🦿🧀🧁🧂🧃🧄🧅🧆🧇🧈🧉🧊🧋🧌🧍🧎🧏🧐🧑🧒🧓🧔🧕🧖🧗🧘🧙🧚🧛🧜🧝🧞🧟🧠🧡🧢🧣🧤🧥🧦🧧🧨🧩🧪🧫🧬🧭🧮🧯🧰🧱🧲🧳🧴🧵🧶🧷🧸🧹🧺🧻🧼🧽🧾🧿🨀🨁🨂🨃🨄🨅🨆🨇🨈🨉🨊🨋🨌🨍🨎🨏🨐🨑🨒🨓🨔🨕🨖🨗🨘🨙🨚🨛🨜🨝🨞🨟🨠🨡🨢🨣🨤🨥🨦🨧🨨🨩🨪🨫🨬🨭🨮🨯🨰🨱🨲🨳🨴🨵🨶🨷🨸🨹🨺🨻🨼🨽🨾🨿🩀🩁🩂🩃🩄🩅🩆🩇🩈🩉🩊🩋🩌🩍🩎🩏🩐🩑🩒🩓🩔🩕🩖🩗🩘🩙🩚🩛🩜🩝🩞🩟🩠🩡🩢🩣🩤🩥🩦🩧🩨🩩🩪🩫🩬🩭🩮🩯🩰🩱🩲🩳🩴🩵🩶🩷🩸🩹🩺🩻🩼🩽🩾🩿🪀🪁🪂🪃🪄🪅🪆🪇🪈🪉🪊🪋🪌🪍🪎🪏🪐🪑🪒🪓🪔🪕🪖🪗🪘🪙🪚🪛🪜🪝🪞🪟🪠🪡🪢🪣🪤🪥🪦🪧🪨🪩🪪🪫🪬🪭🪮🪯🪰🪱🪲🪳🪴🪵🪶🪷🪸🪹🪺🪻🪼🪽🪾🪿🫀🫁🫂🫃🫄🫅🫆🫇🫈🫉🫊🫋🫌🫍🫎🫏🫐🫑🫒🫓🫔🫕🫖🫗🫘🫙🫚🫛🫜🫝🫞🫟🫠🫡🫢🫣🫤🫥🫦🫧🫨🫩🫪🫫🫬🫭🫮🫯🫰🫱🫲🫳🫴🫵🫶🫷🫸🫹🫺🫻🫼🫽🫾🫿︀︁︂︃︄︅︆︇︈︉︊︋︌︍︎️₺₽₿'"
);

-- An import's transaction becomes one piece of the index and not a dozen, each of which would be merged again and again.
INSERT INTO creator_text (creator_text, rank) VALUES ('hashsize', 67108864);

-- The companion of `creator_text` for scripts without blanks between words: see store/gram_index.py.
CREATE VIRTUAL TABLE creator_text_grams USING fts5 (
    grams,
    content = '', detail = none,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Mn Mc'"
);

-- What an undone import held, so that redo puts the same rows back under the same ids. `undone_by` is the undo's entry in
-- the journal. Each has the columns of its original: a later step that changes one changes both (a test compares them).
CREATE TABLE undone_persons AS SELECT 0 AS undone_by, * FROM persons WHERE 0;
CREATE TABLE undone_creators AS SELECT 0 AS undone_by, * FROM creators WHERE 0;
CREATE TABLE undone_snapshots AS SELECT 0 AS undone_by, * FROM snapshots WHERE 0;
CREATE TABLE undone_creator_posts AS SELECT 0 AS undone_by, * FROM creator_posts WHERE 0;
CREATE TABLE undone_creator_comments AS SELECT 0 AS undone_by, * FROM creator_comments WHERE 0;
CREATE TABLE undone_notes AS SELECT 0 AS undone_by, * FROM notes WHERE 0;

-- Whoever is removed is looked for in each of these: without an index, undoing an import of a million would read each
-- table a million times.
CREATE INDEX picks_by_person ON picks (person_id);
CREATE INDEX picks_by_creator ON picks (creator_id);
CREATE INDEX collaborations_by_person ON collaborations (person_id);
CREATE INDEX collaborations_by_creator ON collaborations (creator_id);
CREATE INDEX conversations_by_creator ON conversations (creator_id);
CREATE INDEX conversations_by_collaboration ON conversations (collaboration_id);
CREATE INDEX shipments_by_person ON shipments (person_id);
CREATE INDEX shipments_by_collaboration ON shipments (collaboration_id);
CREATE INDEX campaign_products_by_product ON campaign_products (product_id);
CREATE INDEX campaigns_by_brand ON campaigns (brand_id);
CREATE INDEX journal_by_reverts ON journal (reverts);
