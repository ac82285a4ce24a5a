// A whole pass by closed formulas; pulse_sequencer.cpp is the same pulse by pulse. Bit-interleaved: point_counts.cpp.
#include <algorithm>
#include <array>
#include <bit>

#include "sysc/model/pass.hpp"
#include "sysc/model/pass_tally.hpp"
#include "sysc/model/segments.hpp"

namespace sky::model {

namespace {

/// The sites of a segment, site 0 in the highest of depth() bits: a word, or a word and its flag.
__extension__ typedef unsigned __int128 SiteBits;  // NOLINT(modernize-use-using): __extension__ needs it

using sky::model::ones;
uint32_t ones(SiteBits bits) { return ones(static_cast<uint64_t>(bits)) + ones(static_cast<uint64_t>(bits >> 64)); }

/// The ports that act at every site of a walk, by class.
template <typename Sites>
struct Acts {
    Sites removes = 0;       // remove
    Sites injects = 0;       // inject where nothing was removed
    Sites late_injects = 0;  // naive: inject where something was removed

    Acts& operator|=(const Acts& other) {
        removes |= other.removes;
        injects |= other.injects;
        late_injects |= other.late_injects;
        return *this;
    }
};

/// The slots that ports take at one site: `removes`, `injects` and `late_injects` of them act.
void site_slots(const Array& array, uint32_t removes, uint32_t injects, uint32_t late_injects, bool return_leg,
                Tally& tally) {
    const auto pulses = [&](uint32_t ports) {
        return (ports + array.policy.max_ports_driven - 1) / array.policy.max_ports_driven;
    };
    if (array.policy.overlap && removes != 0 && injects != 0) {
        tally.overlap_slots(pulses(removes + injects));
        injects = 0;
    } else {
        tally.remove_slots(pulses(removes));
    }
    if (return_leg) {
        tally.inject_slots(pulses(injects) + pulses(late_injects));
    } else {
        tally.inject_slots(pulses(injects + late_injects));
    }
}

// All slots of a walk but its shifts and detects. `return_leg`: naive injects on the way back, from the last site on.

/// With no more ports than one pulse drives: `any` port that acts.
template <typename Sites>
void walk_slots(const Array& array, Acts<Sites> any, bool return_leg, Tally& tally) {
    if (array.policy.overlap) {
        const Sites both = any.removes & any.injects;
        tally.overlap_slots(ones(both));
        any.removes &= ~both;
        any.injects &= ~both;
    }
    tally.remove_slots(ones(any.removes));
    if (return_leg) {
        const Sites turning = any.late_injects & Sites{1};
        tally.inject_slots(ones(any.injects | turning) + ones(any.late_injects & ~turning));
    } else {
        tally.inject_slots(ones(any.injects | any.late_injects));
    }
}

/// Where the ports of a site may need several pulses.
template <typename Sites>
void walk_grouped_slots(const Array& array, const std::array<Acts<Sites>, kMaxSegments>& acts, uint64_t segments,
                        bool return_leg, Tally& tally) {
    for (uint32_t bit = 0; bit < array.geometry.depth(); ++bit) {
        uint32_t removes = 0;
        uint32_t injects = 0;
        uint32_t late_injects = 0;
        each_segment(segments, [&](uint32_t segment, uint32_t) {
            removes += static_cast<uint32_t>(acts[segment].removes >> bit & 1);
            injects += static_cast<uint32_t>(acts[segment].injects >> bit & 1);
            late_injects += static_cast<uint32_t>(acts[segment].late_injects >> bit & 1);
        });
        site_slots(array, removes, injects, late_injects, return_leg && bit != 0, tally);
    }
}

/// Ports that acted in a pass.
struct Acted {
    uint64_t removes = 0;
    uint64_t empty = 0;  // removes that found nothing
    uint64_t injects = 0;
};

/// Counts the slots of a walk whose acts `visit(take)` hands to take(segment, acts) before it returns their sum.
template <typename Sites, typename Visit>
[[nodiscard]] Acted count_walk_slots(const Array& array, uint64_t segments, bool return_leg, Tally& tally,
                                     Visit visit) {
    if (ones(segments) > array.policy.max_ports_driven) {
        std::array<Acts<Sites>, kMaxSegments> acts{};
        const Acted acted = visit([&](uint32_t segment, const Acts<Sites>& here) { acts[segment] = here; });
        walk_grouped_slots(array, acts, segments, return_leg, tally);
        return acted;
    }
    Acts<Sites> any;
    const Acted acted = visit([&](uint32_t, const Acts<Sites>& here) { any |= here; });
    walk_slots(array, any, return_leg, tally);
    return acted;
}

/// The row's segments as they lie, in an array without flags.
class PlainSegments {
   public:
    using Sites = uint64_t;
    PlainSegments(const Geometry&, const TrackStore::Row& row) : words_(row.words) {}

    [[nodiscard]] Sites sites(uint32_t segment) const { return words_[segment]; }
    [[nodiscard]] static Sites join(uint64_t word, bool) { return word; }
    void store(uint32_t segment, uint64_t word, bool) { words_[segment] = word; }
    /// The word a READ answers.
    [[nodiscard]] uint64_t word(uint32_t segment) const { return words_[segment]; }

   private:
    uint64_t* words_;
};

/// The same with flags.
class FlaggedSegments {
   public:
    using Sites = SiteBits;
    FlaggedSegments(const Geometry& geometry, const TrackStore::Row& row)
        : word_mask_(geometry.word_mask()), row_(row) {}

    [[nodiscard]] Sites sites(uint32_t segment) const { return join(row_.words[segment], flag(segment)); }
    [[nodiscard]] static Sites join(uint64_t word, bool flag) { return Sites{word} << 1 | (flag ? 1U : 0U); }
    void store(uint32_t segment, uint64_t word, bool flag) {
        row_.words[segment] = word;
        *row_.flags = (*row_.flags & ~(uint64_t{1} << segment)) | uint64_t{flag} << segment;
    }
    [[nodiscard]] uint64_t word(uint32_t segment) const {
        return flag(segment) ? ~row_.words[segment] & word_mask_ : row_.words[segment];
    }

   private:
    [[nodiscard]] bool flag(uint32_t segment) const { return (*row_.flags >> segment & 1) != 0; }

    uint64_t word_mask_;
    TrackStore::Row row_;
};

/// The steps to the end of the track where the next walk begins.
uint64_t go_to_end(const Array& array, const TrackStore::Row& row) {
    const auto depth = static_cast<int32_t>(array.geometry.depth());
    const int32_t offset = *row.offset;
    const bool to_home = offset <= depth - offset;
    *row.offset = static_cast<int16_t>(to_home ? 0 : depth);
    return static_cast<uint64_t>(to_home ? offset : depth - offset);
}

/// The shifts of `legs` full legs, each under the home policy followed by a return.
void walk_shifts(const Array& array, const TrackStore::Row& row, uint64_t legs, Tally& tally) {
    const uint64_t depth = array.geometry.depth();
    if (array.policy.return_policy == ReturnPolicy::kHome) {
        tally.shifts(2 * depth * legs);
        return;
    }
    tally.shifts(go_to_end(array, row) + depth * legs);
    if (legs % 2 != 0) *row.offset = static_cast<int16_t>(depth - static_cast<uint64_t>(*row.offset));
}

template <typename Segments>
void run_walk(const Array& array, Pass& pass, const TrackStore::Row& row, Tally& tally) {
    using Sites = typename Segments::Sites;
    const uint32_t depth = array.geometry.depth();
    const Sites all = ((Sites{1} << (depth - 1)) - 1) << 1 | 1;
    Segments stored(array.geometry, row);
    each_segment(pass.sense, [&](uint32_t g, uint32_t) { pass.words[g] = stored.word(g); });
    const auto change = [&](auto take) {
        Acted acted;
        each_segment(pass.compare, [&](uint32_t g, uint32_t) {
            const Sites old = stored.sites(g);
            const Sites fresh = Segments::join(pass.words[g], false);
            const Acts<Sites> acts{.removes = old & ~fresh, .injects = fresh & ~old};
            acted.removes += ones(acts.removes);
            acted.injects += ones(acts.injects);
            stored.store(g, pass.words[g], false);
            take(g, acts);
        });
        each_segment(pass.rewrite | pass.erase, [&](uint32_t g, uint32_t) {
            const uint64_t word = (pass.rewrite >> g & 1) != 0 ? pass.words[g] : 0;
            acted.removes += depth;
            acted.empty += depth - ones(stored.sites(g));
            acted.injects += ones(word);
            stored.store(g, word, false);
            take(g, Acts<Sites>{.removes = all, .late_injects = Segments::join(word, false)});
        });
        return acted;
    };
    if ((pass.compare | pass.rewrite | pass.erase) != 0) {
        const bool home = array.policy.return_policy == ReturnPolicy::kHome;
        const Acted acted = count_walk_slots<Sites>(array, pass.segments(), home, tally, change);
        tally.removes(acted.removes, acted.empty);
        tally.injects(acted.injects);
    }
    walk_shifts(array, row, 1, tally);
    const uint64_t sensing = ones(pass.sense | pass.compare);
    if (sensing != 0) tally.detects(depth, depth * sensing);
}

void run_flip(const Array& array, Pass& pass, const TrackStore::Row& row, Tally& tally) {
    const Geometry& geometry = array.geometry;
    const uint64_t depth = geometry.depth();
    FlaggedSegments stored(geometry, row);
    const auto change = [&](auto take) {
        Acted acted;
        each_segment(pass.sense, [&](uint32_t g, uint32_t) {
            const SiteBits old = stored.sites(g);
            const uint64_t inverse = ~pass.words[g] & geometry.word_mask();
            const auto acts_of = [&](SiteBits fresh) {
                return Acts<SiteBits>{.removes = old & ~fresh, .injects = fresh & ~old};
            };
            const Acts<SiteBits> plain = acts_of(FlaggedSegments::join(pass.words[g], false));
            const Acts<SiteBits> flipped = acts_of(FlaggedSegments::join(inverse, true));
            const auto rank = [](const Acts<SiteBits>& a) { return ones(a.injects) * 256 + ones(a.removes); };
            const bool flips = rank(flipped) < rank(plain);
            const Acts<SiteBits>& acts = flips ? flipped : plain;
            acted.removes += ones(acts.removes);
            acted.injects += ones(acts.injects);
            stored.store(g, flips ? inverse : pass.words[g], flips);
            take(g, acts);
        });
        return acted;
    };
    const Acted acted = count_walk_slots<SiteBits>(array, pass.sense, false, tally, change);
    walk_shifts(array, row, 2, tally);
    tally.detects(depth, depth * ones(pass.sense));
    tally.removes(acted.removes, 0);
    tally.injects(acted.injects);
}

template <typename Segments>
void run_permutation(const Array& array, Pass& pass, const TrackStore::Row& row, Tally& tally) {
    const Geometry& geometry = array.geometry;
    const uint64_t depth = geometry.depth();
    const auto g = static_cast<uint32_t>(std::countr_zero(pass.sense));
    Segments stored(geometry, row);
    const uint32_t old = ones(stored.sites(g));
    const uint64_t inverse = ~pass.words[g] & geometry.word_mask();
    const uint32_t plain = ones(pass.words[g]);
    const bool flips = pass.picks_polarity && permutation_flips(old, plain, geometry.sites_per_segment);
    const uint32_t fresh = flips ? ones(inverse) + 1 : plain;
    const uint64_t surplus = old > fresh ? old - fresh : 0;
    const uint64_t missing = fresh > old ? fresh - old : 0;
    stored.store(g, flips ? inverse : pass.words[g], flips);
    tally.shifts(static_cast<uint64_t>(*row.offset) + 2 * (depth + 1) + surplus);
    *row.offset = 0;
    tally.detects(depth, depth);
    tally.removes(surplus, 0);
    tally.remove_slots(surplus);
    tally.injects(missing);
    tally.inject_slots(missing);
}

/// The first site, counted from 0, that shows that the word is not the key; D when it is.
uint32_t first_difference(const Geometry& geometry, uint64_t word, uint64_t key) {
    const uint64_t difference = word ^ key;
    return difference == 0 ? geometry.sites_per_segment
                           : geometry.sites_per_segment - static_cast<uint32_t>(std::bit_width(difference));
}

void run_scan(const Array& array, Pass& pass, const TrackStore::Row& row, ScanResult& scan, Tally& tally,
              Counters& counters) {
    const Geometry& geometry = array.geometry;
    const uint32_t depth = geometry.depth();
    const bool home = array.policy.return_policy == ReturnPolicy::kHome;
    scan = {};
    uint32_t sites = 0;  // until every port is decided
    each_segment(pass.sense, [&](uint32_t g, uint32_t) {
        const uint64_t bit = uint64_t{1} << g;
        const uint64_t word = row.words[g];
        if (word < pass.low_key) scan.below_low |= bit;
        if (word == pass.low_key) scan.equal_low |= bit;
        if (word < pass.high_key) scan.below_high |= bit;
        if (word == pass.high_key) scan.equal_high |= bit;
        sites = std::max({sites, first_difference(geometry, word, pass.low_key) + 1,
                          first_difference(geometry, word, pass.high_key) + 1});
    });
    sites = std::min(sites, depth);
    uint64_t shifts = 0;
    if (home) {
        shifts = 2 * uint64_t{sites};
    } else {
        shifts = go_to_end(array, row);
        const bool outbound = *row.offset == 0;
        if (!outbound) sites = depth;
        shifts += sites;
        *row.offset = static_cast<int16_t>(outbound ? sites : 0);
    }
    scan.stopped = sites < depth;
    if (scan.stopped) ++counters[Counter::kScanStops];
    tally.shifts(shifts);
    tally.detects(sites, uint64_t{sites} * ones(pass.sense));
}

}  // namespace

bool permutation_flips(uint32_t stored_ones, uint32_t data_ones, uint32_t word_bits) {
    const uint32_t flipped_ones = word_bits - data_ones + 1;
    const auto rank = [&](uint32_t ones_wanted) {
        const uint32_t injects = ones_wanted > stored_ones ? ones_wanted - stored_ones : 0;
        const uint32_t removes = stored_ones > ones_wanted ? stored_ones - ones_wanted : 0;
        return injects * 256 + removes;
    };
    return rank(flipped_ones) < rank(data_ones);
}

uint64_t run_pass(const Array& array, Pass& pass, const TrackStore::Row& row, ScanResult& scan, Counters& counters) {
    Tally tally(array, counters);
    ++counters[Counter::kPasses];
    switch (pass.kind) {
        case PassKind::kWalk:
            (array.geometry.flag_site ? run_walk<FlaggedSegments> : run_walk<PlainSegments>)(array, pass, row, tally);
            break;
        case PassKind::kFlip: run_flip(array, pass, row, tally); break;
        case PassKind::kScan: run_scan(array, pass, row, scan, tally, counters); break;
        case PassKind::kPermute:
            (array.geometry.flag_site ? run_permutation<FlaggedSegments>
                                      : run_permutation<PlainSegments>)(array, pass, row, tally);
            break;
        case PassKind::kPoint: count_point(array, pass, row, tally); break;
    }
    return tally.cycles();
}

}  // namespace sky::model
