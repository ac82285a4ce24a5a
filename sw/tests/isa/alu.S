// Every computing instruction of RV32I: values, places of the result, x0, bypass distances. Numbers in the order of
// alu.inc, then lui and auipc.
#include "isa.inc"
    BEGIN
#include "alu.inc"

    TEST
    lui x1, 0
    EXPECT x1, 0
    lui x1, 0xFFFFF
    EXPECT x1, 0xFFFFF000
    lui x1, 0x80000
    EXPECT x1, 0x80000000
    lui x0, 0x12345
    EXPECT x0, 0
    lui x1, 0x12345
    addi x2, x1, 1
    EXPECT x2, 0x12345001

    TEST
1:  auipc x1, 0
    EXPECT_ADDRESS x1, 1b
2:  auipc x1, 0x80000
    lui x2, 0x80000
    add x1, x1, x2
    EXPECT_ADDRESS x1, 2b
3:  auipc x1, 0x12345
    nop
    lui x2, 0x12345
    sub x1, x1, x2
    EXPECT_ADDRESS x1, 3b
    auipc x0, 1
    EXPECT x0, 0
    END
