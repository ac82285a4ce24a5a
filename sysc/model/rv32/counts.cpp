#include "sysc/model/rv32/counts.hpp"

namespace sky::model::rv32 {

stats::Group statistics(const Counts& counts, uint64_t cycles, uint64_t instructions) {
    const auto sum = [&counts](auto belongs) {
        uint64_t total = 0;
        for (uint32_t op = 0; op < kOps; ++op)
            if (belongs(static_cast<Op>(op))) total += counts.executed[op];
        return total;
    };
    const auto per_instruction = [instructions](uint64_t count) {
        return instructions == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(instructions);
    };
    stats::Group root("core", "the RISC-V core");
    root.count("cycles", cycles, "cycles", "from the reset to the end of the run");
    root.count("instructions", instructions, "instructions", "retired");
    root.count("compressed", counts.compressed, "instructions", "of 16 bits");
    root.count("branches", sum(is_branch), "instructions", "conditional branches");
    root.count("taken_branches", counts.taken_branches, "instructions", "of these the taken ones");
    root.count("loads", sum(is_load), "instructions", "loads");
    root.count("stores", sum(is_store), "instructions", "stores");
    root.count("multiplications", sum(is_multiply), "instructions", "mul, mulh, mulhsu, mulhu");
    root.count("divisions", sum(is_divide), "instructions", "div, divu, rem, remu");
    root.count("csr_accesses", sum(is_csr), "instructions", "csrrw and the like");
    root.count("register_reads", counts.register_reads, "reads",
               "of x1 to x31, two of one register by one instruction are one");
    root.count("register_writes", counts.register_writes, "writes", "of x1 to x31");
    root.count("traps", counts.traps, "traps", "synchronous exceptions");
    root.count("interrupts", counts.interrupts, "traps", "interrupts and machine checks");
    root.derived("cycles_per_instruction", per_instruction(cycles), "cycles/instruction", "cycles per instruction",
                 "cycles / instructions");
    root.derived("accesses_per_instruction", per_instruction(counts.register_reads + counts.register_writes),
                 "accesses/instruction", "register accesses per instruction",
                 "(register_reads + register_writes) / instructions");
    return root;
}

}  // namespace sky::model::rv32
