#include "sysc/model/pulse_sequencer.hpp"

#include "sysc/model/pass.hpp"

namespace sky::model {

PulseSequencer::PulseSequencer(const Geometry& geometry, const Timing& timing)
    : geometry_(geometry), timing_(timing), track_(geometry) {}

void PulseSequencer::start(const Command& command, std::span<const uint64_t> stored, std::span<const uint64_t> data) {
    command_ = command;
    ports_ = PortMask(command.seg_mask);
    track_ = Track(geometry_, command.row);
    uint32_t beat = 0;
    for (uint32_t segment = 0; segment < geometry_.segments; ++segment) {
        track_.set_word(segment, stored[segment]);
        sensed_[segment] = 0;
        if (ports_[segment] && command.op == Op::kWrite) data_[segment] = data[beat++];
    }
    steps_out_ = 0;
    recovering_ = false;
    enter(Slot::kAlign);
}

void PulseSequencer::enter(Slot slot) {
    slot_ = slot;
    switch (slot) {
        case Slot::kNone: cycles_left_ = 0; break;
        case Slot::kAlign:
        case Slot::kReturn: cycles_left_ = timing_.shift_cycles; break;
        case Slot::kDetect: cycles_left_ = timing_.detect_cycles; break;
        case Slot::kRemove: cycles_left_ = timing_.remove_cycles; break;
        case Slot::kInject: cycles_left_ = timing_.inject_cycles; break;
    }
}

void PulseSequencer::cut() { enter(Slot::kNone); }

void PulseSequencer::start_recovery() {
    recovering_ = true;
    enter(Slot::kReturn);
}

PortMask PulseSequencer::wanted() const {
    const uint32_t bit = geometry_.sites_per_segment - steps_out_;  // site steps_out_ - 1 holds bit D - 1 - site
    PortMask ones;
    for (uint32_t segment = 0; segment < geometry_.segments; ++segment)
        ones[segment] = ports_[segment] && (data_[segment] >> bit & 1) != 0;
    return ones;
}

void PulseSequencer::after_site() {
    if (steps_out_ == geometry_.sites_per_segment) {
        enter_inbound();
    } else {
        enter(Slot::kAlign);
    }
}

void PulseSequencer::enter_inbound() {
    const bool injects = command_.op == Op::kWrite && !is_dcw() && !recovering_;
    enter(injects && wanted().any() ? Slot::kInject : Slot::kReturn);
}

void PulseSequencer::shift(Direction direction, Counters& counters) {
    if (moves_one_segment(command_)) {
        const auto segment = static_cast<uint32_t>(std::countr_zero(command_.seg_mask));
        track_.shift(segment, segment + 1, direction);
    } else {
        track_.shift(direction);
    }
    ++counters[Counter::kShifts];
    ++counters[Counter::kTrackSteps];
    counters[Counter::kEnergyFj] += timing_.shift_fj;
}

bool PulseSequencer::tick(Counters& counters) {
    switch (slot_) {
        case Slot::kNone: return false;
        case Slot::kAlign:
        case Slot::kReturn: ++counters[Counter::kCyclesShift]; break;
        case Slot::kDetect: ++counters[Counter::kCyclesDetect]; break;
        case Slot::kRemove: ++counters[Counter::kCyclesRemove]; break;
        case Slot::kInject: ++counters[Counter::kCyclesInject]; break;
    }
    if (--cycles_left_ == 0) finish_slot(counters);
    return slot_ == Slot::kNone;
}

void PulseSequencer::finish_slot(Counters& counters) {
    switch (slot_) {
        case Slot::kNone: break;
        case Slot::kAlign:
            shift(Direction::kLeft, counters);
            ++steps_out_;
            enter(command_.op == Op::kRead || is_dcw() ? Slot::kDetect : Slot::kRemove);
            break;
        case Slot::kDetect: {
            const PortMask sensed = track_.detect(ports_);
            counters[Counter::kDetects] += ports_.count();
            counters[Counter::kEnergyFj] += ports_.count() * timing_.detect_fj;
            if (command_.op == Op::kRead) {
                for (uint32_t segment = 0; segment < geometry_.segments; ++segment)
                    sensed_[segment] = sensed_[segment] << 1 | (sensed[segment] ? 1 : 0);
                after_site();
            } else if ((sensed & ~wanted()).any()) {
                enter(Slot::kRemove);
            } else if ((wanted() & ~sensed).any()) {
                enter(Slot::kInject);
            } else {
                after_site();
            }
            break;
        }
        case Slot::kRemove: {
            const PortMask acting = is_dcw() ? track_.detect(ports_) & ~wanted() : ports_;
            const PortMask found = track_.remove(acting);
            counters[Counter::kRemoves] += acting.count();
            counters[Counter::kEmptyRemoves] += acting.count() - found.count();
            counters[Counter::kEnergyFj] += acting.count() * timing_.remove_fj;
            if (is_dcw() && (wanted() & ~track_.detect(ports_)).any()) {
                enter(Slot::kInject);
            } else {
                after_site();
            }
            break;
        }
        case Slot::kInject: {
            const PortMask acting = wanted() & ~(is_dcw() ? track_.detect(ports_) : PortMask());
            track_.inject(acting);
            counters[Counter::kInjects] += acting.count();
            counters[Counter::kEnergyFj] += acting.count() * timing_.inject_fj;
            if (is_dcw()) {
                after_site();
            } else {
                enter(Slot::kReturn);
            }
            break;
        }
        case Slot::kReturn:
            shift(Direction::kRight, counters);
            --steps_out_;
            if (steps_out_ == 0) {
                enter(Slot::kNone);
            } else {
                enter_inbound();
            }
            break;
    }
}

}  // namespace sky::model
