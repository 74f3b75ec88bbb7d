memory:
    0  sub r12,1
    4  jb f9
    a  cmp r13,[shared]
   11  jae 111
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 111
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+10h]
   45  cmp rcx,[r15+28h]
   4c  ja 126
   52  mov [r15+20h],rcx
   59  xorps xmm0,xmm0
   5c  movups [r14+rax],xmm0
   65  mov rdi,[rbx]
   6c  lea rsi,[rdi-0FFF8h]
   74  cmp rsi,[shared]
   7b  ja 143
   81  mov r8,[r14+rdi+8]
   86  lea rsi,[rdi-0FFF0h]
   8e  cmp rsi,[shared]
   95  ja 164
   9b  mov [r14+rdi+10h],r8
   a0  lea rsi,[rdi-10000h]
   a8  cmp rsi,[shared]
   af  ja 185
   b5  mov rsi,[r14+rdi]
   ba  mov rax,[r15+20h]
   c1  mov [r14+rax-8],rsi
   c6  cmp r8,8
   ca  jae 1a6
   d0  mov rsi,r8
   d3  shl rsi,3
   d7  mov rsi,[r14+rsi+10000h]
   df  mov rax,rsi
   e2  mov [rbx],rax
   e9  sub qword ptr [r15+20h],10h
   f4  sub r13,8
   f8  ret
   f9  xor r12d,r12d
   fc  mov qword ptr [r15+78h],0
  107  mov eax,2
  10c  jmp shared
  111  mov qword ptr [r15+78h],2
  11c  mov eax,2
  121  jmp shared
  126  mov dword ptr [r13-4],0
  12e  mov qword ptr [r15+78h],3
  139  mov eax,2
  13e  jmp shared
  143  mov dword ptr [r13-4],0
  14b  lea rsi,[rsi+10000h]
  153  mov edx,8
  159  mov ecx,0
  15f  jmp shared
  164  mov dword ptr [r13-4],0
  16c  lea rsi,[rsi+10000h]
  174  mov edx,8
  17a  mov ecx,1
  180  jmp shared
  185  mov dword ptr [r13-4],0
  18d  lea rsi,[rsi+10000h]
  195  mov edx,8
  19b  mov ecx,0
  1a1  jmp shared
  1a6  mov dword ptr [r13-4],0
  1ae  mov [r15+80h],r8
  1b5  mov eax,8
  1bb  mov [r15+88h],rax
  1c2  mov qword ptr [r15+78h],0
  1cd  mov eax,1
  1d2  jmp shared
  1d7  lea rax,[0]
  1de  jmp shared
