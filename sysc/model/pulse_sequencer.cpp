#include "sysc/model/pulse_sequencer.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "sysc/model/position_guard.hpp"
#include "sysc/model/segments.hpp"
#include "sysc/model/shift_planner.hpp"

namespace sky::model {

namespace {

/// Shifts after which the position is checked at the latest.
constexpr uint32_t kMaxBurst = 8;

bool has(uint64_t mask, uint32_t segment) { return (mask >> segment & 1) != 0; }

}  // namespace

bool PulseSequencer::Acting::any() const {
    const auto some = [](const PortMask& ports) { return ports.any(); };
    return std::any_of(removes.begin(), removes.end(), some) || std::any_of(injects.begin(), injects.end(), some);
}

PulseSequencer::PulseSequencer(const Array& array, uint32_t bank)
    : array_(array),
      bank_(bank),
      sensed_(array.geometry.tracks_per_row),
      removed_(array.geometry.tracks_per_row),
      injected_(array.geometry.tracks_per_row),
      ahead_(array.geometry.tracks_per_row),
      behind_(array.geometry.tracks_per_row) {}

void PulseSequencer::start(const Pass& pass, const TrackStore::Row& row) {
    const Geometry& geometry = array_.geometry;
    pass_ = pass;
    offset_ = *row.offset;
    tracks_.clear();
    for (uint32_t t = 0; t < geometry.tracks_per_row; ++t)
        tracks_.emplace_back(geometry, uint64_t{pass.row} * geometry.tracks_per_row + t, offset_);
    if (point()) {
        const uint64_t* word = row.words;
        for (uint32_t site = 0; site < geometry.sites_per_segment; ++site)
            for (uint32_t g = 0; g < geometry.segments; ++g)
                for (uint32_t t = 0; t < geometry.tracks_per_row; t += 64, ++word)
                    for (uint32_t b = 0; b < 64; ++b) tracks_[t + b].set_bit(g, site, (*word >> b & 1) != 0);
    } else {
        for (uint32_t g = 0; g < geometry.segments; ++g) {
            tracks_[0].set_word(g, row.words[g]);
            if (geometry.flag_site) tracks_[0].set_bit(g, geometry.sites_per_segment, has(*row.flags, g));
        }
    }
    flips_.fill(false);
    scan_ = {.equal_low = pass.sense, .equal_high = pass.sense};
    segment_ = static_cast<uint32_t>(std::countr_zero(pass.segments()));
    one_segment_ = moves_one_segment(array_, pass);
    right_port_ = false;
    acted_ = false;
    lost_ = false;
    begin_leg(point() ? Leg::kAct : Leg::kPosition);
    slot_ = next_slot();
}

void PulseSequencer::store(const TrackStore::Row& row) const {
    const Geometry& geometry = array_.geometry;
    *row.offset = static_cast<int16_t>(offset_);
    if (point()) {
        uint64_t* word = row.words;
        for (uint32_t site = 0; site < geometry.sites_per_segment; ++site)
            for (uint32_t g = 0; g < geometry.segments; ++g)
                for (uint32_t t = 0; t < geometry.tracks_per_row; t += 64, ++word) {
                    *word = 0;
                    for (uint32_t b = 0; b < 64; ++b) *word |= uint64_t{tracks_[t + b].bit(g, site, offset_)} << b;
                }
        return;
    }
    if (geometry.flag_site) *row.flags = 0;
    for (uint32_t g = 0; g < geometry.segments; ++g) {
        row.words[g] = tracks_[0].word(g, offset_);
        if (geometry.flag_site) *row.flags |= uint64_t{tracks_[0].bit(g, geometry.sites_per_segment, offset_)} << g;
    }
}

bool PulseSequencer::away() const {
    return segment_steps_ != 0 || stock_ != 0 || port_full_ || burst_ != 0 || (home() && offset_ != 0);
}

void PulseSequencer::start_recovery() {
    lost_ = false;
    ahead_.assign(ahead_.size(), false);
    behind_.assign(behind_.size(), false);
    begin_leg(Leg::kRecover);
    slot_ = next_slot();
}

uint64_t PulseSequencer::sensed_word(uint32_t segment, uint32_t beat) const {
    const Geometry& geometry = array_.geometry;
    if (point()) return seen_words_.at(segment * geometry.beats_per_segment() + beat);
    const SiteSet& seen = seen_.at(segment);
    const uint32_t flag_sites = depth() - geometry.sites_per_segment;
    uint64_t word = 0;
    for (uint32_t b = 0; b < geometry.sites_per_segment; ++b) word |= uint64_t{seen[b + flag_sites]} << b;
    return flag_sites != 0 && seen[0] ? ~word & geometry.word_mask() : word;
}

// ---- What comes next

PulseSequencer::Slot PulseSequencer::next_slot() {
    cycle_ = 0;
    if (lost_) return Slot::kEnd;
    const Slot slot = unguarded_slot();
    return array_.geometry.position_guard ? guarded(slot) : slot;
}

/// A check follows each burst and comes before the next act; what it finds is put right first.
PulseSequencer::Slot PulseSequencer::guarded(Slot slot) const {
    const auto any = [](const std::vector<bool>& tracks) {
        return std::find(tracks.begin(), tracks.end(), true) != tracks.end();
    };
    if (any(ahead_) || any(behind_)) return Slot::kCorrect;
    if (burst_ == kMaxBurst || (burst_ != 0 && slot != Slot::kShift)) return Slot::kCheck;
    return slot;
}

PulseSequencer::Slot PulseSequencer::unguarded_slot() {
    for (;;) {
        const bool on_segment = leg_ == Leg::kAssemble || leg_ == Leg::kPermute || leg_ == Leg::kSurplus;
        const bool recovers = leg_ == Leg::kRecover && (segment_steps_ != 0 || stock_ != 0 || port_full_);
        const Slot slot = on_segment || recovers ? permutation_slot() : site_slot();
        if (slot != Slot::kEnd || !next_leg()) return slot;
    }
}

void PulseSequencer::begin_leg(Leg leg) {
    leg_ = leg;
    std::fill(removed_.begin(), removed_.end(), PortMask());
    std::fill(injected_.begin(), injected_.end(), PortMask());
    const auto end = static_cast<int32_t>(depth());
    goal_ = 0;
    phase_ = Phase::kDone;
    switch (leg) {
        case Leg::kRecover: goal_ = home() ? 0 : offset_; break;
        case Leg::kPosition: goal_ = !permutes() && offset_ > end - offset_ ? end : 0; break;
        case Leg::kSense:
        case Leg::kAct:
            if (point()) {
                const ShiftPlan plan = plan_shift(array_.geometry.sites_per_segment, offset_, pass_.site);
                goal_ = plan.offset;
                right_port_ = plan.right_port;
                if (offset_ == goal_) phase_ = Phase::kArrived;
                break;
            }
            outbound_ = position() == 0;
            if (outbound_) {
                goal_ = end;
            } else {
                phase_ = Phase::kArrived;
            }
            break;
        case Leg::kReturn:
            outbound_ = false;  // all that is to be done where it turns has been done
            break;
        case Leg::kAssemble:
            sensed_[0].reset();
            phase_ = Phase::kSensed;
            break;
        case Leg::kPermute:
        case Leg::kSurplus: break;
    }
    if (leg == Leg::kPermute || (leg == Leg::kAct && pass_.kind == PassKind::kFlip)) choose_polarity();
}

bool PulseSequencer::next_leg() {
    switch (leg_) {
        case Leg::kPosition:
            begin_leg(permutes() ? Leg::kAssemble : pass_.kind == PassKind::kFlip ? Leg::kSense : Leg::kAct);
            return true;
        case Leg::kSense: begin_leg(home() ? Leg::kReturn : Leg::kAct); return true;
        case Leg::kAct:
            if (!home()) return false;
            acted_ = true;
            begin_leg(Leg::kReturn);
            return true;
        case Leg::kReturn:
            if (acted_) return false;
            begin_leg(Leg::kAct);
            return true;
        case Leg::kAssemble: begin_leg(Leg::kPermute); return true;
        case Leg::kPermute: begin_leg(Leg::kSurplus); return true;
        case Leg::kSurplus:
        case Leg::kRecover: return false;
    }
    return false;
}

PulseSequencer::Slot PulseSequencer::site_slot() {
    if (phase_ == Phase::kArrived) {
        if (detecting_segments() != 0) return Slot::kDetect;
        phase_ = Phase::kSensed;
    }
    if (phase_ == Phase::kSensed) {
        acting_ = find_acting(true);
        if (acting_.any()) {
            limit(acting_);
            return acting_.overlaps ? Slot::kOverlap : Slot::kRemove;
        }
        phase_ = Phase::kRemoved;
    }
    if (phase_ == Phase::kRemoved) {
        acting_ = find_acting(false);
        if (acting_.any()) {
            limit(acting_);
            return Slot::kInject;
        }
        phase_ = Phase::kDone;
    }
    return position() == goal_ ? Slot::kEnd : Slot::kShift;
}

PulseSequencer::Slot PulseSequencer::permutation_slot() {
    if (leg_ == Leg::kAssemble) {
        if (phase_ == Phase::kArrived) return Slot::kDetect;
        return phase_ == Phase::kSensed ? Slot::kShift : Slot::kEnd;
    }
    if (phase_ == Phase::kRemoved) {
        acting_ = Acting{.removes = {PortMask()}, .injects = {PortMask().set(segment_)}};
        return Slot::kInject;
    }
    if (segment_steps_ != 0) return Slot::kShift;
    if (leg_ == Leg::kPermute) return Slot::kEnd;
    if (port_full_) {
        acting_ = Acting{.removes = {PortMask().set(segment_)}, .injects = {PortMask()}};
        return Slot::kRemove;
    }
    return stock_ != 0 ? Slot::kShift : Slot::kEnd;
}

uint64_t PulseSequencer::detecting_segments() const {
    if (leg_ == Leg::kSense) return pass_.sense;
    if (leg_ != Leg::kAct || pass_.kind == PassKind::kFlip) return 0;
    return pass_.sense | pass_.compare;
}

// ---- What the ports do

bool PulseSequencer::target_bit(uint32_t segment, uint32_t bit, bool flipped) const {
    const uint32_t flag_sites = depth() - array_.geometry.sites_per_segment;
    if (bit < flag_sites) return flipped;
    return has(pass_.words[segment], bit - flag_sites) != flipped;
}

bool PulseSequencer::wanted(uint32_t segment, uint32_t track) const {
    if (point()) return has(pass_.words[segment * array_.geometry.beats_per_segment() + track / 64], track % 64);
    return target_bit(segment, depth() - static_cast<uint32_t>(position()), flips_[segment]);
}

PulseSequencer::Act PulseSequencer::act_of(uint32_t segment, uint32_t track) const {
    const bool want = wanted(segment, track);
    if (leg_ == Leg::kReturn) return {.late_inject = !point() && has(pass_.rewrite, segment) && want};
    if (leg_ != Leg::kAct || pass_.kind == PassKind::kScan) return {};
    if (pass_.kind == PassKind::kFlip) {
        const bool old = seen_[segment][depth() - static_cast<uint32_t>(position())];
        return {.remove = old && !want, .inject = want && !old};
    }
    if (has(pass_.sense, segment)) return {};
    if (has(pass_.compare, segment)) {
        const bool old = sensed_[track][port(segment)];
        return {.remove = old && !want, .inject = want && !old};
    }
    // Home, naive injects on the way back, from the site where the pass turns.
    const bool injects_here = point() || !home() || position() == goal_;
    return {.remove = true, .late_inject = has(pass_.rewrite, segment) && want && injects_here};
}

PulseSequencer::Acting PulseSequencer::find_acting(bool first_slot) const {
    const uint32_t tracks = array_.geometry.tracks_per_row;
    Acting acting{.removes = std::vector<PortMask>(tracks), .injects = std::vector<PortMask>(tracks)};
    if (position() == 0 && !point()) return acting;
    bool any_remove = false;
    bool any_inject = false;
    for (uint32_t t = 0; t < tracks; ++t)
        each_segment(pass_.segments(), [&](uint32_t g, uint32_t) {
            const Act act = act_of(g, t);
            any_remove = any_remove || act.remove;
            any_inject = any_inject || act.inject;
            acting.removes[t][port(g)] = first_slot && act.remove;
            acting.injects[t][port(g)] = act.inject || (act.late_inject && !first_slot);
        });
    acting.overlaps = first_slot && array_.policy.overlap && any_remove && any_inject;
    for (uint32_t t = 0; t < tracks; ++t) {
        acting.removes[t] &= ~removed_[t];
        acting.injects[t] &= ~injected_[t];
        if (first_slot && !acting.overlaps) acting.injects[t].reset();
    }
    return acting;
}

void PulseSequencer::limit(Acting& acting) const {
    for (size_t t = 0; t < acting.removes.size(); ++t) {
        uint32_t driven = 0;
        for (uint32_t p = 0; p < array_.geometry.ports(); ++p) {
            if (!acting.removes[t][p] && !acting.injects[t][p]) continue;
            if (++driven <= array_.policy.max_ports_driven) continue;
            acting.removes[t][p] = false;
            acting.injects[t][p] = false;
        }
    }
}

bool PulseSequencer::wants_next() const {
    return segment_steps_ >= 2 &&
           target_bit(segment_, depth() - static_cast<uint32_t>(segment_steps_ - 1), flips_[segment_]);
}

bool PulseSequencer::takes_from_stock() const {
    if (stock_ == 0 || segment_steps_ < 2) return false;  // the last step leaves the port empty
    return leg_ == Leg::kRecover || wants_next();
}

void PulseSequencer::choose_polarity() {
    const Geometry& geometry = array_.geometry;
    if (permutes()) {
        const auto ones = static_cast<uint32_t>(std::popcount(pass_.words[segment_]));
        flips_[segment_] = pass_.picks_polarity &&
                           permutation_flips(static_cast<uint32_t>(stock_), ones, geometry.sites_per_segment);
        return;
    }
    each_segment(pass_.sense, [&](uint32_t g, uint32_t) {
        const auto rank = [&](bool flipped) {
            uint32_t injects = 0;
            uint32_t removes = 0;
            for (uint32_t b = 0; b < depth(); ++b) {
                const bool want = target_bit(g, b, flipped);
                if (want && !seen_[g][b]) ++injects;
                if (!want && seen_[g][b]) ++removes;
            }
            return injects * 256 + removes;
        };
        flips_[g] = rank(true) < rank(false);
    });
}

// ---- Time and pulses

uint32_t PulseSequencer::length(Slot slot) const {
    const Timing& t = array_.timing;
    switch (slot) {
        case Slot::kEnd: return 0;
        case Slot::kShift:
        case Slot::kCorrect: return t.shift_cycles + t.relax_cycles;
        case Slot::kCheck:
        case Slot::kDetect: return std::max(1U, t.detect_cycles);
        case Slot::kRemove: return std::max(1U, t.remove_cycles);
        case Slot::kOverlap: return std::max({1U, t.remove_cycles, t.inject_cycles});
        case Slot::kInject: return std::max(1U, t.inject_cycles);
    }
    return 0;
}

void PulseSequencer::count_cycle(Counters& counters) const {
    const Timing& t = array_.timing;
    const auto cause = [&](Counter counter, uint32_t cycles) {
        ++counters[cycles != 0 ? counter : Counter::kCyclesSettle];
    };
    switch (slot_) {
        case Slot::kEnd: break;
        case Slot::kCheck: cause(Counter::kCyclesCheck, t.detect_cycles); break;
        case Slot::kShift:
        case Slot::kCorrect:
            ++counters[cycle_ < t.shift_cycles ? Counter::kCyclesShift : Counter::kCyclesRelax];
            break;
        case Slot::kDetect: cause(Counter::kCyclesDetect, t.detect_cycles); break;
        case Slot::kRemove: cause(Counter::kCyclesRemove, t.remove_cycles); break;
        case Slot::kOverlap: cause(Counter::kCyclesOverlap, std::max(t.remove_cycles, t.inject_cycles)); break;
        case Slot::kInject: cause(Counter::kCyclesInject, t.inject_cycles); break;
    }
}

bool PulseSequencer::tick(Counters& counters) {
    count_cycle(counters);
    if (++cycle_ < length(slot_)) return false;
    finish_slot(counters);
    slot_ = next_slot();
    return slot_ == Slot::kEnd;
}

void PulseSequencer::finish_slot(Counters& counters) {
    switch (slot_) {
        case Slot::kEnd: break;
        case Slot::kShift: finish_shift(counters); break;
        case Slot::kDetect: finish_detect(counters); break;
        case Slot::kCheck: finish_check(counters); break;
        case Slot::kCorrect: finish_correction(counters); break;
        case Slot::kRemove:
        case Slot::kOverlap:
        case Slot::kInject: finish_acts(counters); break;
    }
}

void PulseSequencer::pulse(uint32_t start, uint32_t end, Direction direction, Counters& counters) {
    const uint32_t geometry_ports = array_.geometry.ports();
    uint64_t skyrmions = 0;
    if (array_.timing.shift_charge == ShiftCharge::kPerSkyrmion)
        for (const Track& track : tracks_) skyrmions += track.skyrmions(start, end);
    if (array_.geometry.position_guard && start >= geometry_ports && end >= geometry_ports) {
        for (uint32_t i = 0; i < tracks_.size(); ++i) move(tracks_[i], i, direction);
        ++burst_;
    } else {
        for (Track& track : tracks_) track.shift(start, end, direction);
    }
    if (observer_) show({.kind = Pulse::Kind::kShift, .direction = direction, .start = start, .end = end}, counters);
    ++pulses_;
    count_shift(tracks_.size(), skyrmions, counters);
}

void PulseSequencer::count_shift(uint64_t tracks, uint64_t skyrmions, Counters& counters) const {
    const Timing& t = array_.timing;
    const uint64_t charged = t.shift_charge == ShiftCharge::kPerTrack      ? tracks
                             : t.shift_charge == ShiftCharge::kPerSkyrmion ? skyrmions
                                                                           : 1;
    ++counters[Counter::kShifts];
    counters[Counter::kTrackSteps] += tracks;
    counters[Counter::kEnergyFj] += charged * t.shift_fj;
}

/// One step of the whole wire, or none, or two, when it slips.
void PulseSequencer::move(Track& track, uint32_t index, Direction direction) {
    const int32_t steps = 1 + array_.policy.faults.slip(bank_, pulses_, index);
    for (int32_t i = 0; i < steps; ++i) track.shift(direction);
}

void PulseSequencer::finish_check(Counters& counters) {
    counters[Counter::kChecks] += tracks_.size();
    counters[Counter::kEnergyFj] += 2 * tracks_.size() * array_.timing.detect_fj;
    bool clean = true;
    for (size_t t = 0; t < tracks_.size(); ++t) {
        const PositionError error =
            check_position(tracks_[t].guard_first(), tracks_[t].guard_second(), offset_).error;
        ahead_[t] = error == PositionError::kOneAhead;
        behind_[t] = error == PositionError::kOneBehind;
        lost_ = lost_ || error == PositionError::kLost;
        clean = clean && error == PositionError::kNone;
    }
    if (observer_) show({.kind = Pulse::Kind::kCheck}, counters);
    if (clean) burst_ = 0;
    if (!lost_) return;
    ++counters[Counter::kPositionErrors];
    burst_ = 0;
    offset_ = 0;
    ahead_.assign(ahead_.size(), false);
    behind_.assign(behind_.size(), false);
}

/// First those that are ahead, then those that are behind; whether it has helped the next check says.
void PulseSequencer::finish_correction(Counters& counters) {
    const bool rightwards = std::find(ahead_.begin(), ahead_.end(), true) != ahead_.end();
    std::vector<bool>& wrong = rightwards ? ahead_ : behind_;
    uint64_t moved = 0;
    uint64_t skyrmions = 0;
    for (uint32_t t = 0; t < tracks_.size(); ++t) {
        if (!wrong[t]) continue;
        ++moved;
        skyrmions += tracks_[t].skyrmions();
        move(tracks_[t], t, rightwards ? Direction::kRight : Direction::kLeft);
    }
    wrong.assign(wrong.size(), false);
    const uint32_t wire_end = array_.geometry.ports();
    if (observer_)
        show({.kind = Pulse::Kind::kCorrect,
              .direction = rightwards ? Direction::kRight : Direction::kLeft,
              .start = wire_end,
              .end = wire_end},
             counters);
    ++pulses_;
    burst_ = 1;
    counters[Counter::kCorrections] += moved;
    count_shift(moved, skyrmions, counters);
}

void PulseSequencer::finish_shift(Counters& counters) {
    const bool on_segment = leg_ == Leg::kAssemble || leg_ == Leg::kPermute || leg_ == Leg::kSurplus;
    if (on_segment || (leg_ == Leg::kRecover && (segment_steps_ != 0 || stock_ != 0))) {
        shift_segment(counters);
        return;
    }
    const Direction direction = goal_ > position() ? Direction::kLeft : Direction::kRight;
    const int32_t step = direction == Direction::kLeft ? 1 : -1;
    if (one_segment_) {
        pulse(segment_, segment_ + 1, direction, counters);
        segment_steps_ += step;
    } else {
        pulse(array_.geometry.ports(), array_.geometry.ports(), direction, counters);
        offset_ += step;
    }
    std::fill(removed_.begin(), removed_.end(), PortMask());
    std::fill(injected_.begin(), injected_.end(), PortMask());
    const bool acts = leg_ == Leg::kSense || leg_ == Leg::kAct || (leg_ == Leg::kReturn && !point());
    const bool here = point() ? position() == goal_ : position() != 0;
    phase_ = acts && here ? Phase::kArrived : Phase::kDone;
}

/// The moves of a permutation write: see the table in sysc/model/README.md.
void PulseSequencer::shift_segment(Counters& counters) {
    const uint32_t left_end = array_.geometry.ports();
    if (leg_ == Leg::kAssemble) {
        const bool found = sensed_[0][segment_];
        pulse(found ? left_end : segment_, segment_ + 1, Direction::kLeft, counters);
        ++segment_steps_;
        stock_ += found ? 1 : 0;
        phase_ = segment_steps_ <= static_cast<int32_t>(depth()) ? Phase::kArrived : Phase::kDone;
    } else if (segment_steps_ != 0) {
        const bool takes = takes_from_stock();
        const bool wants = leg_ == Leg::kPermute && wants_next();
        pulse(takes ? left_end : segment_, segment_ + 1, Direction::kRight, counters);
        --segment_steps_;
        stock_ -= takes ? 1 : 0;
        phase_ = wants && !takes ? Phase::kRemoved : Phase::kDone;
    } else {
        pulse(left_end, segment_, Direction::kRight, counters);
        --stock_;
        port_full_ = true;
    }
}

void PulseSequencer::finish_detect(Counters& counters) {
    PortMask ports;
    const uint64_t segments = permutes() ? pass_.sense : detecting_segments();
    each_segment(segments, [&](uint32_t g, uint32_t) { ports.set(port(g)); });
    for (size_t t = 0; t < tracks_.size(); ++t) sensed_[t] = tracks_[t].detect(ports);
    if (observer_) show({.kind = Pulse::Kind::kDetect, .detects = ports}, counters);
    const uint64_t detects = ports.count() * tracks_.size();
    counters[Counter::kDetects] += detects;
    counters[Counter::kEnergyFj] += detects * array_.timing.detect_fj;
    phase_ = Phase::kSensed;
    if (permutes()) return;
    each_segment(segments, [&](uint32_t g, uint32_t) {
        if (!point()) {
            seen_[g][depth() - static_cast<uint32_t>(position())] = sensed_[0][port(g)];
            return;
        }
        for (uint32_t t = 0; t < tracks_.size(); ++t) {
            uint64_t& word = seen_words_[g * array_.geometry.beats_per_segment() + t / 64];
            const uint64_t bit = uint64_t{1} << (t % 64);
            word = sensed_[t][port(g)] ? word | bit : word & ~bit;
        }
    });
    if (pass_.kind == PassKind::kScan) compare_keys(outbound_);
    const bool decided = pass_.kind == PassKind::kScan && (scan_.equal_low | scan_.equal_high) == 0;
    if (decided && outbound_ && offset_ < static_cast<int32_t>(depth())) {
        goal_ = offset_;
        scan_.stopped = true;
        ++counters[Counter::kScanStops];
    }
}

/// Outbound the most significant bit comes first and the first difference decides, inbound the last one does.
void PulseSequencer::compare_keys(bool outbound) {
    const uint32_t bit = depth() - static_cast<uint32_t>(position());
    const auto compare = [&](uint32_t g, uint64_t key, uint64_t& below, uint64_t& equal) {
        const uint64_t port_bit = uint64_t{1} << g;
        const bool stored = sensed_[0][g];
        if (stored == has(key, bit)) return;
        if (!outbound || (equal & port_bit) != 0) below = stored ? below & ~port_bit : below | port_bit;
        equal &= ~port_bit;
    };
    each_segment(pass_.sense, [&](uint32_t g, uint32_t) {
        compare(g, pass_.low_key, scan_.below_low, scan_.equal_low);
        compare(g, pass_.high_key, scan_.below_high, scan_.equal_high);
    });
}

void PulseSequencer::finish_acts(Counters& counters) {
    const Timing& timing = array_.timing;
    uint64_t removes = 0;
    uint64_t found = 0;
    uint64_t injects = 0;
    for (size_t t = 0; t < tracks_.size(); ++t) {
        removes += acting_.removes[t].count();
        found += tracks_[t].remove(acting_.removes[t]).count();
        injects += acting_.injects[t].count();
        tracks_[t].inject(acting_.injects[t]);
        removed_[t] |= acting_.removes[t];
        injected_[t] |= acting_.injects[t];
    }
    counters[Counter::kRemoves] += removes;
    counters[Counter::kEmptyRemoves] += removes - found;
    counters[Counter::kInjects] += injects;
    counters[Counter::kEnergyFj] +=
        (timing.remove_charge == RemoveCharge::kPerSite ? removes : found) * timing.remove_fj +
        injects * timing.inject_fj;
    const Pulse::Kind kind = slot_ == Slot::kRemove    ? Pulse::Kind::kRemove
                             : slot_ == Slot::kOverlap ? Pulse::Kind::kOverlap
                                                       : Pulse::Kind::kInject;
    if (observer_) show({.kind = kind, .removes = acting_.removes, .injects = acting_.injects}, counters);
    if (leg_ == Leg::kPermute) phase_ = Phase::kDone;
    if (slot_ == Slot::kRemove && port_full_) port_full_ = false;
}

// ---- Who watches

void PulseSequencer::show(Pulse pulse, const Counters& counters) const {
    pulse.cycle = counters[Counter::kCycles];
    pulse.bank = pass_.row % array_.policy.banks;
    pulse.row = pass_.row;
    pulse.offset = tracks_.front().offset();
    observer_(pulse);
}

}  // namespace sky::model
