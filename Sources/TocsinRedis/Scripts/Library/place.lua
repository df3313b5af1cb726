-- Defines place(value), which returns a text that is the id of a stream's entry, or false; and top(stream), which returns
-- the id of its newest entry.
local function place(value)
  local ms, seq = string.match(value or '', '^(%d+)-(%d+)$')
  local most = '18446744073709551615'
  return ms and #ms <= 20 and #seq <= 20 and (#ms < 20 or ms <= most) and (#seq < 20 or seq <= most) and value
end
local function top(stream)
  local entry = redis.pcall('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end
