#pragma once

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

}  // namespace sky::cli
