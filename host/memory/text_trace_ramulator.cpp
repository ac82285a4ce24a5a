#include "host/memory/text_trace_format.hpp"

namespace sky::memory {

namespace {

bool recognises(Fields first) { return first[0] == "LD" || first[0] == "ST"; }

std::optional<LineProblem> parse(std::string_view line, Fields fields, LineRequest& request) {
    if (fields.size() != 2) return wrong_field_count(line, fields, "2: LD or ST, and an address");
    if (fields[0] != "LD" && fields[0] != "ST") return LineProblem{"unknown operation", fields[0], "LD or ST"};
    request.write = fields[0] == "ST";
    std::string_view address = fields[1];
    const bool hex = take_hex_prefix(address);
    if (!parse_number(address, hex ? 16 : 10, request.address))
        return LineProblem{"bad address", fields[1], "a byte address, decimal or in hex behind 0x"};
    return {};
}

}  // namespace

const TextTraceFormat kRamulatorText{
    .name = "Ramulator", .good_line = "ST 0x1f40", .has_data = false, .recognises = recognises, .parse = parse};

}  // namespace sky::memory
