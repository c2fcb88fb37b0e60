-- Who let a message go, and what kind it is: a draft is a queued message that nobody has approved. What waited before
-- approvals were kept had been confirmed by whoever wrote it.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'letter' CHECK (kind IN ('letter', 'follow_up', 'reply'));
ALTER TABLE outbox ADD COLUMN approved_by TEXT;
ALTER TABLE outbox ADD COLUMN approved_at INTEGER;
UPDATE outbox SET approved_by = (SELECT written_by FROM messages m WHERE m.id = outbox.message_id),
    approved_at = (SELECT at FROM messages m WHERE m.id = outbox.message_id);
CREATE INDEX outbox_by_account ON outbox (account, claimed_at);

-- Letters in an order. `steps` is a JSON list of {day, template, when}: what is enrolled keeps its own copy.
CREATE TABLE sequences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    steps TEXT NOT NULL,
    expires_days INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- A template as it was when somebody was enrolled: never changed, kept once however many are enrolled.
CREATE TABLE template_versions (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,     -- of name, channel, subject and body
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- One collaboration in one sequence. How far it is follows from its steps' messages.
CREATE TABLE enrolments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collaboration_id INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    sequence TEXT NOT NULL,        -- its name then
    account TEXT NOT NULL,         -- the mailbox that writes
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'finished', 'stopped')),
    why TEXT,                      -- of a pause or an end
    paused_until INTEGER,          -- of a pause that ends by itself
    trusted_by TEXT,               -- who said that its letters need no approval one by one
    enrolled_at INTEGER NOT NULL,
    enrolled_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX enrolments_by_collaboration ON enrolments (collaboration_id);
CREATE UNIQUE INDEX enrolments_going ON enrolments (collaboration_id) WHERE state IN ('running', 'paused');

CREATE TABLE enrolment_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    enrolment_id INTEGER NOT NULL REFERENCES enrolments (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    day INTEGER NOT NULL,          -- after the first step
    when_matches TEXT,             -- a query that the collaboration must match when the step is due
    version_id INTEGER NOT NULL REFERENCES template_versions (id),
    message_id INTEGER REFERENCES messages (id),   -- the letter that it became: at most one, ever
    skipped_at INTEGER,            -- where its condition did not hold
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (enrolment_id, number)
) STRICT;
CREATE INDEX enrolment_steps_by_version ON enrolment_steps (version_id);
CREATE UNIQUE INDEX enrolment_steps_by_message ON enrolment_steps (message_id);

-- A mailbox that must not send until a person says so.
CREATE TABLE sender_pauses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    why TEXT NOT NULL,
    paused_at INTEGER NOT NULL,
    paused_by TEXT NOT NULL,
    resumed_at INTEGER,
    resumed_by TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX sender_pauses_going ON sender_pauses (account) WHERE resumed_at IS NULL;

-- Letters of a mailbox that bounced or were complained about: what its rates are counted from. Not journaled: no person
-- decided it, and it names nobody.
CREATE TABLE delivery_failures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bounce', 'complaint')),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_failures_by_account ON delivery_failures (account, at);
