-- The engine's own tables, made first in each service's schema.

-- How far each input partition is decided, and the greatest record time there.
CREATE TABLE position (
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL DEFAULT 'epoch',
    last_at timestamptz,
    last_checksum bigint,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Reports already decided, by who sent them and their id.
CREATE TABLE seen (
    source text NOT NULL,
    id text NOT NULL,
    fingerprint bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX seen_at ON seen USING brin (at);

-- The last sequence read of each subject of another service.
CREATE TABLE heard (
    topic text NOT NULL,
    noun text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (topic, noun, subject)
);

-- The last sequence given to each subject's facts.
CREATE TABLE numbered (
    topic text NOT NULL,
    noun text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (topic, noun, subject)
) WITH (fillfactor = 80);

-- Who publishes a lane, as which Kafka producer.
CREATE TABLE lane (
    partition int PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    cluster_id text,
    producer_id bigint,
    halted text
);

-- How many facts each output partition has been given; locked last.
CREATE TABLE lane_head (
    topic text NOT NULL,
    partition int NOT NULL,
    head bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- How many of them Kafka has acknowledged, and how many are gone from the outbox.
CREATE TABLE lane_mark (
    topic text NOT NULL,
    partition int NOT NULL,
    acknowledged bigint NOT NULL DEFAULT 0,
    pruned bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Facts and refusals at their places.
CREATE TABLE outbox (
    topic text NOT NULL,
    partition int NOT NULL,
    place bigint NOT NULL,
    id uuid NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, place)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- Long work, one page a transaction.
CREATE TABLE job (
    kind text NOT NULL,
    subject text NOT NULL,
    lane int NOT NULL,
    page int NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX job_lane ON job (lane) WHERE NOT done;
