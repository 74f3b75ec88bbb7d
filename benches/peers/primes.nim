# Twin of famous/primes.sx.
proc isPrime(n: int): bool =
  var d = 2
  while d * d <= n:
    if n mod d == 0: return false
    inc d
  true
proc nth(count: int): int =
  var found = 0
  result = 1
  while found < count:
    inc result
    if isPrime(result): inc found
const r = nth(10000)
static: doAssert r == 104729
