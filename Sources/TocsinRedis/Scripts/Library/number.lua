-- Defines number(value), which returns a text that is a whole number of 64 bits, not negative, or false.
local function number(value)
  if not value or not string.match(value, '^%d+$') then return false end
  if #value > 19 or (#value == 19 and value > '9223372036854775807') then return false end
  return value
end
