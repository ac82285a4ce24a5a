#include "tb/lockstep.hpp"

namespace sky::tb {

using model::Op;
using model::WriteAlg;

RandomStimuli::RandomStimuli(const model::Geometry& geometry, uint64_t seed, uint64_t count)
    : geometry_(geometry), random_(seed), left_(count) {}

uint64_t RandomStimuli::word() {
    switch (random_.below(8)) {
        case 0: return 0;
        case 1: return ~uint64_t{0};
        case 2: return uint64_t{1} << random_.below(64);
        default: return random_.next();
    }
}

bool RandomStimuli::next(Stimulus& stimulus) {
    if (left_ == 0) return false;
    --left_;
    model::Command& command = stimulus.command;
    command = {};
    command.tag = tag_++;
    // Few rows, so that requests meet each other's data.
    command.row = static_cast<uint32_t>(random_.below(geometry_.tracks < 8 ? geometry_.tracks : 8));
    if (random_.percent(5)) command.row = static_cast<uint32_t>(geometry_.tracks - 1);
    switch (random_.below(4)) {
        case 0: command.seg_mask = geometry_.segment_mask(); break;
        case 1: command.seg_mask = random_.next() & geometry_.segment_mask(); break;
        default: break;
    }
    if (command.seg_mask == 0) command.seg_mask = uint64_t{1} << random_.below(geometry_.segments);
    const uint64_t kind = random_.below(100);
    if (kind < 35) {
        command.op = Op::kRead;
    } else if (kind < 85) {
        command.op = Op::kWrite;
        command.write_alg = random_.percent(50) ? WriteAlg::kNaive : WriteAlg::kDcw;
    } else if (kind < 95) {
        command.op = Op::kErase;
    } else {
        command.op = Op::kBarrier;
    }
    if (random_.percent(5)) spoil(command);
    stimulus.data.clear();
    for (uint32_t i = 0; i < command.data_beats(); ++i) stimulus.data.push_back(word());
    return true;
}

void RandomStimuli::spoil(model::Command& command) {
    switch (random_.below(6)) {
        case 0: command.op = static_cast<Op>(5 + random_.below(3)); break;
        case 1: command.op = Op::kScan; break;
        case 2: command.row = static_cast<uint32_t>(geometry_.tracks + random_.below(1000)); break;
        case 3: command.site = static_cast<uint8_t>(1 + random_.below(255)); break;
        case 4:
            command.seg_mask =
                geometry_.segments == 64 || random_.percent(50)
                    ? 0
                    : command.seg_mask | uint64_t{1} << (geometry_.segments + random_.below(64 - geometry_.segments));
            break;
        default:
            command.op = Op::kWrite;
            command.write_alg = static_cast<WriteAlg>(2 + random_.below(6));
            break;
    }
}

}  // namespace sky::tb
