#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::cli {

/// Options of `mem bench` that a sweep may set, without their dashes.
[[nodiscard]] std::vector<std::string> sweepable_options();

/// The configuration key an option of `mem bench` stands for, or the name itself.
[[nodiscard]] std::string key_behind(const std::string& name);

/// Whether `mem bench` takes each of these arguments by itself; values that do not go together are not looked for.
[[nodiscard]] Status check_mem_bench(std::span<const std::string> arguments);

/// What a run of `mem bench` with these arguments would be.
struct BenchSetup {
    uint64_t seed = 0;
    std::string options;  ///< those that a sweep may set with their values, also when these are the defaults
    nlohmann::ordered_json config;  ///< the effective one; null when it is refused
};
[[nodiscard]] Result<BenchSetup> mem_bench_setup(std::span<const std::string> arguments);

}  // namespace sky::cli
