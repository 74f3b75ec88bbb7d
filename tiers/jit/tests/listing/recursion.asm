fib:
    0  sub r12,1
    4  jb d8
    a  cmp r13,[shared]
   11  jae f0
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja f0
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rdi,[rbx]
   3e  cmp rdi,2
   42  jge 57
   48  mov rax,rdi
   4b  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  mov rsi,rdi
   5a  sub rsi,1
   5e  mov [rbx+38h],rsi
   65  mov dword ptr [r13-4],0
   6d  add rbx,38h
   74  call 0
   79  sub rbx,38h
   80  mov rdi,[rbx]
   87  mov r8,rax
   8a  mov rsi,rdi
   8d  sub rsi,2
   91  mov [rbx+38h],rsi
   98  mov dword ptr [r13-4],0
   a0  mov [rbx+8],r8
   a7  add rbx,38h
   ae  call 0
   b3  sub rbx,38h
   ba  mov r8,[rbx+8]
   c1  mov rdi,rax
   c4  lea rsi,[r8+rdi]
   c9  mov rax,rsi
   cc  mov [rbx],rax
   d3  sub r13,8
   d7  ret
   d8  xor r12d,r12d
   db  mov qword ptr [r15+78h],0
   e6  mov eax,2
   eb  jmp shared
   f0  mov qword ptr [r15+78h],2
   fb  mov eax,2
  100  jmp shared
  105  lea rax,[0]
  10c  jmp shared
