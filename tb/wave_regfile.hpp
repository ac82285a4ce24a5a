#pragma once

#include <filesystem>
#include <span>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::tb {

/// A program of sw/ on the core, recorded from its first instruction of main on.
struct RegfileScenario {
    const char* name;
    const char* description;
    const char* program;  ///< build/<preset>/sw/PROGRAM.elf
    model::rf::Shape shape;
};

[[nodiscard]] std::span<const RegfileScenario> regfile_scenarios();

/// Returns the exit code of sky_wave.
int record_regfile(const RegfileScenario& scenario, const std::filesystem::path& path);

}  // namespace sky::tb
