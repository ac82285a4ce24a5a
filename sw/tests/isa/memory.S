// Loads and stores: widths, extension, offsets, bytes that must stay, bypass distances of address, data and result.
#include "isa.inc"
    BEGIN
    TEST
    la x5, bytes
    lb x1, 0(x5)
    EXPECT x1, 0xFFFFFF81
    lb x1, 3(x5)
    EXPECT x1, 0x7E
    lbu x1, 0(x5)
    EXPECT x1, 0x81
    lbu x1, 1(x5)
    EXPECT x1, 0xF2
    lbu x1, 2(x5)
    EXPECT x1, 0x00
    lh x1, 0(x5)
    EXPECT x1, 0xFFFFF281
    lh x1, 2(x5)
    EXPECT x1, 0x7E00
    lhu x1, 0(x5)
    EXPECT x1, 0xF281
    lhu x1, 6(x5)
    EXPECT x1, 0x8765
    lw x1, 0(x5)
    EXPECT x1, 0x7E00F281
    lw x1, 4(x5)
    EXPECT x1, 0x87654321

    TEST                              // offsets to both ends, the base kept
    la x5, bytes - 2047
    lbu x1, 2047(x5)
    EXPECT x1, 0x81
    la x5, bytes + 2048
    lw x1, -2048(x5)
    EXPECT x1, 0x7E00F281
    la x6, bytes + 2048
    EXPECT_REG x5, x6

    TEST                              // each bit of the offset of a load and a store
    la x5, pages + 2048
    .irp at, 0,4,8,16,32,64,128,256,512,1024,-2048
    li x1, 0x1000 + \at
    sw x1, \at(x5)
    .endr
    .irp at, 0,4,8,16,32,64,128,256,512,1024,-2048
    la x6, pages + 2048 + \at
    lw x7, 0(x6)
    EXPECT x7, 0x1000 + \at
    lw x7, \at(x5)
    EXPECT x7, 0x1000 + \at
    .endr
    lbu x7, 1(x5)
    EXPECT x7, 0x10
    lhu x7, 2(x5)
    EXPECT x7, 0

    TEST                              // a store changes its bytes and no others
    la x5, room
    li x1, 0x11223344
    li x2, 0xAABBCCDD
    .irp at, 0,1,2,3
    sw x1, 0(x5)
    sb x2, \at(x5)
    lw x3, 0(x5)
    EXPECT x3, (0x11223344 & ~(0xFF << (8 * \at))) | (0xDD << (8 * \at))
    .endr
    .irp at, 0,2
    sw x1, 0(x5)
    sh x2, \at(x5)
    lw x3, 0(x5)
    EXPECT x3, (0x11223344 & ~(0xFFFF << (8 * \at))) | (0xCCDD << (8 * \at))
    .endr
    sw x1, 4(x5)
    sw x2, 8(x5)
    sw x1, 12(x5)
    lw x3, 4(x5)
    lw x4, 8(x5)
    lw x6, 12(x5)
    EXPECT x3, 0x11223344
    EXPECT x4, 0xAABBCCDD
    EXPECT x6, 0x11223344

    TEST                              // x0
    la x5, room
    li x1, -1
    sw x1, 0(x5)
    lw x0, 0(x5)
    EXPECT x0, 0
    sw x0, 0(x5)
    lw x1, 0(x5)
    EXPECT x1, 0
    sb x5, -2048(x0)                  // the save page from x0
    lbu x2, -2048(x0)
    andi x3, x5, 255
    EXPECT_REG x2, x3
    sw x5, -4(x0)
    lw x2, -4(x0)
    EXPECT_REG x2, x5
    li x3, SKY_SAVE_PAGE
    lw x2, 2044(x3)
    EXPECT_REG x2, x5

    TEST                              // base and data of a store just written, the store's effect just read
    .irp n, 0,1,2
    .irp m, 0,1,2
    la x6, room
    NOPS \m
    li x7, 0x600D0000 + \n * 16 + \m
    NOPS \n
    sw x7, 0(x6)
    NOPS \m
    lw x8, 0(x6)
    NOPS \n
    mv x9, x8
    EXPECT x9, 0x600D0000 + \n * 16 + \m
    li x7, 0x0BAD0000 + \n * 16 + \m
    NOPS \m
    la x6, room + 4
    NOPS \n
    sw x7, 0(x6)
    lw x8, 0(x6)
    EXPECT x8, 0x0BAD0000 + \n * 16 + \m
    lw x7, 0(x6)                      // loaded data stored
    NOPS \n
    sw x7, 4(x6)
    la x9, pointer
    lw x6, 0(x9)                      // through a loaded pointer
    NOPS \m
    lw x8, 8(x6)
    EXPECT x8, 0x0BAD0000 + \n * 16 + \m
    .endr
    .endr

    TEST                              // base and result, or base and data, in one register
    la x5, pointer
    lw x5, 0(x5)
    la x6, room
    EXPECT_REG x5, x6
    sw x5, 0(x5)
    lw x5, 0(x5)
    lw x5, 0(x5)
    EXPECT_REG x5, x6

    TEST                              // one behind the other
    la x5, room
    li x1, 1
    li x2, 2
    li x3, 3
    sw x1, 0(x5)
    sw x2, 4(x5)
    sw x3, 8(x5)
    lw x6, 0(x5)
    lw x7, 4(x5)
    lw x8, 8(x5)
    add x6, x6, x7
    add x6, x6, x8
    EXPECT x6, 6

    TEST                              // the last word of RAM
    li x5, SKY_RAM + SKY_RAM_BYTES - 4
    sw x5, 0(x5)
    lw x6, 0(x5)
    EXPECT_REG x6, x5
    lbu x6, 3(x5)
    EXPECT x6, 0x80
    END

    .section .data.memory, "aw", @progbits
    .balign 4
bytes:
    .byte 0x81, 0xF2, 0x00, 0x7E, 0x21, 0x43, 0x65, 0x87
pointer:
    .word room
room:
    .word 0, 0, 0, 0

    .section .bss.memory, "aw", @nobits
    .balign 4
pages:
    .skip 4096
