// jal and jalr: links, targets at every alignment, bypass distances of the target, bit 0, x0, the same register.
#include "isa.inc"
    BEGIN
    TEST
1:  jal x1, 2f
    jal x30, fail
2:  la x4, 1b + 4
    EXPECT_REG x1, x4
    jal x0, 3f
    jal x30, fail
3:  EXPECT x0, 0

    TEST                              // back
    j 2f
1:  mv x3, x1
    j 3f
2:  jal x1, 1b
4:  jal x30, fail
3:  EXPECT_ADDRESS x3, 4b

    TEST                              // jalr: offsets, bit 0 is dropped
    la x5, 2f
1:  jalr x1, 0(x5)
    jal x30, fail
2:  EXPECT_ADDRESS x1, 1b + 4
    la x5, 2f - 2047
    jalr x1, 2047(x5)
    jal x30, fail
2:  la x5, 2f + 2048
    jalr x1, -2048(x5)
    jal x30, fail
2:  la x5, 2f + 1
    jalr x1, 0(x5)
    jal x30, fail
2:  la x5, 2f
    jalr x0, 1(x5)
    jal x30, fail
2:  EXPECT x0, 0

    TEST                              // link and target in one register
    la x1, 2f
1:  jalr x1, 0(x1)
    jal x30, fail
2:  EXPECT_ADDRESS x1, 1b + 4

    TEST                              // the target just computed or loaded, the link just used
    .irp n, 0,1,2
    la x5, 2f
    NOPS \n
    jalr x1, 0(x5)
1:  jal x30, fail
2:  NOPS \n
    mv x4, x1
    EXPECT_ADDRESS x4, 1b
    la x6, 3f
    j 4f
    ALIGN 4
3:  .word 6f
4:  lw x5, 0(x6)
    NOPS \n
    jalr x1, 0(x5)
5:  jal x30, fail
6:  NOPS \n
    addi x4, x1, 0
    EXPECT_ADDRESS x4, 5b
    .endr

    .macro ALIGNED from, to
    ALIGN 8
    .option push
    .option rvc
    .rept \from
    c.nop
    .endr
    .option norvc
    jal x1, 2f
1:  jal x30, fail
    .option rvc
    ALIGN 8
    .rept \to
    c.nop
    .endr
    .option norvc
2:  addi x4, x1, 0
    .option pop
    EXPECT_ADDRESS x4, 1b
    ALIGN 8
    la x5, 4f
    .option push
    .option rvc
    .rept \from
    c.nop
    .endr
    .option norvc
    jalr x1, 0(x5)
3:  jal x30, fail
    .option rvc
    ALIGN 8
    .rept \to
    c.nop
    .endr
4:  c.mv x4, x1
    .option pop
    EXPECT_ADDRESS x4, 3b
    .endm
    TEST
    .irp from, 0,1,2,3
    .irp to, 0,1,2,3
    ALIGNED \from, \to
    .endr
    .endr

    TEST                              // each bit of jal's offset, forwards and back
    .irp distance, 8,16,32,64,128,256,512,1024,2048,4096,8192,16384
    jal x1, 1f
    .skip \distance - 4, 0
1:  j 3f
2:  j 4f
    .skip \distance - 4, 0
3:  jal x1, 2b
    jal x30, fail
4:  nop
    .endr

    TEST                              // calls in calls
    li a0, 6
    jal x1, sum
    EXPECT a0, 21

    TEST                              // far, beyond a branch's range
    jal x1, far
    EXPECT a0, 77
    j done

sum:
    beqz a0, 1f
    addi sp, sp, -16
    sw x1, 0(sp)
    sw a0, 4(sp)
    addi a0, a0, -1
    jal x1, sum
    lw x7, 4(sp)
    lw x1, 0(sp)
    addi sp, sp, 16
    add a0, a0, x7
    ret
1:  ret
    .skip 65536, 0
far:
    li a0, 77
    ret
done:
    END
