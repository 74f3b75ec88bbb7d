fib:
    0  sub r12,1
    4  jb da
    a  cmp r13,[shared]
   11  jae f2
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja f2
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rdi,[rbx]
   3e  cmp rdi,2
   42  jge 54
   48  mov [rbx],rdi
   4f  sub r13,8
   53  ret
   54  mov rsi,rdi
   57  sub rsi,1
   5b  mov [rbx+38h],rsi
   62  mov dword ptr [r13-4],0
   6a  add rbx,38h
   71  call 0
   76  sub rbx,38h
   7d  mov rdi,[rbx]
   84  mov r8,[rbx+38h]
   8b  mov rsi,rdi
   8e  sub rsi,2
   92  mov [rbx+38h],rsi
   99  mov dword ptr [r13-4],0
   a1  mov [rbx+8],r8
   a8  add rbx,38h
   af  call 0
   b4  sub rbx,38h
   bb  mov r8,[rbx+8]
   c2  mov rdi,[rbx+38h]
   c9  lea rsi,[r8+rdi]
   ce  mov [rbx],rsi
   d5  sub r13,8
   d9  ret
   da  xor r12d,r12d
   dd  mov qword ptr [r15+78h],0
   e8  mov eax,2
   ed  jmp shared
   f2  mov qword ptr [r15+78h],2
   fd  mov eax,2
  102  jmp shared
  107  lea rax,[0]
  10e  jmp shared
