step
n
n
n
n
p n
rn
rn
c
c
