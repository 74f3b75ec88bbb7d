float:
    0  sub r12,1
    4  jb 94
    a  cmp r13,[shared]
   11  jae ac
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja ac
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
   82  jo c1
   88  mov [rbx],rsi
   8f  sub r13,8
   93  ret
   94  xor r12d,r12d
   97  mov qword ptr [r15+78h],0
   a2  mov eax,2
   a7  jmp shared
   ac  mov qword ptr [r15+78h],2
   b7  mov eax,2
   bc  jmp shared
   c1  ucomisd xmm4,[shared]
   ca  jp db
   d0  jae e3
   d6  jmp 88
   db  xor esi,esi
   de  jmp 88
   e3  sub rsi,1
   e7  jmp 88
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
