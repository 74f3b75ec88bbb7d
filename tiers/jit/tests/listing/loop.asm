count:
    0  sub r12,1
    4  jb 80
    a  cmp r13,[shared]
   11  jae 98
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 98
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov r9,[rbx]
   3e  xor edi,edi
   41  xor r8d,r8d
   44  sub r12,1
   48  jb ad
   4e  cmp rdi,r9
   51  jge 71
   57  add r8,rdi
   5a  add rdi,1
   5e  sub r12,1
   62  jb cd
   68  cmp rdi,r9
   6b  jl 57
   71  mov rax,r8
   74  mov [rbx],rax
   7b  sub r13,8
   7f  ret
   80  xor r12d,r12d
   83  mov qword ptr [r15+78h],0
   8e  mov eax,2
   93  jmp shared
   98  mov qword ptr [r15+78h],2
   a3  mov eax,2
   a8  jmp shared
   ad  mov dword ptr [r13-4],0
   b5  xor r12d,r12d
   b8  mov qword ptr [r15+78h],0
   c3  mov eax,2
   c8  jmp shared
   cd  mov dword ptr [r13-4],0
   d5  xor r12d,r12d
   d8  mov qword ptr [r15+78h],0
   e3  mov eax,2
   e8  jmp shared
   ed  lea rax,[0]
   f4  jmp shared
   f9  lea rax,[105]
  100  jmp shared
  105  mov r9,[rbx]
  10c  mov rdi,[rbx+8]
  113  mov r8,[rbx+10h]
  11a  jmp 44
