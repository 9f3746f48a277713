-- Copies of other services' states, rounds, offers, seats and what a round keeps while it runs

CREATE TABLE vacancy (
    id text PRIMARY KEY,
    partnership text NOT NULL,
    state jsonb NOT NULL
);
CREATE INDEX vacancy_partnership ON vacancy (partnership);

CREATE TABLE partnership (
    id text PRIMARY KEY,
    state jsonb NOT NULL
);

CREATE TABLE cap (
    id text PRIMARY KEY,
    node text NOT NULL,
    state jsonb NOT NULL
);
CREATE INDEX cap_node ON cap (node);

-- What was last told of each cap's seats.
CREATE TABLE usage (
    id text PRIMARY KEY,
    state jsonb NOT NULL
);

CREATE TABLE round (
    id text PRIMARY KEY,
    lane int NOT NULL,
    phase text NOT NULL,
    closes_at timestamptz NOT NULL,
    reveal_by timestamptz NOT NULL,
    state jsonb NOT NULL,
    freezing boolean NOT NULL,
    matching boolean NOT NULL,
    first_reveal timestamptz,
    last_reveal timestamptz,
    open_offers int NOT NULL CHECK (open_offers >= 0),
    accepted int NOT NULL,
    declined int NOT NULL,
    lapsed int NOT NULL
);
CREATE INDEX round_running ON round (lane, phase) WHERE phase IN ('open', 'frozen', 'drawn');

CREATE TABLE offer (
    id text PRIMARY KEY,
    round_id text NOT NULL,
    candidate text NOT NULL,
    lane int NOT NULL,
    phase text NOT NULL,
    answer_by timestamptz NOT NULL,
    state jsonb NOT NULL
);
CREATE INDEX offer_due ON offer (lane, answer_by) WHERE phase = 'extended';
CREATE UNIQUE INDEX offer_one_live ON offer (candidate) WHERE phase IN ('extended', 'accepted');

-- A seat is held or released, once each.
CREATE TABLE seat (
    round_id text NOT NULL,
    candidate text NOT NULL,
    vacancy text NOT NULL,
    partnership text NOT NULL,
    held boolean NOT NULL DEFAULT true,
    PRIMARY KEY (round_id, candidate)
);
CREATE INDEX seat_vacancy ON seat (vacancy) WHERE held;

-- Held seats, counted; caps of any scope and period are sums of these.
CREATE TABLE tally (
    round_id text NOT NULL,
    partnership text NOT NULL,
    closes_at timestamptz NOT NULL,
    held int NOT NULL CHECK (held >= 0),
    PRIMARY KEY (round_id, partnership)
);

-- A candidate's row before the first change after a round's closes_at; null if there was none.
CREATE TABLE kept (
    round_id text NOT NULL,
    candidate text NOT NULL,
    state jsonb,
    evidence jsonb,
    PRIMARY KEY (round_id, candidate)
);

-- How far the long work on a round is.
CREATE TABLE round_work (
    round_id text NOT NULL,
    kind text NOT NULL,
    page int NOT NULL,
    stage text NOT NULL,
    cursor text NOT NULL DEFAULT '',
    about jsonb NOT NULL,
    PRIMARY KEY (round_id, kind)
);

-- Who entered a round; `active` from the freeze until it is settled or aborted. `reasons` are private.
CREATE TABLE round_candidate (
    round_id text NOT NULL,
    candidate text NOT NULL,
    reference text NOT NULL,
    preferences text[] NOT NULL,
    score int NOT NULL,
    reasons jsonb NOT NULL,
    active boolean NOT NULL,
    vacancy text,
    passed_over jsonb,
    PRIMARY KEY (round_id, candidate),
    UNIQUE (round_id, reference)
);
CREATE UNIQUE INDEX round_candidate_one_round ON round_candidate (candidate) WHERE active;

-- The parts of a round's market and result, as they are listed.
CREATE TABLE round_part (
    round_id text NOT NULL,
    kind text NOT NULL,
    part int NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (round_id, kind, part)
);
