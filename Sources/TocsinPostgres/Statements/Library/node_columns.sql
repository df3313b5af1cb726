-- The columns of a registered node, of `nodes` by the alias `o`.
o.node, o.redis_prefix, o.redis_server, o.redis_identity, o.version, o.started_at, o.seen_at
