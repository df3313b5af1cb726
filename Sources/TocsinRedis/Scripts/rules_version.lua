-- Reads the number of the board's newest change.
--
-- KEYS: rules, newest version, history.
-- Returns version and history; null where there is nothing.
-- uses: text, number
local newest = number(text(KEYS[2]))
return newest and {newest, text(KEYS[3]) or ''}
