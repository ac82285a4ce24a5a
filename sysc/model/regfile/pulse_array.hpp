#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "sysc/model/regfile/accesses.hpp"
#include "sysc/model/track.hpp"

namespace sky::model::rf {

/// The power went in the middle of something; see PulseArray::cut_after.
struct PowerCut {};

/// Arrays of any kind cycle by cycle on site-accurate tracks, with position guard and slips: what Front asks for, and
/// what rtl/regfile must equal in every cycle.
class PulseArray {
   public:
    PulseArray(const Shape& shape, const Options& options, const SlipFaults& faults);

    uint32_t come_home();
    [[nodiscard]] bool coming_home() const { return homing_ && !at_rest(); }
    uint32_t request(const Accesses& accesses, const Ahead& ahead, ReadData& data);
    void idle(uint64_t cycles, const Ahead& ahead);
    uint32_t switch_mode(Mode mode, const Ahead& ahead);
    [[nodiscard]] Mode mode() const { return mode_; }
    void place(uint32_t reg, uint32_t position) { position_[reg] = static_cast<uint8_t>(position); }
    void reset();
    [[nodiscard]] bool machine_check() const { return machine_check_; }
    /// A pulse was refused: it would have pushed a domain off its wire.
    [[nodiscard]] bool track_error() const { return track_error_; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const;
    void poke(uint32_t reg, uint64_t value);

    /// Throws PowerCut instead of a cycle more than that many.
    void cut_after(uint64_t cycles) { last_cycle_ = cycle_ + cycles; }
    void no_cut() { last_cycle_ = std::numeric_limits<uint64_t>::max(); }

    Counters counters{};

   private:
    static constexpr uint32_t kBurst = 8;      // steps without a check
    static constexpr uint32_t kMostTries = 8;  // cycles of corrections on end

    /// Tracks that move together or a register at a time: a bank, a vertical array, or one that can be either.
    struct Tracks {
        bool can_be_horizontal = true;
        bool can_be_vertical = false;
        uint32_t first_track = 0;
        std::vector<Track> track;
        int32_t head = 1;                         // horizontal
        uint32_t since = kBurst;                  // steps since its last check
        std::array<int32_t, kRegisters> heads{};  // vertical, of each register
        std::array<uint32_t, kRegisters> sinces{};
        uint32_t tries = 0;  // cycles up to now in which some tracks were put right
        bool corrects = false;
        // Of the running request.
        Accesses accesses;
        uint32_t done = 0;  // accesses, bit_of each
        std::array<bool, 3> passing{}, back{};
    };
    /// What a group of tracks does in a cycle: those of a bank, or of a vertical register.
    struct Move {
        bool acts = false;
        int32_t steps = 0;  // +1 to the left, -1 to the right
    };
    /// What is done to the tracks of an array at the end of a cycle.
    struct Pulse {
        struct Write {
            uint32_t track, port;
            bool value;
        };
        std::vector<Write> writes;
        std::vector<int8_t> steps;  // of each track
    };

    [[nodiscard]] bool vertical(const Tracks& tracks) const {
        return tracks.can_be_vertical && (!tracks.can_be_horizontal || mode_ == Mode::kVertical);
    }
    [[nodiscard]] bool at_rest() const;
    [[nodiscard]] bool at_rest(const Tracks& tracks) const;
    [[nodiscard]] uint32_t array_of(uint32_t reg, const Accesses* accesses, uint32_t access) const;
    /// A cycle of everything; `home`: nothing but back to rest.
    void cycle(const Ahead& ahead, bool home);
    [[nodiscard]] bool answered() const;
    void horizontal_cycle(Tracks& tracks, const Ahead& ahead, bool home, Pulse& pulse);
    void vertical_cycle(Tracks& tracks, bool home, Pulse& pulse);
    /// Checks tracks from..to before what they are about to do; true when they do something else instead: those that
    /// are one site off go back.
    bool hold(Tracks& tracks, uint32_t from, uint32_t to, int32_t head, const Move& move, uint32_t& since,
              Pulse& pulse);
    void apply(Tracks& tracks, const Pulse& pulse);

    struct Place {
        uint32_t segment, site;
    };
    [[nodiscard]] Place place_of(uint32_t position) const;
    [[nodiscard]] int32_t nearest(uint32_t position, int32_t head) const;
    [[nodiscard]] bool is_under_port(uint32_t position, int32_t head) const {
        return nearest(position, head) == head;
    }
    [[nodiscard]] uint32_t port_over(uint32_t position, int32_t head) const;
    [[nodiscard]] uint32_t position_of(const Accesses& accesses, uint32_t access) const {
        return position_[accesses.reg[access]];
    }

    Shape shape_;
    Options options_;
    SlipFaults faults_;
    uint32_t domains_;  // of a horizontal bank's track
    uint32_t depth_;
    std::vector<Tracks> arrays_;
    std::array<uint8_t, kRegisters> position_{};
    uint32_t in_vertical_ = 0;  // dual
    Mode mode_ = Mode::kHorizontal;
    bool homing_ = false;
    bool machine_check_ = false;
    bool track_error_ = false;
    ReadData data_{};  // of the running request
    uint64_t cycle_ = 0;
    uint64_t last_cycle_ = std::numeric_limits<uint64_t>::max();
};

}  // namespace sky::model::rf
