#pragma once

#include <memory>

#include "sysc/model/regfile/front.hpp"
#include "sysc/model/regfile/pulse_array.hpp"

namespace sky::model::rf {

/// The register file cycle by cycle, of any kind but flip-flops, whose power can be cut in any cycle.
class PulseFile : public Front<PulseArray> {
   public:
    PulseFile(const Shape& shape, const Options& options, const SlipFaults& faults)
        : Front(shape, options, PulseArray(shape, options, faults)) {}

    /// The first `cycles` cycles of a request or a switch, then a reset; returns whether it was cut, not answered.
    bool cut_access(const Request& request, const Hints& hints, uint64_t cycles) {
        return cut(cycles, [&] { access(request, hints); });
    }
    bool cut_switch(Mode mode, const Hints& hints, uint64_t cycles) {
        return cut(cycles, [&] { switch_mode(mode, hints); });
    }
    [[nodiscard]] bool track_error() { return array().track_error(); }

   private:
    template <typename Work>
    bool cut(uint64_t cycles, const Work& work) {
        bool was_cut = false;
        array().cut_after(cycles);
        try {
            work();
        } catch (const PowerCut&) {
            was_cut = true;
        }
        array().no_cut();
        reset();
        return was_cut;
    }
};

}  // namespace sky::model::rf
