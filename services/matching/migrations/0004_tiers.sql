-- The tier of each eligible pair, as the employer's selection set it by the round's closing; 0 where it set none
ALTER TABLE round_candidate ADD COLUMN tiers jsonb NOT NULL DEFAULT '{}';
