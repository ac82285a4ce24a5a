#include "host/memory/printable.hpp"

namespace sky::memory {

std::string printable(std::string_view text) {
    constexpr size_t kShownChars = 60;
    std::string out;
    for (const char c : text.substr(0, kShownChars)) out += c >= ' ' && c <= '~' ? c : '?';
    if (text.size() > kShownChars) out += "...";
    return out;
}

std::string printable_name(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if ((c >= '\0' && c < ' ') || c == '\x7f') c = '?';
    return out;
}

}  // namespace sky::memory
