memory:
    0  sub r12,1
    4  jb f3
    a  cmp r13,[shared]
   11  jae 10b
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 10b
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+10h]
   45  cmp rcx,[r15+28h]
   4c  ja 120
   52  mov [r15+20h],rcx
   59  xorps xmm0,xmm0
   5c  movups [r14+rax],xmm0
   65  mov rdi,[rbx]
   69  lea rsi,[rdi-0FFF8h]
   71  cmp rsi,[shared]
   78  ja 13d
   7e  mov r8,[r14+rdi+8]
   83  lea rsi,[rdi-0FFF0h]
   8b  cmp rsi,[shared]
   92  ja 15e
   98  mov [r14+rdi+10h],r8
   9d  lea rsi,[rdi-10000h]
   a5  cmp rsi,[shared]
   ac  ja 17f
   b2  mov rsi,[r14+rdi]
   b7  mov rax,[r15+20h]
   be  mov [r14+rax-8],rsi
   c3  cmp r8,8
   c7  jae 1a0
   cd  mov rsi,r8
   d0  shl rsi,3
   d4  mov rsi,[r14+rsi+10000h]
   dc  mov rax,rsi
   df  mov [rbx],rax
   e3  sub qword ptr [r15+20h],10h
   ee  sub r13,8
   f2  ret
   f3  xor r12d,r12d
   f6  mov qword ptr [r15+78h],0
  101  mov eax,2
  106  jmp shared
  10b  mov qword ptr [r15+78h],2
  116  mov eax,2
  11b  jmp shared
  120  mov dword ptr [r13-4],0
  128  mov qword ptr [r15+78h],3
  133  mov eax,2
  138  jmp shared
  13d  mov dword ptr [r13-4],0
  145  lea rsi,[rsi+10000h]
  14d  mov edx,8
  153  mov ecx,0
  159  jmp shared
  15e  mov dword ptr [r13-4],0
  166  lea rsi,[rsi+10000h]
  16e  mov edx,8
  174  mov ecx,1
  17a  jmp shared
  17f  mov dword ptr [r13-4],0
  187  lea rsi,[rsi+10000h]
  18f  mov edx,8
  195  mov ecx,0
  19b  jmp shared
  1a0  mov dword ptr [r13-4],0
  1a8  mov [r15+80h],r8
  1af  mov eax,8
  1b5  mov [r15+88h],rax
  1bc  mov qword ptr [r15+78h],0
  1c7  mov eax,1
  1cc  jmp shared
  1d1  lea rax,[0]
  1d8  jmp shared
