// Code that is written: behind fence.i the new instructions run, of both lengths, near and far, again and again.
#include "isa.inc"

    .macro PUT address, bits
    la x5, \address
    li x6, \bits
    sw x6, 0(x5)
    .endm

    BEGIN
    TEST                              // far: a routine of its own
    PUT patch, 0x00700513             // li a0, 7
    fence.i
    jal x1, patch
    EXPECT a0, 7
    PUT patch, 0x00900513             // li a0, 9
    fence.i
    jal x1, patch
    EXPECT a0, 9

    TEST                              // just behind the fence
    la x5, 1f
    li x6, 0x00B00513                 // li a0, 11
    li a0, 0
    sw x6, 0(x5)
    fence.i
1:  li a0, 10
    EXPECT a0, 11
    TEST                              // two steps behind it, and at a half word
    la x5, 2f
    li x6, 0x4575                     // c.li a0, 29
    sh x6, 0(x5)
    .option push
    .option rvc
    ALIGN 4
    fence.i
    c.nop
2:  c.li a0, 1
    .option pop
    EXPECT a0, 29

    TEST                              // half of an instruction of 32 bits that crosses a word
    la x5, 3f
    li x6, 0x07B0                     // the upper half of li a0, 123
    sh x6, 2(x5)
    fence.i
    .option push
    .option rvc
    ALIGN 4
    c.nop
    .option norvc
3:  li a0, 1
    .option pop
    ALIGN 4
    EXPECT a0, 123

    TEST                              // in a loop: another number each time
    li x7, 0
    li x8, 0
    li x9, 20
4:  la x5, patch
    slli x6, x7, 20
    li x4, 0x00000513
    or x6, x6, x4
    sw x6, 0(x5)
    fence.i
    jal x1, patch
    add x8, x8, a0
    addi x7, x7, 1
    bne x7, x9, 4b
    EXPECT x8, 190

    TEST                              // a branch becomes another
    la x5, 5f
    lw x6, 0(x5)
    li x7, 0x1000                     // beq to bne
    xor x6, x6, x7
    sw x6, 0(x5)
    fence.i
5:  beq x0, x0, 6f
    li a0, 55
    j 7f
6:  jal x30, fail
7:  EXPECT a0, 55
    j done
    ALIGN 4
patch:
    li a0, 0
    ret
done:
    END
