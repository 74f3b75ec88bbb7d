n
n
n
p args.len
n
n
p values
n
p values
p calls
rs
bt
p x.*
rn
rc
goto 1
c
p values
rc
b by_value
c
p y.*
rs
c
delete
evaluations
next-evaluation
c
c
