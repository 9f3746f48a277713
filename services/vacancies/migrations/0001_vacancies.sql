-- Vacancies, and copies of the partnerships that they are under: the public state, and what is searched by.
CREATE TABLE vacancy (
    id text PRIMARY KEY,
    partnership text NOT NULL,
    live boolean NOT NULL,
    closes_on timestamptz NOT NULL,
    state jsonb NOT NULL,
    lane int NOT NULL
);
CREATE INDEX vacancy_live_under ON vacancy (partnership, id) WHERE live;
CREATE INDEX vacancy_due ON vacancy (closes_on, id) WHERE live;

CREATE TABLE partnership (
    id text PRIMARY KEY,
    state jsonb NOT NULL
);
