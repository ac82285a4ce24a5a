// Encodings that are none: illegal instruction, the bits in mtval, nothing written.
#include "isa.inc"

    .macro ILLEGAL bits
    TRAPS 2, \bits, .word \bits
    .endm
    .macro ILLEGAL_HALF bits
    .option push
    .option rvc
    ALIGN 4
    TRAPS 2, \bits, .half \bits
    .option pop
    ALIGN 4
    .endm

    BEGIN
    li x1, 0x600D
    TEST                              // opcodes that are not there: floating point, atomics, custom, 64 bits
    .irp bits, 0x00000007, 0x00002087, 0x00003087, 0x0000000B, 0x00000017 + 4, 0x00000027, 0x0000002B, 0x1000202F
    ILLEGAL \bits
    .endr
    .irp bits, 0x0000003B, 0x00000043, 0x00000047, 0x0000004B, 0x0000004F, 0x00000053, 0x00000057, 0x0000005B
    ILLEGAL \bits
    .endr
    .irp bits, 0x0000006B, 0x00000077, 0x0000007B, 0x0000001F, 0x0000003F, 0x0000005F, 0x0000007F, 0xFFFFFFFF
    ILLEGAL \bits
    .endr
    TEST                              // functions that are not there: loads, stores, branches, jalr, fence
    .irp bits, 0x00003083, 0x00006083, 0x00007083, 0x00003023, 0x00004023, 0x00007023, 0x00002063, 0x00003063
    ILLEGAL \bits
    .endr
    .irp bits, 0x000010E7, 0x000070E7, 0x0000200F, 0x0000700F, 0x00004073, 0x3400C073
    ILLEGAL \bits
    .endr
    TEST                              // shifts and registers with registers
    .irp bits, 0x02009093, 0x40009093, 0x8000D093, 0x4200D093, 0x400090B3, 0x4000F0B3, 0x400040B3, 0x060080B3, 0x800080B3
    ILLEGAL \bits
    .endr
    TEST                              // system: sret, uret, sfence.vma, ecall and mret with a register named
    .irp bits, 0x10200073, 0x00200073, 0x12000073, 0x000000F3, 0x00008073, 0x30200173, 0x10508073, 0x7B200073
    ILLEGAL \bits
    .endr
    TEST                              // lr.w, sc.w, amoadd.w
    .irp bits, 0x1005A0AF, 0x1825A0AF, 0x0025A0AF
    ILLEGAL \bits
    .endr
    TEST                              // 16 bits: all zero, reserved, those of floating point
    .irp bits, 0x0000, 0x0004, 0x2000, 0x6000, 0x8000, 0xA000, 0xE000
    ILLEGAL_HALF \bits
    .endr
    TEST                              // c.lui and c.addi16sp of nothing, shifts by 32, c.subw, c.addw and behind them
    .irp bits, 0x6081, 0x6101, 0x9005, 0x9405, 0x9C01, 0x9C21, 0x9C41, 0x9C61
    ILLEGAL_HALF \bits
    .endr
    TEST                              // c.slli by 32, c.lwsp x0, c.jr x0, those of floating point
    .irp bits, 0x1082, 0x4002, 0x8002, 0x2002, 0x6002, 0xA002, 0xE002
    ILLEGAL_HALF \bits
    .endr
    TEST                              // x1 is the register most of them name
    EXPECT x1, 0x600D
    TEST                              // one that follows a branch not taken traps, one behind a taken one does not
    la s7, 2f
    bne x0, x0, 1f
3:  .word 0xFFFFFFFF
1:  jal x30, fail
2:  EXPECT_ADDRESS s9, 3b
    li s8, 0
    beq x0, x0, 4f
    .word 0xFFFFFFFF
    .word 0xFFFFFFFF
4:  EXPECT s8, 0
    END
