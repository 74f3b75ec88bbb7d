count:
    0  sub r12,1
    4  jb 82
    a  cmp r13,[shared]
   11  jae 9a
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 9a
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  xor edi,edi
   3a  xor r8d,r8d
   3d  mov r9,[rbx]
   41  mov dword ptr [r13-4],0
   49  sub r12,1
   4d  jb af
   53  cmp rdi,r9
   56  jge 76
   5c  add r8,rdi
   5f  add rdi,1
   63  sub r12,1
   67  jb cf
   6d  cmp rdi,r9
   70  jl 5c
   76  mov rax,r8
   79  mov [rbx],rax
   7d  sub r13,8
   81  ret
   82  xor r12d,r12d
   85  mov qword ptr [r15+78h],0
   90  mov eax,2
   95  jmp shared
   9a  mov qword ptr [r15+78h],2
   a5  mov eax,2
   aa  jmp shared
   af  mov dword ptr [r13-4],0
   b7  xor r12d,r12d
   ba  mov qword ptr [r15+78h],0
   c5  mov eax,2
   ca  jmp shared
   cf  mov dword ptr [r13-4],0
   d7  xor r12d,r12d
   da  mov qword ptr [r15+78h],0
   e5  mov eax,2
   ea  jmp shared
   ef  lea rax,[0]
   f6  jmp shared
   fb  lea rax,[107]
  102  jmp shared
  107  mov rdi,[rbx+8]
  10b  mov r8,[rbx+10h]
  10f  mov r9,[rbx]
  113  mov dword ptr [r13-4],0
  11b  jmp 49
