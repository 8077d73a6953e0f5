-- The same query again and again, each time with another comment at its end, so that no cache of answers knows it.
local start = 0
function init(args)
  start = tonumber(args[1])
end
function request()
  start = start + 1
  return wrk.format(nil, wrk.path .. "%0A%23" .. start)
end
