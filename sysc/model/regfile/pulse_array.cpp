#include "sysc/model/regfile/pulse_array.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sysc/model/position_guard.hpp"

namespace sky::model::rf {

PulseArray::PulseArray(const Shape& shape, const Options& options, const SlipFaults& faults)
    : shape_(shape),
      options_(options),
      faults_(faults),
      domains_(kRegisters / (shape.kind == Kind::kHorizontal ? shape.banks : 1)),
      depth_(domains_ / shape.ports),
      mode_(shape.kind == Kind::kVertical ? Mode::kVertical : Mode::kHorizontal) {
    for (uint32_t reg = 0; reg < kRegisters; ++reg) position_[reg] = static_cast<uint8_t>(reg);
    const Geometry geometry{.sites_per_segment = depth_,
                            .segments = shape.ports,
                            .overhead_sites = shape.guard ? depth_ + 4 : depth_,
                            .tracks = shape.width,
                            .position_guard = shape.guard};
    for (uint32_t a = 0; a < shape.arrays(); ++a) {
        Tracks tracks;
        tracks.first_track = a * shape.width;
        tracks.can_be_vertical =
            shape.kind == Kind::kVertical || shape.kind == Kind::kDynamic || (shape.kind == Kind::kDual && a == 1);
        tracks.can_be_horizontal = shape.kind == Kind::kDynamic || !tracks.can_be_vertical;
        tracks.heads.fill(1);
        tracks.sinces.fill(kBurst);
        for (uint32_t t = 0; t < shape.width; ++t) tracks.track.emplace_back(geometry, tracks.first_track + t, 1);
        arrays_.push_back(std::move(tracks));
    }
}

// ---- Where things are

PulseArray::Place PulseArray::place_of(uint32_t position) const {
    const uint32_t domain = position % domains_;
    return {.segment = domain / depth_, .site = domain % depth_};
}

int32_t PulseArray::nearest(uint32_t position, int32_t head) const {
    const Place place = place_of(position);
    return plan_shift(depth_, head, place.site, place.segment + 1 == shape_.ports).offset;
}

uint32_t PulseArray::port_over(uint32_t position, int32_t head) const {
    return place_of(position).segment + (head < 1 ? 1 : 0);
}

bool PulseArray::at_rest(const Tracks& tracks) const {
    return tracks.head == 1 &&
           std::all_of(tracks.heads.begin(), tracks.heads.end(), [](int32_t h) { return h == 1; });
}

bool PulseArray::at_rest() const {
    return std::all_of(arrays_.begin(), arrays_.end(), [this](const Tracks& tracks) { return at_rest(tracks); });
}

uint32_t PulseArray::array_of(uint32_t reg, const Accesses* accesses, uint32_t access) const {
    if (shape_.kind == Kind::kHorizontal) return position_[reg] / domains_;
    if (shape_.kind != Kind::kDual) return 0;
    const bool written =
        access == kWrite || (accesses != nullptr && accesses->wants(kWrite) && accesses->reg[kWrite] == reg);
    return written ? static_cast<uint32_t>(mode_) : in_vertical_ >> reg & 1;
}

// ---- Requests

uint32_t PulseArray::come_home() {
    if (!homing_) return 0;
    uint32_t cycles = 0;
    for (; !at_rest(); ++cycles) cycle({}, true);
    homing_ = false;
    return cycles;
}

uint32_t PulseArray::request(const Accesses& accesses, const Ahead& ahead, ReadData& data) {
    for (uint32_t a = 0; a < arrays_.size(); ++a) {
        Tracks& tracks = arrays_[a];
        tracks.accesses = accesses;
        for (const uint32_t access : {kWrite, kRead1, kRead2})
            if (accesses.wants(access) && array_of(accesses.reg[access], &accesses, access) != a)
                tracks.accesses.want &= ~bit_of(access);
    }
    data_ = {};
    uint32_t cycles = 0;
    do {
        cycle(ahead, false);
        ++cycles;
    } while (!answered());
    for (Tracks& tracks : arrays_) {
        tracks.accesses.want = 0;
        tracks.done = 0;
        tracks.passing = {};
    }
    if (accesses.wants(kWrite) && shape_.kind == Kind::kDual) {
        const uint32_t reg = 1U << accesses.reg[kWrite];
        in_vertical_ = mode_ == Mode::kVertical ? in_vertical_ | reg : in_vertical_ & ~reg;
    }
    data = data_;
    return cycles;
}

bool PulseArray::answered() const {
    return std::all_of(arrays_.begin(), arrays_.end(),
                       [](const Tracks& tracks) { return (tracks.accesses.want & ~tracks.done) == 0; });
}

void PulseArray::idle(uint64_t cycles, const Ahead& ahead) {
    for (; cycles != 0; --cycles) {
        homing_ = homing_ && !at_rest();
        cycle(ahead, homing_);
    }
}

uint32_t PulseArray::switch_mode(Mode mode, const Ahead& ahead) {
    const bool changes = mode != mode_ && (shape_.kind == Kind::kDynamic || shape_.kind == Kind::kDual);
    const bool home = changes && shape_.kind == Kind::kDynamic;
    uint32_t cycles = 0;
    do {
        cycle(ahead, home);
        ++cycles;
    } while (home && !at_rest());
    if (!changes) return cycles;
    mode_ = mode;
    count(counters, Counter::kSwitches, 1);
    if (home) {  // other heads, which know nothing of the position
        arrays_[0].since = kBurst;
        arrays_[0].sinces.fill(kBurst);
    }
    return cycles;
}

void PulseArray::reset() {
    homing_ = true;
    machine_check_ = false;
    track_error_ = false;
    for (Tracks& tracks : arrays_) {
        tracks.accesses.want = 0;
        tracks.done = 0;
        tracks.passing = {};
        tracks.since = kBurst;
        tracks.sinces.fill(kBurst);
        tracks.tries = 0;
    }
}

// ---- A cycle

void PulseArray::cycle(const Ahead& ahead, bool home) {
    if (cycle_ == last_cycle_) throw PowerCut();
    for (Tracks& tracks : arrays_) {
        Pulse pulse;
        pulse.steps.assign(shape_.width, 0);
        if (vertical(tracks)) {
            vertical_cycle(tracks, home, pulse);
        } else {
            horizontal_cycle(tracks, ahead, home, pulse);
        }
        apply(tracks, pulse);
        tracks.tries = tracks.corrects ? tracks.tries + 1 : 0;
        tracks.corrects = false;
    }
    ++cycle_;
}

void PulseArray::horizontal_cycle(Tracks& tracks, const Ahead& ahead, bool home, Pulse& pulse) {
    const Accesses& accesses = tracks.accesses;
    const int32_t head = tracks.head;
    const auto distance = [&](uint32_t access) {
        return std::abs(nearest(position_of(accesses, access), head) - head);
    };

    // What acts here: the write, and behind it reads; not one of the domain that is being written.
    uint32_t left = home ? 0 : accesses.want & ~tracks.done;
    uint32_t acts = 0;
    bool writes = false;
    if ((left & bit_of(kWrite)) != 0 && distance(kWrite) == 0) {
        writes = true;
        acts |= bit_of(kWrite);
        left &= ~bit_of(kWrite);
    }
    if ((left & bit_of(kWrite)) == 0) {
        for (const uint32_t access : {kRead1, kRead2}) {
            if ((left & bit_of(access)) == 0) continue;
            const bool waits = writes && position_of(accesses, access) == position_of(accesses, kWrite);
            if (distance(access) == 0 && !waits) {
                acts |= bit_of(access);
                left &= ~bit_of(access);
            } else if (!options_.nearest_first) {
                break;
            }
        }
    }

    // Where to.
    int32_t goal = head;
    if (home) {
        goal = 1;
    } else if (left != 0) {
        uint32_t next = (left & bit_of(kWrite)) != 0 ? kWrite : (left & bit_of(kRead1)) != 0 ? kRead1 : kRead2;
        if (left == (bit_of(kRead1) | bit_of(kRead2)) && options_.nearest_first &&
            distance(kRead2) < distance(kRead1))
            next = kRead2;
        goal = nearest(position_of(accesses, next), head);
    } else {
        const auto array = static_cast<uint32_t>(&tracks - arrays_.data());
        uint32_t hint = kWrite;
        while (hint <= kRead2 && !(ahead.wants(hint) && array_of(ahead.reg[hint], nullptr, hint) == array)) ++hint;
        if (hint <= kRead2) {
            goal = nearest(position_[ahead.reg[hint]], head);
        } else if (options_.eager) {
            goal = 1;
        }
    }

    const Move move{.acts = acts != 0, .steps = goal == head ? 0 : goal > head ? 1 : -1};
    if (hold(tracks, 0, shape_.width, head, move, tracks.since, pulse)) return;
    for (const uint32_t access : {kWrite, kRead1, kRead2}) {
        if ((acts & bit_of(access)) == 0) continue;
        const uint32_t port = port_over(position_of(accesses, access), head);
        for (uint32_t t = 0; t < shape_.width; ++t) {
            if (access == kWrite)
                pulse.writes.push_back({.track = t, .port = port, .value = (accesses.data >> t & 1) != 0});
            else
                data_[access] |= uint64_t{tracks.track[t].sense(port)} << t;
        }
        count(counters, access == kWrite ? Counter::kBitWrites : Counter::kBitReads, shape_.width);
        count(counters, Counter::kAccesses, 1);
    }
    tracks.done |= acts;
    tracks.head += move.steps;
    if (move.steps == 0) return;
    std::fill(pulse.steps.begin(), pulse.steps.end(), static_cast<int8_t>(move.steps));
    count(counters, Counter::kSteps, 1);
    count(counters, Counter::kTrackSteps, shape_.width);
}

void PulseArray::vertical_cycle(Tracks& tracks, bool home, Pulse& pulse) {
    const Accesses& accesses = tracks.accesses;
    const uint32_t pending = home ? 0 : accesses.want & ~tracks.done;
    const uint32_t lanes = shape_.width / kRegisters;
    const auto far = static_cast<int32_t>(depth_);
    std::array<uint32_t, kRegisters> access_of{};  // that passes, or 3
    access_of.fill(3);
    for (const uint32_t access : {kWrite, kRead1, kRead2}) {
        if ((pending >> access & 1) == 0) continue;
        const uint8_t reg = accesses.reg[access];
        if (access != kWrite && (pending & bit_of(kWrite)) != 0 && accesses.reg[kWrite] == reg) continue;
        const bool begins = tracks.heads[reg] == 1 || (tracks.heads[reg] == far && !options_.rewind);
        if (!tracks.passing[access] && !begins) continue;
        if (!tracks.passing[access]) tracks.back[access] = tracks.heads[reg] == far;
        access_of[reg] = access;
    }
    for (uint32_t reg = 0; reg < kRegisters; ++reg) {
        const uint32_t access = access_of[reg];
        int32_t& head = tracks.heads[reg];
        Move move;
        bool last = false;
        if (access != 3) {
            move.acts = true;
            last = head == (tracks.back[access] ? 1 : far);
            if (!last) move.steps = tracks.back[access] ? -1 : 1;
        }
        if ((access == 3 || last) && (options_.rewind || home) && head != 1) move.steps = -1;
        if (!move.acts && move.steps == 0) continue;
        if (hold(tracks, reg * lanes, (reg + 1) * lanes, head, move, tracks.sinces[reg], pulse)) continue;
        if (move.acts) {
            for (uint32_t lane = 0; lane < lanes; ++lane) {
                for (uint32_t port = 0; port < shape_.ports; ++port) {
                    const uint32_t bit = lane * kRegisters + port * depth_ + static_cast<uint32_t>(head) - 1;
                    const uint32_t track = reg * lanes + lane;
                    if (access == kWrite)
                        pulse.writes.push_back(
                            {.track = track, .port = port, .value = (accesses.data >> bit & 1) != 0});
                    else
                        data_[access] |= uint64_t{tracks.track[track].sense(port)} << bit;
                }
            }
            count(counters, access == kWrite ? Counter::kBitWrites : Counter::kBitReads,
                  uint64_t{lanes} * shape_.ports);
            tracks.passing[access] = !last;
            if (last) {
                tracks.done |= bit_of(access);
                count(counters, Counter::kAccesses, 1);
            }
        }
        head += move.steps;
        if (move.steps == 0) continue;
        for (uint32_t lane = 0; lane < lanes; ++lane)
            pulse.steps[reg * lanes + lane] = static_cast<int8_t>(move.steps);
        count(counters, Counter::kSteps, 1);
        count(counters, Counter::kTrackSteps, lanes);
    }
}

bool PulseArray::hold(Tracks& tracks, uint32_t from, uint32_t to, int32_t head, const Move& move, uint32_t& since,
                      Pulse& pulse) {
    if (!shape_.guard) return false;
    const bool checks =
        options_.check_position && ((move.acts && since != 0) || (move.steps != 0 && since == kBurst));
    // A track that is not put right by so many corrections, because its pulse is refused, is lost as well.
    const bool gives_up = tracks.tries == kMostTries;
    uint32_t off = 0;
    uint32_t lost = 0;
    for (uint32_t t = from; t < to && checks; ++t) {
        const Track& track = tracks.track[t];
        const PositionError error = check_position(track.guard_first(), track.guard_second(), head).error;
        if (error == PositionError::kNone) continue;
        if (error == PositionError::kLost || gives_up) {
            ++lost;
        } else {
            pulse.steps[t] = error == PositionError::kOneAhead ? -1 : 1;
            ++off;
        }
    }
    if (checks) count(counters, Counter::kChecks, to - from);
    count(counters, Counter::kUncorrected, lost);
    machine_check_ = machine_check_ || lost != 0;
    if (off != 0) {
        count(counters, Counter::kCorrected, off);
        count(counters, Counter::kSteps, 1);
        count(counters, Counter::kTrackSteps, off);
        tracks.corrects = true;
        return true;
    }
    if (checks) since = 0;
    if (move.steps != 0 && since != kBurst) ++since;
    return false;
}

void PulseArray::apply(Tracks& tracks, const Pulse& pulse) {
    // What each track really does: a slip goes one site too far, or stays.
    std::vector<int32_t> steps(pulse.steps.begin(), pulse.steps.end());
    bool legal = true;
    for (uint32_t t = 0; t < shape_.width; ++t) {
        if (steps[t] == 0) continue;
        if (faults_.threshold != 0) {
            const int32_t fault = slip(faults_, cycle_, tracks.first_track + t);
            steps[t] = fault > 0 ? 2 * steps[t] : fault < 0 ? 0 : steps[t];
        }
        const Track& track = tracks.track[t];
        const uint32_t sites = track.geometry().sites();
        for (uint32_t i = 0; i < static_cast<uint32_t>(std::abs(steps[t])); ++i)
            legal = legal && !track.site(steps[t] > 0 ? i : sites - 1 - i);
    }
    if (!legal) {
        track_error_ = true;
        return;
    }
    for (const Pulse::Write& write : pulse.writes) tracks.track[write.track].write(write.port, write.value);
    for (uint32_t t = 0; t < shape_.width; ++t)
        for (int32_t i = 0; i < std::abs(steps[t]); ++i)
            tracks.track[t].shift(steps[t] > 0 ? Direction::kLeft : Direction::kRight);
}

// ---- Behind the ports

uint64_t PulseArray::peek(uint32_t reg) const {
    const Tracks& tracks = arrays_[array_of(reg, nullptr, kRead1)];
    const uint32_t lanes = shape_.width / kRegisters;
    uint64_t value = 0;
    for (uint32_t bit = 0; bit < shape_.width; ++bit) {
        const bool is_vertical = vertical(tracks);
        const Track& track = tracks.track[is_vertical ? reg * lanes + bit / kRegisters : bit];
        const uint32_t domain = is_vertical ? bit % kRegisters : position_[reg] % domains_;
        const int32_t head = is_vertical ? tracks.heads[reg] : tracks.head;
        value |= uint64_t{track.bit(domain / depth_, domain % depth_, head)} << bit;
    }
    return value;
}

void PulseArray::poke(uint32_t reg, uint64_t value) {
    Tracks& tracks = arrays_[array_of(reg, nullptr, kRead1)];
    const uint32_t lanes = shape_.width / kRegisters;
    for (uint32_t bit = 0; bit < shape_.width; ++bit) {
        const bool is_vertical = vertical(tracks);
        Track& track = tracks.track[is_vertical ? reg * lanes + bit / kRegisters : bit];
        const uint32_t domain = is_vertical ? bit % kRegisters : position_[reg] % domains_;
        const int32_t head = is_vertical ? tracks.heads[reg] : tracks.head;
        const uint32_t site = track.geometry().port_site(domain / depth_) + 1 + domain % depth_;
        track.set_site(static_cast<uint32_t>(static_cast<int32_t>(site) - head), (value >> bit & 1) != 0);
    }
}

}  // namespace sky::model::rf
