-- A service small enough to see the engine through: how often each subject was reported.
CREATE TABLE tally (
    subject text PRIMARY KEY,
    reported bigint NOT NULL,
    due_at timestamptz,
    lane int NOT NULL
);
CREATE TABLE page_done (subject text NOT NULL, page int NOT NULL, PRIMARY KEY (subject, page));
