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
break 9 if total >= 0
break square if n == many
b short if n = 2
b 21 if n == 1
breakpoints
next
c
c
c
p n
delete
restart
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
