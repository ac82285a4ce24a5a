#include "host/offload/plan/unique_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "host/memory/printable.hpp"

namespace sky::offload {

Result<nlohmann::json> parse_unique_json(const std::string& text) {
    using nlohmann::json;
    std::vector<std::set<std::string>> keys;  // of each object that is open
    std::string twice;
    const auto look = [&](int /*depth*/, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second &&
            twice.empty())
            twice = parsed.get<std::string>();
        return true;
    };
    try {
        json parsed = json::parse(text, look);
        if (twice.empty()) return parsed;
    } catch (const json::parse_error& bad) {
        const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(bad.byte, text.size()));
        return Status::error(fmt::format(":{}: this is no JSON", 1 + std::count(text.begin(), end, '\n')));
    }
    return Status::error(fmt::format(": the key '{}' is there twice in one object", memory::printable(twice)));
}

}  // namespace sky::offload
