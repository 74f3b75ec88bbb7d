-- Twin of kernels/mandelbrot.sx.
local SIDE, N = 200, 200
local function iterations(cx, cy)
  local x, y = 0.0, 0.0
  for n = 0, N - 1 do
    local x2, y2 = x * x, y * y
    if x2 + y2 > 4.0 then return n end
    y = 2.0 * x * y + cy
    x = x2 - y2 + cx
  end
  return N
end
local total = 0
for row = 0, SIDE - 1 do
  for column = 0, SIDE - 1 do
    total = total + iterations(column * 3.0 / SIDE - 2.25, row * 2.5 / SIDE - 1.25)
  end
end
print(total)
