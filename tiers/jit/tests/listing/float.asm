float:
    0  sub r12,1
    4  jb 97
    a  cmp r13,[shared]
   11  jae af
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja af
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  mov rdi,[rbx]
   3e  xorps xmm4,xmm4
   42  cvtsi2sd xmm4,rdi
   47  movsd xmm0,[f0]
   50  ucomisd xmm0,xmm4
   55  jbe 76
   5b  movaps xmm0,xmm4
   5f  mulsd xmm0,xmm4
   64  movsd xmm1,[f8]
   6d  addsd xmm0,xmm1
   72  movaps xmm4,xmm0
   76  cvttsd2si rsi,xmm4
   7b  cmp rsi,1
   82  jo c4
   88  mov rax,rsi
   8b  mov [rbx],rax
   92  sub r13,8
   96  ret
   97  xor r12d,r12d
   9a  mov qword ptr [r15+78h],0
   a5  mov eax,2
   aa  jmp shared
   af  mov qword ptr [r15+78h],2
   ba  mov eax,2
   bf  jmp shared
   c4  ucomisd xmm4,[shared]
   cd  jp de
   d3  jae e6
   d9  jmp 88
   de  xor esi,esi
   e1  jmp 88
   e6  sub rsi,1
   ea  jmp 88
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
