continue
bt
locals
up
locals
p values[3]
p values[i]
p values[0..4]
reverse-step
reverse-step
p total
b pick
rc
rc
p index
delete
c
c
p first.next.value
p first.next.next.value
p p.value
x first.value
print *last
rn
c
c
bt 2
p n
c
