-- Reads as which role the connection works.
--
-- Columns: role.
SELECT current_user
