-- Reads which nodes disagree with one that wants to register. Under the lock of node_lock.sql.
--
-- $1: node. $2: prefix. $3: Redis identity, or NULL. $4: how many milliseconds a registration lasts.
-- Columns: those of a node.
SELECT
  -- uses: node_columns
FROM nodes o WHERE
  -- uses: node_disagrees
ORDER BY o.registration
