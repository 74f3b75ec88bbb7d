frobnicate
re
up
down
frame 5
frame x
frame 99999999999999999999999
break 999
break 0
break nosuchfile.sx:1
break mistakes.sx:3
break a b
break :
delete 77
unwatch 1
print
print nothing
print 1 + 2
watch
watch 0
watch 0xfffffffffffffff0 99
x 0
x
x 0x10 99999999999999999999
step many
goto
goto 0
list 1000
list nosuchfile.sx:1
list nothing
continue
p n
p n.x
p n[0]
p n.*
p n[0..1]
p [n
watch n 0
watch n 99999999
x n 3
x n
help goto
info nonsense
next-evaluation
continue
