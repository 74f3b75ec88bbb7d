count:
    0  sub r12,1
    4  jb 7d
    a  cmp r13,[shared]
   11  jae 95
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 95
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov r9,[rbx]
   3e  xor edi,edi
   41  xor r8d,r8d
   44  sub r12,1
   48  jb aa
   4e  cmp rdi,r9
   51  jge 71
   57  add r8,rdi
   5a  add rdi,1
   5e  sub r12,1
   62  jb ca
   68  cmp rdi,r9
   6b  jl 57
   71  mov [rbx],r8
   78  sub r13,8
   7c  ret
   7d  xor r12d,r12d
   80  mov qword ptr [r15+78h],0
   8b  mov eax,2
   90  jmp shared
   95  mov qword ptr [r15+78h],2
   a0  mov eax,2
   a5  jmp shared
   aa  mov dword ptr [r13-4],0
   b2  xor r12d,r12d
   b5  mov qword ptr [r15+78h],0
   c0  mov eax,2
   c5  jmp shared
   ca  mov dword ptr [r13-4],0
   d2  xor r12d,r12d
   d5  mov qword ptr [r15+78h],0
   e0  mov eax,2
   e5  jmp shared
   ea  lea rax,[0]
   f1  jmp shared
   f6  lea rax,[102]
   fd  jmp shared
  102  mov r9,[rbx]
  109  mov rdi,[rbx+8]
  110  mov r8,[rbx+10h]
  117  jmp 44
