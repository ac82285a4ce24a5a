// Misaligned loads and stores trap, with the address, without an access and without a result; access faults likewise.
#include "isa.inc"
    BEGIN
    TEST
    la x5, room
    li x1, 0x600D600D
    .irp at, 1,2,3
    la x6, room + \at
    la s7, 1f
    lw x1, \at(x5)
    jal x30, fail
1:  EXPECT s8, 4
    EXPECT_REG s10, x6
    EXPECT x1, 0x600D600D
    .endr
    .irp at, 1,3
    la x6, room + \at
    la s7, 1f
    lh x1, \at(x5)
    jal x30, fail
1:  EXPECT s8, 4
    EXPECT_REG s10, x6
    la s7, 2f
    lhu x1, \at(x5)
    jal x30, fail
2:  EXPECT s8, 4
    EXPECT_REG s10, x6
    EXPECT x1, 0x600D600D
    .endr

    TEST
    li x1, -1
    .irp at, 1,2,3
    la x6, room + \at
    la s7, 1f
    sw x1, \at(x5)
    jal x30, fail
1:  EXPECT s8, 6
    EXPECT_REG s10, x6
    .endr
    .irp at, 1,3
    la x6, room + \at
    la s7, 1f
    sh x1, \at(x5)
    jal x30, fail
1:  EXPECT s8, 6
    EXPECT_REG s10, x6
    .endr
    lw x2, 0(x5)
    EXPECT x2, 0x12345678
    lw x2, 4(x5)
    EXPECT x2, 0x9ABCDEF0

    TEST                              // bytes never; halves at the middle of a word
    lb x2, 1(x5)
    lb x2, 3(x5)
    lh x2, 2(x5)
    EXPECT x2, 0x1234
    sb x1, 1(x5)
    sh x1, 2(x5)
    lw x2, 0(x5)
    EXPECT x2, 0xFFFFFF78

    TEST                              // where nothing is
    .irp address, 0x00000000, 0x01FFFFFC, 0x02010000, 0x10000010, 0x7FFFFFFC, 0x80800000, 0xFFFFF7FC
    li x6, \address
    TRAPS 5, \address, lw x1, 0(x6)
    TRAPS 7, \address, sw x1, 0(x6)
    TRAPS 5, \address, lbu x1, 0(x6)
    TRAPS 7, \address, sb x1, 0(x6)
    .endr
    EXPECT x1, -1

    TEST                              // misaligned comes first
    li x6, 0x00000001
    TRAPS 4, 1, lw x1, 0(x6)
    TRAPS 6, 1, sh x1, 0(x6)

    TEST                              // mret goes to any half word, jumps never trap for alignment
    la x6, 1f + 1
    jalr x0, 0(x6)
    jal x30, fail
1:  nop

    TEST                              // fetches: nothing there, the save page, devices; the jump itself is done
    .irp address, 0x00000000, 0x10000000, 0x40000000, 0x80800000, 0xFFFFF800
    la s7, 1f
    li x6, \address
    jalr x3, 0(x6)
2:  jal x30, fail
1:  EXPECT s8, 1
    EXPECT s9, \address
    EXPECT s10, \address
    EXPECT_ADDRESS x3, 2b
    .endr

    TEST                              // a 32-bit instruction whose second half is not there
    li x6, SKY_RAM + SKY_RAM_BYTES - 2
    li x1, 0x0013
    sh x1, 0(x6)
    fence.i
    la s7, 1f
    jalr x3, 0(x6)
    jal x30, fail
1:  EXPECT s8, 1
    EXPECT s9, SKY_RAM + SKY_RAM_BYTES - 2
    EXPECT s10, SKY_RAM + SKY_RAM_BYTES
    END

    .section .data.misaligned, "aw", @progbits
    .balign 4
room:
    .word 0x12345678, 0x9ABCDEF0
