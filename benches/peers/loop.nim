# Twin of famous/loop.sx.
proc steps(): int =
  var i = 0
  while i < 10000000:
    result = result + (i and 7)
    inc i
const r = steps()
static: doAssert r == 35000000
