#include "tb/request_stream.hpp"

#include <algorithm>

namespace sky::tb {

using model::Command;
using model::Op;
using model::WriteAlg;

RequestStream::RequestStream(const model::Geometry& geometry, uint64_t seed, std::optional<WriteAlg> write_alg)
    : geometry_(geometry), write_algs_{WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kAuto}, random_(seed) {
    if (geometry.mapping() == model::Mapping::kWord) write_algs_.push_back(WriteAlg::kPw);
    if (geometry.flag_site) write_algs_.insert(write_algs_.end(), {WriteAlg::kFnw, WriteAlg::kPwFnw});
    if (write_alg) write_algs_.assign(1, *write_alg);
}

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
        case 0: return static_cast<uint32_t>(geometry_.rows() - 1);
        case 1: return static_cast<uint32_t>(below(geometry_.rows()));
        default: return static_cast<uint32_t>(below(std::min<uint64_t>(geometry_.rows(), 4)));
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
        case 0: command.op = static_cast<Op>(5 + below(3)); break;
        case 1: command.row = static_cast<uint32_t>(geometry_.rows() + below(1000)); break;
        case 2: {
            const uint32_t sites = geometry_.mapping() == model::Mapping::kWord ? 1 : geometry_.sites_per_segment;
            command.site = static_cast<uint8_t>(sites + below(256 - sites));
            break;
        }
        case 3: command.seg_mask = 0; break;
        case 4:
            if (geometry_.segments == model::kMaxSegments) break;  // no such segment to name
            command.seg_mask |= uint64_t{1} << (geometry_.segments + below(64 - geometry_.segments));
            break;
        case 5:  // several things wrong at once, or none
            command.op = static_cast<Op>(below(8));
            command.write_alg = static_cast<WriteAlg>(below(8));
            command.site = static_cast<uint8_t>(below(2) * random_.next());
            command.row = static_cast<uint32_t>(below(2) == 0 ? random_.next() : below(geometry_.rows()));
            command.seg_mask = below(2) == 0 ? random_.next() : mask();
            break;
        default:
            command.op = Op::kWrite;
            command.write_alg = static_cast<WriteAlg>(2 + below(6));
            command.seg_mask = mask();
            break;
    }
}

Request RequestStream::next() {
    Request request;
    Command& command = request.command;
    const bool word_based = geometry_.mapping() == model::Mapping::kWord;
    const uint64_t kind = below(100);
    command.op = kind < 35   ? Op::kRead
                 : kind < 80 ? Op::kWrite
                 : kind < 88 ? Op::kErase
                 : kind < 97 ? Op::kScan
                             : Op::kBarrier;
    if (command.op == Op::kScan && (!word_based || geometry_.flag_site)) command.op = Op::kRead;
    // Only a WRITE looks at its algorithm.
    command.write_alg =
        command.op == Op::kWrite ? write_algs_[below(write_algs_.size())] : static_cast<WriteAlg>(below(8));
    command.tag = static_cast<uint16_t>(random_.next());
    command.row = row();
    command.seg_mask = mask();
    if (!word_based) command.site = static_cast<uint8_t>(below(geometry_.sites_per_segment));
    if (command.write_alg == WriteAlg::kPw || command.write_alg == WriteAlg::kPwFnw)
        command.seg_mask &= ~command.seg_mask + 1;
    if (below(10) == 0) spoil(command);
    for (uint32_t beat = 0; beat < command.data_beats(geometry_); ++beat) request.data.push_back(word());
    return request;
}

}  // namespace sky::tb
