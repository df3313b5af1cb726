-- Whether another node, `nodes` by the alias `o`, is there and has another prefix or Redis server.
--
-- $1: node. $2: prefix. $3: Redis identity, or NULL. $4: how many milliseconds a registration lasts.
o.node <> $1 AND o.seen_at > clock_timestamp() - $4::bigint * interval '1 millisecond'
  AND (o.redis_prefix <> $2 OR o.redis_identity <> $3::text)
