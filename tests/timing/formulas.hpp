#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "sysc/model/pass.hpp"

namespace sky::test {

/// The length of a pass in cycles, written down from the device's description, site by site and without anything of
/// the model: what the model must take. Keeps what it needs to know of the rows itself.
class Formulas {
   public:
    explicit Formulas(const model::Array& array) : a_(array), g_(array.geometry) {}

    /// From the cycle that takes a command, alone in the memory, to the one after its last answer beat.
    uint64_t unloaded_cycles(const model::Command& command, std::span<const uint64_t> data, model::RspStatus status) {
        using model::Op;
        const uint64_t take_and_data = 1 + data.size();
        if (status != model::RspStatus::kOk || command.op == Op::kBarrier) return take_and_data + 1 + 1;
        const model::WriteAlg alg = model::resolve(a_, command);
        const bool shares =
            command.op == Op::kRead || command.op == Op::kErase ||
            (command.op == Op::kWrite && (alg == model::WriteAlg::kNaive || alg == model::WriteAlg::kDcw));
        const uint64_t dispatch = 1 + (a_.policy.scheduler == model::Scheduler::kCoalesce && shares ? 1 : 0);
        const uint64_t pass = g_.mapping() == model::Mapping::kBit ? point(command, data) : word_based(command, data);
        return take_and_data + dispatch + pass + command.response_beats(g_);
    }

   private:
    using Site = std::vector<bool>;  // of each port of each track of the row that senses, removes or injects

    [[nodiscard]] uint64_t steps(uint64_t n) const { return n * (a_.timing.shift_cycles + a_.timing.relax_cycles); }
    /// A slot that takes no time still takes the controller a cycle.
    [[nodiscard]] static uint64_t slots(uint64_t n, uint64_t cycles) { return n * std::max<uint64_t>(cycles, 1); }
    [[nodiscard]] uint64_t detects(uint64_t n) const { return slots(n, a_.timing.detect_cycles); }
    [[nodiscard]] uint64_t pulses(uint64_t ports) const {
        return (ports + a_.policy.max_ports_driven - 1) / a_.policy.max_ports_driven;
    }
    [[nodiscard]] uint64_t removes(uint64_t ports) const { return slots(pulses(ports), a_.timing.remove_cycles); }
    [[nodiscard]] uint64_t injects(uint64_t ports) const { return slots(pulses(ports), a_.timing.inject_cycles); }
    /// Compare and change: where some ports remove and others inject the slots may overlap.
    [[nodiscard]] uint64_t changes(uint64_t removing, uint64_t injecting) const {
        if (a_.policy.overlap && removing != 0 && injecting != 0)
            return slots(pulses(removing + injecting), std::max(a_.timing.remove_cycles, a_.timing.inject_cycles));
        return removes(removing) + injects(injecting);
    }
    [[nodiscard]] bool home() const { return a_.policy.return_policy == model::ReturnPolicy::kHome; }

    // ---- Word-based: a row is its segments, each with site 0 first and the flag, if there is one, last.

    struct Row {
        std::vector<Site> segments;
        uint64_t rest = 0;  // where it rests, in steps to the left
    };
    Row& row(uint32_t number) {
        Row& found = rows_[number];
        if (found.segments.empty()) found.segments.assign(g_.segments, Site(g_.depth()));
        return found;
    }
    [[nodiscard]] Site sites(uint64_t word, bool flip) const {
        Site bits;
        for (uint32_t s = 0; s < g_.sites_per_segment; ++s)
            bits.push_back((word >> (g_.sites_per_segment - 1 - s) & 1) != (flip ? 1U : 0U));
        if (g_.flag_site) bits.push_back(flip);
        return bits;
    }
    [[nodiscard]] static uint64_t ones(const Site& bits) {
        return static_cast<uint64_t>(std::count(bits.begin(), bits.end(), true));
    }

    /// `legs` from end to end: home 2 * depth each, stay depth each after the way to the nearer end.
    uint64_t legs(Row& row, uint64_t n) {
        const uint64_t depth = g_.depth();
        if (home()) return steps(2 * depth * n);
        const uint64_t to_end = std::min(row.rest, depth - row.rest);
        const bool at_home = row.rest <= depth - row.rest;
        row.rest = (at_home ? 0 : depth) == (n % 2 == 0 ? 0U : depth) ? 0 : depth;
        return steps(to_end + depth * n);
    }

    uint64_t word_based(const model::Command& command, std::span<const uint64_t> data) {
        using model::Op;
        using model::WriteAlg;
        Row& at = row(command.row);
        std::vector<uint32_t> segments;
        for (uint32_t g = 0; g < g_.segments; ++g)
            if ((command.seg_mask >> g & 1) != 0) segments.push_back(g);
        if (command.op == Op::kRead) return legs(at, 1) + detects(g_.depth());
        if (command.op == Op::kScan) return scan(at, segments, data);
        std::vector<Site> fresh;
        for (size_t k = 0; k < segments.size(); ++k)
            fresh.push_back(sites(command.op == Op::kWrite ? data[k] : 0, false));
        const WriteAlg alg = command.op == Op::kErase ? WriteAlg::kNaive : model::resolve(a_, command);
        if (alg == WriteAlg::kPw || alg == WriteAlg::kPwFnw)
            return permute(at, segments[0], data[0], alg == WriteAlg::kPwFnw);
        if (alg == WriteAlg::kFnw)
            for (size_t k = 0; k < segments.size(); ++k) fresh[k] = better(at.segments[segments[k]], data[k]);
        uint64_t cycles = legs(at, alg == WriteAlg::kFnw ? 2 : 1);
        if (alg != WriteAlg::kNaive) cycles += detects(g_.depth());
        for (uint32_t s = 0; s < g_.depth(); ++s) {
            uint64_t removing = 0;
            uint64_t injecting = 0;
            for (size_t k = 0; k < segments.size(); ++k) {
                const bool old_bit = at.segments[segments[k]][s];
                const bool new_bit = fresh[k][s];
                removing += alg == WriteAlg::kNaive || (old_bit && !new_bit) ? 1 : 0;
                injecting += new_bit && (alg == WriteAlg::kNaive || !old_bit) ? 1 : 0;
            }
            cycles += alg == WriteAlg::kNaive ? removes(removing) + injects(injecting) : changes(removing, injecting);
        }
        for (size_t k = 0; k < segments.size(); ++k) at.segments[segments[k]] = fresh[k];
        return cycles;
    }

    /// The polarity with the fewest injects, then the fewest removes, then plain.
    [[nodiscard]] Site better(const Site& old, uint64_t word) const {
        const auto rank = [&](const Site& fresh) {
            uint64_t sum = 0;
            for (size_t s = 0; const bool was : old) {
                const bool is = fresh[s++];
                if (is && !was) sum += 1000;
                if (!is && was) sum += 1;
            }
            return sum;
        };
        return rank(sites(word, true)) < rank(sites(word, false)) ? sites(word, true) : sites(word, false);
    }

    /// Back to offset 0, then 2 (depth + 1) + max(0, o - n) shifts, a detect for each site, the surplus removed or
    /// what is missing injected.
    uint64_t permute(Row& at, uint32_t segment, uint64_t word, bool picks_polarity) {
        const uint64_t old = ones(at.segments[segment]);
        const auto rank = [&](const Site& fresh) {
            const uint64_t n = ones(fresh);
            return n > old ? 1000 * (n - old) : old - n;
        };
        Site fresh = sites(word, false);
        if (picks_polarity && rank(sites(word, true)) < rank(fresh)) fresh = sites(word, true);
        const uint64_t n = ones(fresh);
        const uint64_t surplus = old > n ? old - n : 0;
        const uint64_t missing = n > old ? n - old : 0;
        at.segments[segment] = fresh;
        const uint64_t back = at.rest;
        at.rest = 0;
        return steps(back + uint64_t{2} * (g_.depth() + 1) + surplus) + detects(g_.depth()) + surplus * removes(1) +
               missing * injects(1);
    }

    /// Outbound it may stop at site k, when both keys differ from every word in a site up to there.
    uint64_t scan(Row& at, const std::vector<uint32_t>& segments, std::span<const uint64_t> keys) {
        const uint64_t depth = g_.depth();
        uint64_t k = 0;
        for (const uint64_t key : keys) {
            for (const uint32_t segment : segments) {
                const Site wanted = sites(key, false);
                uint64_t s = 0;
                while (s < depth && at.segments[segment][s] == wanted[s]) ++s;
                k = std::max(k, std::min(s + 1, depth));
            }
        }
        if (home()) return steps(2 * k) + detects(k);
        const uint64_t to_end = std::min(at.rest, depth - at.rest);
        const bool outbound = at.rest <= depth - at.rest;
        if (!outbound) k = depth;
        at.rest = outbound ? k : 0;
        return steps(to_end + k) + detects(k);
    }

    // ---- Bit-interleaved: one site of tracks_per_row tracks.

    uint64_t point(const model::Command& command, std::span<const uint64_t> data) {
        using model::Op;
        const auto depth = static_cast<int64_t>(g_.sites_per_segment);
        int64_t& rest = offsets_[command.row];
        const int64_t left = command.site + 1 - rest;
        const int64_t right = command.site - depth - rest;
        const int64_t way = std::abs(right) < std::abs(left) ? right : left;
        uint64_t cycles = steps(static_cast<uint64_t>(std::abs(way)) * (home() ? 2 : 1));
        if (!home()) rest += way;
        const bool naive = command.op == Op::kErase ||
                           (command.op == Op::kWrite && model::resolve(a_, command) == model::WriteAlg::kNaive);
        if (!naive) cycles += detects(1);
        if (command.op == Op::kRead) return cycles;
        // Every track has its own ports; a slot lasts as the track with the most does.
        uint64_t most_removes = 0;
        uint64_t most_injects = 0;
        uint64_t most = 0;
        for (uint32_t track = 0; track < g_.tracks_per_row; ++track) {
            const uint32_t lane = track / 64;
            uint64_t removing = 0;
            uint64_t injecting = 0;
            size_t k = 0;
            for (uint32_t g = 0; g < g_.segments; ++g) {
                if ((command.seg_mask >> g & 1) == 0) continue;
                const size_t beat = k++ * g_.beats_per_segment() + lane;
                const bool new_bit = command.op == Op::kWrite && (data[beat] >> (track % 64) & 1) != 0;
                std::vector<bool>& stored = bits_[{command.row, command.site, g}];
                stored.resize(g_.tracks_per_row);
                removing += naive || (stored[track] && !new_bit) ? 1 : 0;
                injecting += new_bit && (naive || !stored[track]) ? 1 : 0;
                stored[track] = new_bit;
            }
            most_removes = std::max(most_removes, removing);
            most_injects = std::max(most_injects, injecting);
            most = std::max(most, removing + injecting);
        }
        if (!naive && a_.policy.overlap && most_removes != 0 && most_injects != 0)
            return cycles + slots(pulses(most), std::max(a_.timing.remove_cycles, a_.timing.inject_cycles));
        return cycles + removes(most_removes) + injects(most_injects);
    }

    model::Array a_;
    model::Geometry g_;
    std::map<uint32_t, Row> rows_;
    std::map<uint32_t, int64_t> offsets_;
    std::map<std::tuple<uint32_t, uint8_t, uint32_t>, std::vector<bool>> bits_;
};

}  // namespace sky::test
