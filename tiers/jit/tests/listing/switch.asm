switch:
    0  sub r12,1
    4  jb b9
    a  cmp r13,[shared]
   11  jae d1
   17  lea rax,[rbx+28h]
   1e  cmp rax,[r15+90h]
   25  ja d1
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  xor edi,edi
   3a  mov r8,[rbx]
   3e  mov rsi,r8
   41  sub rsi,1
   48  cmp rsi,5
   4f  jae 7c
   55  lea rax,[68]
   5c  movsxd rsi,[rax+rsi*4]
   61  add rax,rsi
   64  jmp rax
   67  nop
   68  sbb [rax],eax
   6a  add [rax],al
   6c  and al,0
   6e  add [rax],al
   70  (bad)
   72  add [rax],al
   74  cmp al,[rax]
   76  add [rax],al
   78  (bad)
   7a  add [rax],al
   7c  jmp ad
   81  mov edi,0Ah
   87  jmp ad
   8c  mov edi,14h
   92  jmp ad
   97  mov edi,1Eh
   9d  jmp ad
   a2  mov edi,28h
   a8  jmp ad
   ad  mov rax,rdi
   b0  mov [rbx],rax
   b4  sub r13,8
   b8  ret
   b9  xor r12d,r12d
   bc  mov qword ptr [r15+78h],0
   c7  mov eax,2
   cc  jmp shared
   d1  mov qword ptr [r15+78h],2
   dc  mov eax,2
   e1  jmp shared
   e6  lea rax,[0]
   ed  jmp shared
