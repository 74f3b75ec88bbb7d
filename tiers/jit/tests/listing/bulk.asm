bulk:
    0  sub r12,1
    4  jb dc
    a  cmp r13,[shared]
   11  jae f4
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja f4
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+20h]
   45  cmp rcx,[r15+28h]
   4c  ja 109
   52  mov [r15+20h],rcx
   59  mov rbp,rcx
   5c  xorps xmm0,xmm0
   5f  movups [r14+rax],xmm0
   68  movups [r14+rax+10h],xmm0
   71  mov rdi,[rbx]
   75  movups xmm0,[r14+10000000h]
   7d  movups xmm1,[r14+10000008h]
   85  movups [r14+rbp-20h],xmm0
   8b  movups [r14+rbp-18h],xmm1
   91  lea rsi,[rdi+5]
   96  cmp rsi,[r15+18h]
   9d  ja 126
   a3  cmp rsi,10001005h
   aa  jb 126
   b0  mov esi,0
   b6  mov [r14+rdi],esi
   bb  mov [r14+rdi+1],esi
   c0  mov rsi,[r14+rbp-20h]
   c5  mov rax,rsi
   c8  mov [rbx],rax
   cc  sub qword ptr [r15+20h],20h
   d7  sub r13,8
   db  ret
   dc  xor r12d,r12d
   df  mov qword ptr [r15+78h],0
   ea  mov eax,2
   ef  jmp shared
   f4  mov qword ptr [r15+78h],2
   ff  mov eax,2
  104  jmp shared
  109  mov dword ptr [r13-4],0
  111  mov qword ptr [r15+78h],3
  11c  mov eax,2
  121  jmp shared
  126  mov dword ptr [r13-4],0
  12e  lea rsi,[rsi-5]
  133  mov edx,5
  139  mov ecx,1
  13f  jmp shared
  144  lea rax,[0]
  14b  jmp shared
