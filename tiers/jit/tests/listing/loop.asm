count:
    0  sub r12,1
    4  jb 7a
    a  cmp r13,[shared]
   11  jae 92
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 92
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  xor edi,edi
   3a  xor r8d,r8d
   3d  mov r9,[rbx]
   41  sub r12,1
   45  jb a7
   4b  cmp rdi,r9
   4e  jge 6e
   54  add r8,rdi
   57  add rdi,1
   5b  sub r12,1
   5f  jb c7
   65  cmp rdi,r9
   68  jl 54
   6e  mov rax,r8
   71  mov [rbx],rax
   75  sub r13,8
   79  ret
   7a  xor r12d,r12d
   7d  mov qword ptr [r15+78h],0
   88  mov eax,2
   8d  jmp shared
   92  mov qword ptr [r15+78h],2
   9d  mov eax,2
   a2  jmp shared
   a7  mov dword ptr [r13-4],0
   af  xor r12d,r12d
   b2  mov qword ptr [r15+78h],0
   bd  mov eax,2
   c2  jmp shared
   c7  mov dword ptr [r13-4],0
   cf  xor r12d,r12d
   d2  mov qword ptr [r15+78h],0
   dd  mov eax,2
   e2  jmp shared
   e7  lea rax,[0]
   ee  jmp shared
   f3  lea rax,[ff]
   fa  jmp shared
   ff  mov rdi,[rbx+8]
  103  mov r8,[rbx+10h]
  107  mov r9,[rbx]
  10b  jmp 41
