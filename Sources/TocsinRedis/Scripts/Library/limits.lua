-- Defines textLimit, how many bytes a text may have that is a key's whole value: an epoch, a lease, a cooldown, a number.
-- All are far shorter. What is longer is foreign, and never read whole.
--
-- Defines entryLimit, how many bytes an entry of the journal, of the log, or a rule may have. What people send with an
-- alert or a rule is limited to 16 KiB in each of its larger fields; this is well above what comes of it. What is longer
-- is foreign.
local textLimit, entryLimit = 4096, 262144
