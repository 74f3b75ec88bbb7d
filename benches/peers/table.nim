# Twin of famous/table.sx.
proc make(): seq[seq[uint64]] =
  result = newSeq[seq[uint64]](64)
  for i in 0 ..< 64:
    result[i] = newSeq[uint64](4096)
    for j in 0 ..< 4096: result[i][j] = uint64(i * 4096 + j) * 0x9E3779B97F4A7C15'u64
const r = make()
static: doAssert r.len == 64
