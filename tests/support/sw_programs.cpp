#include "tests/support/sw_programs.hpp"

#include <algorithm>
#include <fstream>

namespace sky::test {

std::string sw_program(const std::string& file) { return std::string(SKY_SW_FOLDER "/") + file; }

std::vector<std::string> sw_programs(const std::vector<std::string>& groups) {
    std::vector<std::string> files;
    std::ifstream list(sw_program("programs.txt"));
    for (std::string group, file; list >> group >> file;)
        if (std::find(groups.begin(), groups.end(), group) != groups.end()) files.push_back(file);
    return files;
}

}  // namespace sky::test
