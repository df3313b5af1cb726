-- Appends to the event log and publishes what was appended, in one step: so the log and the messages of all nodes have one
-- order. KEYS: epoch, events, newest event. ARGV: epoch, channel, length of the log.
--
-- Ends the script with STALE unless the server has the node's epoch. Defines append(envelope), which adds an event to the
-- log and returns an error where that was refused, and publish(), which sends what was added as one message and returns
-- how many events that was.
--
-- append comes before whatever the script removes: what refuses it refuses the first one, and nothing was done.
-- uses: foreign, place
local texts = redis.call('MGET', KEYS[1], KEYS[3])
if texts[1] ~= ARGV[1] then return redis.error_reply('STALE the server has another epoch, or none') end
local log, newest, channel, length = KEYS[2], texts[2], ARGV[2], ARGV[3]
local before, last
local message = {''}
local function append(envelope)
  if not before then before = place(newest) or top(log) end
  local id = redis.pcall('XADD', log, 'MAXLEN', '~', length, '*', 'e', envelope)
  if type(id) ~= 'string' then return foreign(log, 'stream') or id end
  last = id
  message[#message + 1] = last .. ' ' .. #envelope .. '\n'
  message[#message + 1] = envelope
end
local function publish()
  local count = (#message - 1) / 2
  if count > 0 then
    redis.call('SET', KEYS[3], last)
    message[1] = '1 events ' .. ARGV[1] .. ' ' .. before .. ' ' .. count .. '\n'
    redis.call('PUBLISH', channel, table.concat(message))
  end
  return count
end
