-- The same query again and again, each time with another comment at its end: as a URL, or with a second argument as the
-- body that it is the file of.
local start, body = 0, nil
function init(args)
  start = tonumber(args[1])
  if args[2] then
    body = io.open(args[2]):read("a")
  end
end
function request()
  start = start + 1
  if body then
    return wrk.format("POST", nil, nil, body .. "\n#" .. start)
  end
  return wrk.format(nil, wrk.path .. "%0A%23" .. start)
end
