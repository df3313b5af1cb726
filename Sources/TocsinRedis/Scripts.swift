/// Pieces of Lua that several scripts begin with.
///
/// A script reads and checks everything first and writes afterwards: none ever stops between two writes. Its first write
/// is one that Redis refuses where memory is short; once that was done, Redis refuses no other one of the same script.
enum Lua {
  /// Goes first of a script that runs even where memory is short: one that moves what is there, or makes room.
  static let evenWithoutMemory = "#!lua flags=allow-oom\n"

  /// Answers `STALE` before anything is done unless the server has the node's epoch: `KEYS[1]` is its key, `ARGV[1]` the
  /// node's. An epoch has 64 characters at most.
  static let epoch = """
    if redis.pcall('GETRANGE', KEYS[1], 0, 64) ~= ARGV[1] then
      return redis.error_reply('STALE the server has another epoch, or none')
    end

    """

  /// How many bytes a text may have that is a key's whole value: an epoch, a lease, a cooldown, a number. All are far
  /// shorter. What is longer is foreign, and never read whole.
  static let textLimit = 4096

  /// How many bytes an entry of the journal, of the log, or a rule may have. What people send with an alert or a rule is
  /// limited to 16 KiB in each of its larger fields; this is well above what comes of it. What is longer is foreign.
  static let entryLimit = 256 * 1024

  /// Defines `text(key)`, which answers the string that a key holds, or false where it holds none, or one that is longer
  /// than ``textLimit``; and ``foreign``.
  static let types =
    """
    local function text(key)
      local value = redis.pcall('GETRANGE', key, 0, \(textLimit))
      return type(value) == 'string' and value ~= '' and #value <= \(textLimit) and value
    end

    """ + Lua.foreign

  /// Defines `entry(hash, id)`, which answers what a field holds, or false where it is not there; of one that is longer
  /// than ``entryLimit``, an empty string and its size.
  static let entry = """
    local function entry(hash, id)
      local size = redis.call('HSTRLEN', hash, id)
      if size > \(entryLimit) then return '', size end
      return redis.call('HGET', hash, id)
    end

    """

  /// Defines `isUsedUp(stream)`, which answers whether nothing can be appended to a stream any more: the greatest id that
  /// there is was given away, though its entry need not be there.
  static let isUsedUp = """
    local function isUsedUp(stream)
      if redis.call('TYPE', stream).ok ~= 'stream' then return false end
      local info = redis.call('XINFO', 'STREAM', stream)
      for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then return info[i + 1] == '18446744073709551615-18446744073709551615' end
      end
      return false
    end

    """

  /// Defines `foreign(key, kind)`, which answers an error where a key holds something of another kind, or false.
  static let foreign = """
    local function foreign(key, kind)
      local found = redis.call('TYPE', key).ok
      if found == kind or found == 'none' then return false end
      return redis.error_reply('FOREIGN the key ' .. key .. ' holds a ' .. found .. ' where a ' .. kind .. ' belongs')
    end

    """

  /// Ends the script with an error where one of the keys holds something of another kind. Needs ``types``.
  static func own(_ keys: (place: Int, kind: String)...) -> String {
    let checks = keys.map { "foreign(KEYS[\($0.place)], '\($0.kind)')" }
    return "local wrong = \(checks.joined(separator: " or "))\nif wrong then return wrong end\n"
  }

  /// Sets `now` to the server's time in milliseconds.
  static let now = """
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)

    """

  /// Defines `lasting(milliseconds)`, which makes an argument of `PX` of a number: at least 1, at most a year.
  static let lasting = """
    local function lasting(milliseconds)
      return string.format('%.0f', math.max(1, math.min(milliseconds, 31536000000)))
    end

    """

  /// Defines `callWith(command, key, list)`, which passes a list of any length on: each call costs more than what it
  /// does for one more element. In parts of 1,000, since Lua's stack is limited.
  static let callWith = """
    local function callWith(command, key, list)
      for i = 1, #list, 1000 do redis.call(command, key, unpack(list, i, math.min(i + 999, #list))) end
    end

    """

  /// Defines `number(value)`, which answers a text that is a whole number of 64 bits, not negative, or false.
  static let number = """
    local function number(value)
      if not value or not string.match(value, '^%d+$') then return false end
      if #value > 19 or (#value == 19 and value > '9223372036854775807') then return false end
      return value
    end

    """

  /// Defines `place(value)`, which answers a text that is the id of a stream's entry, or false; and `top(stream)`, the
  /// id of its newest entry.
  static let place = """
    local function place(value)
      local ms, seq = string.match(value or '', '^(%d+)-(%d+)$')
      local most = '18446744073709551615'
      return ms and #ms <= 20 and #seq <= 20 and (#ms < 20 or ms <= most) and (#seq < 20 or seq <= most) and value
    end
    local function top(stream)
      local entry = redis.pcall('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
      return entry and entry[1] or '0-0'
    end

    """

  /// Defines `append(envelope)`, which adds an event to the log and answers an error where that was refused, and
  /// `publish()`, which sends what was added as one message and answers how many events that was. `log`, `newest`
  /// (what the key of the newest event, `KEYS[3]`, holds), `channel` and `length` have to be defined before. Needs ``foreign`` and ``place``.
  ///
  /// `append` comes before whatever the caller removes: what refuses it refuses the first one, and nothing was done.
  static let announce = """
    local before, last
    local message = {''}
    local function append(envelope)
      if not before then before = place(newest) or top(log) end
      local id = redis.pcall('XADD', log, 'MAXLEN', '~', length, '*', 'e', envelope)
      if type(id) ~= 'string' then return foreign(log, 'stream') or id end
      last = id
      message[#message + 1] = last .. ' ' .. #envelope .. '\\n'
      message[#message + 1] = envelope
    end
    local function publish()
      local count = (#message - 1) / 2
      if count > 0 then
        redis.call('SET', KEYS[3], last)
        message[1] = '1 events ' .. ARGV[1] .. ' ' .. before .. ' ' .. count .. '\\n'
        redis.call('PUBLISH', channel, table.concat(message))
      end
      return count
    end

    """
}
