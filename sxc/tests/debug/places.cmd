break 6
b largest
break push
b Stack.push
b nothing_yet
breakpoints
delete 4
c
c
locals
bt
delete 2
delete 1
c
c
p item
p self.items
type self
type self.*
delete 3
b 33
c
p factor
p n
step
locals
b made
c
n
n
n
locals
list
c
c
