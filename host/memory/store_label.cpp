#include "host/memory/store_label.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <type_traits>

namespace sky::memory {

namespace {

constexpr std::string_view kFirstLine = "skytrack store 1\n";

/// Calls visit(name, value, greatest value) for everything a session is started with. The bindings name every member,
/// so that a new one does not compile until it is here.
template <typename Visitor>
void each_setting(SessionConfig& config, Visitor&& visit) {
    const auto any = [](const auto& value) {
        return uint64_t{std::numeric_limits<std::remove_cvref_t<decltype(value)>>::max()};
    };
    auto& [backend, geometry, timing, policy, outstanding, by_pulses] = config;
    visit("backend", backend, static_cast<uint64_t>(Backend::kRtl));
    visit("outstanding", outstanding, any(outstanding));
    visit("by_pulses", by_pulses, any(by_pulses));

    auto& [sites_per_segment, segments, overhead_sites, tracks, tracks_per_row, flag_site, position_guard] = geometry;
    visit("sites_per_segment", sites_per_segment, any(sites_per_segment));
    visit("segments", segments, any(segments));
    visit("overhead_sites", overhead_sites, any(overhead_sites));
    visit("tracks", tracks, any(tracks));
    visit("tracks_per_row", tracks_per_row, any(tracks_per_row));
    visit("flag_site", flag_site, any(flag_site));
    visit("position_guard", position_guard, any(position_guard));

    auto& [cycle_ps, shift_cycles, detect_cycles, remove_cycles, inject_cycles, shift_fj, detect_fj, remove_fj,
           inject_fj, relax_cycles, shift_charge, remove_charge] = timing;
    visit("cycle_ps", cycle_ps, any(cycle_ps));
    visit("shift_cycles", shift_cycles, any(shift_cycles));
    visit("detect_cycles", detect_cycles, any(detect_cycles));
    visit("remove_cycles", remove_cycles, any(remove_cycles));
    visit("inject_cycles", inject_cycles, any(inject_cycles));
    visit("shift_fj", shift_fj, any(shift_fj));
    visit("detect_fj", detect_fj, any(detect_fj));
    visit("remove_fj", remove_fj, any(remove_fj));
    visit("inject_fj", inject_fj, any(inject_fj));
    visit("relax_cycles", relax_cycles, any(relax_cycles));
    visit("shift_charge", shift_charge, static_cast<uint64_t>(model::ShiftCharge::kPerSkyrmion));
    visit("remove_charge", remove_charge, static_cast<uint64_t>(model::RemoveCharge::kPerSkyrmion));

    auto& [queue_depth, banks, scheduler, return_policy, age_cap, max_ports_driven, overlap, auto_permutes, faults] =
        policy;
    visit("queue_depth", queue_depth, any(queue_depth));
    visit("banks", banks, any(banks));
    visit("scheduler", scheduler, static_cast<uint64_t>(Scheduler::kCoalesce));
    visit("return_policy", return_policy, static_cast<uint64_t>(ReturnPolicy::kStay));
    visit("age_cap", age_cap, any(age_cap));
    visit("max_ports_driven", max_ports_driven, any(max_ports_driven));
    visit("overlap", overlap, any(overlap));
    visit("auto_permutes", auto_permutes, any(auto_permutes));
    auto& [threshold, seed] = faults;
    visit("faults_threshold", threshold, any(threshold));
    visit("faults_seed", seed, any(seed));
}

/// Takes what a label is made of from the front of its text. Once something was not as it should be, nothing is
/// taken.
class LabelText {
   public:
    explicit LabelText(std::string_view text) : text_(text) {}

    bool take(std::string_view what) {
        if (!problem_.empty()) return false;
        if (!text_.starts_with(what)) {
            problem_ = fmt::format("the label does not go on with '{}'", what.substr(0, what.find('\n')));
            return false;
        }
        text_.remove_prefix(what.size());
        return true;
    }
    uint64_t number(std::string_view name, uint64_t most) {
        if (!take(fmt::format("{} ", name))) return 0;
        uint64_t value = 0;
        const char* end = text_.data() + text_.size();
        const auto [stop, error] = std::from_chars(text_.data(), end, value);
        if (error != std::errc{} || stop == end || *stop != '\n' || value > most) {
            problem_ = fmt::format("the value of '{}' in the label is none", name);
            return 0;
        }
        text_.remove_prefix(static_cast<size_t>(stop - text_.data()) + 1);
        return value;
    }
    [[nodiscard]] std::string_view rest() const { return text_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }

   private:
    std::string_view text_;
    std::string problem_;
};

}  // namespace

std::string StoreLabel::text() const {
    std::string out = fmt::format("{}generation {}\n", kFirstLine, generation);
    SessionConfig settings = config;
    each_setting(settings, [&](const char* name, const auto& value, uint64_t /*most*/) {
        out += fmt::format("{} {}\n", name, static_cast<uint64_t>(value));
    });
    return fmt::format("{}note {}\n{}", out, note.size(), note);
}

Result<StoreLabel> StoreLabel::parse(std::string_view text) {
    LabelText from(text);
    StoreLabel label;
    from.take(kFirstLine);
    label.generation = from.number("generation", std::numeric_limits<uint64_t>::max());
    each_setting(label.config, [&](const char* name, auto& value, uint64_t most) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(from.number(name, most));
    });
    const uint64_t size = from.number("note", std::numeric_limits<uint64_t>::max());
    if (!from.problem().empty()) return Status::error(from.problem());
    if (size != from.rest().size())
        return Status::error(fmt::format("the note has {} bytes, expected {}", from.rest().size(), size));
    label.note = from.rest();
    return label;
}

}  // namespace sky::memory
