-- Placements, and which offers still stand: one of a candidate at a time, until its placement is over
CREATE TABLE placement (
    id text PRIMARY KEY,
    round_id text NOT NULL,
    candidate text NOT NULL,
    phase text NOT NULL,
    state jsonb NOT NULL,
    aside jsonb NOT NULL
);
CREATE INDEX placement_candidate ON placement (candidate);

ALTER TABLE offer ADD COLUMN live boolean NOT NULL DEFAULT false;
UPDATE offer SET live = phase IN ('extended', 'accepted');
ALTER TABLE offer ALTER COLUMN live DROP DEFAULT;
-- Why its contract was called off before it was signed: private, as `aside` of a placement.
ALTER TABLE offer ADD COLUMN aside jsonb;
DROP INDEX offer_one_live;
CREATE UNIQUE INDEX offer_one_live ON offer (candidate) WHERE live;

ALTER TABLE round ADD COLUMN withdrawn int NOT NULL DEFAULT 0;
ALTER TABLE round ALTER COLUMN withdrawn DROP DEFAULT;
