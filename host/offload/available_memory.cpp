#include "host/offload/available_memory.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace sky::offload {

namespace {

/// The number in a file, or behind `name` in it; nothing when there is none, as of a limit "max".
std::optional<uint64_t> number_in(const std::string& path, std::string_view name = {}) {
    std::ifstream file(path);
    std::string word;
    while (!name.empty() && file >> word)
        if (word == name) break;
    uint64_t number = 0;
    if (file >> number) return number;
    return std::nullopt;
}

/// How the two versions name what they know of memory.
struct GroupFiles {
    const char *folder, *limit, *held, *inactive, *active;
};
constexpr GroupFiles kSecond{"", "memory.max", "memory.current", "inactive_file", "active_file"};
constexpr GroupFiles kFirst{"/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
                            "total_active_file"};

std::optional<uint64_t> left_in(const std::string& group, const GroupFiles& files) {
    const std::optional<uint64_t> limit = number_in(group + "/" + files.limit);
    const std::optional<uint64_t> held = number_in(group + "/" + files.held);
    if (!limit || !held) return std::nullopt;
    const std::string statistics = group + "/memory.stat";
    const uint64_t cached =
        number_in(statistics, files.inactive).value_or(0) + number_in(statistics, files.active).value_or(0);
    const uint64_t needed = *held - std::min(*held, cached);
    return *limit - std::min(*limit, needed);
}

}  // namespace

uint64_t proc_bytes(const char* path, std::string_view name) {
    const uint64_t kib = number_in(path, name).value_or(0);
    return kib * 1024;
}

std::optional<uint64_t> control_group_bytes(const std::string& groups, const std::string& mount) {
    std::ifstream file(groups);
    std::optional<uint64_t> least;
    for (std::string line; std::getline(file, line);) {
        // "0::/a/b", or "4:memory:/a/b".
        const size_t colon = line.find(':');
        const size_t second = line.find(':', colon + 1);
        if (colon == std::string::npos || second == std::string::npos) continue;
        std::istringstream controllers(line.substr(colon + 1, second - colon - 1));
        bool first = false;
        for (std::string name; std::getline(controllers, name, ',');) first = first || name == "memory";
        if (!first && !line.starts_with("0::")) continue;
        const GroupFiles& files = first ? kFirst : kSecond;
        const std::string outermost = mount + files.folder;
        for (std::string group = outermost + line.substr(second + 1);;) {
            const std::optional<uint64_t> left = left_in(group, files);
            if (left) least = std::min(*left, least.value_or(*left));
            if (group.size() <= outermost.size()) break;
            group.resize(std::max(outermost.size(), group.rfind('/')));
        }
    }
    return least;
}

uint64_t available_memory_bytes() {
    const uint64_t system = proc_bytes("/proc/meminfo", "MemAvailable:");
    const std::optional<uint64_t> groups = control_group_bytes();
    if (!groups) return system;
    return system == 0 ? *groups : std::min(system, *groups);
}

uint64_t peak_rss_bytes() { return proc_bytes("/proc/self/status", "VmHWM:"); }

Status check_memory(uint64_t bytes) {
    const uint64_t available = available_memory_bytes();
    if (available == 0 || bytes <= available) return {};
    return Status::error("the measurement takes " + std::to_string(bytes) + " bytes of memory, and " +
                         std::to_string(available) + " are available\nmeasure less, or on a larger machine");
}

}  // namespace sky::offload
