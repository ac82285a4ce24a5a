#include "host/regfile/dual_search.hpp"

#include <algorithm>

namespace sky::regfile {

namespace {

constexpr uint32_t kRegisters = model::rf::kRegisters;

/// Changes modes as long as that saves something.
class DualDescent {
   public:
    DualDescent(const TouchSample& sample, const CostModel& model, Mode all)
        : sample_(sample),
          model_(model),
          modes_(sample.sites().size(), all),
          cost_(dual_steps(sample, model, modes_)) {
        of_register_.resize(kRegisters);
        for (uint32_t site = 0; site < modes_.size(); ++site) of_register_[sample.sites()[site].reg].push_back(site);
    }

    void run() {
        for (bool changed = true; changed;) {
            changed = false;
            for (const auto& sites : of_register_)
                for (const Mode mode : {Mode::kHorizontal, Mode::kVertical}) changed = set(sites, mode) || changed;
            for (uint32_t site = 0; site < modes_.size(); ++site)
                changed =
                    set({site}, modes_[site] == Mode::kVertical ? Mode::kHorizontal : Mode::kVertical) || changed;
        }
    }

    [[nodiscard]] uint64_t cost() const { return cost_; }
    [[nodiscard]] const DualModes& modes() const { return modes_; }

   private:
    bool set(const std::vector<uint32_t>& sites, Mode mode) {
        const DualModes before = modes_;
        for (const uint32_t site : sites) modes_[site] = mode;
        if (modes_ == before) return false;
        const uint64_t now = dual_steps(sample_, model_, modes_);
        if (now < cost_) {
            cost_ = now;
            return true;
        }
        modes_ = before;
        return false;
    }

    const TouchSample& sample_;
    const CostModel& model_;
    DualModes modes_;
    uint64_t cost_;
    std::vector<std::vector<uint32_t>> of_register_;
};

}  // namespace

TouchSample::TouchSample(const Code& code, uint64_t total, uint64_t wanted)
    : code_(&code), period_(std::max<uint64_t>(kWindow, total / std::max<uint64_t>(1, wanted / kWindow))) {
    written_.fill(Touch::kRead);
}

void TouchSample::operator()(uint64_t pc, std::span<const uint8_t> accesses) {
    for (const Touch& touch : touches_of(pc, accesses.size())) {
        const uint64_t at = seen_++ % period_;
        if (at == 0) windows_.push_back({.written = written_, .touches = {}});
        if (at < kWindow) windows_.back().touches.push_back(touch);
        if (touch.site != Touch::kRead) written_[touch.reg] = touch.site;
    }
}

const std::vector<Touch>& TouchSample::touches_of(uint64_t pc, size_t count) {
    std::vector<Touch>& touches = pieces_[pc << 24 | count];
    while (touches.size() < count) {
        const std::optional<Operation> operation = code_->at(pc);
        if (!operation) break;
        for (const uint8_t reg : operation->read_list()) touches.push_back({.site = Touch::kRead, .reg = reg});
        if (operation->writes) {
            const uint8_t reg = operation->access_list().back();
            touches.push_back({.site = site_at(pc, reg), .reg = reg});
        }
        pc += operation->length;
    }
    touches.resize(std::min(touches.size(), count));  // an instruction that did not end only read
    return touches;
}

uint32_t TouchSample::site_at(uint64_t pc, uint8_t reg) {
    const auto [found, added] = numbers_.emplace(pc, static_cast<uint32_t>(sites_.size()));
    if (added) sites_.push_back({.pc = pc, .reg = reg});
    return found->second;
}

uint64_t dual_steps(const TouchSample& sample, const CostModel& model, const DualModes& modes) {
    uint64_t sum = 0;
    for (const TouchSample::Window& window : sample.windows()) {
        std::array<Mode, kRegisters> where{};
        for (uint32_t reg = 0; reg < kRegisters; ++reg)
            where[reg] = window.written[reg] == Touch::kRead ? Mode::kHorizontal : modes[window.written[reg]];
        uint64_t horizontal = 0;
        uint64_t vertical = 0;
        int32_t head = 0;
        for (const Touch& touch : window.touches) {
            if (touch.site != Touch::kRead) where[touch.reg] = modes[touch.site];
            if (where[touch.reg] == Mode::kVertical) {
                ++vertical;
                continue;
            }
            const int32_t to = model.placement[touch.reg];
            horizontal += static_cast<uint64_t>(to > head ? to - head : head - to);
            head = to;
        }
        sum += horizontal * model.tracks + vertical * model.vertical_access;
    }
    return sum;
}

DualModes find_dual_modes(const TouchSample& sample, const CostModel& model) {
    DualDescent from_horizontal(sample, model, Mode::kHorizontal);
    DualDescent from_vertical(sample, model, Mode::kVertical);
    from_horizontal.run();
    from_vertical.run();
    return from_vertical.cost() < from_horizontal.cost() ? from_vertical.modes() : from_horizontal.modes();
}

std::map<uint32_t, Mode> by_address(const TouchSample& sample, const DualModes& modes) {
    std::map<uint32_t, Mode> out;
    for (uint32_t site = 0; site < modes.size(); ++site)
        out[static_cast<uint32_t>(sample.sites()[site].pc)] = modes[site];
    return out;
}

}  // namespace sky::regfile
