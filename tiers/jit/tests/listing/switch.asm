switch:
    0  sub r12,1
    4  jb c0
    a  cmp r13,[shared]
   11  jae d8
   17  lea rax,[rbx+28h]
   1e  cmp rax,[r15+90h]
   25  ja d8
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov r8,[rbx]
   3e  xor edi,edi
   41  mov rsi,r8
   44  sub rsi,1
   4b  cmp rsi,5
   52  jae 80
   58  lea rax,[6c]
   5f  movsxd rsi,[rax+rsi*4]
   64  add rax,rsi
   67  jmp rax
   6a  nop
   6b  nop
   6c  sbb [rax],eax
   6e  add [rax],al
   70  and al,0
   72  add [rax],al
   74  (bad)
   76  add [rax],al
   78  cmp al,[rax]
   7a  add [rax],al
   7c  (bad)
   7e  add [rax],al
   80  jmp b1
   85  mov edi,0Ah
   8b  jmp b1
   90  mov edi,14h
   96  jmp b1
   9b  mov edi,1Eh
   a1  jmp b1
   a6  mov edi,28h
   ac  jmp b1
   b1  mov rax,rdi
   b4  mov [rbx],rax
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
