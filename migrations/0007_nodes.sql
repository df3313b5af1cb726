-- oldest-release: 0.1.0
--
-- The nodes that run, so that nodes which disagree about their cluster find each other.

-- One row for each life of a node. A node renews its row every few seconds; one that has not been renewed for half a
-- minute counts for nothing.
CREATE TABLE nodes (
  -- Unique among all nodes that ever run.
  node text COLLATE "C" PRIMARY KEY,
  -- Of two nodes that disagree the one with the greater number stops.
  registration bigint NOT NULL,
  redis_prefix text COLLATE "C" NOT NULL,
  -- The server for people: no user, no password.
  redis_server text NOT NULL,
  -- What its Redis holds below the prefix: the same for all nodes that share it. NULL while Redis is away.
  redis_identity text COLLATE "C",
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);

-- Tells this installation from every other one.
INSERT INTO installation (key, value) VALUES ('cluster.id', gen_random_uuid()::text) ON CONFLICT (key) DO NOTHING;
