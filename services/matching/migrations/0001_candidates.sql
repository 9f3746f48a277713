-- Candidates: the public state, and beside it the evidence, which is private and never published

CREATE TABLE candidate (
    id text PRIMARY KEY,
    lane int NOT NULL,
    phase text NOT NULL,
    roster_ends_at timestamptz,
    state jsonb NOT NULL,
    evidence jsonb NOT NULL
);
CREATE INDEX candidate_roster_ends ON candidate (lane, roster_ends_at) WHERE phase = 'rostered';
