#include "host/memory/text_trace_format.hpp"

namespace sky::memory {

namespace {

bool is_read(std::string_view op) { return op == "READ" || op == "read"; }
bool is_write(std::string_view op) { return op == "WRITE" || op == "write"; }

bool recognises(Fields first) { return first.size() > 1 && (is_read(first[1]) || is_write(first[1])); }

std::optional<LineProblem> parse(std::string_view line, Fields fields, LineRequest& request) {
    if (fields.size() != 3) return wrong_field_count(line, fields, "3: ADDR OP CYCLE");
    std::string_view address = fields[0];
    take_hex_prefix(address);
    if (!parse_number(address, 16, request.address))
        return LineProblem{"bad address", fields[0], "a byte address in hex"};
    if (!is_read(fields[1]) && !is_write(fields[1]))
        return LineProblem{"unknown operation", fields[1], "READ or WRITE"};
    request.write = is_write(fields[1]);
    uint64_t cycle = 0;
    if (!parse_number(fields[2], 10, cycle)) return LineProblem{"bad cycle", fields[2], "a decimal number"};
    return {};
}

}  // namespace

const TextTraceFormat kDramsimText{
    .name = "DRAMsim3", .good_line = "0x1f40 WRITE 17", .has_data = false, .recognises = recognises, .parse = parse};

}  // namespace sky::memory
