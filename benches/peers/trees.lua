-- Twin of kernels/trees.sx (memory is collected, not freed).
local function build(depth)
  local node = {}
  if depth > 0 then
    node.left = build(depth - 1)
    node.right = build(depth - 1)
  end
  return node
end
local function count(node)
  if not node then return 0 end
  return 1 + count(node.left) + count(node.right)
end
local total = 0
for _ = 1, 10 do total = total + count(build(14)) end
print(total)
