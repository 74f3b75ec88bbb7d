# the first evaluation
backtrace
step
locals
next
n
locals
step
bt
locals
up
p total
frame 9
down
down
finish
next
next 2
info
finish
info
evaluations
# the second one
next
step
n
n
n
n
n
n
list
list 4
list
list sum_of
next-evaluation
