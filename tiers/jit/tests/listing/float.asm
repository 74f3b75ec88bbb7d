float:
    0  sub r12,1
    4  jb 91
    a  cmp r13,[shared]
   11  jae a9
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja a9
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rdi,[rbx]
   3b  xorps xmm4,xmm4
   3f  cvtsi2sd xmm4,rdi
   44  movsd xmm0,[f0]
   4d  ucomisd xmm0,xmm4
   52  jbe 73
   58  movaps xmm0,xmm4
   5c  mulsd xmm0,xmm4
   61  movsd xmm1,[f8]
   6a  addsd xmm0,xmm1
   6f  movaps xmm4,xmm0
   73  cvttsd2si rsi,xmm4
   78  cmp rsi,1
   7f  jo be
   85  mov rax,rsi
   88  mov [rbx],rax
   8c  sub r13,8
   90  ret
   91  xor r12d,r12d
   94  mov qword ptr [r15+78h],0
   9f  mov eax,2
   a4  jmp shared
   a9  mov qword ptr [r15+78h],2
   b4  mov eax,2
   b9  jmp shared
   be  ucomisd xmm4,[shared]
   c7  jp d8
   cd  jae e0
   d3  jmp 85
   d8  xor esi,esi
   db  jmp 85
   e0  sub rsi,1
   e4  jmp 85
   e9  nop
   ea  nop
   eb  nop
   ec  nop
   ed  nop
   ee  nop
   ef  nop
   f0  add [rax],al
   f2  add [rax],al
   f4  add [rax],al
   f6  clc
   f7  (bad)
   f9  add [rax],al
   fb  add [rax],al
   fd  add al,dl
   ff  (bad)
  101  lea eax,[0]
  107  jmp shared
