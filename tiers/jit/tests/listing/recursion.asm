fib:
    0  sub r12,1
    4  jb c0
    a  cmp r13,[shared]
   11  jae d8
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja d8
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rdi,[rbx]
   3b  cmp rdi,2
   3f  jge 51
   45  mov rax,rdi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  mov rsi,rdi
   54  sub rsi,1
   58  mov [rbx+38h],rsi
   5c  mov dword ptr [r13-4],0
   64  add rbx,38h
   6b  call 0
   70  sub rbx,38h
   77  mov rdi,[rbx]
   7b  mov r8,rax
   7e  mov rsi,rdi
   81  sub rsi,2
   85  mov [rbx+38h],rsi
   89  mov dword ptr [r13-4],0
   91  mov [rbx+8],r8
   95  add rbx,38h
   9c  call 0
   a1  sub rbx,38h
   a8  mov r8,[rbx+8]
   ac  mov rdi,rax
   af  lea rsi,[r8+rdi]
   b4  mov rax,rsi
   b7  mov [rbx],rax
   bb  sub r13,8
   bf  ret
   c0  xor r12d,r12d
   c3  mov qword ptr [r15+78h],0
   ce  mov eax,2
   d3  jmp shared
   d8  mov qword ptr [r15+78h],2
   e3  mov eax,2
   e8  jmp shared
   ed  lea rax,[0]
   f4  jmp shared
