# Twin of famous/sort.sx.
proc sort(xs: var seq[int], low, high: int) =
  if low >= high: return
  let pivot = xs[low + (high - low + 1) div 2]
  var i = low
  var j = high
  while i <= j:
    while xs[i] < pivot: inc i
    while xs[j] > pivot: dec j
    if i <= j:
      let t = xs[i]
      xs[i] = xs[j]
      xs[j] = t
      inc i
      dec j
  sort(xs, low, j)
  sort(xs, i, high)
proc sorted(): seq[int] =
  result = newSeq[int](10000)
  var x = 1'u64
  for i in 0 ..< 10000:
    x = x * 6364136223846793005'u64 + 1442695040888963407'u64
    result[i] = int(x shr 40)
  sort(result, 0, 9999)
const r = sorted()
static: doAssert r[0] <= r[9999]
