-- The oldest ids are looked for every few seconds. A BRIN range keeps its least time when its rows are gone, so
-- that sooner or later each look read the whole table; a B-tree is ordered (decision 0017).
DROP INDEX seen_at;
CREATE INDEX seen_at ON seen (at);
