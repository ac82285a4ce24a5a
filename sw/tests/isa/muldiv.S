// Every instruction of RV32M: values (division by zero, overflow), places of the result, x0, bypass distances. Numbers
// in the order of muldiv.inc, then sequences.
#include "isa.inc"
    BEGIN
#include "muldiv.inc"

    TEST                              // one behind the other, each from the one before
    li x1, 0x00012345
    li x2, 0x00006789
    mul x3, x1, x2
    mulhu x4, x3, x3
    div x5, x3, x4
    remu x6, x5, x2
    divu x7, x5, x6
    rem x8, x5, x7
    EXPECT x3, 0x75CCA2ED
    EXPECT x4, 0x3634B080
    EXPECT x5, 0x00000002
    EXPECT x6, 0x00000002
    EXPECT x7, 0x00000001
    EXPECT x8, 0x00000000
    END
