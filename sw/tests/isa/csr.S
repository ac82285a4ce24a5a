// Control and status registers: the six instructions, which write and which do not, fields, registers that are read-only
// or are none.
#include "isa.inc"
    BEGIN
    TEST                              // all six, old value and new one
    li x1, 0xF0F0F0F0
    csrrw x0, mscratch, x1
    li x2, 0x0FF00FF0
    csrrw x3, mscratch, x2
    EXPECT x3, 0xF0F0F0F0
    csrrs x3, mscratch, x1
    EXPECT x3, 0x0FF00FF0
    csrrc x3, mscratch, x2
    EXPECT x3, 0xFFF0FFF0
    csrrwi x3, mscratch, 21
    EXPECT x3, 0xF000F000
    csrrsi x3, mscratch, 10
    EXPECT x3, 21
    csrrci x3, mscratch, 17
    EXPECT x3, 31
    csrrs x3, mscratch, x0
    EXPECT x3, 14
    csrrsi x3, mscratch, 0
    EXPECT x3, 14
    csrrci x3, mscratch, 0
    csrrc x3, mscratch, x0
    EXPECT x3, 14
    csrrw x3, mscratch, x0
    EXPECT x3, 14
    csrr x3, mscratch
    EXPECT x3, 0

    TEST                              // source and destination in one register; just written; just read
    li x1, 0xABCD
    csrrw x1, mscratch, x1
    EXPECT x1, 0
    csrrw x1, mscratch, x1
    EXPECT x1, 0xABCD
    .irp n, 0,1,2
    li x1, 0x50 + \n
    NOPS \n
    csrw mscratch, x1
    NOPS \n
    csrr x2, mscratch
    NOPS \n
    addi x3, x2, 1
    EXPECT x3, 0x51 + \n
    .endr

    TEST                              // mstatus: MIE, MPIE; MPP is machine mode always
    csrw mstatus, x0
    csrr x1, mstatus
    EXPECT x1, 0x1800
    li x2, 0x80
    csrw mstatus, x2
    csrr x1, mstatus
    EXPECT x1, 0x1880
    csrw mstatus, x0
    csrr x1, 0x310                    // mstatush
    EXPECT x1, 0

    TEST                              // mie: those of the four interrupts that are there
    li x2, -1
    csrw mie, x2
    csrr x1, mie
    li x3, 0x10888
    and x1, x1, x3
    EXPECT_REG x1, x3
    csrw mie, x0
    csrr x1, mie
    EXPECT x1, 0

    TEST                              // mtvec, mepc, mcause, mtval
    csrr x4, mtvec
    li x2, 0x80001001
    csrw mtvec, x2
    csrr x1, mtvec
    EXPECT x1, 0x80001001
    csrw mtvec, x4
    csrw mepc, x2
    csrr x1, mepc
    EXPECT x1, 0x80001000
    li x2, 0x80001002
    csrw mepc, x2
    csrr x1, mepc
    EXPECT x1, 0x80001002
    li x2, 0x80000007
    csrw mcause, x2
    csrr x1, mcause
    EXPECT x1, 0x80000007
    li x2, 0xDEADBEEF
    csrw mtval, x2
    csrr x1, mtval
    EXPECT x1, 0xDEADBEEF

    TEST                              // RV32IMC; no vendor, hart 0
    csrr x1, misa
    EXPECT x1, 0x40001104
    csrw misa, x0
    csrr x1, misa
    EXPECT x1, 0x40001104
    csrr x1, mvendorid
    EXPECT x1, 0
    csrr x1, marchid
    csrr x1, mimpid
    csrr x1, mhartid
    EXPECT x1, 0
    csrw mip, x0

    TEST                              // read-only ones: reads in all forms, no write in any
    csrrs x1, 0xC00, x0
    csrrc x1, 0xF14, x0
    csrrsi x1, 0xFC0, 0
    csrrci x1, 0xC82, 0
    li x1, 0x600D
    li x2, 0
    TRAPS 2, 0xC00010F3, csrrw x1, 0xC00, x0
    TRAPS 2, 0xF14120F3, csrrs x1, 0xF14, x2
    TRAPS 2, 0xC02130F3, csrrc x1, 0xC02, x2
    TRAPS 2, 0xFC0050F3, csrrwi x1, 0xFC0, 0
    TRAPS 2, 0xC010E0F3, csrrsi x1, 0xC01, 1
    TRAPS 2, 0xFD00F0F3, csrrci x1, 0xFD0, 1
    EXPECT x1, 0x600D

    TEST                              // none: supervisor's, debug's, behind the register file's
    TRAPS 2, 0x100020F3, csrr x1, 0x100
    TRAPS 2, 0x7B0020F3, csrr x1, 0x7B0
    TRAPS 2, 0x7CE020F3, csrr x1, 0x7CE
    TRAPS 2, 0xFCA020F3, csrr x1, 0xFCA
    TRAPS 2, 0x3A0020F3, csrr x1, 0x3A0
    TRAPS 2, 0x345010F3, csrrw x1, 0x345, x0
    EXPECT x1, 0x600D

    TEST                              // the register file's: widths, entries of the match unit
    li x2, -1
    csrw CSR_RFENTRY, x2
    csrr x1, CSR_RFENTRY
    EXPECT x1, 15
    .irp e, 0,7,15
    csrwi CSR_RFENTRY, \e
    li x2, 0x80700000 + \e * 4
    csrw CSR_RFENTRY_PC, x2
    csrw CSR_RFENTRY_MASK, x2
    csrwi CSR_RFENTRY_MODE, \e & 1
    .endr
    .irp e, 0,7,15
    csrwi CSR_RFENTRY, \e
    csrr x1, CSR_RFENTRY_PC
    EXPECT x1, 0x80700000 + \e * 4
    csrr x1, CSR_RFENTRY_MASK
    EXPECT x1, 0x80700000 + \e * 4
    csrr x1, CSR_RFENTRY_MODE
    EXPECT x1, \e & 1
    csrw CSR_RFENTRY_PC, x0
    .endr
    csrwi CSR_RFENTRY, 3
    csrr x1, CSR_RFENTRY_PC
    EXPECT x1, 0
    li x2, 0x12345678
    csrw CSR_RFTABLE, x2
    csrw CSR_RFLENGTH, x2
    csrr x1, CSR_RFTABLE
    EXPECT x1, 0x12345678
    csrr x1, CSR_RFLENGTH
    EXPECT x1, 0x12345678
    csrw CSR_RFLOW, x2
    csrw CSR_RFMISS, x2
    csrw CSR_RFHIGH, x2
    csrr x1, CSR_RFLOW
    EXPECT x1, 0x12345678
    csrr x1, CSR_RFMISS
    EXPECT x1, 0x12345678
    csrrw x1, CSR_RFHIGH, x0
    EXPECT x1, 0x12345678
    csrr x1, CSR_RFPLACE
    EXPECT x1, 0
    csrr x1, CSR_RFBUSY
    EXPECT x1, 0
    csrr x1, CSR_RFCTL
    EXPECT x1, 0
    END
