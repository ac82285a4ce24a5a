#include "sysc/model/pass.hpp"

#include <bit>

#include "sysc/model/segments.hpp"

namespace sky::model {

namespace {

uint64_t ones(uint64_t bits) { return static_cast<uint64_t>(std::popcount(bits)); }

}  // namespace

RspStatus check_command(const Geometry& geometry, const Command& command) {
    switch (command.op) {
        case Op::kRead:
        case Op::kWrite:
        case Op::kErase: break;
        case Op::kBarrier: return RspStatus::kOk;
        default: return RspStatus::kBadOp;
    }
    if (command.row >= geometry.tracks) return RspStatus::kBadRow;
    if (command.site != 0) return RspStatus::kBadSite;
    if (command.seg_mask == 0) return RspStatus::kEmptyMask;
    if ((command.seg_mask & ~geometry.segment_mask()) != 0) return RspStatus::kBadMask;
    if (command.op == Op::kWrite && command.write_alg != WriteAlg::kNaive && command.write_alg != WriteAlg::kDcw)
        return RspStatus::kBadWriteAlg;
    return RspStatus::kOk;
}

void count_command(const Command& command, RspStatus status, Counters& counters) {
    if (status != RspStatus::kOk) {
        ++counters[Counter::kRefused];
        return;
    }
    switch (command.op) {
        case Op::kRead: ++counters[Counter::kReads]; break;
        case Op::kErase: ++counters[Counter::kErases]; break;
        case Op::kBarrier: ++counters[Counter::kBarriers]; break;
        case Op::kWrite:
            ++counters[command.write_alg == WriteAlg::kDcw ? Counter::kWritesDcw : Counter::kWritesNaive];
            counters[Counter::kWordsWritten] += ones(command.seg_mask);
            break;
        case Op::kScan: break;
    }
}

uint64_t count_pass(const Geometry& geometry, const Timing& timing, const Command& command,
                    std::span<const uint64_t> stored, std::span<const uint64_t> data, Counters& counters) {
    const uint64_t depth = geometry.sites_per_segment;
    const uint64_t ports = ones(command.seg_mask);
    uint64_t detect_slots = 0;
    uint64_t detects = 0;
    uint64_t removes = 0;
    uint64_t empty_removes = 0;
    uint64_t injects = 0;
    uint64_t remove_sites = 0;  // bit set: some port removes at this site
    uint64_t inject_sites = 0;

    if (command.op == Op::kRead || (command.op == Op::kWrite && command.write_alg == WriteAlg::kDcw)) {
        detect_slots = depth;
        detects = depth * ports;
    }
    if (command.op == Op::kWrite && command.write_alg == WriteAlg::kDcw) {
        each_segment(command.seg_mask, [&](uint32_t segment, uint32_t k) {
            const uint64_t gone = stored[segment] & ~data[k];
            const uint64_t fresh = data[k] & ~stored[segment];
            removes += ones(gone);
            injects += ones(fresh);
            remove_sites |= gone;
            inject_sites |= fresh;
        });
    } else if (command.op == Op::kWrite || command.op == Op::kErase) {
        removes = depth * ports;
        empty_removes = removes;
        remove_sites = geometry.word_mask();
        each_segment(command.seg_mask, [&](uint32_t segment, uint32_t k) {
            empty_removes -= ones(stored[segment]);
            if (command.op == Op::kErase) return;
            injects += ones(data[k]);
            inject_sites |= data[k];
        });
    }

    const uint64_t shifts = 2 * depth;
    const uint64_t shift_cycles = shifts * timing.shift_cycles;
    const uint64_t detect_cycles = detect_slots * timing.detect_cycles;
    const uint64_t remove_cycles = ones(remove_sites) * timing.remove_cycles;
    const uint64_t inject_cycles = ones(inject_sites) * timing.inject_cycles;
    counters[Counter::kShifts] += shifts;
    counters[Counter::kTrackSteps] += shifts;
    counters[Counter::kDetects] += detects;
    counters[Counter::kRemoves] += removes;
    counters[Counter::kEmptyRemoves] += empty_removes;
    counters[Counter::kInjects] += injects;
    counters[Counter::kEnergyFj] += shifts * timing.shift_fj + detects * timing.detect_fj +
                                    removes * timing.remove_fj + injects * timing.inject_fj;
    counters[Counter::kCyclesShift] += shift_cycles;
    counters[Counter::kCyclesDetect] += detect_cycles;
    counters[Counter::kCyclesRemove] += remove_cycles;
    counters[Counter::kCyclesInject] += inject_cycles;
    return shift_cycles + detect_cycles + remove_cycles + inject_cycles;
}

void apply_pass(const Geometry& geometry, const Command& command, std::span<uint64_t> stored,
                std::span<const uint64_t> data, std::span<uint64_t> answer) {
    each_segment(command.seg_mask, [&](uint32_t segment, uint32_t k) {
        switch (command.op) {
            case Op::kRead: answer[k] = stored[segment]; break;
            case Op::kErase: stored[segment] = 0; break;
            case Op::kWrite: stored[segment] = data[k] & geometry.word_mask(); break;
            case Op::kScan:
            case Op::kBarrier: break;
        }
    });
}

}  // namespace sky::model
