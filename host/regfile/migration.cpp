#include "host/regfile/migration.hpp"

#include <memory>
#include <unordered_map>

#include "host/regfile/assemble.hpp"
#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

constexpr uint32_t kScratch = 5;

std::vector<uint32_t> saving(uint32_t live) {
    std::vector<uint32_t> code;
    for (uint32_t reg = 1; reg < model::rf::kRegisters; ++reg)
        if ((live >> reg & 1) != 0 && reg != kScratch) code.push_back(assemble::sw(reg, 0, save_slot(reg)));
    return code;
}

std::vector<uint32_t> restoring(uint32_t live) {
    std::vector<uint32_t> code;
    for (uint32_t reg = 1; reg < model::rf::kRegisters; ++reg)
        if ((live >> reg & 1) != 0) code.push_back(assemble::lw(reg, 0, save_slot(reg)));
    return code;
}

void append_accesses(std::vector<uint8_t>& accesses, const std::vector<uint32_t>& code) {
    for (const uint32_t bits : code) {
        const Operation operation = operation_of(bits, 0);
        const auto list = operation.access_list();
        accesses.insert(accesses.end(), list.begin(), list.end());
    }
}

}  // namespace

int32_t save_slot(uint32_t reg) { return static_cast<int32_t>(model::rv32::MemoryMap::kSavePageBase + 4 * reg); }

std::vector<uint32_t> migration_entry() {
    return {assemble::sw(kScratch, 0, save_slot(kScratch)), assemble::csrr(kScratch, csr::kRfmask),
            assemble::jalr(0, kScratch, 0)};
}

std::vector<uint32_t> hinted_migration_entry() {
    return {assemble::sw(kScratch, 0, save_slot(kScratch)), assemble::csrr(kScratch, csr::kMepc),
            assemble::jalr(0, kScratch, -4)};
}

std::vector<uint32_t> migration_code(uint32_t live, Mode mode) {
    std::vector<uint32_t> code = saving(live);
    code.push_back(assemble::csrwi(csr::kRfmode, static_cast<uint32_t>(mode)));
    const std::vector<uint32_t> back = restoring(live);
    code.insert(code.end(), back.begin(), back.end());
    code.push_back(assemble::kMret);
    return code;
}

Migration::Migration(const CostModel& model, uint8_t to, const Operation& first, uint32_t live, bool rewind)
    : model_(&model) {
    const auto reads = first.read_list();
    std::vector<uint8_t> before(reads.begin(), reads.end());
    append_accesses(before, migration_entry());
    append_accesses(before, saving(live));
    std::vector<uint8_t> behind;
    append_accesses(behind, restoring(live));
    // Of an array that alternates half the registers are away, a pass each; one that rewinds has paid for it already.
    const uint64_t home = rewind ? 0 : uint64_t{model::rf::kRegisters - 1} * model.vertical_access / 2;
    first_ = before.front();
    to_vertical_ = model.horizontal(before) + model.from_rest(before.back()) + model.vertical(behind);
    to_horizontal_ = model.vertical(before) + home;
    if (!behind.empty())
        to_horizontal_ += model.from_rest(behind.front()) + model.horizontal(behind) + model.jump(behind.back(), to) -
                          model.from_rest(to);
}

SwitchCost Migration::behind(uint8_t last) const {
    return {.to_vertical = model_->jump(last, first_) + to_vertical_ - model_->from_rest(last),
            .to_horizontal = to_horizontal_};
}

SwitchCost predicted_migration(const CostModel& model, uint8_t last, const AccessGraph::Node& to,
                               const Operation& first, uint32_t live, bool rewind) {
    return Migration(model, to.first(), first, live, rewind).behind(last);
}

SwitchCost outside_of_migration(const CostModel& model, uint8_t last, const AccessGraph::Node& to,
                                const Operation& first, uint32_t live) {
    const auto reads = first.read_list();
    std::vector<uint8_t> behind;
    append_accesses(behind, restoring(live));
    SwitchCost cost;
    if (!reads.empty()) cost.to_vertical = model.jump(last, reads.front()) + model.horizontal(reads);
    cost.to_horizontal = model.vertical(reads) +
                         (behind.empty() ? model.from_rest(to.first()) : model.jump(behind.back(), to.first()));
    return cost;
}

SwitchCosts migration_costs(const CostModel& model, const Code& code, const Liveness& liveness, bool rewind) {
    // By address and first register: what a block begins with, and so where registers have to be moved to.
    const auto known = std::make_shared<std::unordered_map<uint64_t, Migration>>();
    return [&model, &code, &liveness, rewind, known](uint8_t last, const AccessGraph::Node& to) {
        const uint64_t key = to.pc * model::rf::kRegisters + to.first();
        auto found = known->find(key);
        if (found == known->end())
            found = known
                        ->try_emplace(key, model, to.first(), code.at(to.pc).value_or(Operation{}),
                                      liveness.before(to.pc), rewind)
                        .first;
        return found->second.behind(last);
    };
}

}  // namespace sky::regfile
