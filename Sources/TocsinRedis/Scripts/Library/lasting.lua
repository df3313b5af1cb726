-- Defines lasting(milliseconds), which makes an argument of PX of a number: at least 1, at most a year.
local function lasting(milliseconds)
  return string.format('%.0f', math.max(1, math.min(milliseconds, 31536000000)))
end
