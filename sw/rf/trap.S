// Trap entries: migrations to rf_migrate, other interrupts to sky_interrupt in C, exceptions to the default handler.
#include "rf_save.h"
#include "skytrack.h"

#define SLOT(r) SKY_SAVE(RF_SLOT(r))(x0)
#define WORD(name) SKY_SAVE(RF_##name)(x0)

// Vectored: 4 bytes a cause, the interrupts from bit 31 of mcause on; all exceptions take the first.
    .section .text.rf_trap_vectored, "ax", @progbits
    .globl rf_trap_vectored
    .type rf_trap_vectored, @function
    .balign 128
    .option push
    .option norvc
rf_trap_vectored:
    j rf_exception
    .rept 15
    j rf_interrupt
    .endr
    .globl rf_migrate
    j rf_migrate
    .option pop
    .size rf_trap_vectored, . - rf_trap_vectored

// Direct: looks at mcause first, with the marks of a migration so that a reset loses nothing here either.
    .section .text.rf_trap_direct, "ax", @progbits
    .globl rf_trap_direct
    .type rf_trap_direct, @function
    .balign 4
rf_trap_direct:
    sw x5, SLOT(5)
    sw x0, WORD(CALM)               // scratch
    csrr x5, mcause
    bgez x5, rf_exception
    slli x5, x5, 27
    bltz x5, 1f
    li x5, RF_STAGE_SCRATCH
    sw x5, WORD(STAGE)              // scratch, said the other way
    sw x5, WORD(CALM)
    lw x5, SLOT(5)
    sw x0, WORD(STAGE)              // whole
    j rf_interrupt
1:  tail rf_migrate_begun
    .size rf_trap_direct, . - rf_trap_direct

    .section .text.rf_exception, "ax", @progbits
rf_exception:
    tail sky_unexpected_trap

// Needs nothing of what it interrupts, neither sp nor gp: a stack of its own, one interrupt at a time.
    .section .text.rf_interrupt, "ax", @progbits
    .globl rf_interrupt
    .type rf_interrupt, @function
rf_interrupt:
    sw sp, WORD(STACK)
    la sp, .Lstack_end - 80
    .set at, 0
    .irp n, 1,3,4,5,6,7,10,11,12,13,14,15,16,17,28,29,30,31
    sw x\n, at(sp)
    .set at, at + 4
    .endr
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, __tls_base
    csrr a0, mcause
    call sky_interrupt
    .set at, 0
    .irp n, 1,3,4,5,6,7,10,11,12,13,14,15,16,17,28,29,30,31
    lw x\n, at(sp)
    .set at, at + 4
    .endr
    lw sp, WORD(STACK)
    mret
    .size rf_interrupt, . - rf_interrupt

    .section .noinit.rf_interrupt, "aw", @nobits
    .balign 16
    .skip 4096
.Lstack_end:

// What a program without a handler for interrupts says to one.
    .section .text.sky_interrupt, "ax", @progbits
    .weak sky_interrupt
    .type sky_interrupt, @function
sky_interrupt:
    tail sky_unexpected_trap
    .size sky_interrupt, . - sky_interrupt
