#pragma once

#include <string>
#include <vector>

namespace sky::test {

/// Path of a program of sw/, such as "rf-recover.elf".
[[nodiscard]] std::string sw_program(const std::string& file);

/// Files of the programs of these groups, as the build of sw/ has listed them; empty where it has not been built.
[[nodiscard]] std::vector<std::string> sw_programs(const std::vector<std::string>& groups);

}  // namespace sky::test
