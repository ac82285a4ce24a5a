// Every branch: conditions, bypass distances, x0, targets and branches at every alignment, far targets.
#include "isa.inc"

    .macro TAKEN insn, a, b
    li x1, \a
    li x2, \b
    \insn x1, x2, 1f
    jal x30, fail
1:
    .endm

    .macro NOT_TAKEN insn, a, b
    li x1, \a
    li x2, \b
    \insn x1, x2, 1f
    j 2f
1:  jal x30, fail
2:
    .endm

// Taken, operands just written by an addition or a load.
    .macro TAKEN_BYPASS insn, a, b
    la x5, 996f
    j 995f
996:
    .word \a, \b
995:
    .irp n, 0,1,2
    .irp m, 0,1,2
    li x1, \a
    NOPS \m
    li x2, \b
    NOPS \n
    \insn x1, x2, 1f
    jal x30, fail
1:  lw x2, 4(x5)
    NOPS \m
    lw x1, 0(x5)
    NOPS \n
    \insn x1, x2, 1f
    jal x30, fail
1:
    .endr
    .endr
    .endm

    BEGIN
    TEST
    TAKEN beq, 0, 0
    TAKEN beq, -1, -1
    NOT_TAKEN beq, 1, 0
    NOT_TAKEN beq, 0x80000000, 0
    TAKEN_BYPASS beq, 0x77777777, 0x77777777
    beq x0, x0, 1f
    jal x30, fail
1:
    TEST
    TAKEN bne, 1, 0
    TAKEN bne, 0x80000000, 0
    NOT_TAKEN bne, -5, -5
    NOT_TAKEN bne, 0, 0
    TAKEN_BYPASS bne, 0x77777777, 0x77777776
    bne x0, x0, 2f
    j 3f
2:  jal x30, fail
3:
    TEST
    TAKEN blt, -1, 0
    TAKEN blt, 0x80000000, 0x7FFFFFFF
    TAKEN blt, 4, 5
    NOT_TAKEN blt, 5, 5
    NOT_TAKEN blt, 0, -1
    NOT_TAKEN blt, 0x7FFFFFFF, 0x80000000
    TAKEN_BYPASS blt, -7, 7
    TEST
    TAKEN bge, 0, -1
    TAKEN bge, 0x7FFFFFFF, 0x80000000
    TAKEN bge, 5, 5
    NOT_TAKEN bge, 4, 5
    NOT_TAKEN bge, -1, 0
    NOT_TAKEN bge, 0x80000000, 0x7FFFFFFF
    TAKEN_BYPASS bge, 7, -7
    TEST
    TAKEN bltu, 0, -1
    TAKEN bltu, 0x7FFFFFFF, 0x80000000
    NOT_TAKEN bltu, 5, 5
    NOT_TAKEN bltu, -1, 0
    NOT_TAKEN bltu, 0x80000000, 0x7FFFFFFF
    TAKEN_BYPASS bltu, 7, -7
    TEST
    TAKEN bgeu, -1, 0
    TAKEN bgeu, 0x80000000, 0x7FFFFFFF
    TAKEN bgeu, 5, 5
    NOT_TAKEN bgeu, 0, -1
    NOT_TAKEN bgeu, 0x7FFFFFFF, 0x80000000
    TAKEN_BYPASS bgeu, -7, 7

// Branch and target at every pair of alignments, forwards and back, target short or long, and a loop there.
    .macro ALIGNED from, to, first
    ALIGN 16
    .option push
    .option rvc
    li x5, 0
    li x6, 3
    .option norvc
    ALIGN 8
    .option rvc
    .rept \from
    c.nop
    .endr
    .option norvc
    beq x0, x0, 2f
    jal x30, fail
    .option rvc
    ALIGN 8
    .rept \to
    c.nop
    .endr
1:  .option norvc
    bne x5, x6, 4f
    j 5f
    .option rvc
    ALIGN 8
    .rept \to
    c.nop
    .endr
2:  .if \first
    c.addi x5, 1
    .else
    .option norvc
    addi x5, x5, 1
    .option rvc
    .endif
    c.j 3f
    c.nop
3:  .option norvc
    bne x5, x6, 2b
    j 1b
4:  jal x30, fail
5:  .option pop
    EXPECT x5, 3
    .endm

    TEST
    .irp from, 0,1,2,3
    .irp to, 0,1,2,3
    ALIGNED \from, \to, 0
    ALIGNED \from, \to, 1
    .endr
    .endr

    TEST                              // the ends of the range: +4094 and -4096
    li x1, 1
    .option push
    .option rvc
    ALIGN 4
    bnez x1, 2f
1:  c.j 3f
    .skip 4094 - 4 - 2, 0
2:  .option norvc
    li x2, 7
    ALIGN 4
    j 4f
5:  nop
    .skip 4096 - 4 - 4, 0
4:  nop
    .option pop
    j 6f
3:  jal x30, fail
6:  EXPECT x2, 7
    TEST                              // backwards by 4096
    j 2f
1:  li x3, 9
    j 3f
    .skip 4096 - 8, 0
2:  beq x0, x0, 1b
    jal x30, fail
3:  EXPECT x3, 9

    TEST                              // each bit of the offset, forwards and back
    .irp distance, 8,16,32,64,128,256,512,1024,2048
    beq x0, x0, 1f
    .skip \distance - 4, 0
1:  j 3f
2:  j 4f
    .skip \distance - 4, 0
3:  beq x0, x0, 2b
    jal x30, fail
4:  nop
    .endr

    TEST                              // not taken, taken, not taken: nothing behind a taken one happens
    li x1, 0
    li x2, 5
1:  addi x1, x1, 1
    blt x1, x2, 1b
    addi x1, x1, 10
    beq x1, x2, 2f
    addi x1, x1, 20
    beq x0, x0, 3f
    addi x1, x1, 100
2:  addi x1, x1, 200
3:  EXPECT x1, 35
    END
