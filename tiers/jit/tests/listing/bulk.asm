bulk:
    0  sub r12,1
    4  jb df
    a  cmp r13,[shared]
   11  jae f7
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja f7
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rax,[r15+20h]
   3e  lea rcx,[rax+20h]
   45  cmp rcx,[r15+28h]
   4c  ja 10c
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
   a0  ja 129
   a6  cmp rsi,11005h
   ad  jb 129
   b3  mov esi,0
   b9  mov [r14+rdi],esi
   be  mov [r14+rdi+1],esi
   c3  mov rsi,[r14+rbp-20h]
   c8  mov [rbx],rsi
   cf  sub qword ptr [r15+20h],20h
   da  sub r13,8
   de  ret
   df  xor r12d,r12d
   e2  mov qword ptr [r15+78h],0
   ed  mov eax,2
   f2  jmp shared
   f7  mov qword ptr [r15+78h],2
  102  mov eax,2
  107  jmp shared
  10c  mov dword ptr [r13-4],0
  114  mov qword ptr [r15+78h],3
  11f  mov eax,2
  124  jmp shared
  129  mov dword ptr [r13-4],0
  131  lea rsi,[rsi-5]
  136  mov edx,5
  13c  mov ecx,1
  142  jmp shared
  147  lea rax,[0]
  14e  jmp shared
