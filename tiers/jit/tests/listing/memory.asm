memory:
    0  sub r12,1
    4  jb fc
    a  cmp r13,[shared]
   11  jae 114
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 114
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+20h]
   45  cmp rcx,[r15+28h]
   4c  ja 129
   52  mov [r15+20h],rcx
   59  xorps xmm0,xmm0
   5c  movups [r14+rax],xmm0
   65  movups [r14+rax+10h],xmm0
   6e  mov rdi,[rbx]
   72  lea rsi,[rdi-0FFFFFF8h]
   7a  cmp rsi,[shared]
   81  ja 146
   87  mov r8,[r14+rdi+8]
   8c  lea rsi,[rdi-0FFFFFF0h]
   94  cmp rsi,[shared]
   9b  ja 167
   a1  mov [r14+rdi+10h],r8
   a6  lea rsi,[rdi-10000000h]
   ae  cmp rsi,[shared]
   b5  ja 188
   bb  mov rsi,[r14+rdi]
   c0  mov rax,[r15+20h]
   c7  mov [r14+rax-18h],rsi
   cc  cmp r8,8
   d0  jae 1a9
   d6  mov rsi,r8
   d9  shl rsi,3
   dd  mov rsi,[r14+rsi+10000000h]
   e5  mov rax,rsi
   e8  mov [rbx],rax
   ec  sub qword ptr [r15+20h],20h
   f7  sub r13,8
   fb  ret
   fc  xor r12d,r12d
   ff  mov qword ptr [r15+78h],0
  10a  mov eax,2
  10f  jmp shared
  114  mov qword ptr [r15+78h],2
  11f  mov eax,2
  124  jmp shared
  129  mov dword ptr [r13-4],0
  131  mov qword ptr [r15+78h],3
  13c  mov eax,2
  141  jmp shared
  146  mov dword ptr [r13-4],0
  14e  lea rsi,[rsi+10000000h]
  156  mov edx,8
  15c  mov ecx,0
  162  jmp shared
  167  mov dword ptr [r13-4],0
  16f  lea rsi,[rsi+10000000h]
  177  mov edx,8
  17d  mov ecx,1
  183  jmp shared
  188  mov dword ptr [r13-4],0
  190  lea rsi,[rsi+10000000h]
  198  mov edx,8
  19e  mov ecx,0
  1a4  jmp shared
  1a9  mov dword ptr [r13-4],0
  1b1  mov [r15+80h],r8
  1b8  mov eax,8
  1be  mov [r15+88h],rax
  1c5  mov qword ptr [r15+78h],0
  1d0  mov eax,1
  1d5  jmp shared
  1da  lea rax,[0]
  1e1  jmp shared
