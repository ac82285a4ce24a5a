#include "sysc/model/pass.hpp"

#include <algorithm>
#include <bit>

#include "sysc/model/segments.hpp"

namespace sky::model {

namespace {

bool changes_words(const Command& command) { return command.op != Op::kRead && command.op != Op::kScan; }

uint32_t ones(uint64_t bits) { return static_cast<uint32_t>(std::popcount(bits)); }

void place_data(const Geometry& geometry, const Command& command, std::span<const uint64_t> data, Pass& pass) {
    if (command.op != Op::kWrite) return;
    const size_t beats = geometry.beats_per_segment();
    const uint64_t word_mask = geometry.word_mask();
    auto beat = data.begin();
    each_run(command.seg_mask, [&](uint32_t first, uint32_t count) {
        const auto end = beat + static_cast<std::ptrdiff_t>(count * beats);
        std::transform(beat, end, pass.words.begin() + static_cast<std::ptrdiff_t>(first * beats),
                       [&](uint64_t word) { return word & word_mask; });
        beat = end;
    });
}

void add_ports(const Array& array, const Command& command, Pass& pass) {
    switch (command.op) {
        case Op::kRead: pass.sense |= command.seg_mask; break;
        case Op::kErase: pass.erase |= command.seg_mask; break;
        case Op::kWrite:
            (resolve(array, command) == WriteAlg::kDcw ? pass.compare : pass.rewrite) |= command.seg_mask;
            break;
        case Op::kScan:
        case Op::kBarrier: break;
    }
}

RspStatus check_write(const Array& array, const Command& command) {
    if (command.write_alg > WriteAlg::kAuto) return RspStatus::kBadWriteAlg;
    const WriteAlg alg = resolve(array, command);
    if (alg == WriteAlg::kNaive || alg == WriteAlg::kDcw) return RspStatus::kOk;
    if (array.geometry.mapping() == Mapping::kBit) return RspStatus::kBadWriteAlg;
    if (alg != WriteAlg::kPw && !array.geometry.flag_site) return RspStatus::kNoFlagSite;
    if (alg != WriteAlg::kFnw && array.geometry.position_guard) return RspStatus::kProtected;
    if (alg != WriteAlg::kFnw && !std::has_single_bit(command.seg_mask)) return RspStatus::kManySegments;
    return RspStatus::kOk;
}

}  // namespace

WriteAlg resolve(const Array& array, const Command& command) {
    if (command.write_alg != WriteAlg::kAuto) return command.write_alg;
    const bool permutes = array.policy.auto_permutes && !array.geometry.position_guard &&
                          array.geometry.mapping() == Mapping::kWord && std::has_single_bit(command.seg_mask);
    return permutes ? WriteAlg::kPw : WriteAlg::kDcw;
}

RspStatus check_command(const Array& array, const Command& command) {
    const Geometry& geometry = array.geometry;
    const bool word_based = geometry.mapping() == Mapping::kWord;
    switch (command.op) {
        case Op::kRead:
        case Op::kWrite:
        case Op::kErase: break;
        case Op::kScan:
            if (!word_based || geometry.flag_site) return RspStatus::kBadOp;
            break;
        case Op::kBarrier: return RspStatus::kOk;
        default: return RspStatus::kBadOp;
    }
    if (command.row >= geometry.rows()) return RspStatus::kBadRow;
    if (command.site >= (word_based ? 1 : geometry.sites_per_segment)) return RspStatus::kBadSite;
    if (command.seg_mask == 0) return RspStatus::kEmptyMask;
    if ((command.seg_mask & ~geometry.segment_mask()) != 0) return RspStatus::kBadMask;
    return command.op == Op::kWrite ? check_write(array, command) : RspStatus::kOk;
}

bool conflict(const Geometry& geometry, const Command& a, const Command& b) {
    return a.row == b.row && (a.seg_mask & b.seg_mask) != 0 && (changes_words(a) || changes_words(b)) &&
           (geometry.mapping() == Mapping::kWord || a.site == b.site);
}

void make_pass(const Array& array, const Command& command, std::span<const uint64_t> data, Pass& pass) {
    pass.kind = array.geometry.mapping() == Mapping::kBit ? PassKind::kPoint : PassKind::kWalk;
    pass.picks_polarity = false;
    pass.row = command.row;
    pass.site = command.site;
    pass.sense = pass.compare = pass.rewrite = pass.erase = 0;
    place_data(array.geometry, command, data, pass);
    if (command.op == Op::kScan) {
        pass.kind = PassKind::kScan;
        pass.sense = command.seg_mask;
        pass.low_key = data[0] & array.geometry.word_mask();
        pass.high_key = data[1] & array.geometry.word_mask();
        return;
    }
    const WriteAlg alg = command.op == Op::kWrite ? resolve(array, command) : WriteAlg::kDcw;
    if (alg == WriteAlg::kFnw || alg == WriteAlg::kPw || alg == WriteAlg::kPwFnw) {
        pass.kind = alg == WriteAlg::kFnw ? PassKind::kFlip : PassKind::kPermute;
        pass.picks_polarity = alg == WriteAlg::kPwFnw;
        pass.sense = command.seg_mask;
    } else {
        add_ports(array, command, pass);
    }
}

bool can_join(const Array& array, const Pass& pass, const Command& command) {
    if (pass.kind != PassKind::kWalk && pass.kind != PassKind::kPoint) return false;
    if (command.row != pass.row || command.site != pass.site) return false;
    if (command.op != Op::kRead && command.op != Op::kWrite && command.op != Op::kErase) return false;
    if (check_command(array, command) != RspStatus::kOk) return false;
    if (command.op == Op::kWrite) {
        const WriteAlg alg = resolve(array, command);
        if (alg != WriteAlg::kNaive && alg != WriteAlg::kDcw) return false;
    }
    const uint64_t changed = pass.compare | pass.rewrite | pass.erase;
    const uint64_t in_the_way = command.op == Op::kRead ? changed : pass.segments();
    return (command.seg_mask & in_the_way) == 0;
}

void join_pass(const Array& array, const Command& command, std::span<const uint64_t> data, Pass& pass) {
    place_data(array.geometry, command, data, pass);
    add_ports(array, command, pass);
}

bool moves_one_segment(const Array& array, const Pass& pass) {
    return pass.kind == PassKind::kWalk && !array.geometry.position_guard &&
           array.policy.return_policy == ReturnPolicy::kHome && (pass.sense | pass.compare) == 0 &&
           std::has_single_bit(pass.rewrite | pass.erase);
}

void count_command(const Array& array, const Command& command, RspStatus status, Counters& counters) {
    if (status != RspStatus::kOk) {
        ++counters[Counter::kRefused];
        return;
    }
    switch (command.op) {
        case Op::kRead: ++counters[Counter::kReads]; break;
        case Op::kErase: ++counters[Counter::kErases]; break;
        case Op::kScan: ++counters[Counter::kScans]; break;
        case Op::kBarrier: ++counters[Counter::kBarriers]; break;
        case Op::kWrite: {
            const WriteAlg alg = resolve(array, command);
            switch (alg) {
                case WriteAlg::kNaive: ++counters[Counter::kWritesNaive]; break;
                case WriteAlg::kDcw: ++counters[Counter::kWritesDcw]; break;
                case WriteAlg::kPw: ++counters[Counter::kWritesPw]; break;
                case WriteAlg::kFnw: ++counters[Counter::kWritesFnw]; break;
                case WriteAlg::kPwFnw: ++counters[Counter::kWritesPwFnw]; break;
                case WriteAlg::kAuto: break;
            }
            if (command.write_alg == WriteAlg::kAuto)
                ++counters[alg == WriteAlg::kPw ? Counter::kAutoPermutes : Counter::kAutoCompares];
            counters[Counter::kWordsWritten] += uint64_t{ones(command.seg_mask)} * array.geometry.beats_per_segment();
            break;
        }
    }
}

}  // namespace sky::model
