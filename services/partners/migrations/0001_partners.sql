-- Partnerships, caps and safeguards lists: the public state, and what is searched by.
CREATE TABLE partnership (
    id text PRIMARY KEY,
    key text NOT NULL,
    number int NOT NULL CHECK (number > 0),
    ended boolean NOT NULL,
    opened_in_health boolean NOT NULL,
    state jsonb NOT NULL,
    lane int NOT NULL,
    deadline text,
    deadline_at timestamptz,
    UNIQUE (key, number),
    CHECK ((deadline IS NULL) = (deadline_at IS NULL))
);
CREATE UNIQUE INDEX partnership_one_live_a_key ON partnership (key) WHERE NOT ended;
CREATE INDEX partnership_opened_in_health ON partnership (id) WHERE opened_in_health;
CREATE INDEX partnership_due ON partnership (deadline_at, id) WHERE deadline_at IS NOT NULL;

CREATE TABLE cap (
    id text PRIMARY KEY,
    node text NOT NULL,
    parts text[] NOT NULL CHECK (cardinality(parts) = 5),
    period daterange NOT NULL CHECK (NOT isempty(period)),
    state jsonb NOT NULL,
    lane int NOT NULL,
    deadline text,
    deadline_at timestamptz,
    CHECK ((deadline IS NULL) = (deadline_at IS NULL))
);
CREATE INDEX cap_node ON cap (node);
CREATE INDEX cap_due ON cap (deadline_at, id) WHERE deadline_at IS NOT NULL;

CREATE TABLE safeguards (
    id text PRIMARY KEY,
    published_on date NOT NULL,
    state jsonb NOT NULL
);
