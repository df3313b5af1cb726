-- Ends a registration.
--
-- $1: node.
DELETE FROM nodes WHERE node = $1
