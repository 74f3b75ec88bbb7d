rs
break 16
break 17
c
print account
p history.items
c
p history.items
finish
delete
finish
reverse-step
reverse-next
p i
rn
p account.cents
watch account.cents
reverse-continue
rc
rc
rc
p account.cents
c
c
c
c
c
p account
rf
c
p history.items[i]
p history.items[0..2]
unwatch 2
watch history.items[1]
x history.items[0] 16
rc
rc
delete
c
info
rs
locals
goto 5
info
restart
c
c
