divide:
    0  sub r12,1
    4  jb 90
    a  cmp r13,[shared]
   11  jae a8
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja a8
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov r8,[rbx]
   3e  mov rax,0CCCCCCCCCCCCCCCDh
   48  imul r8
   4b  add rdx,r8
   4e  sar rdx,3
   52  mov rax,r8
   55  shr rax,3Fh
   59  add rdx,rax
   5c  mov rdi,rdx
   5f  and edi,7
   66  test rdi,rdi
   69  je bd
   6f  mov rax,r8
   72  cmp rdi,0FFFFFFFFFFFFFFFFh
   79  je f4
   7f  cqo
   81  idiv rdi
   84  mov [rbx],rax
   8b  sub r13,8
   8f  ret
   90  xor r12d,r12d
   93  mov qword ptr [r15+78h],0
   9e  mov eax,2
   a3  jmp shared
   a8  mov qword ptr [r15+78h],2
   b3  mov eax,2
   b8  jmp shared
   bd  mov dword ptr [r13-4],0
   c5  mov eax,0
   cb  mov [r15+80h],rax
   d2  mov eax,0
   d8  mov [r15+88h],rax
   df  mov qword ptr [r15+78h],2
   ea  mov eax,1
   ef  jmp shared
   f4  neg rax
   f7  xor edx,edx
   f9  jmp 84
   fe  lea rax,[0]
  105  jmp shared
