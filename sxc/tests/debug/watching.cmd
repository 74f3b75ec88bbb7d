break 18
c
p history.items[0..3]
watch history.items[1]
x history.items[1]
breakpoints
rc
bt
up
p i
rc
info
unwatch 2
delete 1
goto 5
info
rs 2
locals
restart
step
watch account
watch account.owner
step
c
rf
finish
p account.cents
c
c
breakpoints
c
rs
rn
step 3
next-evaluation
