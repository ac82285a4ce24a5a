#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pins.hpp"
#include "sysc/model/policy.hpp"

namespace sky::bridge {

/// The Verilated controller (rtl/skrm/sky_skrm.sv) behind the interface of model::Controller: one tick is one
/// clock cycle. Only the geometries of rtl/configs.txt exist.
class RtlController {
   public:
    /// What one Verilated controller can be.
    struct Shape {
        model::Geometry geometry;  ///< and any with fewer tracks
        uint32_t banks;
        uint32_t queue_depth;  ///< at most
        bool traced;           ///< can write FST
    };
    /// Every one that was Verilated.
    [[nodiscard]] static std::vector<Shape> shapes();
    /// The controller with this geometry and policy, out of reset, tracks empty; nullptr when none was Verilated
    /// with this shape, these banks, and at least as many tracks and places in the queue. `timing` and `policy` have
    /// no problem().
    [[nodiscard]] static std::unique_ptr<RtlController> make(const model::Geometry& geometry,
                                                             const model::Timing& timing,
                                                             const model::Policy& policy);

    virtual ~RtlController() = default;
    RtlController(const RtlController&) = delete;
    RtlController& operator=(const RtlController&) = delete;

    [[nodiscard]] virtual model::PinsOut outputs() const = 0;
    virtual void tick(const model::PinsIn& in) = 0;
    /// Pulls the reset for two cycles; see model::Controller::reset.
    virtual void reset() = 0;
    /// RTL knows no shortcut.
    [[nodiscard]] static uint64_t quiet_cycles() { return 0; }
    void leap(uint64_t cycles) {
        for (; cycles > 0; --cycles) tick({});
    }

    [[nodiscard]] virtual const model::Counters& counters() = 0;
    [[nodiscard]] virtual const model::Counters& bank_counters(uint32_t bank) = 0;
    /// A pulse was illegal: a bug in the controller.
    [[nodiscard]] virtual bool track_error() const = 0;
    /// Head offset of a row where it rests.
    [[nodiscard]] virtual int32_t offset(uint64_t row) const = 0;
    /// A track of the row has slipped too far; see model::Bank::lost.
    [[nodiscard]] virtual bool lost(uint64_t row) const = 0;
    /// Where an empty row rests, in the range its mapping can reach; words are set behind it. Between requests only.
    virtual void set_offset(uint64_t row, int32_t offset) = 0;
    /// Backdoor to a word as it lies at rest; not while a pass is under way on that row.
    [[nodiscard]] virtual uint64_t word(uint64_t row, uint32_t segment, uint32_t site = 0,
                                        uint32_t beat = 0) const = 0;
    virtual void set_word(uint64_t row, uint32_t segment, uint64_t word, uint32_t site = 0, uint32_t beat = 0) = 0;
    /// Bit g: the flag of segment g; none without flag_site. Setting them inverts what word() says, set_word() clears
    /// the one of its segment.
    [[nodiscard]] virtual uint64_t flags(uint64_t row) const = 0;
    virtual void set_flags(uint64_t row, uint64_t flags) = 0;
    /// One site of a track, wherever the head is; see Geometry for the positions.
    [[nodiscard]] virtual bool site(uint64_t track, uint32_t position) const = 0;
    /// Skyrmions in a row, wherever they are.
    [[nodiscard]] virtual uint32_t skyrmions(uint64_t row) const = 0;

    /// Records an FST from now on. False when this geometry was built without (see rtl/configs.txt).
    virtual bool open_trace(const std::string& path) = 0;
    virtual void close_trace() = 0;

   protected:
    RtlController() = default;
};

}  // namespace sky::bridge
