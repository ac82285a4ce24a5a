#include <fmt/format.h>

#include "host/memory/text_trace_format.hpp"

namespace sky::memory {

namespace {

constexpr size_t kHexDigits = size_t{2} * kTraceLineBytes;
constexpr size_t kFields = 5;  // and one more with OLD

std::optional<LineProblem> parse_bytes(std::string_view text, std::array<std::byte, kTraceLineBytes>& bytes) {
    if (text.size() != kHexDigits)
        return LineProblem{fmt::format("the data has {} hex digit{}", text.size(), text.size() == 1 ? "" : "s"), text,
                           fmt::format("{}, for {} bytes", kHexDigits, kTraceLineBytes)};
    for (size_t i = 0; i < bytes.size(); ++i) {
        uint8_t byte = 0;
        if (!parse_number(text.substr(2 * i, 2), 16, byte)) return LineProblem{"bad data", text, "hex digits"};
        bytes[i] = std::byte{byte};
    }
    return {};
}

bool recognises(Fields first) { return first.size() > 1 && (first[1] == "R" || first[1] == "W"); }

std::optional<LineProblem> parse(std::string_view line, Fields fields, LineRequest& request) {
    if (fields.size() != kFields && fields.size() != kFields + 1)
        return wrong_field_count(line, fields, "5 or 6: CYCLE OP ADDR DATA [OLD] THREAD");
    uint64_t number = 0;
    if (!parse_number(fields[0], 10, number)) return LineProblem{"bad cycle", fields[0], "a decimal number"};
    if (fields[1] != "R" && fields[1] != "W") return LineProblem{"unknown operation", fields[1], "R or W"};
    request.write = fields[1] == "W";
    std::string_view address = fields[2];
    take_hex_prefix(address);
    if (!parse_number(address, 16, request.address))
        return LineProblem{"bad address", fields[2], "a byte address in hex"};
    // DATA last, so that it stays and OLD does not.
    for (size_t i = fields.size() - 2; i >= 3; --i)
        if (auto problem = parse_bytes(fields[i], request.bytes)) return problem;
    if (!parse_number(fields.back(), 10, number)) return LineProblem{"bad thread", fields.back(), "a decimal number"};
    return {};
}

}  // namespace

const TextTraceFormat kNvmainText{.name = "NVMain",
                                  .good_line = "17 W 0x1f40 <128 hex digits> <128 hex digits> 0",
                                  .has_data = true,
                                  .recognises = recognises,
                                  .parse = parse};

}  // namespace sky::memory
