// Every instruction of RV32C against what it stands for.
#include "isa.inc"
    BEGIN
    .option rvc

    TEST                              // c.addi, c.nop, c.li
    li x1, 100
    c.addi x1, -32
    EXPECT x1, 68
    c.addi x1, 31
    EXPECT x1, 99
    c.nop
    .half 0x0005 | 3 << 2             // c.nop with a number: a hint
    EXPECT x1, 99
    c.li x2, -32
    EXPECT x2, -32
    c.li x31, 31
    mv x3, x31
    EXPECT x3, 31
    la sp, __stack

    TEST                              // c.lui
    c.lui x1, 1
    EXPECT x1, 0x1000
    c.lui x1, 31
    EXPECT x1, 0x1F000
    c.lui x1, 0xFFFE0
    EXPECT x1, 0xFFFE0000
    c.lui x3, 0xFFFFF
    EXPECT x3, 0xFFFFF000

    TEST                              // c.addi16sp, c.addi4spn
    li sp, 0x80001000
    c.addi16sp sp, 496
    EXPECT sp, 0x800011F0
    c.addi16sp sp, -512
    EXPECT sp, 0x80000FF0
    c.addi16sp sp, 16
    EXPECT sp, 0x80001000
    c.addi4spn x8, sp, 4
    EXPECT x8, 0x80001004
    c.addi4spn x15, sp, 1020
    EXPECT x15, 0x800013FC
    c.addi4spn x9, sp, 8
    EXPECT x9, 0x80001008
    la sp, __stack

    TEST                              // c.slli, c.srli, c.srai, c.andi
    li x1, 0x80000001
    c.slli x1, 1
    EXPECT x1, 2
    li x30, 3
    c.slli x30, 31
    mv x1, x30
    EXPECT x1, 0x80000000
    li x8, 0x80000010
    c.srli x8, 4
    EXPECT x8, 0x08000001
    li x15, 0x80000010
    c.srai x15, 4
    EXPECT x15, 0xF8000001
    li x9, 0x80000000
    c.srai x9, 31
    EXPECT x9, -1
    c.srli x9, 31
    EXPECT x9, 1
    li x10, 0xFFFFFFFF
    c.andi x10, 31
    EXPECT x10, 31
    c.andi x10, -32
    EXPECT x10, 0

    TEST                              // c.sub, c.xor, c.or, c.and with all registers they reach
    .irp r, 8,9,10,11,12,13,14,15
    li x\r, 0x0FF0A5C3
    .if \r != 8
    li x8, 0x00FFFF0F
    c.sub x\r, x8
    EXPECT x\r, 0x0EF0A6B4
    li x\r, 0x0FF0A5C3
    c.xor x\r, x8
    EXPECT x\r, 0x0F0F5ACC
    c.or x\r, x8
    EXPECT x\r, 0x0FFFFFCF
    c.and x8, x\r
    EXPECT x8, 0x00FFFF0F
    .endif
    .endr

    TEST                              // c.mv, c.add
    li x1, 0x1234
    c.mv x2, x1
    EXPECT x2, 0x1234
    c.add x2, x1
    EXPECT x2, 0x2468
    c.add x2, x2
    EXPECT x2, 0x48D0
    c.mv x29, x2
    c.add x29, x1
    EXPECT x29, 0x5B04
    .half 0x8006                      // c.mv x0, x1: a hint
    .half 0x9006                      // c.add x0, x1: a hint
    EXPECT x0, 0
    la sp, __stack

    TEST                              // c.lw, c.sw, c.lwsp, c.swsp
    la x8, room
    li x9, 0x600D0001
    c.sw x9, 0(x8)
    c.sw x8, 124(x8)
    c.sw x9, 64(x8)
    c.lw x10, 0(x8)
    EXPECT x10, 0x600D0001
    c.lw x11, 124(x8)
    EXPECT_REG x11, x8
    lw x12, 64(x8)
    EXPECT x12, 0x600D0001
    c.lw x8, 124(x8)
    EXPECT_REG x11, x8
    mv sp, x8
    li x31, 0x77
    c.swsp x31, 4(sp)
    c.swsp x9, 252(sp)
    c.swsp sp, 128(sp)
    c.swsp x0, 8(sp)
    c.lwsp x1, 4(sp)
    EXPECT x1, 0x77
    c.lwsp x31, 252(sp)
    EXPECT_REG x31, x9
    c.lwsp x1, 8(sp)
    EXPECT x1, 0
    c.lwsp sp, 128(sp)
    EXPECT_REG sp, x8
    la sp, __stack

    TEST                              // c.j, c.jal, c.jr, c.jalr: links are the half word behind
    c.j 1f
    jal x30, fail
1:  c.jal 2f
3:  jal x30, fail
2:  EXPECT_ADDRESS x1, 3b
    la x5, 4f
    c.jr x5
    jal x30, fail
4:  la x5, 5f
    c.jalr x5
6:  jal x30, fail
5:  EXPECT_ADDRESS x1, 6b
    la x1, 7f
    c.jalr x1
8:  jal x30, fail
7:  EXPECT_ADDRESS x1, 8b
    la x5, 9f + 1
    c.jr x5
    jal x30, fail
9:  nop

    TEST                              // each bit of their offsets, forwards and back; the ends of the range
    .irp distance, 4,8,16,32,64,128,256,512,1024,2046
    c.j 1f
    .skip \distance - 2, 0
1:  c.jal 3f
2:  jal x30, fail
    .skip \distance - 6, 0
3:  EXPECT_ADDRESS x1, 2b
    .endr
    .irp distance, 8,16,32,64,128,256,512,1024,2048
    .option norvc
    j 2f
1:  j 3f
    .option rvc
    .skip \distance - 4, 0
2:  c.j 1b
    jal x30, fail
3:  nop
    .endr

    TEST                              // c.beqz, c.bnez
    .irp r, 8,11,15
    li x\r, 0
    c.beqz x\r, 1f
    jal x30, fail
1:  c.bnez x\r, 2f
    li x\r, 0x80000000
    c.bnez x\r, 3f
2:  jal x30, fail
3:  c.beqz x\r, 2b
    .endr
    li x8, 3
    li x9, 0
4:  c.addi x9, 2
    c.addi x8, -1
    c.bnez x8, 4b
    EXPECT x9, 6
    li x8, 0
    li x9, 1
    .irp distance, 4,8,16,32,64,128,254
    c.beqz x8, 1f
    .skip \distance - 2, 0
1:  c.bnez x9, 2f
    .skip \distance - 2, 0
2:  nop
    .endr
    .irp distance, 8,16,32,64,128,256
    .option norvc
    j 2f
1:  j 3f
    .option rvc
    .skip \distance - 4, 0
2:  c.beqz x8, 1b
    jal x30, fail
3:  nop
    .endr

    TEST                              // each bit of the offsets of c.lw, c.sw, c.lwsp, c.swsp and the two additions
    la x8, room
    mv sp, x8
    .irp at, 0,4,8,16,32,64,124
    li x9, 0x1000 + \at
    c.sw x9, \at(x8)
    .endr
    .irp at, 0,4,8,16,32,64,124
    .option norvc
    lw x10, \at(x8)
    .option rvc
    EXPECT x10, 0x1000 + \at
    c.lw x11, \at(x8)
    EXPECT x11, 0x1000 + \at
    .endr
    .irp at, 0,4,8,16,32,64,128,252
    li x9, 0x2000 + \at
    c.swsp x9, \at(sp)
    .endr
    .irp at, 0,4,8,16,32,64,128,252
    .option norvc
    lw x10, \at(x8)
    .option rvc
    EXPECT x10, 0x2000 + \at
    c.lwsp x11, \at(sp)
    EXPECT x11, 0x2000 + \at
    .endr
    li sp, 0x80000000
    .irp by, 4,8,16,32,64,128,256,512
    c.addi4spn x12, sp, \by
    EXPECT x12, 0x80000000 + \by
    .endr
    .irp by, 16,32,64,128,256,-512
    li sp, 0x80000000
    c.addi16sp sp, \by
    EXPECT sp, 0x80000000 + \by
    .endr
    la sp, __stack

    TEST                              // bypass distances in short ones, mixed with long ones
    .irp n, 0,1,2
    c.li x8, 5
    .rept \n
    c.nop
    .endr
    c.addi x8, 6
    .rept \n
    c.nop
    .endr
    c.mv x9, x8
    .rept \n
    c.nop
    .endr
    c.add x9, x8
    EXPECT x9, 22
    .option norvc
    addi x8, x9, 1
    .option rvc
    .rept \n
    c.nop
    .endr
    c.sub x8, x9
    EXPECT x8, 1
    .endr

    TEST                              // c.ebreak
    ALIGN 4
    TRAPS 3, pc, c.ebreak
    .option norvc
    END

    .section .bss.compressed, "aw", @nobits
    .balign 16
room:
    .skip 256
