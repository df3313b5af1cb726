/// Pieces of Lua that several scripts begin with.
enum Lua {
  /// Answers `STALE` before anything is done unless the server has the node's epoch: `KEYS[1]` is its key, `ARGV[1]` the
  /// node's.
  static let epoch = """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then
      return redis.error_reply('STALE the server has another epoch, or none')
    end

    """

  /// Sets `now` to the server's time in milliseconds.
  static let now = """
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)

    """

  /// Defines `callWith(command, key, list)`, which passes a list of any length on: each call costs more than what it
  /// does for one more element. In parts of 1,000, since Lua's stack is limited.
  static let callWith = """
    local function callWith(command, key, list)
      for i = 1, #list, 1000 do redis.call(command, key, unpack(list, i, math.min(i + 999, #list))) end
    end

    """

  /// Defines `append(envelope)`, which adds an event to the log, and `publish()`, which sends what was added as one
  /// message and answers how many events that was. `log`, `newest`, `channel` and `length` have to be defined before.
  ///
  /// `append` comes before whatever the caller removes: where memory is short it fails, and nothing was done.
  static let announce = """
    local before, last
    local message = {''}
    local function append(envelope)
      if not before then
        before = redis.call('GET', newest)
        if not before then
          local entry = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
          before = entry and entry[1] or '0-0'
        end
      end
      last = redis.call('XADD', log, 'MAXLEN', '~', length, '*', 'e', envelope)
      message[#message + 1] = last .. ' ' .. #envelope .. '\\n'
      message[#message + 1] = envelope
    end
    local function publish()
      local count = (#message - 1) / 2
      if count > 0 then
        redis.call('SET', newest, last)
        message[1] = '1 events ' .. ARGV[1] .. ' ' .. before .. ' ' .. count .. '\\n'
        redis.call('PUBLISH', channel, table.concat(message))
      end
      return count
    end

    """
}
