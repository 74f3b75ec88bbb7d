# Twin of famous/copy.sx.
proc copy(): int =
  var a = newSeq[uint8](1048576)
  var b = newSeq[uint8](1048576)
  for i in 0 ..< 1048576: a[i] = uint8((i * 7) and 255)
  for i in 0 ..< 1048576: b[i] = a[i]
  int(b[1048575])
const result0 = copy()
static: doAssert result0 == 249
