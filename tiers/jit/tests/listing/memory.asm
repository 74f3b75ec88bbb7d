memory:
    0  sub r12,1
    4  jb f6
    a  cmp r13,[shared]
   11  jae 10e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 10e
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+10h]
   45  cmp rcx,[r15+28h]
   4c  ja 123
   52  mov [r15+20h],rcx
   59  xorps xmm0,xmm0
   5c  movups [r14+rax],xmm0
   65  mov rdi,[rbx]
   6c  lea rsi,[rdi-0FFF8h]
   74  cmp rsi,[shared]
   7b  ja 140
   81  mov r8,[r14+rdi+8]
   86  lea rsi,[rdi-0FFF0h]
   8e  cmp rsi,[shared]
   95  ja 161
   9b  mov [r14+rdi+10h],r8
   a0  lea rsi,[rdi-10000h]
   a8  cmp rsi,[shared]
   af  ja 182
   b5  mov rsi,[r14+rdi]
   ba  mov rax,[r15+20h]
   c1  mov [r14+rax-8],rsi
   c6  cmp r8,8
   ca  jae 1a3
   d0  mov rsi,r8
   d3  shl rsi,3
   d7  mov rsi,[r14+rsi+10000h]
   df  mov [rbx],rsi
   e6  sub qword ptr [r15+20h],10h
   f1  sub r13,8
   f5  ret
   f6  xor r12d,r12d
   f9  mov qword ptr [r15+78h],0
  104  mov eax,2
  109  jmp shared
  10e  mov qword ptr [r15+78h],2
  119  mov eax,2
  11e  jmp shared
  123  mov dword ptr [r13-4],0
  12b  mov qword ptr [r15+78h],3
  136  mov eax,2
  13b  jmp shared
  140  mov dword ptr [r13-4],0
  148  lea rsi,[rsi+10000h]
  150  mov edx,8
  156  mov ecx,0
  15c  jmp shared
  161  mov dword ptr [r13-4],0
  169  lea rsi,[rsi+10000h]
  171  mov edx,8
  177  mov ecx,1
  17d  jmp shared
  182  mov dword ptr [r13-4],0
  18a  lea rsi,[rsi+10000h]
  192  mov edx,8
  198  mov ecx,0
  19e  jmp shared
  1a3  mov dword ptr [r13-4],0
  1ab  mov [r15+80h],r8
  1b2  mov eax,8
  1b8  mov [r15+88h],rax
  1bf  mov qword ptr [r15+78h],0
  1ca  mov eax,1
  1cf  jmp shared
  1d4  lea rax,[0]
  1db  jmp shared
