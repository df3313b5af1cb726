-- Registers a node, and forgets nodes that have been gone for a day. Under the lock of node_lock.sql.
--
-- $1: node. $2: prefix. $3: Redis identity, or NULL. $4: Redis server. $5: version.
WITH forgotten AS (
  DELETE FROM nodes WHERE seen_at < clock_timestamp() - interval '1 day' AND node <> $1
)
INSERT INTO nodes (node, registration, redis_prefix, redis_identity, redis_server, version, seen_at)
SELECT $1, coalesce(max(registration), 0) + 1, $2, $3::text, $4, $5, clock_timestamp() FROM nodes
ON CONFLICT (node) DO UPDATE SET registration = excluded.registration, redis_prefix = excluded.redis_prefix,
  redis_identity = excluded.redis_identity, redis_server = excluded.redis_server, seen_at = excluded.seen_at
