#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/bank_search.hpp"
#include "host/regfile/elf_file.hpp"

namespace sky::regfile {

/// Accesses of one program, from which a map of banks is learned.
struct BankSample {
    std::vector<uint8_t> accesses;
    double weight = 1;  ///< so that programs count alike, however long they run: steps come out an instruction

    [[nodiscard]] WeightedAccesses weighted() const { return {.accesses = accesses, .weight = weight}; }
};

/// Runs the program, twice. Errors: as those of profile_program().
[[nodiscard]] Result<BankSample> bank_sample(const ElfFile& elf, uint64_t max_instructions,
                                             const std::function<bool(uint64_t instructions)>& advance);

}  // namespace sky::regfile
