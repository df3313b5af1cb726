-- Reads which nodes are registered.
--
-- $1: how many milliseconds a registration lasts.
-- Columns: those of a node.
SELECT
  -- uses: node_columns
FROM nodes o WHERE o.seen_at > clock_timestamp() - $1::bigint * interval '1 millisecond' ORDER BY o.registration
