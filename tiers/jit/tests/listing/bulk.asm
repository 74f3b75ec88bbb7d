bulk:
    0  sub r12,1
    4  jb e2
    a  cmp r13,[shared]
   11  jae fa
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja fa
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+20h]
   45  cmp rcx,[r15+28h]
   4c  ja 10f
   52  mov [r15+20h],rcx
   59  mov rbp,rcx
   5c  xorps xmm0,xmm0
   5f  movups [r14+rax],xmm0
   68  movups [r14+rax+10h],xmm0
   71  mov rdi,[rbx]
   78  movups xmm0,[r14+10000h]
   80  movups xmm1,[r14+10008h]
   88  movups [r14+rbp-20h],xmm0
   8e  movups [r14+rbp-18h],xmm1
   94  lea rsi,[rdi+5]
   99  cmp rsi,[r15+18h]
   a0  ja 12c
   a6  cmp rsi,11005h
   ad  jb 12c
   b3  mov esi,0
   b9  mov [r14+rdi],esi
   be  mov [r14+rdi+1],esi
   c3  mov rsi,[r14+rbp-20h]
   c8  mov rax,rsi
   cb  mov [rbx],rax
   d2  sub qword ptr [r15+20h],20h
   dd  sub r13,8
   e1  ret
   e2  xor r12d,r12d
   e5  mov qword ptr [r15+78h],0
   f0  mov eax,2
   f5  jmp shared
   fa  mov qword ptr [r15+78h],2
  105  mov eax,2
  10a  jmp shared
  10f  mov dword ptr [r13-4],0
  117  mov qword ptr [r15+78h],3
  122  mov eax,2
  127  jmp shared
  12c  mov dword ptr [r13-4],0
  134  lea rsi,[rsi-5]
  139  mov edx,5
  13f  mov ecx,1
  145  jmp shared
  14a  lea rax,[0]
  151  jmp shared
