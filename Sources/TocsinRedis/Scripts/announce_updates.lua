-- Announces what need not be announced only once: the state of an alert's deliveries.
--
-- KEYS: epoch, events, newest event.
-- ARGV: epoch, channel, length of the log, envelopes.
-- Returns how many there were.
-- uses: append
for i = 4, #ARGV do
  local refused = append(ARGV[i])
  if refused then return refused end
end
return publish()
