// A pass over one site of a bit-interleaved row by closed formulas.
#include <algorithm>
#include <array>

#include "sysc/model/pass_tally.hpp"
#include "sysc/model/segments.hpp"
#include "sysc/model/shift_planner.hpp"

namespace sky::model {

namespace {

/// Ports of one kind that act on each track of a row, at most kMaxSegments.
uint32_t most_on_one_track(const std::array<uint64_t, kMaxSegments>& ports_by_segment, uint64_t segments) {
    uint32_t most = 0;
    for (uint32_t track = 0; track < 64; ++track) {
        uint32_t ports = 0;
        each_segment(segments,
                     [&](uint32_t g, uint32_t) { ports += static_cast<uint32_t>(ports_by_segment[g] >> track & 1); });
        most = std::max(most, ports);
    }
    return most;
}

struct PointSlots {
    uint32_t removes = 0;  // most ports on one track
    uint32_t injects = 0;
    uint32_t late_injects = 0;
    uint32_t first = 0;  // removes and injects together
    uint32_t all_injects = 0;
};

}  // namespace

void count_point(const Array& array, Pass& pass, const TrackStore::Row& row, Tally& tally) {
    const Geometry& geometry = array.geometry;
    const uint32_t lanes = geometry.beats_per_segment();
    uint64_t* words = row.words + uint64_t{pass.site} * geometry.segments * lanes;
    const uint64_t segments = pass.segments();
    const bool grouped = ones(segments) > array.policy.max_ports_driven;
    uint64_t removes = 0;
    uint64_t empty = 0;
    uint64_t injects = 0;
    PointSlots most;
    std::array<uint64_t, kMaxSegments> r{};
    std::array<uint64_t, kMaxSegments> i{};
    std::array<uint64_t, kMaxSegments> w{};
    for (uint32_t lane = 0; lane < lanes; ++lane) {
        uint64_t any_r = 0;
        uint64_t any_i = 0;
        uint64_t any_w = 0;
        each_segment(segments, [&](uint32_t g, uint32_t) {
            uint64_t& word = words[g * lanes + lane];
            uint64_t& data = pass.words[g * lanes + lane];
            r[g] = i[g] = w[g] = 0;
            if ((pass.compare >> g & 1) != 0) {
                r[g] = word & ~data;
                i[g] = data & ~word;
                word = data;
            } else if ((pass.sense >> g & 1) != 0) {
                data = word;
            } else {
                r[g] = ~uint64_t{0};
                w[g] = (pass.rewrite >> g & 1) != 0 ? data : 0;
                empty += 64 - ones(word);
                word = w[g];
            }
            removes += ones(r[g]);
            injects += ones(i[g]) + ones(w[g]);
            any_r |= r[g];
            any_i |= i[g];
            any_w |= w[g];
        });
        if (!grouped) {
            most.removes |= any_r != 0 ? 1U : 0U;
            most.injects |= any_i != 0 ? 1U : 0U;
            most.late_injects |= any_w != 0 ? 1U : 0U;
            continue;
        }
        most.removes = std::max(most.removes, most_on_one_track(r, segments));
        most.injects = std::max(most.injects, most_on_one_track(i, segments));
        most.late_injects = std::max(most.late_injects, most_on_one_track(w, segments));
        std::array<uint64_t, kMaxSegments> sum{};
        each_segment(segments, [&](uint32_t g, uint32_t) { sum[g] = r[g] | i[g]; });
        most.first = std::max(most.first, most_on_one_track(sum, segments));
        each_segment(segments, [&](uint32_t g, uint32_t) { sum[g] = i[g] | w[g]; });
        most.all_injects = std::max(most.all_injects, most_on_one_track(sum, segments));
    }
    if (!grouped) {
        most.first = most.removes | most.injects;
        most.all_injects = most.injects | most.late_injects;
    }
    const ShiftPlan plan = plan_shift(geometry.sites_per_segment, *row.offset, pass.site);
    if (array.policy.return_policy == ReturnPolicy::kHome) {
        tally.shifts(2 * uint64_t{plan.distance_steps});
    } else {
        tally.shifts(plan.distance_steps);
        *row.offset = static_cast<int16_t>(plan.offset);
    }
    const uint64_t sensing = uint64_t{ones(pass.sense | pass.compare)} * geometry.tracks_per_row;
    if (sensing != 0) tally.detects(1, sensing);
    tally.removes(removes, empty);
    tally.injects(injects);
    const auto pulses = [&](uint32_t ports) {
        return (ports + array.policy.max_ports_driven - 1) / array.policy.max_ports_driven;
    };
    if (array.policy.overlap && most.removes != 0 && most.injects != 0) {
        tally.overlap_slots(pulses(most.first));
        tally.inject_slots(pulses(most.late_injects));
    } else {
        tally.remove_slots(pulses(most.removes));
        tally.inject_slots(pulses(most.all_injects));
    }
}

}  // namespace sky::model
