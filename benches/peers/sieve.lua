-- Twin of kernels/sieve.sx.
local SIZE = 1000000
local flags = {}
local function sieve()
  for i = 0, SIZE - 1 do flags[i] = 1 end
  local count = 0
  for i = 2, SIZE - 1 do
    if flags[i] ~= 0 then
      count = count + 1
      for j = i + i, SIZE - 1, i do flags[j] = 0 end
    end
  end
  return count
end
local total = 0
for _ = 1, 5 do total = total + sieve() end
print(total)
