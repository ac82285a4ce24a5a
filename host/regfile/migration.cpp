#include "host/regfile/migration.hpp"

#include <bit>
#include <vector>

namespace sky::regfile {

namespace {

constexpr uint8_t kScratch = 5;
constexpr uint8_t kOther = 6;

/// The handler's accesses until it writes rfmode: x5 to its slot, the mask, the live registers to their slots, mepc,
/// the wanted mode and the stage to theirs.
std::vector<uint8_t> saving(uint32_t live) {
    constexpr uint32_t kBefore = 8;
    constexpr uint32_t kBehind = 10;
    std::vector<uint8_t> out(kBefore, kScratch);
    for (uint8_t reg = 1; reg < model::rf::kRegisters; ++reg)
        if ((live >> reg & 1) != 0 && reg != kScratch) out.push_back(reg);
    out.insert(out.end(), kBehind, kScratch);
    return out;
}

/// Those behind that: the mode compared, the live registers from their slots, x5 last.
std::vector<uint8_t> restoring(uint32_t live) {
    constexpr uint32_t kBehind = 6;
    std::vector<uint8_t> out{kOther, kScratch, kScratch, kOther, kScratch, kScratch, kOther, kOther, kScratch};
    for (uint8_t reg = 1; reg < model::rf::kRegisters; ++reg)
        if ((live >> reg & 1) != 0 && reg != kScratch) out.push_back(reg);
    out.insert(out.end(), kBehind, kScratch);
    return out;
}

}  // namespace

SwitchCost predicted_migration(const CostModel& model, uint32_t live, bool rewind) {
    const std::vector<uint8_t> save = saving(live);
    const std::vector<uint8_t> restore = restoring(live);
    // Of an array that alternates half the registers are away, a pass each; one that rewinds has paid for it already.
    const uint64_t home = rewind ? 0 : uint64_t{model::rf::kRegisters - 1} * model.vertical_access / 2;
    const uint64_t aside = 2 * model.from_rest(kScratch);  // x5 instead of straight to rest, or from there
    return {.to_vertical = model.horizontal(save) + aside + model.vertical(restore),
            .to_horizontal = model.vertical(save) + home + model.horizontal(restore) + aside};
}

}  // namespace sky::regfile
