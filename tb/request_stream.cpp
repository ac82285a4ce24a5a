#include "tb/request_stream.hpp"

#include <algorithm>

namespace sky::tb {

using model::Command;
using model::Op;
using model::WriteAlg;

uint64_t RequestStream::mask() {
    const uint64_t all = geometry_.segment_mask();
    const uint64_t one = uint64_t{1} << below(geometry_.segments);
    switch (below(4)) {
        case 0: return one;
        case 1: return all;
        default: return std::max(random_.next() & all, one);
    }
}

/// Mostly one of the first few, now and then any, not seldom the last.
uint32_t RequestStream::row() {
    switch (below(10)) {
        case 0: return static_cast<uint32_t>(geometry_.tracks - 1);
        case 1: return static_cast<uint32_t>(below(geometry_.tracks));
        default: return static_cast<uint32_t>(below(std::min<uint64_t>(geometry_.tracks, 4)));
    }
}

uint64_t RequestStream::word() {
    switch (below(8)) {
        case 0: return 0;
        case 1: return ~uint64_t{0};
        case 2: return last_word_;
        case 3: return last_word_ ^ uint64_t { 1 } << below(64);
        default: return last_word_ = random_.next();
    }
}

void RequestStream::spoil(Command& command) {
    switch (spoiled_++ % 7) {
        case 0: command.op = static_cast<Op>(below(2) == 0 ? 3 : 5 + below(3)); break;
        case 1: command.row = static_cast<uint32_t>(geometry_.tracks + below(1000)); break;
        case 2: command.site = static_cast<uint8_t>(1 + below(255)); break;
        case 3: command.seg_mask = 0; break;
        case 4:
            if (geometry_.segments == model::kMaxSegments) break;  // no such segment to name
            command.seg_mask |= uint64_t{1} << (geometry_.segments + below(64 - geometry_.segments));
            break;
        case 5:  // several things wrong at once, or none
            command.op = static_cast<Op>(below(8));
            command.write_alg = static_cast<WriteAlg>(below(8));
            command.site = static_cast<uint8_t>(below(2) * random_.next());
            command.row = static_cast<uint32_t>(below(2) == 0 ? random_.next() : below(geometry_.tracks));
            command.seg_mask = below(2) == 0 ? random_.next() : mask();
            break;
        default:
            command.op = Op::kWrite;
            command.write_alg = static_cast<WriteAlg>(2 + below(6));
            break;
    }
}

Request RequestStream::next() {
    Request request;
    Command& command = request.command;
    const uint64_t kind = below(100);
    command.op = kind < 35 ? Op::kRead : kind < 80 ? Op::kWrite : kind < 93 ? Op::kErase : Op::kBarrier;
    // Only a WRITE looks at its algorithm.
    command.write_alg = static_cast<WriteAlg>(below(command.op == Op::kWrite ? 2 : 8));
    command.tag = static_cast<uint16_t>(random_.next());
    command.row = row();
    command.seg_mask = mask();
    if (below(10) == 0) spoil(command);
    for (uint32_t beat = 0; beat < command.data_beats(geometry_); ++beat) request.data.push_back(word());
    return request;
}

}  // namespace sky::tb
