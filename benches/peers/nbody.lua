-- Twin of kernels/nbody.sx.
local sqrt = math.sqrt
local function body(x, y, z, vx, vy, vz, mass)
  return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }
end
local bodies = {
  body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743),
  body(4.84143144246472090, -1.16032004402742839, -0.10362204447112311,
    0.60632639299408500, 2.81198684491626012, -0.02521836165988763, 0.03769367487038949),
  body(8.34336671824457987, 4.12479856412430479, -0.40352341711432138,
    -1.01077434617879236, 1.82566237123041186, 0.00841576137658415, 0.01128632613196877),
  body(12.89436956213912970, -15.11115140169863130, -0.22330757889265574,
    1.08279100644153536, 0.86871301816960823, -0.01083263740136364, 0.00172372405705971),
  body(15.37969711485091650, -25.91931460998796410, 0.17925877295037118,
    0.97909073224389798, 0.59469899864767617, -0.03475595551807819, 0.00203368686992463),
}
local function advance(dt)
  for i = 1, 5 do
    local a = bodies[i]
    for j = i + 1, 5 do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local d2 = dx * dx + dy * dy + dz * dz
      local mag = dt / (d2 * sqrt(d2))
      a.vx = a.vx - dx * b.mass * mag
      a.vy = a.vy - dy * b.mass * mag
      a.vz = a.vz - dz * b.mass * mag
      b.vx = b.vx + dx * a.mass * mag
      b.vy = b.vy + dy * a.mass * mag
      b.vz = b.vz + dz * a.mass * mag
    end
  end
  for i = 1, 5 do
    local a = bodies[i]
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
  end
end
local function energy()
  local e = 0.0
  for i = 1, 5 do
    local a = bodies[i]
    e = e + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, 5 do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      e = e - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end
for _ = 1, 200000 do advance(0.01) end
local e = energy() * 1000000000000.0
print(string.format("%d", e < 0 and math.ceil(e) or math.floor(e)))
