-- Reads where the event log ends.
--
-- KEYS: epoch, events, newest event.
-- Returns epoch and newest id; null where there is no epoch.
-- uses: text, place
local epoch = text(KEYS[1])
if not epoch then return false end
return {epoch, place(text(KEYS[3])) or top(KEYS[2])}
