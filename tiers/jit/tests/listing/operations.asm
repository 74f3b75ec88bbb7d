root:
    0  sub r12,1
    4  jb 3c
    a  cmp r13,[shared]
   11  jae 54
   17  lea rax,[rbx+18h]
   1e  cmp rax,[r15+90h]
   25  ja 54
   2b  mov dword ptr [r13],0
   33  add r13,8
   37  sub r13,8
   3b  ret
   3c  xor r12d,r12d
   3f  mov qword ptr [r15+78h],0
   4a  mov eax,2
   4f  jmp shared
   54  mov qword ptr [r15+78h],2
   5f  mov eax,2
   64  jmp shared
   69  lea rax,[0]
   70  jmp shared
add.i8:
    0  sub r12,1
    4  jb 55
    a  cmp r13,[shared]
   11  jae 6d
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6d
   2b  mov dword ptr [r13],1
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  add esi,r8d
   45  movzx esi,sil
   49  mov rax,rsi
   4c  mov [rbx],rax
   50  sub r13,8
   54  ret
   55  xor r12d,r12d
   58  mov qword ptr [r15+78h],0
   63  mov eax,2
   68  jmp shared
   6d  mov qword ptr [r15+78h],2
   78  mov eax,2
   7d  jmp shared
   82  lea rax,[0]
   89  jmp shared
add.i16:
    0  sub r12,1
    4  jb 55
    a  cmp r13,[shared]
   11  jae 6d
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6d
   2b  mov dword ptr [r13],2
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  add esi,r8d
   45  movzx esi,si
   49  mov rax,rsi
   4c  mov [rbx],rax
   50  sub r13,8
   54  ret
   55  xor r12d,r12d
   58  mov qword ptr [r15+78h],0
   63  mov eax,2
   68  jmp shared
   6d  mov qword ptr [r15+78h],2
   78  mov eax,2
   7d  jmp shared
   82  lea rax,[0]
   89  jmp shared
add.i32:
    0  sub r12,1
    4  jb 50
    a  cmp r13,[shared]
   11  jae 68
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 68
   2b  mov dword ptr [r13],3
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea esi,[rdi+r8]
   44  mov rax,rsi
   47  mov [rbx],rax
   4b  sub r13,8
   4f  ret
   50  xor r12d,r12d
   53  mov qword ptr [r15+78h],0
   5e  mov eax,2
   63  jmp shared
   68  mov qword ptr [r15+78h],2
   73  mov eax,2
   78  jmp shared
   7d  lea rax,[0]
   84  jmp shared
add.i64:
    0  sub r12,1
    4  jb 50
    a  cmp r13,[shared]
   11  jae 68
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 68
   2b  mov dword ptr [r13],4
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi+r8]
   44  mov rax,rsi
   47  mov [rbx],rax
   4b  sub r13,8
   4f  ret
   50  xor r12d,r12d
   53  mov qword ptr [r15+78h],0
   5e  mov eax,2
   63  jmp shared
   68  mov qword ptr [r15+78h],2
   73  mov eax,2
   78  jmp shared
   7d  lea rax,[0]
   84  jmp shared
sub.i8:
    0  sub r12,1
    4  jb 55
    a  cmp r13,[shared]
   11  jae 6d
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6d
   2b  mov dword ptr [r13],5
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sub esi,r8d
   45  movzx esi,sil
   49  mov rax,rsi
   4c  mov [rbx],rax
   50  sub r13,8
   54  ret
   55  xor r12d,r12d
   58  mov qword ptr [r15+78h],0
   63  mov eax,2
   68  jmp shared
   6d  mov qword ptr [r15+78h],2
   78  mov eax,2
   7d  jmp shared
   82  lea rax,[0]
   89  jmp shared
sub.i16:
    0  sub r12,1
    4  jb 55
    a  cmp r13,[shared]
   11  jae 6d
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6d
   2b  mov dword ptr [r13],6
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sub esi,r8d
   45  movzx esi,si
   49  mov rax,rsi
   4c  mov [rbx],rax
   50  sub r13,8
   54  ret
   55  xor r12d,r12d
   58  mov qword ptr [r15+78h],0
   63  mov eax,2
   68  jmp shared
   6d  mov qword ptr [r15+78h],2
   78  mov eax,2
   7d  jmp shared
   82  lea rax,[0]
   89  jmp shared
sub.i32:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],7
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sub esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
sub.i64:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],8
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sub rsi,r8
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
mul.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],9
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  imul esi,r8d
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
mul.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],0Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  imul esi,r8d
   46  movzx esi,si
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
mul.i32:
    0  sub r12,1
    4  jb 52
    a  cmp r13,[shared]
   11  jae 6a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6a
   2b  mov dword ptr [r13],0Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  imul esi,r8d
   46  mov rax,rsi
   49  mov [rbx],rax
   4d  sub r13,8
   51  ret
   52  xor r12d,r12d
   55  mov qword ptr [r15+78h],0
   60  mov eax,2
   65  jmp shared
   6a  mov qword ptr [r15+78h],2
   75  mov eax,2
   7a  jmp shared
   7f  lea rax,[0]
   86  jmp shared
mul.i64:
    0  sub r12,1
    4  jb 52
    a  cmp r13,[shared]
   11  jae 6a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6a
   2b  mov dword ptr [r13],0Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  imul rsi,r8
   46  mov rax,rsi
   49  mov [rbx],rax
   4d  sub r13,8
   51  ret
   52  xor r12d,r12d
   55  mov qword ptr [r15+78h],0
   60  mov eax,2
   65  jmp shared
   6a  mov qword ptr [r15+78h],2
   75  mov eax,2
   7a  jmp shared
   7f  lea rax,[0]
   86  jmp shared
div_s.i8:
    0  sub r12,1
    4  jb 74
    a  cmp r13,[shared]
   11  jae 8c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8c
   2b  mov dword ptr [r13],0Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  test rsi,rsi
   45  je a1
   4b  mov rax,rdi
   4e  movsx esi,sil
   52  movsx eax,al
   56  cmp esi,0FFFFFFFFh
   5d  je d8
   63  cdq
   64  idiv esi
   67  movzx eax,al
   6b  mov [rbx],rax
   6f  sub r13,8
   73  ret
   74  xor r12d,r12d
   77  mov qword ptr [r15+78h],0
   82  mov eax,2
   87  jmp shared
   8c  mov qword ptr [r15+78h],2
   97  mov eax,2
   9c  jmp shared
   a1  mov dword ptr [r13-4],41h
   a9  mov eax,0
   af  mov [r15+80h],rax
   b6  mov eax,0
   bc  mov [r15+88h],rax
   c3  mov qword ptr [r15+78h],2
   ce  mov eax,1
   d3  jmp shared
   d8  neg eax
   da  xor edx,edx
   dc  jmp 67
   e1  lea rax,[0]
   e8  jmp shared
div_s.i16:
    0  sub r12,1
    4  jb 74
    a  cmp r13,[shared]
   11  jae 8c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8c
   2b  mov dword ptr [r13],0Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  test rsi,rsi
   45  je a1
   4b  mov rax,rdi
   4e  movsx esi,si
   52  movsx eax,ax
   56  cmp esi,0FFFFFFFFh
   5d  je d8
   63  cdq
   64  idiv esi
   67  movzx eax,ax
   6b  mov [rbx],rax
   6f  sub r13,8
   73  ret
   74  xor r12d,r12d
   77  mov qword ptr [r15+78h],0
   82  mov eax,2
   87  jmp shared
   8c  mov qword ptr [r15+78h],2
   97  mov eax,2
   9c  jmp shared
   a1  mov dword ptr [r13-4],46h
   a9  mov eax,0
   af  mov [r15+80h],rax
   b6  mov eax,0
   bc  mov [r15+88h],rax
   c3  mov qword ptr [r15+78h],2
   ce  mov eax,1
   d3  jmp shared
   d8  neg eax
   da  xor edx,edx
   dc  jmp 67
   e1  lea rax,[0]
   e8  jmp shared
div_s.i32:
    0  sub r12,1
    4  jb 65
    a  cmp r13,[shared]
   11  jae 7d
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7d
   2b  mov dword ptr [r13],0Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 92
   48  mov rax,rdi
   4b  cmp r8d,0FFFFFFFFh
   52  je c9
   58  cdq
   59  idiv r8d
   5c  mov [rbx],rax
   60  sub r13,8
   64  ret
   65  xor r12d,r12d
   68  mov qword ptr [r15+78h],0
   73  mov eax,2
   78  jmp shared
   7d  mov qword ptr [r15+78h],2
   88  mov eax,2
   8d  jmp shared
   92  mov dword ptr [r13-4],4Bh
   9a  mov eax,0
   a0  mov [r15+80h],rax
   a7  mov eax,0
   ad  mov [r15+88h],rax
   b4  mov qword ptr [r15+78h],2
   bf  mov eax,1
   c4  jmp shared
   c9  neg eax
   cb  xor edx,edx
   cd  jmp 5c
   d2  lea rax,[0]
   d9  jmp shared
div_s.i64:
    0  sub r12,1
    4  jb 66
    a  cmp r13,[shared]
   11  jae 7e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7e
   2b  mov dword ptr [r13],10h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 93
   48  mov rax,rdi
   4b  cmp r8,0FFFFFFFFFFFFFFFFh
   52  je ca
   58  cqo
   5a  idiv r8
   5d  mov [rbx],rax
   61  sub r13,8
   65  ret
   66  xor r12d,r12d
   69  mov qword ptr [r15+78h],0
   74  mov eax,2
   79  jmp shared
   7e  mov qword ptr [r15+78h],2
   89  mov eax,2
   8e  jmp shared
   93  mov dword ptr [r13-4],50h
   9b  mov eax,0
   a1  mov [r15+80h],rax
   a8  mov eax,0
   ae  mov [r15+88h],rax
   b5  mov qword ptr [r15+78h],2
   c0  mov eax,1
   c5  jmp shared
   ca  neg rax
   cd  xor edx,edx
   cf  jmp 5d
   d4  lea rax,[0]
   db  jmp shared
div_u.i8:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],11h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 86
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  mov dword ptr [r13-4],55h
   8e  mov eax,0
   94  mov [r15+80h],rax
   9b  mov eax,0
   a1  mov [r15+88h],rax
   a8  mov qword ptr [r15+78h],2
   b3  mov eax,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
div_u.i16:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],12h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 86
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  mov dword ptr [r13-4],5Ah
   8e  mov eax,0
   94  mov [r15+80h],rax
   9b  mov eax,0
   a1  mov [r15+88h],rax
   a8  mov qword ptr [r15+78h],2
   b3  mov eax,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
div_u.i32:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],13h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 86
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  mov dword ptr [r13-4],5Fh
   8e  mov eax,0
   94  mov [r15+80h],rax
   9b  mov eax,0
   a1  mov [r15+88h],rax
   a8  mov qword ptr [r15+78h],2
   b3  mov eax,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
div_u.i64:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],14h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 86
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  mov dword ptr [r13-4],64h
   8e  mov eax,0
   94  mov [r15+80h],rax
   9b  mov eax,0
   a1  mov [r15+88h],rax
   a8  mov qword ptr [r15+78h],2
   b3  mov eax,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
rem_s.i8:
    0  sub r12,1
    4  jb 77
    a  cmp r13,[shared]
   11  jae 8f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8f
   2b  mov dword ptr [r13],15h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  test rsi,rsi
   45  je a4
   4b  mov rax,rdi
   4e  movsx esi,sil
   52  movsx eax,al
   56  cmp esi,0FFFFFFFFh
   5d  je db
   63  cdq
   64  idiv esi
   67  movzx edx,dl
   6b  mov rax,rdx
   6e  mov [rbx],rax
   72  sub r13,8
   76  ret
   77  xor r12d,r12d
   7a  mov qword ptr [r15+78h],0
   85  mov eax,2
   8a  jmp shared
   8f  mov qword ptr [r15+78h],2
   9a  mov eax,2
   9f  jmp shared
   a4  mov dword ptr [r13-4],69h
   ac  mov eax,0
   b2  mov [r15+80h],rax
   b9  mov eax,0
   bf  mov [r15+88h],rax
   c6  mov qword ptr [r15+78h],2
   d1  mov eax,1
   d6  jmp shared
   db  neg eax
   dd  xor edx,edx
   df  jmp 67
   e4  lea rax,[0]
   eb  jmp shared
rem_s.i16:
    0  sub r12,1
    4  jb 77
    a  cmp r13,[shared]
   11  jae 8f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8f
   2b  mov dword ptr [r13],16h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  test rsi,rsi
   45  je a4
   4b  mov rax,rdi
   4e  movsx esi,si
   52  movsx eax,ax
   56  cmp esi,0FFFFFFFFh
   5d  je db
   63  cdq
   64  idiv esi
   67  movzx edx,dx
   6b  mov rax,rdx
   6e  mov [rbx],rax
   72  sub r13,8
   76  ret
   77  xor r12d,r12d
   7a  mov qword ptr [r15+78h],0
   85  mov eax,2
   8a  jmp shared
   8f  mov qword ptr [r15+78h],2
   9a  mov eax,2
   9f  jmp shared
   a4  mov dword ptr [r13-4],6Eh
   ac  mov eax,0
   b2  mov [r15+80h],rax
   b9  mov eax,0
   bf  mov [r15+88h],rax
   c6  mov qword ptr [r15+78h],2
   d1  mov eax,1
   d6  jmp shared
   db  neg eax
   dd  xor edx,edx
   df  jmp 67
   e4  lea rax,[0]
   eb  jmp shared
rem_s.i32:
    0  sub r12,1
    4  jb 68
    a  cmp r13,[shared]
   11  jae 80
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 80
   2b  mov dword ptr [r13],17h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 95
   48  mov rax,rdi
   4b  cmp r8d,0FFFFFFFFh
   52  je cc
   58  cdq
   59  idiv r8d
   5c  mov rax,rdx
   5f  mov [rbx],rax
   63  sub r13,8
   67  ret
   68  xor r12d,r12d
   6b  mov qword ptr [r15+78h],0
   76  mov eax,2
   7b  jmp shared
   80  mov qword ptr [r15+78h],2
   8b  mov eax,2
   90  jmp shared
   95  mov dword ptr [r13-4],73h
   9d  mov eax,0
   a3  mov [r15+80h],rax
   aa  mov eax,0
   b0  mov [r15+88h],rax
   b7  mov qword ptr [r15+78h],2
   c2  mov eax,1
   c7  jmp shared
   cc  neg eax
   ce  xor edx,edx
   d0  jmp 5c
   d5  lea rax,[0]
   dc  jmp shared
rem_s.i64:
    0  sub r12,1
    4  jb 69
    a  cmp r13,[shared]
   11  jae 81
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 81
   2b  mov dword ptr [r13],18h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 96
   48  mov rax,rdi
   4b  cmp r8,0FFFFFFFFFFFFFFFFh
   52  je cd
   58  cqo
   5a  idiv r8
   5d  mov rax,rdx
   60  mov [rbx],rax
   64  sub r13,8
   68  ret
   69  xor r12d,r12d
   6c  mov qword ptr [r15+78h],0
   77  mov eax,2
   7c  jmp shared
   81  mov qword ptr [r15+78h],2
   8c  mov eax,2
   91  jmp shared
   96  mov dword ptr [r13-4],78h
   9e  mov eax,0
   a4  mov [r15+80h],rax
   ab  mov eax,0
   b1  mov [r15+88h],rax
   b8  mov qword ptr [r15+78h],2
   c3  mov eax,1
   c8  jmp shared
   cd  neg rax
   d0  xor edx,edx
   d2  jmp 5d
   d7  lea rax,[0]
   de  jmp shared
rem_u.i8:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],19h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 89
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov rax,rdx
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  mov dword ptr [r13-4],7Dh
   91  mov eax,0
   97  mov [r15+80h],rax
   9e  mov eax,0
   a4  mov [r15+88h],rax
   ab  mov qword ptr [r15+78h],2
   b6  mov eax,1
   bb  jmp shared
   c0  lea rax,[0]
   c7  jmp shared
rem_u.i16:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],1Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 89
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov rax,rdx
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  mov dword ptr [r13-4],82h
   91  mov eax,0
   97  mov [r15+80h],rax
   9e  mov eax,0
   a4  mov [r15+88h],rax
   ab  mov qword ptr [r15+78h],2
   b6  mov eax,1
   bb  jmp shared
   c0  lea rax,[0]
   c7  jmp shared
rem_u.i32:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],1Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 89
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8d
   50  mov rax,rdx
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  mov dword ptr [r13-4],87h
   91  mov eax,0
   97  mov [r15+80h],rax
   9e  mov eax,0
   a4  mov [r15+88h],rax
   ab  mov qword ptr [r15+78h],2
   b6  mov eax,1
   bb  jmp shared
   c0  lea rax,[0]
   c7  jmp shared
rem_u.i64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],1Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  test r8,r8
   42  je 89
   48  mov rax,rdi
   4b  xor edx,edx
   4d  div r8
   50  mov rax,rdx
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  mov dword ptr [r13-4],8Ch
   91  mov eax,0
   97  mov [r15+80h],rax
   9e  mov eax,0
   a4  mov [r15+88h],rax
   ab  mov qword ptr [r15+78h],2
   b6  mov eax,1
   bb  jmp shared
   c0  lea rax,[0]
   c7  jmp shared
and.i8:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],1Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  and esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
and.i16:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],1Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  and esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
and.i32:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],1Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  and esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
and.i64:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],20h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  and rsi,r8
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
or.i8:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],21h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  or esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
or.i16:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],22h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  or esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
or.i32:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],23h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  or esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
or.i64:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],24h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  or rsi,r8
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
xor.i8:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],25h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  xor esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
xor.i16:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],26h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  xor esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
xor.i32:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],27h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  xor esi,r8d
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
xor.i64:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],28h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  xor rsi,r8
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
shl.i8:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],29h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,7
   46  mov rax,rdi
   49  shlx eax,eax,esi
   4e  movzx eax,al
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
shl.i16:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],2Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,0Fh
   46  mov rax,rdi
   49  shlx eax,eax,esi
   4e  movzx eax,ax
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
shl.i32:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],2Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  shlx esi,esi,r8d
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
shl.i64:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],2Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  shlx rsi,rsi,r8
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
shr_s.i8:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],2Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,7
   46  mov rax,rdi
   49  movsx eax,al
   4d  sarx eax,eax,esi
   52  movzx eax,al
   56  mov [rbx],rax
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  lea rax,[0]
   93  jmp shared
shr_s.i16:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],2Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,0Fh
   46  mov rax,rdi
   49  movsx eax,ax
   4d  sarx eax,eax,esi
   52  movzx eax,ax
   56  mov [rbx],rax
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  lea rax,[0]
   93  jmp shared
shr_s.i32:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],2Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sarx esi,esi,r8d
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
shr_s.i64:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],30h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  sarx rsi,rsi,r8
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
shr_u.i8:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],31h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,7
   46  mov rax,rdi
   49  shrx eax,eax,esi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
shr_u.i16:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],32h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,r8
   42  and esi,0Fh
   46  mov rax,rdi
   49  shrx eax,eax,esi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
shr_u.i32:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],33h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  shrx esi,esi,r8d
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
shr_u.i64:
    0  sub r12,1
    4  jb 53
    a  cmp r13,[shared]
   11  jae 6b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6b
   2b  mov dword ptr [r13],34h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov rsi,rdi
   42  shrx rsi,rsi,r8
   47  mov rax,rsi
   4a  mov [rbx],rax
   4e  sub r13,8
   52  ret
   53  xor r12d,r12d
   56  mov qword ptr [r15+78h],0
   61  mov eax,2
   66  jmp shared
   6b  mov qword ptr [r15+78h],2
   76  mov eax,2
   7b  jmp shared
   80  lea rax,[0]
   87  jmp shared
eq.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],35h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  sete sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
eq.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],36h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  sete sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
eq.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],37h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  sete sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
eq.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],38h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  sete sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
eq.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],39h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  sete sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ne.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setne sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ne.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setne sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ne.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setne sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ne.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setne sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ne.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setne sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_s.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],3Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp dil,r8b
   42  setl sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_s.i16:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],40h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp di,r8w
   43  setl sil
   47  movzx esi,sil
   4b  mov rax,rsi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
lt_s.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],41h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setl sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_s.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],42h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setl sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_s.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],43h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setl sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_u.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],44h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setb sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_u.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],45h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setb sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_u.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],46h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setb sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_u.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],47h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setb sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
lt_u.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],48h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setb sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_s.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],49h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp dil,r8b
   42  setle sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_s.i16:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],4Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp di,r8w
   43  setle sil
   47  movzx esi,sil
   4b  mov rax,rsi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
le_s.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],4Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setle sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_s.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],4Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setle sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_s.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],4Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setle sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_u.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],4Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setbe sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_u.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],4Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setbe sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_u.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],50h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setbe sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_u.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],51h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setbe sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
le_u.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],52h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setbe sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_s.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],53h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp dil,r8b
   42  setg sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_s.i16:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],54h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp di,r8w
   43  setg sil
   47  movzx esi,sil
   4b  mov rax,rsi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
gt_s.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],55h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setg sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_s.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],56h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setg sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_s.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],57h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setg sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_u.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],58h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  seta sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_u.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],59h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  seta sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_u.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],5Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  seta sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_u.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],5Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  seta sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
gt_u.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],5Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  seta sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_s.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],5Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp dil,r8b
   42  setge sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_s.i16:
    0  sub r12,1
    4  jb 57
    a  cmp r13,[shared]
   11  jae 6f
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6f
   2b  mov dword ptr [r13],5Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp di,r8w
   43  setge sil
   47  movzx esi,sil
   4b  mov rax,rsi
   4e  mov [rbx],rax
   52  sub r13,8
   56  ret
   57  xor r12d,r12d
   5a  mov qword ptr [r15+78h],0
   65  mov eax,2
   6a  jmp shared
   6f  mov qword ptr [r15+78h],2
   7a  mov eax,2
   7f  jmp shared
   84  lea rax,[0]
   8b  jmp shared
ge_s.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],5Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setge sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_s.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],60h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setge sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_s.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],61h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setge sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_u.i8:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],62h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setae sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_u.i16:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],63h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setae sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_u.i32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],64h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  setae sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_u.i64:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],65h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setae sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
ge_u.ptr:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],66h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  setae sil
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
fadd.f32:
    0  sub r12,1
    4  jb 68
    a  cmp r13,[shared]
   11  jae 80
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 80
   2b  mov dword ptr [r13],67h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  addss xmm0,xmm5
   4c  ucomiss xmm0,xmm0
   50  jp 95
   56  movss [rbx],xmm0
   5c  mov dword ptr [rbx+4],0
   63  sub r13,8
   67  ret
   68  xor r12d,r12d
   6b  mov qword ptr [r15+78h],0
   76  mov eax,2
   7b  jmp shared
   80  mov qword ptr [r15+78h],2
   8b  mov eax,2
   90  jmp shared
   95  movss xmm0,[shared]
   9e  jmp 56
   a3  lea rax,[0]
   aa  jmp shared
fadd.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],68h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  addsd xmm0,xmm5
   4c  ucomisd xmm0,xmm0
   51  jp 8f
   57  movsd [rbx],xmm0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  movsd xmm0,[shared]
   98  jmp 57
   9d  lea rax,[0]
   a4  jmp shared
fsub.f32:
    0  sub r12,1
    4  jb 68
    a  cmp r13,[shared]
   11  jae 80
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 80
   2b  mov dword ptr [r13],69h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  subss xmm0,xmm5
   4c  ucomiss xmm0,xmm0
   50  jp 95
   56  movss [rbx],xmm0
   5c  mov dword ptr [rbx+4],0
   63  sub r13,8
   67  ret
   68  xor r12d,r12d
   6b  mov qword ptr [r15+78h],0
   76  mov eax,2
   7b  jmp shared
   80  mov qword ptr [r15+78h],2
   8b  mov eax,2
   90  jmp shared
   95  movss xmm0,[shared]
   9e  jmp 56
   a3  lea rax,[0]
   aa  jmp shared
fsub.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],6Ah
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  subsd xmm0,xmm5
   4c  ucomisd xmm0,xmm0
   51  jp 8f
   57  movsd [rbx],xmm0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  movsd xmm0,[shared]
   98  jmp 57
   9d  lea rax,[0]
   a4  jmp shared
fmul.f32:
    0  sub r12,1
    4  jb 68
    a  cmp r13,[shared]
   11  jae 80
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 80
   2b  mov dword ptr [r13],6Bh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  mulss xmm0,xmm5
   4c  ucomiss xmm0,xmm0
   50  jp 95
   56  movss [rbx],xmm0
   5c  mov dword ptr [rbx+4],0
   63  sub r13,8
   67  ret
   68  xor r12d,r12d
   6b  mov qword ptr [r15+78h],0
   76  mov eax,2
   7b  jmp shared
   80  mov qword ptr [r15+78h],2
   8b  mov eax,2
   90  jmp shared
   95  movss xmm0,[shared]
   9e  jmp 56
   a3  lea rax,[0]
   aa  jmp shared
fmul.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],6Ch
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  mulsd xmm0,xmm5
   4c  ucomisd xmm0,xmm0
   51  jp 8f
   57  movsd [rbx],xmm0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  movsd xmm0,[shared]
   98  jmp 57
   9d  lea rax,[0]
   a4  jmp shared
fdiv.f32:
    0  sub r12,1
    4  jb 68
    a  cmp r13,[shared]
   11  jae 80
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 80
   2b  mov dword ptr [r13],6Dh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  divss xmm0,xmm5
   4c  ucomiss xmm0,xmm0
   50  jp 95
   56  movss [rbx],xmm0
   5c  mov dword ptr [rbx+4],0
   63  sub r13,8
   67  ret
   68  xor r12d,r12d
   6b  mov qword ptr [r15+78h],0
   76  mov eax,2
   7b  jmp shared
   80  mov qword ptr [r15+78h],2
   8b  mov eax,2
   90  jmp shared
   95  movss xmm0,[shared]
   9e  jmp 56
   a3  lea rax,[0]
   aa  jmp shared
fdiv.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],6Eh
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  movaps xmm0,xmm4
   47  divsd xmm0,xmm5
   4c  ucomisd xmm0,xmm0
   51  jp 8f
   57  movsd [rbx],xmm0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  movsd xmm0,[shared]
   98  jmp 57
   9d  lea rax,[0]
   a4  jmp shared
frem.f32:
    0  sub r12,1
    4  jb 8b
    a  cmp r13,[shared]
   11  jae a3
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja a3
   2b  mov dword ptr [r13],6Fh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  movss [r15+80h],xmm4
   4c  mov dword ptr [r15+84h],0
   57  movss [r15+88h],xmm5
   60  mov dword ptr [r15+8Ch],0
   6b  call shared
   70  movss xmm0,[r15+80h]
   79  movss [rbx],xmm0
   7f  mov dword ptr [rbx+4],0
   86  sub r13,8
   8a  ret
   8b  xor r12d,r12d
   8e  mov qword ptr [r15+78h],0
   99  mov eax,2
   9e  jmp shared
   a3  mov qword ptr [r15+78h],2
   ae  mov eax,2
   b3  jmp shared
   b8  lea rax,[0]
   bf  jmp shared
frem.f64:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],70h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  movsd [r15+80h],xmm4
   4c  movsd [r15+88h],xmm5
   55  call shared
   5a  movsd xmm0,[r15+80h]
   63  movsd [rbx],xmm0
   69  sub r13,8
   6d  ret
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  lea rax,[0]
   a2  jmp shared
feq.f32:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],71h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm4,xmm5
   47  sete sil
   4b  setnp al
   4f  and sil,al
   52  movzx esi,sil
   56  mov rax,rsi
   59  mov [rbx],rax
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  lea rax,[0]
   96  jmp shared
feq.f64:
    0  sub r12,1
    4  jb 63
    a  cmp r13,[shared]
   11  jae 7b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7b
   2b  mov dword ptr [r13],72h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm4,xmm5
   48  sete sil
   4c  setnp al
   50  and sil,al
   53  movzx esi,sil
   57  mov rax,rsi
   5a  mov [rbx],rax
   5e  sub r13,8
   62  ret
   63  xor r12d,r12d
   66  mov qword ptr [r15+78h],0
   71  mov eax,2
   76  jmp shared
   7b  mov qword ptr [r15+78h],2
   86  mov eax,2
   8b  jmp shared
   90  lea rax,[0]
   97  jmp shared
fne.f32:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],73h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm4,xmm5
   47  setne sil
   4b  setp al
   4f  or sil,al
   52  movzx esi,sil
   56  mov rax,rsi
   59  mov [rbx],rax
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  lea rax,[0]
   96  jmp shared
fne.f64:
    0  sub r12,1
    4  jb 63
    a  cmp r13,[shared]
   11  jae 7b
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7b
   2b  mov dword ptr [r13],74h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm4,xmm5
   48  setne sil
   4c  setp al
   50  or sil,al
   53  movzx esi,sil
   57  mov rax,rsi
   5a  mov [rbx],rax
   5e  sub r13,8
   62  ret
   63  xor r12d,r12d
   66  mov qword ptr [r15+78h],0
   71  mov eax,2
   76  jmp shared
   7b  mov qword ptr [r15+78h],2
   86  mov eax,2
   8b  jmp shared
   90  lea rax,[0]
   97  jmp shared
flt.f32:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],75h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm5,xmm4
   47  seta sil
   4b  movzx esi,sil
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
flt.f64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],76h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm5,xmm4
   48  seta sil
   4c  movzx esi,sil
   50  mov rax,rsi
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  lea rax,[0]
   90  jmp shared
fle.f32:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],77h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm5,xmm4
   47  setae sil
   4b  movzx esi,sil
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
fle.f64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],78h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm5,xmm4
   48  setae sil
   4c  movzx esi,sil
   50  mov rax,rsi
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  lea rax,[0]
   90  jmp shared
fgt.f32:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],79h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm4,xmm5
   47  seta sil
   4b  movzx esi,sil
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
fgt.f64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],7Ah
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm4,xmm5
   48  seta sil
   4c  movzx esi,sil
   50  mov rax,rsi
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  lea rax,[0]
   90  jmp shared
fge.f32:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],7Bh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss xmm5,[rbx+8]
   43  ucomiss xmm4,xmm5
   47  setae sil
   4b  movzx esi,sil
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
fge.f64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],7Ch
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd xmm5,[rbx+8]
   43  ucomisd xmm4,xmm5
   48  setae sil
   4c  movzx esi,sil
   50  mov rax,rsi
   53  mov [rbx],rax
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  lea rax,[0]
   90  jmp shared
ptr_add.ptr:
    0  sub r12,1
    4  jb 50
    a  cmp r13,[shared]
   11  jae 68
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 68
   2b  mov dword ptr [r13],7Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi+r8]
   44  mov rax,rsi
   47  mov [rbx],rax
   4b  sub r13,8
   4f  ret
   50  xor r12d,r12d
   53  mov qword ptr [r15+78h],0
   5e  mov eax,2
   63  jmp shared
   68  mov qword ptr [r15+78h],2
   73  mov eax,2
   78  jmp shared
   7d  lea rax,[0]
   84  jmp shared
fneg.f32:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],7Eh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  xorps xmm0,[shared]
   49  movss [rbx],xmm0
   4f  mov dword ptr [rbx+4],0
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  lea rax,[0]
   8f  jmp shared
fneg.f64:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],7Fh
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  xorps xmm0,[shared]
   49  movsd [rbx],xmm0
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  lea rax,[0]
   88  jmp shared
fsqrt.f32:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],80h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  sqrtss xmm0,xmm0
   46  ucomiss xmm0,xmm0
   4a  jp 8f
   50  movss [rbx],xmm0
   56  mov dword ptr [rbx+4],0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  movss xmm0,[shared]
   98  jmp 50
   9d  lea rax,[0]
   a4  jmp shared
fsqrt.f64:
    0  sub r12,1
    4  jb 5c
    a  cmp r13,[shared]
   11  jae 74
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 74
   2b  mov dword ptr [r13],81h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  sqrtsd xmm0,xmm0
   46  ucomisd xmm0,xmm0
   4b  jp 89
   51  movsd [rbx],xmm0
   57  sub r13,8
   5b  ret
   5c  xor r12d,r12d
   5f  mov qword ptr [r15+78h],0
   6a  mov eax,2
   6f  jmp shared
   74  mov qword ptr [r15+78h],2
   7f  mov eax,2
   84  jmp shared
   89  movsd xmm0,[shared]
   92  jmp 51
   97  lea rax,[0]
   9e  jmp shared
ffloor.f32:
    0  sub r12,1
    4  jb 64
    a  cmp r13,[shared]
   11  jae 7c
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7c
   2b  mov dword ptr [r13],82h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  roundss xmm0,xmm0,9
   48  ucomiss xmm0,xmm0
   4c  jp 91
   52  movss [rbx],xmm0
   58  mov dword ptr [rbx+4],0
   5f  sub r13,8
   63  ret
   64  xor r12d,r12d
   67  mov qword ptr [r15+78h],0
   72  mov eax,2
   77  jmp shared
   7c  mov qword ptr [r15+78h],2
   87  mov eax,2
   8c  jmp shared
   91  movss xmm0,[shared]
   9a  jmp 52
   9f  lea rax,[0]
   a6  jmp shared
ffloor.f64:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],83h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movaps xmm0,xmm4
   41  roundsd xmm0,xmm0,9
   48  ucomisd xmm0,xmm0
   4d  jp 8b
   53  movsd [rbx],xmm0
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  movsd xmm0,[shared]
   94  jmp 53
   99  lea rax,[0]
   a0  jmp shared
fsin.f32:
    0  sub r12,1
    4  jb 71
    a  cmp r13,[shared]
   11  jae 89
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 89
   2b  mov dword ptr [r13],84h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss [r15+80h],xmm4
   46  mov dword ptr [r15+84h],0
   51  call shared
   56  movss xmm0,[r15+80h]
   5f  movss [rbx],xmm0
   65  mov dword ptr [rbx+4],0
   6c  sub r13,8
   70  ret
   71  xor r12d,r12d
   74  mov qword ptr [r15+78h],0
   7f  mov eax,2
   84  jmp shared
   89  mov qword ptr [r15+78h],2
   94  mov eax,2
   99  jmp shared
   9e  lea rax,[0]
   a5  jmp shared
fsin.f64:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],85h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd [r15+80h],xmm4
   46  call shared
   4b  movsd xmm0,[r15+80h]
   54  movsd [rbx],xmm0
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  lea rax,[0]
   93  jmp shared
fcos.f32:
    0  sub r12,1
    4  jb 71
    a  cmp r13,[shared]
   11  jae 89
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 89
   2b  mov dword ptr [r13],86h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movss [r15+80h],xmm4
   46  mov dword ptr [r15+84h],0
   51  call shared
   56  movss xmm0,[r15+80h]
   5f  movss [rbx],xmm0
   65  mov dword ptr [rbx+4],0
   6c  sub r13,8
   70  ret
   71  xor r12d,r12d
   74  mov qword ptr [r15+78h],0
   7f  mov eax,2
   84  jmp shared
   89  mov qword ptr [r15+78h],2
   94  mov eax,2
   99  jmp shared
   9e  lea rax,[0]
   a5  jmp shared
fcos.f64:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],87h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movsd [r15+80h],xmm4
   46  call shared
   4b  movsd xmm0,[r15+80h]
   54  movsd [rbx],xmm0
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  lea rax,[0]
   93  jmp shared
trunc.i16.i8:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],88h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movzx esi,dil
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
trunc.i32.i8:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],89h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movzx esi,dil
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
trunc.i32.i16:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],8Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movzx esi,di
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
trunc.i64.i8:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],8Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movzx esi,dil
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
trunc.i64.i16:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],8Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movzx esi,di
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
trunc.i64.i32:
    0  sub r12,1
    4  jb 4a
    a  cmp r13,[shared]
   11  jae 62
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 62
   2b  mov dword ptr [r13],8Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov esi,edi
   3e  mov rax,rsi
   41  mov [rbx],rax
   45  sub r13,8
   49  ret
   4a  xor r12d,r12d
   4d  mov qword ptr [r15+78h],0
   58  mov eax,2
   5d  jmp shared
   62  mov qword ptr [r15+78h],2
   6d  mov eax,2
   72  jmp shared
   77  lea rax,[0]
   7e  jmp shared
sext.i8.i16:
    0  sub r12,1
    4  jb 4f
    a  cmp r13,[shared]
   11  jae 67
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 67
   2b  mov dword ptr [r13],8Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsx esi,dil
   3f  movzx esi,si
   43  mov rax,rsi
   46  mov [rbx],rax
   4a  sub r13,8
   4e  ret
   4f  xor r12d,r12d
   52  mov qword ptr [r15+78h],0
   5d  mov eax,2
   62  jmp shared
   67  mov qword ptr [r15+78h],2
   72  mov eax,2
   77  jmp shared
   7c  lea rax,[0]
   83  jmp shared
sext.i8.i32:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],8Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsx esi,dil
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
sext.i8.i64:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],90h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsx rsi,dil
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
sext.i16.i32:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],91h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsx esi,di
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
sext.i16.i64:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],92h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsx rsi,di
   3f  mov rax,rsi
   42  mov [rbx],rax
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
sext.i32.i64:
    0  sub r12,1
    4  jb 4a
    a  cmp r13,[shared]
   11  jae 62
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 62
   2b  mov dword ptr [r13],93h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsxd rsi,edi
   3e  mov rax,rsi
   41  mov [rbx],rax
   45  sub r13,8
   49  ret
   4a  xor r12d,r12d
   4d  mov qword ptr [r15+78h],0
   58  mov eax,2
   5d  jmp shared
   62  mov qword ptr [r15+78h],2
   6d  mov eax,2
   72  jmp shared
   77  lea rax,[0]
   7e  jmp shared
zext.i8.i16:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],94h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
zext.i8.i32:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],95h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
zext.i8.i64:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],96h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
zext.i16.i32:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],97h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
zext.i16.i64:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],98h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
zext.i32.i64:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],99h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
s_to_f.i64.f32:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],9Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  xorps xmm0,xmm0
   3f  cvtsi2ss xmm0,rdi
   44  movss [rbx],xmm0
   4a  mov dword ptr [rbx+4],0
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
s_to_f.i64.f64:
    0  sub r12,1
    4  jb 4f
    a  cmp r13,[shared]
   11  jae 67
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 67
   2b  mov dword ptr [r13],9Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  xorps xmm0,xmm0
   3f  cvtsi2sd xmm0,rdi
   44  movsd [rbx],xmm0
   4a  sub r13,8
   4e  ret
   4f  xor r12d,r12d
   52  mov qword ptr [r15+78h],0
   5d  mov eax,2
   62  jmp shared
   67  mov qword ptr [r15+78h],2
   72  mov eax,2
   77  jmp shared
   7c  lea rax,[0]
   83  jmp shared
u_to_f.i64.f32:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],9Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  xorps xmm0,xmm0
   42  test rsi,rsi
   45  js 8f
   4b  cvtsi2ss xmm0,rsi
   50  movss [rbx],xmm0
   56  mov dword ptr [rbx+4],0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov eax,esi
   92  and eax,1
   96  shr rsi,1
   9a  or rsi,rax
   9d  cvtsi2ss xmm0,rsi
   a2  addss xmm0,xmm0
   a7  jmp 50
   ac  lea rax,[0]
   b3  jmp shared
u_to_f.i64.f64:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],9Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  xorps xmm0,xmm0
   42  test rsi,rsi
   45  js 88
   4b  cvtsi2sd xmm0,rsi
   50  movsd [rbx],xmm0
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  mov eax,esi
   8b  and eax,1
   8f  shr rsi,1
   93  or rsi,rax
   96  cvtsi2sd xmm0,rsi
   9b  addsd xmm0,xmm0
   a0  jmp 50
   a5  lea rax,[0]
   ac  jmp shared
f_to_s.f32.i64:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],9Eh
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  cvttss2si rsi,xmm4
   42  cmp rsi,1
   49  jo 88
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  ucomiss xmm4,[shared]
   90  jp a1
   96  jae a9
   9c  jmp 4f
   a1  xor esi,esi
   a4  jmp 4f
   a9  sub rsi,1
   ad  jmp 4f
   b2  lea rax,[0]
   b9  jmp shared
f_to_s.f64.i64:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],9Fh
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  cvttsd2si rsi,xmm4
   42  cmp rsi,1
   49  jo 88
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  ucomisd xmm4,[shared]
   91  jp a2
   97  jae aa
   9d  jmp 4f
   a2  xor esi,esi
   a5  jmp 4f
   aa  sub rsi,1
   ae  jmp 4f
   b3  lea rax,[0]
   ba  jmp shared
f_to_u.f32.i64:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],0A0h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  cvttss2si rsi,xmm4
   42  cmp rsi,1
   49  jo 88
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  ucomiss xmm4,[shared]
   90  jp a1
   96  jae a9
   9c  jmp 4f
   a1  xor esi,esi
   a4  jmp 4f
   a9  movaps xmm0,xmm4
   ad  subss xmm0,[shared]
   b6  cvttss2si rsi,xmm0
   bb  cmp rsi,1
   c2  jo d2
   c8  btc rsi,3Fh
   cd  jmp 4f
   d2  mov rsi,0FFFFFFFFFFFFFFFFh
   d9  jmp 4f
   de  lea rax,[0]
   e5  jmp shared
f_to_u.f64.i64:
    0  sub r12,1
    4  jb 5b
    a  cmp r13,[shared]
   11  jae 73
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 73
   2b  mov dword ptr [r13],0A1h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  cvttsd2si rsi,xmm4
   42  cmp rsi,1
   49  jo 88
   4f  mov rax,rsi
   52  mov [rbx],rax
   56  sub r13,8
   5a  ret
   5b  xor r12d,r12d
   5e  mov qword ptr [r15+78h],0
   69  mov eax,2
   6e  jmp shared
   73  mov qword ptr [r15+78h],2
   7e  mov eax,2
   83  jmp shared
   88  ucomisd xmm4,[shared]
   91  jp a2
   97  jae aa
   9d  jmp 4f
   a2  xor esi,esi
   a5  jmp 4f
   aa  movaps xmm0,xmm4
   ae  subsd xmm0,[shared]
   b7  cvttsd2si rsi,xmm0
   bc  cmp rsi,1
   c3  jo d3
   c9  btc rsi,3Fh
   ce  jmp 4f
   d3  mov rsi,0FFFFFFFFFFFFFFFFh
   da  jmp 4f
   df  lea rax,[0]
   e6  jmp shared
fcvt.f32.f64:
    0  sub r12,1
    4  jb 58
    a  cmp r13,[shared]
   11  jae 70
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 70
   2b  mov dword ptr [r13],0A2h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  cvtss2sd xmm0,xmm4
   42  ucomisd xmm0,xmm0
   47  jp 85
   4d  movsd [rbx],xmm0
   53  sub r13,8
   57  ret
   58  xor r12d,r12d
   5b  mov qword ptr [r15+78h],0
   66  mov eax,2
   6b  jmp shared
   70  mov qword ptr [r15+78h],2
   7b  mov eax,2
   80  jmp shared
   85  movsd xmm0,[shared]
   8e  jmp 4d
   93  lea rax,[0]
   9a  jmp shared
fcvt.f64.f32:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0A3h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  cvtsd2ss xmm0,xmm4
   42  ucomiss xmm0,xmm0
   46  jp 8b
   4c  movss [rbx],xmm0
   52  mov dword ptr [rbx+4],0
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  movss xmm0,[shared]
   94  jmp 4c
   99  lea rax,[0]
   a0  jmp shared
bits_of.f32.i32:
    0  sub r12,1
    4  jb 4e
    a  cmp r13,[shared]
   11  jae 66
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 66
   2b  mov dword ptr [r13],0A4h
   33  add r13,8
   37  movss xmm4,[rbx]
   3d  movd esi,xmm4
   42  mov rax,rsi
   45  mov [rbx],rax
   49  sub r13,8
   4d  ret
   4e  xor r12d,r12d
   51  mov qword ptr [r15+78h],0
   5c  mov eax,2
   61  jmp shared
   66  mov qword ptr [r15+78h],2
   71  mov eax,2
   76  jmp shared
   7b  lea rax,[0]
   82  jmp shared
bits_of.f64.i64:
    0  sub r12,1
    4  jb 4e
    a  cmp r13,[shared]
   11  jae 66
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 66
   2b  mov dword ptr [r13],0A5h
   33  add r13,8
   37  movsd xmm4,[rbx]
   3d  movq rsi,xmm4
   42  mov rax,rsi
   45  mov [rbx],rax
   49  sub r13,8
   4d  ret
   4e  xor r12d,r12d
   51  mov qword ptr [r15+78h],0
   5c  mov eax,2
   61  jmp shared
   66  mov qword ptr [r15+78h],2
   71  mov eax,2
   76  jmp shared
   7b  lea rax,[0]
   82  jmp shared
from_bits.i32.f32:
    0  sub r12,1
    4  jb 52
    a  cmp r13,[shared]
   11  jae 6a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6a
   2b  mov dword ptr [r13],0A6h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movd xmm0,edi
   40  movss [rbx],xmm0
   46  mov dword ptr [rbx+4],0
   4d  sub r13,8
   51  ret
   52  xor r12d,r12d
   55  mov qword ptr [r15+78h],0
   60  mov eax,2
   65  jmp shared
   6a  mov qword ptr [r15+78h],2
   75  mov eax,2
   7a  jmp shared
   7f  lea rax,[0]
   86  jmp shared
from_bits.i64.f64:
    0  sub r12,1
    4  jb 4b
    a  cmp r13,[shared]
   11  jae 63
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 63
   2b  mov dword ptr [r13],0A7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movq xmm0,rdi
   40  movsd [rbx],xmm0
   46  sub r13,8
   4a  ret
   4b  xor r12d,r12d
   4e  mov qword ptr [r15+78h],0
   59  mov eax,2
   5e  jmp shared
   63  mov qword ptr [r15+78h],2
   6e  mov eax,2
   73  jmp shared
   78  lea rax,[0]
   7f  jmp shared
p_to_i.ptr.i64:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],0A8h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
i_to_p.i64.ptr:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],0A9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
load.i8:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],0AAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8f
   50  movzx esi,byte ptr [r14+rdi]
   56  mov rax,rsi
   59  mov [rbx],rax
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov dword ptr [r13-4],325h
   97  lea rsi,[rsi+10000000h]
   9f  mov edx,1
   a5  mov ecx,0
   ab  jmp shared
   b0  lea rax,[0]
   b7  jmp shared
select.i8:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],0ABh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  mov rsi,r9
   46  test rdi,rdi
   49  cmovne rsi,r8
   4d  mov rax,rsi
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  lea rax,[0]
   8d  jmp shared
check.below.i8:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0ACh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jae 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],330h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.at_most.i8:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0ADh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  ja 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],335h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.equal.i8:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0AEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jne 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],33Ah
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.not_equal.i8:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0AFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  je 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],33Fh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
wrap_u.i8.5:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],0B0h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  and esi,1Fh
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
wrap_s.i8.5:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],0B1h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  shl esi,1Bh
   42  sar esi,1Bh
   46  movzx esi,sil
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
load.i16:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],0B2h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8f
   50  movzx esi,word ptr [r14+rdi]
   56  mov rax,rsi
   59  mov [rbx],rax
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov dword ptr [r13-4],34Bh
   97  lea rsi,[rsi+10000000h]
   9f  mov edx,2
   a5  mov ecx,0
   ab  jmp shared
   b0  lea rax,[0]
   b7  jmp shared
select.i16:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],0B3h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  mov rsi,r9
   46  test rdi,rdi
   49  cmovne rsi,r8
   4d  mov rax,rsi
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  lea rax,[0]
   8d  jmp shared
check.below.i16:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0B4h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jae 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],356h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.at_most.i16:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0B5h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  ja 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],35Bh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.equal.i16:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0B6h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jne 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],360h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.not_equal.i16:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0B7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  je 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],365h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
wrap_u.i16.5:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],0B8h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  and esi,1Fh
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
wrap_s.i16.5:
    0  sub r12,1
    4  jb 56
    a  cmp r13,[shared]
   11  jae 6e
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6e
   2b  mov dword ptr [r13],0B9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  shl esi,1Bh
   42  sar esi,1Bh
   46  movzx esi,si
   4a  mov rax,rsi
   4d  mov [rbx],rax
   51  sub r13,8
   55  ret
   56  xor r12d,r12d
   59  mov qword ptr [r15+78h],0
   64  mov eax,2
   69  jmp shared
   6e  mov qword ptr [r15+78h],2
   79  mov eax,2
   7e  jmp shared
   83  lea rax,[0]
   8a  jmp shared
load.i32:
    0  sub r12,1
    4  jb 61
    a  cmp r13,[shared]
   11  jae 79
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 79
   2b  mov dword ptr [r13],0BAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8e
   50  mov esi,[r14+rdi]
   55  mov rax,rsi
   58  mov [rbx],rax
   5c  sub r13,8
   60  ret
   61  xor r12d,r12d
   64  mov qword ptr [r15+78h],0
   6f  mov eax,2
   74  jmp shared
   79  mov qword ptr [r15+78h],2
   84  mov eax,2
   89  jmp shared
   8e  mov dword ptr [r13-4],371h
   96  lea rsi,[rsi+10000000h]
   9e  mov edx,4
   a4  mov ecx,0
   aa  jmp shared
   af  lea rax,[0]
   b6  jmp shared
select.i32:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],0BBh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  mov rsi,r9
   46  test rdi,rdi
   49  cmovne rsi,r8
   4d  mov rax,rsi
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  lea rax,[0]
   8d  jmp shared
check.below.i32:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0BCh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jae 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],37Ch
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.at_most.i32:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0BDh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  ja 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],381h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.equal.i32:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0BEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  jne 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],386h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.not_equal.i32:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0BFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp edi,r8d
   42  je 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],38Bh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
wrap_u.i32.5:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],0C0h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  and esi,1Fh
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
wrap_s.i32.5:
    0  sub r12,1
    4  jb 52
    a  cmp r13,[shared]
   11  jae 6a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6a
   2b  mov dword ptr [r13],0C1h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  shl esi,1Bh
   42  sar esi,1Bh
   46  mov rax,rsi
   49  mov [rbx],rax
   4d  sub r13,8
   51  ret
   52  xor r12d,r12d
   55  mov qword ptr [r15+78h],0
   60  mov eax,2
   65  jmp shared
   6a  mov qword ptr [r15+78h],2
   75  mov eax,2
   7a  jmp shared
   7f  lea rax,[0]
   86  jmp shared
load.i64:
    0  sub r12,1
    4  jb 61
    a  cmp r13,[shared]
   11  jae 79
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 79
   2b  mov dword ptr [r13],0C2h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8e
   50  mov rsi,[r14+rdi]
   55  mov rax,rsi
   58  mov [rbx],rax
   5c  sub r13,8
   60  ret
   61  xor r12d,r12d
   64  mov qword ptr [r15+78h],0
   6f  mov eax,2
   74  jmp shared
   79  mov qword ptr [r15+78h],2
   84  mov eax,2
   89  jmp shared
   8e  mov dword ptr [r13-4],397h
   96  lea rsi,[rsi+10000000h]
   9e  mov edx,8
   a4  mov ecx,0
   aa  jmp shared
   af  lea rax,[0]
   b6  jmp shared
select.i64:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],0C3h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  mov rsi,r9
   46  test rdi,rdi
   49  cmovne rsi,r8
   4d  mov rax,rsi
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  lea rax,[0]
   8d  jmp shared
check.below.i64:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0C4h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  jae 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3A2h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.at_most.i64:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0C5h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  ja 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3A7h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.equal.i64:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0C6h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  jne 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3ACh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.not_equal.i64:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0C7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  je 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3B1h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
wrap_u.i64.5:
    0  sub r12,1
    4  jb 51
    a  cmp r13,[shared]
   11  jae 69
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 69
   2b  mov dword ptr [r13],0C8h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  and esi,1Fh
   45  mov rax,rsi
   48  mov [rbx],rax
   4c  sub r13,8
   50  ret
   51  xor r12d,r12d
   54  mov qword ptr [r15+78h],0
   5f  mov eax,2
   64  jmp shared
   69  mov qword ptr [r15+78h],2
   74  mov eax,2
   79  jmp shared
   7e  lea rax,[0]
   85  jmp shared
wrap_s.i64.5:
    0  sub r12,1
    4  jb 52
    a  cmp r13,[shared]
   11  jae 6a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 6a
   2b  mov dword ptr [r13],0C9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rsi,rdi
   3e  shl rsi,3Bh
   42  sar rsi,3Bh
   46  mov rax,rsi
   49  mov [rbx],rax
   4d  sub r13,8
   51  ret
   52  xor r12d,r12d
   55  mov qword ptr [r15+78h],0
   60  mov eax,2
   65  jmp shared
   6a  mov qword ptr [r15+78h],2
   75  mov eax,2
   7a  jmp shared
   7f  lea rax,[0]
   86  jmp shared
load.f32:
    0  sub r12,1
    4  jb 69
    a  cmp r13,[shared]
   11  jae 81
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 81
   2b  mov dword ptr [r13],0CAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 96
   50  movss xmm0,[r14+rdi]
   57  movss [rbx],xmm0
   5d  mov dword ptr [rbx+4],0
   64  sub r13,8
   68  ret
   69  xor r12d,r12d
   6c  mov qword ptr [r15+78h],0
   77  mov eax,2
   7c  jmp shared
   81  mov qword ptr [r15+78h],2
   8c  mov eax,2
   91  jmp shared
   96  mov dword ptr [r13-4],3BDh
   9e  lea rsi,[rsi+10000000h]
   a6  mov edx,4
   ac  mov ecx,0
   b2  jmp shared
   b7  lea rax,[0]
   be  jmp shared
select.f32:
    0  sub r12,1
    4  jb 6a
    a  cmp r13,[shared]
   11  jae 82
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 82
   2b  mov dword ptr [r13],0CBh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movss xmm4,[rbx+8]
   41  movss xmm5,[rbx+10h]
   47  movaps xmm0,xmm5
   4b  test rdi,rdi
   4e  je 58
   54  movaps xmm0,xmm4
   58  movss [rbx],xmm0
   5e  mov dword ptr [rbx+4],0
   65  sub r13,8
   69  ret
   6a  xor r12d,r12d
   6d  mov qword ptr [r15+78h],0
   78  mov eax,2
   7d  jmp shared
   82  mov qword ptr [r15+78h],2
   8d  mov eax,2
   92  jmp shared
   97  lea rax,[0]
   9e  jmp shared
load.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],0CCh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8f
   50  movsd xmm0,[r14+rdi]
   57  movsd [rbx],xmm0
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov dword ptr [r13-4],3C7h
   97  lea rsi,[rsi+10000000h]
   9f  mov edx,8
   a5  mov ecx,0
   ab  jmp shared
   b0  lea rax,[0]
   b7  jmp shared
select.f64:
    0  sub r12,1
    4  jb 63
    a  cmp r13,[shared]
   11  jae 7b
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 7b
   2b  mov dword ptr [r13],0CDh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsd xmm4,[rbx+8]
   41  movsd xmm5,[rbx+10h]
   47  movaps xmm0,xmm5
   4b  test rdi,rdi
   4e  je 58
   54  movaps xmm0,xmm4
   58  movsd [rbx],xmm0
   5e  sub r13,8
   62  ret
   63  xor r12d,r12d
   66  mov qword ptr [r15+78h],0
   71  mov eax,2
   76  jmp shared
   7b  mov qword ptr [r15+78h],2
   86  mov eax,2
   8b  jmp shared
   90  lea rax,[0]
   97  jmp shared
load.ptr:
    0  sub r12,1
    4  jb 61
    a  cmp r13,[shared]
   11  jae 79
   17  lea rax,[rbx+20h]
   1e  cmp rax,[r15+90h]
   25  ja 79
   2b  mov dword ptr [r13],0CEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8e
   50  mov rsi,[r14+rdi]
   55  mov rax,rsi
   58  mov [rbx],rax
   5c  sub r13,8
   60  ret
   61  xor r12d,r12d
   64  mov qword ptr [r15+78h],0
   6f  mov eax,2
   74  jmp shared
   79  mov qword ptr [r15+78h],2
   84  mov eax,2
   89  jmp shared
   8e  mov dword ptr [r13-4],3D1h
   96  lea rsi,[rsi+10000000h]
   9e  mov edx,8
   a4  mov ecx,0
   aa  jmp shared
   af  lea rax,[0]
   b6  jmp shared
select.ptr:
    0  sub r12,1
    4  jb 59
    a  cmp r13,[shared]
   11  jae 71
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 71
   2b  mov dword ptr [r13],0CFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  mov rsi,r9
   46  test rdi,rdi
   49  cmovne rsi,r8
   4d  mov rax,rsi
   50  mov [rbx],rax
   54  sub r13,8
   58  ret
   59  xor r12d,r12d
   5c  mov qword ptr [r15+78h],0
   67  mov eax,2
   6c  jmp shared
   71  mov qword ptr [r15+78h],2
   7c  mov eax,2
   81  jmp shared
   86  lea rax,[0]
   8d  jmp shared
check.below.ptr:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0D0h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  jae 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3DCh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.at_most.ptr:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0D1h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  ja 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3E1h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.equal.ptr:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0D2h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  jne 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3E6h
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
check.not_equal.ptr:
    0  sub r12,1
    4  jb 54
    a  cmp r13,[shared]
   11  jae 6c
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 6c
   2b  mov dword ptr [r13],0D3h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  cmp rdi,r8
   42  je 81
   48  mov rax,rdi
   4b  mov [rbx],rax
   4f  sub r13,8
   53  ret
   54  xor r12d,r12d
   57  mov qword ptr [r15+78h],0
   62  mov eax,2
   67  jmp shared
   6c  mov qword ptr [r15+78h],2
   77  mov eax,2
   7c  jmp shared
   81  mov dword ptr [r13-4],3EBh
   89  mov [r15+80h],rdi
   90  mov [r15+88h],r8
   97  mov qword ptr [r15+78h],0
   a2  mov eax,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
store.i8:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0D4h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8b
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],3F0h
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,1
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
store.i16:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],0D5h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8c
   54  mov [r14+rdi],r8w
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  mov dword ptr [r13-4],3F4h
   94  lea rsi,[rsi+10000000h]
   9c  mov edx,2
   a2  mov ecx,1
   a8  jmp shared
   ad  lea rax,[0]
   b4  jmp shared
store.i32:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0D6h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8d
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],3F8h
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,4
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
store.i64:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0D7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],3FCh
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,8
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
store.f32:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],0D8h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movss xmm4,[rbx+8]
   41  lea rsi,[rdi-10000000h]
   49  cmp rsi,[shared]
   50  ja 8f
   56  movss [r14+rdi],xmm4
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov dword ptr [r13-4],400h
   97  lea rsi,[rsi+10000000h]
   9f  mov edx,4
   a5  mov ecx,1
   ab  jmp shared
   b0  lea rax,[0]
   b7  jmp shared
store.f64:
    0  sub r12,1
    4  jb 62
    a  cmp r13,[shared]
   11  jae 7a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 7a
   2b  mov dword ptr [r13],0D9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  movsd xmm4,[rbx+8]
   41  lea rsi,[rdi-10000000h]
   49  cmp rsi,[shared]
   50  ja 8f
   56  movsd [r14+rdi],xmm4
   5d  sub r13,8
   61  ret
   62  xor r12d,r12d
   65  mov qword ptr [r15+78h],0
   70  mov eax,2
   75  jmp shared
   7a  mov qword ptr [r15+78h],2
   85  mov eax,2
   8a  jmp shared
   8f  mov dword ptr [r13-4],404h
   97  lea rsi,[rsi+10000000h]
   9f  mov edx,8
   a5  mov ecx,1
   ab  jmp shared
   b0  lea rax,[0]
   b7  jmp shared
store.ptr:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0DAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],408h
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,8
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
atomic_rmw.xchg.i8:
    0  sub r12,1
    4  jb 6a
    a  cmp r13,[shared]
   11  jae 82
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 82
   2b  mov dword ptr [r13],0DBh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 97
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  mov [r14+rdi],sil
   62  mov rdi,rax
   65  sub r13,8
   69  ret
   6a  xor r12d,r12d
   6d  mov qword ptr [r15+78h],0
   78  mov eax,2
   7d  jmp shared
   82  mov qword ptr [r15+78h],2
   8d  mov eax,2
   92  jmp shared
   97  mov dword ptr [r13-4],40Ch
   9f  lea rsi,[rsi+10000000h]
   a7  mov edx,1
   ad  mov ecx,1
   b3  jmp shared
   b8  lea rax,[0]
   bf  jmp shared
atomic_rmw.add.i8:
    0  sub r12,1
    4  jb 6d
    a  cmp r13,[shared]
   11  jae 85
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 85
   2b  mov dword ptr [r13],0DCh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9a
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  add esi,eax
   60  mov [r14+rdi],sil
   65  mov rdi,rax
   68  sub r13,8
   6c  ret
   6d  xor r12d,r12d
   70  mov qword ptr [r15+78h],0
   7b  mov eax,2
   80  jmp shared
   85  mov qword ptr [r15+78h],2
   90  mov eax,2
   95  jmp shared
   9a  mov dword ptr [r13-4],410h
   a2  lea rsi,[rsi+10000000h]
   aa  mov edx,1
   b0  mov ecx,1
   b6  jmp shared
   bb  lea rax,[0]
   c2  jmp shared
atomic_rmw.sub.i8:
    0  sub r12,1
    4  jb 70
    a  cmp r13,[shared]
   11  jae 88
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 88
   2b  mov dword ptr [r13],0DDh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9d
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  neg rsi
   60  add esi,eax
   63  mov [r14+rdi],sil
   68  mov rdi,rax
   6b  sub r13,8
   6f  ret
   70  xor r12d,r12d
   73  mov qword ptr [r15+78h],0
   7e  mov eax,2
   83  jmp shared
   88  mov qword ptr [r15+78h],2
   93  mov eax,2
   98  jmp shared
   9d  mov dword ptr [r13-4],414h
   a5  lea rsi,[rsi+10000000h]
   ad  mov edx,1
   b3  mov ecx,1
   b9  jmp shared
   be  lea rax,[0]
   c5  jmp shared
atomic_rmw.and.i8:
    0  sub r12,1
    4  jb 6d
    a  cmp r13,[shared]
   11  jae 85
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 85
   2b  mov dword ptr [r13],0DEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9a
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  and esi,eax
   60  mov [r14+rdi],sil
   65  mov rdi,rax
   68  sub r13,8
   6c  ret
   6d  xor r12d,r12d
   70  mov qword ptr [r15+78h],0
   7b  mov eax,2
   80  jmp shared
   85  mov qword ptr [r15+78h],2
   90  mov eax,2
   95  jmp shared
   9a  mov dword ptr [r13-4],418h
   a2  lea rsi,[rsi+10000000h]
   aa  mov edx,1
   b0  mov ecx,1
   b6  jmp shared
   bb  lea rax,[0]
   c2  jmp shared
atomic_rmw.or.i8:
    0  sub r12,1
    4  jb 6d
    a  cmp r13,[shared]
   11  jae 85
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 85
   2b  mov dword ptr [r13],0DFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9a
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  or esi,eax
   60  mov [r14+rdi],sil
   65  mov rdi,rax
   68  sub r13,8
   6c  ret
   6d  xor r12d,r12d
   70  mov qword ptr [r15+78h],0
   7b  mov eax,2
   80  jmp shared
   85  mov qword ptr [r15+78h],2
   90  mov eax,2
   95  jmp shared
   9a  mov dword ptr [r13-4],41Ch
   a2  lea rsi,[rsi+10000000h]
   aa  mov edx,1
   b0  mov ecx,1
   b6  jmp shared
   bb  lea rax,[0]
   c2  jmp shared
atomic_rmw.xor.i8:
    0  sub r12,1
    4  jb 6d
    a  cmp r13,[shared]
   11  jae 85
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 85
   2b  mov dword ptr [r13],0E0h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9a
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  xor esi,eax
   60  mov [r14+rdi],sil
   65  mov rdi,rax
   68  sub r13,8
   6c  ret
   6d  xor r12d,r12d
   70  mov qword ptr [r15+78h],0
   7b  mov eax,2
   80  jmp shared
   85  mov qword ptr [r15+78h],2
   90  mov eax,2
   95  jmp shared
   9a  mov dword ptr [r13-4],420h
   a2  lea rsi,[rsi+10000000h]
   aa  mov edx,1
   b0  mov ecx,1
   b6  jmp shared
   bb  lea rax,[0]
   c2  jmp shared
atomic_rmw.min_s.i8:
    0  sub r12,1
    4  jb 76
    a  cmp r13,[shared]
   11  jae 8e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8e
   2b  mov dword ptr [r13],0E1h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a3
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  cmp al,sil
   60  jge 69
   66  mov rsi,rax
   69  mov [r14+rdi],sil
   6e  mov rdi,rax
   71  sub r13,8
   75  ret
   76  xor r12d,r12d
   79  mov qword ptr [r15+78h],0
   84  mov eax,2
   89  jmp shared
   8e  mov qword ptr [r15+78h],2
   99  mov eax,2
   9e  jmp shared
   a3  mov dword ptr [r13-4],424h
   ab  lea rsi,[rsi+10000000h]
   b3  mov edx,1
   b9  mov ecx,1
   bf  jmp shared
   c4  lea rax,[0]
   cb  jmp shared
atomic_rmw.min_u.i8:
    0  sub r12,1
    4  jb 76
    a  cmp r13,[shared]
   11  jae 8e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8e
   2b  mov dword ptr [r13],0E2h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a3
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  cmp al,sil
   60  jae 69
   66  mov rsi,rax
   69  mov [r14+rdi],sil
   6e  mov rdi,rax
   71  sub r13,8
   75  ret
   76  xor r12d,r12d
   79  mov qword ptr [r15+78h],0
   84  mov eax,2
   89  jmp shared
   8e  mov qword ptr [r15+78h],2
   99  mov eax,2
   9e  jmp shared
   a3  mov dword ptr [r13-4],428h
   ab  lea rsi,[rsi+10000000h]
   b3  mov edx,1
   b9  mov ecx,1
   bf  jmp shared
   c4  lea rax,[0]
   cb  jmp shared
atomic_rmw.max_s.i8:
    0  sub r12,1
    4  jb 76
    a  cmp r13,[shared]
   11  jae 8e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8e
   2b  mov dword ptr [r13],0E3h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a3
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  cmp al,sil
   60  jle 69
   66  mov rsi,rax
   69  mov [r14+rdi],sil
   6e  mov rdi,rax
   71  sub r13,8
   75  ret
   76  xor r12d,r12d
   79  mov qword ptr [r15+78h],0
   84  mov eax,2
   89  jmp shared
   8e  mov qword ptr [r15+78h],2
   99  mov eax,2
   9e  jmp shared
   a3  mov dword ptr [r13-4],42Ch
   ab  lea rsi,[rsi+10000000h]
   b3  mov edx,1
   b9  mov ecx,1
   bf  jmp shared
   c4  lea rax,[0]
   cb  jmp shared
atomic_rmw.max_u.i8:
    0  sub r12,1
    4  jb 76
    a  cmp r13,[shared]
   11  jae 8e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8e
   2b  mov dword ptr [r13],0E4h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a3
   54  mov rsi,r8
   57  movzx eax,byte ptr [r14+rdi]
   5d  cmp al,sil
   60  jbe 69
   66  mov rsi,rax
   69  mov [r14+rdi],sil
   6e  mov rdi,rax
   71  sub r13,8
   75  ret
   76  xor r12d,r12d
   79  mov qword ptr [r15+78h],0
   84  mov eax,2
   89  jmp shared
   8e  mov qword ptr [r15+78h],2
   99  mov eax,2
   9e  jmp shared
   a3  mov dword ptr [r13-4],430h
   ab  lea rsi,[rsi+10000000h]
   b3  mov edx,1
   b9  mov ecx,1
   bf  jmp shared
   c4  lea rax,[0]
   cb  jmp shared
atomic_cmpxchg.i8:
    0  sub r12,1
    4  jb 88
    a  cmp r13,[shared]
   11  jae a0
   17  lea rax,[rbx+50h]
   1e  cmp rax,[r15+90h]
   25  ja a0
   2b  mov dword ptr [r13],0E5h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  lea rsi,[rdi-10000000h]
   4b  cmp rsi,[shared]
   52  ja b5
   58  mov rsi,r8
   5b  movzx eax,byte ptr [r14+rdi]
   61  cmp esi,eax
   64  sete sil
   68  movzx esi,sil
   6c  test esi,esi
   6f  je 7d
   75  mov rcx,r9
   78  mov [r14+rdi],cl
   7d  mov rdi,rax
   80  mov r8,rsi
   83  sub r13,8
   87  ret
   88  xor r12d,r12d
   8b  mov qword ptr [r15+78h],0
   96  mov eax,2
   9b  jmp shared
   a0  mov qword ptr [r15+78h],2
   ab  mov eax,2
   b0  jmp shared
   b5  mov dword ptr [r13-4],435h
   bd  lea rsi,[rsi+10000000h]
   c5  mov edx,1
   cb  mov ecx,1
   d1  jmp shared
   d6  lea rax,[0]
   dd  jmp shared
atomic_load.i8:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0E6h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8b
   50  movzx esi,byte ptr [r14+rdi]
   56  mov rdi,rsi
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],438h
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,1
   a1  mov ecx,0
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
atomic_store.i8:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0E7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8b
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],43Ch
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,1
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
switch.i8:
    0  sub r12,1
    4  jb 72
    a  cmp r13,[shared]
   11  jae 8a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8a
   2b  mov dword ptr [r13],0E8h
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  cmp edi,1
   3f  je 63
   45  cmp edi,2
   49  je 63
   4f  cmp edi,64h
   53  je 68
   59  jmp 5e
   5e  jmp 6d
   63  jmp 6d
   68  jmp 6d
   6d  sub r13,8
   71  ret
   72  xor r12d,r12d
   75  mov qword ptr [r15+78h],0
   80  mov eax,2
   85  jmp shared
   8a  mov qword ptr [r15+78h],2
   95  mov eax,2
   9a  jmp shared
   9f  lea rax,[0]
   a6  jmp shared
atomic_rmw.xchg.i16:
    0  sub r12,1
    4  jb 6b
    a  cmp r13,[shared]
   11  jae 83
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 83
   2b  mov dword ptr [r13],0E9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 98
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  mov [r14+rdi],si
   63  mov rdi,rax
   66  sub r13,8
   6a  ret
   6b  xor r12d,r12d
   6e  mov qword ptr [r15+78h],0
   79  mov eax,2
   7e  jmp shared
   83  mov qword ptr [r15+78h],2
   8e  mov eax,2
   93  jmp shared
   98  mov dword ptr [r13-4],443h
   a0  lea rsi,[rsi+10000000h]
   a8  mov edx,2
   ae  mov ecx,1
   b4  jmp shared
   b9  lea rax,[0]
   c0  jmp shared
atomic_rmw.add.i16:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],0EAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9b
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  add esi,eax
   60  mov [r14+rdi],si
   66  mov rdi,rax
   69  sub r13,8
   6d  ret
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  mov dword ptr [r13-4],447h
   a3  lea rsi,[rsi+10000000h]
   ab  mov edx,2
   b1  mov ecx,1
   b7  jmp shared
   bc  lea rax,[0]
   c3  jmp shared
atomic_rmw.sub.i16:
    0  sub r12,1
    4  jb 71
    a  cmp r13,[shared]
   11  jae 89
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 89
   2b  mov dword ptr [r13],0EBh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9e
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  neg rsi
   60  add esi,eax
   63  mov [r14+rdi],si
   69  mov rdi,rax
   6c  sub r13,8
   70  ret
   71  xor r12d,r12d
   74  mov qword ptr [r15+78h],0
   7f  mov eax,2
   84  jmp shared
   89  mov qword ptr [r15+78h],2
   94  mov eax,2
   99  jmp shared
   9e  mov dword ptr [r13-4],44Bh
   a6  lea rsi,[rsi+10000000h]
   ae  mov edx,2
   b4  mov ecx,1
   ba  jmp shared
   bf  lea rax,[0]
   c6  jmp shared
atomic_rmw.and.i16:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],0ECh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9b
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  and esi,eax
   60  mov [r14+rdi],si
   66  mov rdi,rax
   69  sub r13,8
   6d  ret
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  mov dword ptr [r13-4],44Fh
   a3  lea rsi,[rsi+10000000h]
   ab  mov edx,2
   b1  mov ecx,1
   b7  jmp shared
   bc  lea rax,[0]
   c3  jmp shared
atomic_rmw.or.i16:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],0EDh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9b
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  or esi,eax
   60  mov [r14+rdi],si
   66  mov rdi,rax
   69  sub r13,8
   6d  ret
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  mov dword ptr [r13-4],453h
   a3  lea rsi,[rsi+10000000h]
   ab  mov edx,2
   b1  mov ecx,1
   b7  jmp shared
   bc  lea rax,[0]
   c3  jmp shared
atomic_rmw.xor.i16:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],0EEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9b
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  xor esi,eax
   60  mov [r14+rdi],si
   66  mov rdi,rax
   69  sub r13,8
   6d  ret
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  mov dword ptr [r13-4],457h
   a3  lea rsi,[rsi+10000000h]
   ab  mov edx,2
   b1  mov ecx,1
   b7  jmp shared
   bc  lea rax,[0]
   c3  jmp shared
atomic_rmw.min_s.i16:
    0  sub r12,1
    4  jb 78
    a  cmp r13,[shared]
   11  jae 90
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 90
   2b  mov dword ptr [r13],0EFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a5
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  cmp ax,si
   61  jge 6a
   67  mov rsi,rax
   6a  mov [r14+rdi],si
   70  mov rdi,rax
   73  sub r13,8
   77  ret
   78  xor r12d,r12d
   7b  mov qword ptr [r15+78h],0
   86  mov eax,2
   8b  jmp shared
   90  mov qword ptr [r15+78h],2
   9b  mov eax,2
   a0  jmp shared
   a5  mov dword ptr [r13-4],45Bh
   ad  lea rsi,[rsi+10000000h]
   b5  mov edx,2
   bb  mov ecx,1
   c1  jmp shared
   c6  lea rax,[0]
   cd  jmp shared
atomic_rmw.min_u.i16:
    0  sub r12,1
    4  jb 78
    a  cmp r13,[shared]
   11  jae 90
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 90
   2b  mov dword ptr [r13],0F0h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a5
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  cmp ax,si
   61  jae 6a
   67  mov rsi,rax
   6a  mov [r14+rdi],si
   70  mov rdi,rax
   73  sub r13,8
   77  ret
   78  xor r12d,r12d
   7b  mov qword ptr [r15+78h],0
   86  mov eax,2
   8b  jmp shared
   90  mov qword ptr [r15+78h],2
   9b  mov eax,2
   a0  jmp shared
   a5  mov dword ptr [r13-4],45Fh
   ad  lea rsi,[rsi+10000000h]
   b5  mov edx,2
   bb  mov ecx,1
   c1  jmp shared
   c6  lea rax,[0]
   cd  jmp shared
atomic_rmw.max_s.i16:
    0  sub r12,1
    4  jb 78
    a  cmp r13,[shared]
   11  jae 90
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 90
   2b  mov dword ptr [r13],0F1h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a5
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  cmp ax,si
   61  jle 6a
   67  mov rsi,rax
   6a  mov [r14+rdi],si
   70  mov rdi,rax
   73  sub r13,8
   77  ret
   78  xor r12d,r12d
   7b  mov qword ptr [r15+78h],0
   86  mov eax,2
   8b  jmp shared
   90  mov qword ptr [r15+78h],2
   9b  mov eax,2
   a0  jmp shared
   a5  mov dword ptr [r13-4],463h
   ad  lea rsi,[rsi+10000000h]
   b5  mov edx,2
   bb  mov ecx,1
   c1  jmp shared
   c6  lea rax,[0]
   cd  jmp shared
atomic_rmw.max_u.i16:
    0  sub r12,1
    4  jb 78
    a  cmp r13,[shared]
   11  jae 90
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 90
   2b  mov dword ptr [r13],0F2h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a5
   54  mov rsi,r8
   57  movzx eax,word ptr [r14+rdi]
   5d  cmp ax,si
   61  jbe 6a
   67  mov rsi,rax
   6a  mov [r14+rdi],si
   70  mov rdi,rax
   73  sub r13,8
   77  ret
   78  xor r12d,r12d
   7b  mov qword ptr [r15+78h],0
   86  mov eax,2
   8b  jmp shared
   90  mov qword ptr [r15+78h],2
   9b  mov eax,2
   a0  jmp shared
   a5  mov dword ptr [r13-4],467h
   ad  lea rsi,[rsi+10000000h]
   b5  mov edx,2
   bb  mov ecx,1
   c1  jmp shared
   c6  lea rax,[0]
   cd  jmp shared
atomic_cmpxchg.i16:
    0  sub r12,1
    4  jb 89
    a  cmp r13,[shared]
   11  jae a1
   17  lea rax,[rbx+50h]
   1e  cmp rax,[r15+90h]
   25  ja a1
   2b  mov dword ptr [r13],0F3h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  lea rsi,[rdi-10000000h]
   4b  cmp rsi,[shared]
   52  ja b6
   58  mov rsi,r8
   5b  movzx eax,word ptr [r14+rdi]
   61  cmp esi,eax
   64  sete sil
   68  movzx esi,sil
   6c  test esi,esi
   6f  je 7e
   75  mov rcx,r9
   78  mov [r14+rdi],cx
   7e  mov rdi,rax
   81  mov r8,rsi
   84  sub r13,8
   88  ret
   89  xor r12d,r12d
   8c  mov qword ptr [r15+78h],0
   97  mov eax,2
   9c  jmp shared
   a1  mov qword ptr [r15+78h],2
   ac  mov eax,2
   b1  jmp shared
   b6  mov dword ptr [r13-4],46Ch
   be  lea rsi,[rsi+10000000h]
   c6  mov edx,2
   cc  mov ecx,1
   d2  jmp shared
   d7  lea rax,[0]
   de  jmp shared
atomic_load.i16:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],0F4h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8b
   50  movzx esi,word ptr [r14+rdi]
   56  mov rdi,rsi
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],46Fh
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,2
   a1  mov ecx,0
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
atomic_store.i16:
    0  sub r12,1
    4  jb 5f
    a  cmp r13,[shared]
   11  jae 77
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 77
   2b  mov dword ptr [r13],0F5h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8c
   54  mov [r14+rdi],r8w
   5a  sub r13,8
   5e  ret
   5f  xor r12d,r12d
   62  mov qword ptr [r15+78h],0
   6d  mov eax,2
   72  jmp shared
   77  mov qword ptr [r15+78h],2
   82  mov eax,2
   87  jmp shared
   8c  mov dword ptr [r13-4],473h
   94  lea rsi,[rsi+10000000h]
   9c  mov edx,2
   a2  mov ecx,1
   a8  jmp shared
   ad  lea rax,[0]
   b4  jmp shared
switch.i16:
    0  sub r12,1
    4  jb 72
    a  cmp r13,[shared]
   11  jae 8a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8a
   2b  mov dword ptr [r13],0F6h
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  cmp edi,1
   3f  je 63
   45  cmp edi,2
   49  je 63
   4f  cmp edi,64h
   53  je 68
   59  jmp 5e
   5e  jmp 6d
   63  jmp 6d
   68  jmp 6d
   6d  sub r13,8
   71  ret
   72  xor r12d,r12d
   75  mov qword ptr [r15+78h],0
   80  mov eax,2
   85  jmp shared
   8a  mov qword ptr [r15+78h],2
   95  mov eax,2
   9a  jmp shared
   9f  lea rax,[0]
   a6  jmp shared
atomic_rmw.xchg.i32:
    0  sub r12,1
    4  jb 69
    a  cmp r13,[shared]
   11  jae 81
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 81
   2b  mov dword ptr [r13],0F7h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 96
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  mov [r14+rdi],esi
   61  mov rdi,rax
   64  sub r13,8
   68  ret
   69  xor r12d,r12d
   6c  mov qword ptr [r15+78h],0
   77  mov eax,2
   7c  jmp shared
   81  mov qword ptr [r15+78h],2
   8c  mov eax,2
   91  jmp shared
   96  mov dword ptr [r13-4],47Ah
   9e  lea rsi,[rsi+10000000h]
   a6  mov edx,4
   ac  mov ecx,1
   b2  jmp shared
   b7  lea rax,[0]
   be  jmp shared
atomic_rmw.add.i32:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],0F8h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  add esi,eax
   5f  mov [r14+rdi],esi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],47Eh
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,4
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.sub.i32:
    0  sub r12,1
    4  jb 6f
    a  cmp r13,[shared]
   11  jae 87
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 87
   2b  mov dword ptr [r13],0F9h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9c
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  neg rsi
   5f  add esi,eax
   62  mov [r14+rdi],esi
   67  mov rdi,rax
   6a  sub r13,8
   6e  ret
   6f  xor r12d,r12d
   72  mov qword ptr [r15+78h],0
   7d  mov eax,2
   82  jmp shared
   87  mov qword ptr [r15+78h],2
   92  mov eax,2
   97  jmp shared
   9c  mov dword ptr [r13-4],482h
   a4  lea rsi,[rsi+10000000h]
   ac  mov edx,4
   b2  mov ecx,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
atomic_rmw.and.i32:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],0FAh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  and esi,eax
   5f  mov [r14+rdi],esi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],486h
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,4
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.or.i32:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],0FBh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  or esi,eax
   5f  mov [r14+rdi],esi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],48Ah
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,4
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.xor.i32:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],0FCh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  xor esi,eax
   5f  mov [r14+rdi],esi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],48Eh
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,4
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.min_s.i32:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],0FDh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  cmp eax,esi
   5f  jge 68
   65  mov rsi,rax
   68  mov [r14+rdi],esi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],492h
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,4
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.min_u.i32:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],0FEh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  cmp eax,esi
   5f  jae 68
   65  mov rsi,rax
   68  mov [r14+rdi],esi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],496h
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,4
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.max_s.i32:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],0FFh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  cmp eax,esi
   5f  jle 68
   65  mov rsi,rax
   68  mov [r14+rdi],esi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],49Ah
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,4
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.max_u.i32:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],100h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov eax,[r14+rdi]
   5c  cmp eax,esi
   5f  jbe 68
   65  mov rsi,rax
   68  mov [r14+rdi],esi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],49Eh
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,4
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_cmpxchg.i32:
    0  sub r12,1
    4  jb 87
    a  cmp r13,[shared]
   11  jae 9f
   17  lea rax,[rbx+50h]
   1e  cmp rax,[r15+90h]
   25  ja 9f
   2b  mov dword ptr [r13],101h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  lea rsi,[rdi-10000000h]
   4b  cmp rsi,[shared]
   52  ja b4
   58  mov rsi,r8
   5b  mov eax,[r14+rdi]
   60  cmp esi,eax
   63  sete sil
   67  movzx esi,sil
   6b  test esi,esi
   6e  je 7c
   74  mov rcx,r9
   77  mov [r14+rdi],ecx
   7c  mov rdi,rax
   7f  mov r8,rsi
   82  sub r13,8
   86  ret
   87  xor r12d,r12d
   8a  mov qword ptr [r15+78h],0
   95  mov eax,2
   9a  jmp shared
   9f  mov qword ptr [r15+78h],2
   aa  mov eax,2
   af  jmp shared
   b4  mov dword ptr [r13-4],4A3h
   bc  lea rsi,[rsi+10000000h]
   c4  mov edx,4
   ca  mov ecx,1
   d0  jmp shared
   d5  lea rax,[0]
   dc  jmp shared
atomic_load.i32:
    0  sub r12,1
    4  jb 5d
    a  cmp r13,[shared]
   11  jae 75
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 75
   2b  mov dword ptr [r13],102h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8a
   50  mov esi,[r14+rdi]
   55  mov rdi,rsi
   58  sub r13,8
   5c  ret
   5d  xor r12d,r12d
   60  mov qword ptr [r15+78h],0
   6b  mov eax,2
   70  jmp shared
   75  mov qword ptr [r15+78h],2
   80  mov eax,2
   85  jmp shared
   8a  mov dword ptr [r13-4],4A6h
   92  lea rsi,[rsi+10000000h]
   9a  mov edx,4
   a0  mov ecx,0
   a6  jmp shared
   ab  lea rax,[0]
   b2  jmp shared
atomic_store.i32:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],103h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8d
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],4AAh
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,4
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
switch.i32:
    0  sub r12,1
    4  jb 72
    a  cmp r13,[shared]
   11  jae 8a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8a
   2b  mov dword ptr [r13],104h
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  cmp edi,1
   3f  je 63
   45  cmp edi,2
   49  je 63
   4f  cmp edi,64h
   53  je 68
   59  jmp 5e
   5e  jmp 6d
   63  jmp 6d
   68  jmp 6d
   6d  sub r13,8
   71  ret
   72  xor r12d,r12d
   75  mov qword ptr [r15+78h],0
   80  mov eax,2
   85  jmp shared
   8a  mov qword ptr [r15+78h],2
   95  mov eax,2
   9a  jmp shared
   9f  lea rax,[0]
   a6  jmp shared
atomic_rmw.xchg.i64:
    0  sub r12,1
    4  jb 69
    a  cmp r13,[shared]
   11  jae 81
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 81
   2b  mov dword ptr [r13],105h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 96
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  mov [r14+rdi],rsi
   61  mov rdi,rax
   64  sub r13,8
   68  ret
   69  xor r12d,r12d
   6c  mov qword ptr [r15+78h],0
   77  mov eax,2
   7c  jmp shared
   81  mov qword ptr [r15+78h],2
   8c  mov eax,2
   91  jmp shared
   96  mov dword ptr [r13-4],4B1h
   9e  lea rsi,[rsi+10000000h]
   a6  mov edx,8
   ac  mov ecx,1
   b2  jmp shared
   b7  lea rax,[0]
   be  jmp shared
atomic_rmw.add.i64:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],106h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  add rsi,rax
   5f  mov [r14+rdi],rsi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],4B5h
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,8
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.sub.i64:
    0  sub r12,1
    4  jb 6f
    a  cmp r13,[shared]
   11  jae 87
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 87
   2b  mov dword ptr [r13],107h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 9c
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  neg rsi
   5f  add rsi,rax
   62  mov [r14+rdi],rsi
   67  mov rdi,rax
   6a  sub r13,8
   6e  ret
   6f  xor r12d,r12d
   72  mov qword ptr [r15+78h],0
   7d  mov eax,2
   82  jmp shared
   87  mov qword ptr [r15+78h],2
   92  mov eax,2
   97  jmp shared
   9c  mov dword ptr [r13-4],4B9h
   a4  lea rsi,[rsi+10000000h]
   ac  mov edx,8
   b2  mov ecx,1
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
atomic_rmw.and.i64:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],108h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  and rsi,rax
   5f  mov [r14+rdi],rsi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],4BDh
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,8
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.or.i64:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],109h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  or rsi,rax
   5f  mov [r14+rdi],rsi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],4C1h
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,8
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.xor.i64:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],10Ah
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 99
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  xor rsi,rax
   5f  mov [r14+rdi],rsi
   64  mov rdi,rax
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  mov dword ptr [r13-4],4C5h
   a1  lea rsi,[rsi+10000000h]
   a9  mov edx,8
   af  mov ecx,1
   b5  jmp shared
   ba  lea rax,[0]
   c1  jmp shared
atomic_rmw.min_s.i64:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],10Bh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  cmp rax,rsi
   5f  jge 68
   65  mov rsi,rax
   68  mov [r14+rdi],rsi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],4C9h
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,8
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.min_u.i64:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],10Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  cmp rax,rsi
   5f  jae 68
   65  mov rsi,rax
   68  mov [r14+rdi],rsi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],4CDh
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,8
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.max_s.i64:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],10Dh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  cmp rax,rsi
   5f  jle 68
   65  mov rsi,rax
   68  mov [r14+rdi],rsi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],4D1h
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,8
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_rmw.max_u.i64:
    0  sub r12,1
    4  jb 75
    a  cmp r13,[shared]
   11  jae 8d
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 8d
   2b  mov dword ptr [r13],10Eh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja a2
   54  mov rsi,r8
   57  mov rax,[r14+rdi]
   5c  cmp rax,rsi
   5f  jbe 68
   65  mov rsi,rax
   68  mov [r14+rdi],rsi
   6d  mov rdi,rax
   70  sub r13,8
   74  ret
   75  xor r12d,r12d
   78  mov qword ptr [r15+78h],0
   83  mov eax,2
   88  jmp shared
   8d  mov qword ptr [r15+78h],2
   98  mov eax,2
   9d  jmp shared
   a2  mov dword ptr [r13-4],4D5h
   aa  lea rsi,[rsi+10000000h]
   b2  mov edx,8
   b8  mov ecx,1
   be  jmp shared
   c3  lea rax,[0]
   ca  jmp shared
atomic_cmpxchg.i64:
    0  sub r12,1
    4  jb 87
    a  cmp r13,[shared]
   11  jae 9f
   17  lea rax,[rbx+50h]
   1e  cmp rax,[r15+90h]
   25  ja 9f
   2b  mov dword ptr [r13],10Fh
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov r9,[rbx+10h]
   43  lea rsi,[rdi-10000000h]
   4b  cmp rsi,[shared]
   52  ja b4
   58  mov rsi,r8
   5b  mov rax,[r14+rdi]
   60  cmp rsi,rax
   63  sete sil
   67  movzx esi,sil
   6b  test esi,esi
   6e  je 7c
   74  mov rcx,r9
   77  mov [r14+rdi],rcx
   7c  mov rdi,rax
   7f  mov r8,rsi
   82  sub r13,8
   86  ret
   87  xor r12d,r12d
   8a  mov qword ptr [r15+78h],0
   95  mov eax,2
   9a  jmp shared
   9f  mov qword ptr [r15+78h],2
   aa  mov eax,2
   af  jmp shared
   b4  mov dword ptr [r13-4],4DAh
   bc  lea rsi,[rsi+10000000h]
   c4  mov edx,8
   ca  mov ecx,1
   d0  jmp shared
   d5  lea rax,[0]
   dc  jmp shared
atomic_load.i64:
    0  sub r12,1
    4  jb 5d
    a  cmp r13,[shared]
   11  jae 75
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 75
   2b  mov dword ptr [r13],110h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 8a
   50  mov rsi,[r14+rdi]
   55  mov rdi,rsi
   58  sub r13,8
   5c  ret
   5d  xor r12d,r12d
   60  mov qword ptr [r15+78h],0
   6b  mov eax,2
   70  jmp shared
   75  mov qword ptr [r15+78h],2
   80  mov eax,2
   85  jmp shared
   8a  mov dword ptr [r13-4],4DDh
   92  lea rsi,[rsi+10000000h]
   9a  mov edx,8
   a0  mov ecx,0
   a6  jmp shared
   ab  lea rax,[0]
   b2  jmp shared
atomic_store.i64:
    0  sub r12,1
    4  jb 5e
    a  cmp r13,[shared]
   11  jae 76
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 76
   2b  mov dword ptr [r13],111h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  lea rsi,[rdi-10000000h]
   47  cmp rsi,[shared]
   4e  ja 8b
   54  mov [r14+rdi],r8
   59  sub r13,8
   5d  ret
   5e  xor r12d,r12d
   61  mov qword ptr [r15+78h],0
   6c  mov eax,2
   71  jmp shared
   76  mov qword ptr [r15+78h],2
   81  mov eax,2
   86  jmp shared
   8b  mov dword ptr [r13-4],4E1h
   93  lea rsi,[rsi+10000000h]
   9b  mov edx,8
   a1  mov ecx,1
   a7  jmp shared
   ac  lea rax,[0]
   b3  jmp shared
switch.i64:
    0  sub r12,1
    4  jb 72
    a  cmp r13,[shared]
   11  jae 8a
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 8a
   2b  mov dword ptr [r13],112h
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  cmp rdi,1
   3f  je 63
   45  cmp rdi,2
   49  je 63
   4f  cmp rdi,64h
   53  je 68
   59  jmp 5e
   5e  jmp 6d
   63  jmp 6d
   68  jmp 6d
   6d  sub r13,8
   71  ret
   72  xor r12d,r12d
   75  mov qword ptr [r15+78h],0
   80  mov eax,2
   85  jmp shared
   8a  mov qword ptr [r15+78h],2
   95  mov eax,2
   9a  jmp shared
   9f  lea rax,[0]
   a6  jmp shared
copy:
    0  sub r12,1
    4  jb 66
    a  cmp r13,[shared]
   11  jae 7e
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 7e
   2b  mov dword ptr [r13],113h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov [r15+78h],r8
   46  mov [r15+88h],rdi
   4d  mov [r15+80h],rdi
   54  mov dword ptr [r13-4],4E9h
   5c  call shared
   61  sub r13,8
   65  ret
   66  xor r12d,r12d
   69  mov qword ptr [r15+78h],0
   74  mov eax,2
   79  jmp shared
   7e  mov qword ptr [r15+78h],2
   89  mov eax,2
   8e  jmp shared
   93  lea rax,[0]
   9a  jmp shared
copy 24:
    0  sub r12,1
    4  jb 96
    a  cmp r13,[shared]
   11  jae ae
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja ae
   2b  mov dword ptr [r13],114h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi+18h]
   40  cmp rsi,[r15+18h]
   47  ja c3
   4d  cmp rsi,10000018h
   54  jb c3
   5a  lea rsi,[rdi+18h]
   5f  cmp rsi,[r15+18h]
   66  ja e1
   6c  cmp rsi,10000018h
   73  jb e1
   79  movups xmm0,[r14+rdi]
   7f  movups xmm1,[r14+rdi+8]
   85  movups [r14+rdi],xmm0
   8b  movups [r14+rdi+8],xmm1
   91  sub r13,8
   95  ret
   96  xor r12d,r12d
   99  mov qword ptr [r15+78h],0
   a4  mov eax,2
   a9  jmp shared
   ae  mov qword ptr [r15+78h],2
   b9  mov eax,2
   be  jmp shared
   c3  mov dword ptr [r13-4],4EEh
   cb  lea rsi,[rsi-18h]
   d0  mov edx,18h
   d6  mov ecx,1
   dc  jmp shared
   e1  mov dword ptr [r13-4],4EEh
   e9  lea rsi,[rsi-18h]
   ee  mov edx,18h
   f4  mov ecx,0
   fa  jmp shared
   ff  lea rax,[0]
  106  jmp shared
fill:
    0  sub r12,1
    4  jb 6c
    a  cmp r13,[shared]
   11  jae 84
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 84
   2b  mov dword ptr [r13],115h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov r8,[rbx+8]
   3f  mov [r15+78h],r8
   46  mov esi,7
   4c  mov [r15+88h],rsi
   53  mov [r15+80h],rdi
   5a  mov dword ptr [r13-4],4F3h
   62  call shared
   67  sub r13,8
   6b  ret
   6c  xor r12d,r12d
   6f  mov qword ptr [r15+78h],0
   7a  mov eax,2
   7f  jmp shared
   84  mov qword ptr [r15+78h],2
   8f  mov eax,2
   94  jmp shared
   99  lea rax,[0]
   a0  jmp shared
fill 24:
    0  sub r12,1
    4  jb 79
    a  cmp r13,[shared]
   11  jae 91
   17  lea rax,[rbx+40h]
   1e  cmp rax,[r15+90h]
   25  ja 91
   2b  mov dword ptr [r13],116h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi+18h]
   40  cmp rsi,[r15+18h]
   47  ja a6
   4d  cmp rsi,10000018h
   54  jb a6
   5a  movsd xmm0,[c8]
   63  punpcklqdq xmm0,xmm0
   68  movups [r14+rdi],xmm0
   6e  movups [r14+rdi+8],xmm0
   74  sub r13,8
   78  ret
   79  xor r12d,r12d
   7c  mov qword ptr [r15+78h],0
   87  mov eax,2
   8c  jmp shared
   91  mov qword ptr [r15+78h],2
   9c  mov eax,2
   a1  jmp shared
   a6  mov dword ptr [r13-4],4F8h
   ae  lea rsi,[rsi-18h]
   b3  mov edx,18h
   b9  mov ecx,1
   bf  jmp shared
   c4  nop
   c5  nop
   c6  nop
   c7  nop
   c8  (bad)
   ca  (bad)
   cc  (bad)
   ce  (bad)
   d0  lea rax,[0]
   d7  jmp shared
fence:
    0  sub r12,1
    4  jb 3c
    a  cmp r13,[shared]
   11  jae 54
   17  lea rax,[rbx+10h]
   1e  cmp rax,[r15+90h]
   25  ja 54
   2b  mov dword ptr [r13],117h
   33  add r13,8
   37  sub r13,8
   3b  ret
   3c  xor r12d,r12d
   3f  mov qword ptr [r15+78h],0
   4a  mov eax,2
   4f  jmp shared
   54  mov qword ptr [r15+78h],2
   5f  mov eax,2
   64  jmp shared
   69  lea rax,[0]
   70  jmp shared
trap:
    0  sub r12,1
    4  jb 6e
    a  cmp r13,[shared]
   11  jae 86
   17  lea rax,[rbx+10h]
   1e  cmp rax,[r15+90h]
   25  ja 86
   2b  mov dword ptr [r13],118h
   33  add r13,8
   37  mov dword ptr [r13-4],4FCh
   3f  mov eax,0
   45  mov [r15+80h],rax
   4c  mov eax,0
   52  mov [r15+88h],rax
   59  mov qword ptr [r15+78h],0Eh
   64  mov eax,1
   69  jmp shared
   6e  xor r12d,r12d
   71  mov qword ptr [r15+78h],0
   7c  mov eax,2
   81  jmp shared
   86  mov qword ptr [r15+78h],2
   91  mov eax,2
   96  jmp shared
   9b  lea rax,[0]
   a2  jmp shared
eval:
    0  sub r12,1
    4  jb 5a
    a  cmp r13,[shared]
   11  jae 72
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 72
   2b  mov dword ptr [r13],119h
   33  add r13,8
   37  mov rdi,[rbx]
   3b  lea rsi,[rdi-10000000h]
   43  cmp rsi,[shared]
   4a  ja 87
   50  mov rsi,[r14+rdi]
   55  sub r13,8
   59  ret
   5a  xor r12d,r12d
   5d  mov qword ptr [r15+78h],0
   68  mov eax,2
   6d  jmp shared
   72  mov qword ptr [r15+78h],2
   7d  mov eax,2
   82  jmp shared
   87  mov dword ptr [r13-4],4FFh
   8f  lea rsi,[rsi+10000000h]
   97  mov edx,8
   9d  mov ecx,0
   a3  jmp shared
   a8  lea rax,[0]
   af  jmp shared
set if return:
    0  sub r12,1
    4  jb 5a
    a  cmp r13,[shared]
   11  jae 72
   17  lea rax,[rbx+38h]
   1e  cmp rax,[r15+90h]
   25  ja 72
   2b  mov dword ptr [r13],11Ah
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  mov r8,[rbx+10h]
   3f  test rdi,rdi
   42  je 50
   48  mov rdi,r8
   4b  jmp 55
   50  sub r13,8
   54  ret
   55  sub r13,8
   59  ret
   5a  xor r12d,r12d
   5d  mov qword ptr [r15+78h],0
   68  mov eax,2
   6d  jmp shared
   72  mov qword ptr [r15+78h],2
   7d  mov eax,2
   82  jmp shared
   87  lea rax,[0]
   8e  jmp shared
block loop break continue:
    0  sub r12,1
    4  jb 70
    a  cmp r13,[shared]
   11  jae 88
   17  lea rax,[rbx+30h]
   1e  cmp rax,[r15+90h]
   25  ja 88
   2b  mov dword ptr [r13],11Bh
   33  add r13,8
   37  mov rdi,[rbx+8]
   3b  mov r8,[rbx+10h]
   3f  mov dword ptr [r13-4],510h
   47  sub r12,1
   4b  jb 9d
   51  test rdi,rdi
   54  jne 6b
   5a  test r8,r8
   5d  jne 47
   63  mov rdi,r8
   66  jmp 47
   6b  sub r13,8
   6f  ret
   70  xor r12d,r12d
   73  mov qword ptr [r15+78h],0
   7e  mov eax,2
   83  jmp shared
   88  mov qword ptr [r15+78h],2
   93  mov eax,2
   98  jmp shared
   9d  mov dword ptr [r13-4],510h
   a5  xor r12d,r12d
   a8  mov qword ptr [r15+78h],0
   b3  mov eax,2
   b8  jmp shared
   bd  lea rax,[0]
   c4  jmp shared
   c9  lea rax,[d5]
   d0  jmp shared
   d5  mov rdi,[rbx+8]
   d9  mov r8,[rbx+10h]
   dd  mov dword ptr [r13-4],510h
   e5  jmp 47
f:
    0  sub r12,1
    4  jb 47
    a  cmp r13,[shared]
   11  jae 5f
   17  lea rax,[rbx+28h]
   1e  cmp rax,[r15+90h]
   25  ja 5f
   2b  mov dword ptr [r13],11Ch
   33  add r13,8
   37  mov rdi,[rbx]
   3b  mov rax,rdi
   3e  mov [rbx],rax
   42  sub r13,8
   46  ret
   47  xor r12d,r12d
   4a  mov qword ptr [r15+78h],0
   55  mov eax,2
   5a  jmp shared
   5f  mov qword ptr [r15+78h],2
   6a  mov eax,2
   6f  jmp shared
   74  lea rax,[0]
   7b  jmp shared
call:
    0  sub r12,1
    4  jb 164
    a  cmp r13,[shared]
   11  jae 17c
   17  lea rax,[rbx+58h]
   1e  cmp rax,[r15+90h]
   25  ja 17c
   2b  mov dword ptr [r13],11Eh
   33  add r13,8
   37  movsd xmm4,[rbx+8]
   3d  mov r8,[rbx]
   41  mov r9,[rbx+10h]
   45  mov [rbx+48h],r8
   49  movsd [rbx+50h],xmm4
   4f  mov dword ptr [r13-4],519h
   57  add rbx,48h
   5e  call shared
   63  sub rbx,48h
   6a  movsd xmm4,[rbx+8]
   70  mov r8,[rbx]
   74  mov r9,[rbx+10h]
   78  mov rdi,rax
   7b  mov [rbx+48h],r8
   7f  movsd [rbx+50h],xmm4
   85  mov dword ptr [r13-4],51Ch
   8d  add rbx,48h
   94  call shared
   99  sub rbx,48h
   a0  movsd xmm4,[rbx+8]
   a6  mov r9,[rbx+10h]
   aa  mov rdi,rax
   ad  mov [rbx+48h],rdi
   b1  movsd [rbx+50h],xmm4
   b7  mov dword ptr [r13-4],51Fh
   bf  add rbx,48h
   c6  mov ecx,2
   cb  mov edx,11Dh
   d0  call qword ptr [shared]
   d6  sub rbx,48h
   dd  movsd xmm4,[rbx+8]
   e3  mov r9,[rbx+10h]
   e7  mov rdi,rax
   ea  mov [rbx+48h],rdi
   ee  movsd [rbx+50h],xmm4
   f4  mov dword ptr [r13-4],523h
   fc  mov rax,r9
   ff  mov rcx,rax
  102  sub rcx,[r15+60h]
  109  ror rcx,4
  10d  cmp rcx,[r15+70h]
  114  jae 191
  11a  mov rdx,[r15+68h]
  121  mov edx,[rdx+rcx*4]
  124  lea rsi,[shared]
  12b  cmp dword ptr [rsi+rdx*4],43h
  132  jne 1c2
  138  add rbx,48h
  13f  mov ecx,2
  144  lea rsi,[shared]
  14b  call qword ptr [rsi+rdx*8]
  14e  sub rbx,48h
  155  mov rdi,rax
  158  mov rax,rdi
  15b  mov [rbx],rax
  15f  sub r13,8
  163  ret
  164  xor r12d,r12d
  167  mov qword ptr [r15+78h],0
  172  mov eax,2
  177  jmp shared
  17c  mov qword ptr [r15+78h],2
  187  mov eax,2
  18c  jmp shared
  191  mov dword ptr [r13-4],523h
  199  mov [r15+80h],rax
  1a0  mov eax,0
  1a6  mov [r15+88h],rax
  1ad  mov qword ptr [r15+78h],9
  1b8  mov eax,1
  1bd  jmp shared
  1c2  mov dword ptr [r13-4],523h
  1ca  mov [r15+80h],rax
  1d1  mov eax,0
  1d7  mov [r15+88h],rax
  1de  mov qword ptr [r15+78h],0Ah
  1e9  mov eax,1
  1ee  jmp shared
  1f3  lea rax,[0]
  1fa  jmp shared
