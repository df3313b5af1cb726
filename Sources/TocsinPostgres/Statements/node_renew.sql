-- Renews a registration that lasts.
--
-- $1: node. $2: prefix. $3: Redis identity, or NULL. $4: how many milliseconds a registration lasts.
-- Columns: those of a node, for each earlier node that disagrees, or one row of NULLs; no row where there is no
-- registration.
WITH renewed AS (
  UPDATE nodes SET seen_at = clock_timestamp(), redis_identity = coalesce($3::text, redis_identity)
  WHERE node = $1 AND seen_at > clock_timestamp() - $4::bigint * interval '1 millisecond'
  RETURNING registration
)
SELECT
  -- uses: node_columns
FROM renewed LEFT JOIN nodes o ON o.registration < renewed.registration AND
  -- uses: node_disagrees
