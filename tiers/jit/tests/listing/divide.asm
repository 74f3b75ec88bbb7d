divide:
    0  sub r12,1
    4  jb 8a
    a  cmp r13,[shared]
   11  jae a2
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja a2
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov r8,[rbx]
   3b  mov rax,0CCCCCCCCCCCCCCCDh
   45  imul r8
   48  add rdx,r8
   4b  sar rdx,3
   4f  mov rax,r8
   52  shr rax,3Fh
   56  add rdx,rax
   59  mov rdi,rdx
   5c  and edi,7
   63  test rdi,rdi
   66  je b7
   6c  mov rax,r8
   6f  cmp rdi,0FFFFFFFFFFFFFFFFh
   76  je ee
   7c  cqo
   7e  idiv rdi
   81  mov [rbx],rax
   85  sub r13,8
   89  ret
   8a  xor r12d,r12d
   8d  mov qword ptr [r15+78h],0
   98  mov eax,2
   9d  jmp shared
   a2  mov qword ptr [r15+78h],2
   ad  mov eax,2
   b2  jmp shared
   b7  mov dword ptr [r13-4],0
   bf  mov eax,0
   c5  mov [r15+80h],rax
   cc  mov eax,0
   d2  mov [r15+88h],rax
   d9  mov qword ptr [r15+78h],2
   e4  mov eax,1
   e9  jmp shared
   ee  neg rax
   f1  xor edx,edx
   f3  jmp 81
   f8  lea rax,[0]
   ff  jmp shared
