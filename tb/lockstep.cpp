#include "tb/lockstep.hpp"

#include <fmt/format.h>

#include <deque>
#include <stdexcept>

namespace sky::tb {

namespace {

/// No command takes as long: the three are stuck together.
constexpr uint64_t kHangCycles = 1'000'000;

/// The host's side of the pins: holds back at random, keeps what it has offered until it is taken.
class Host {
   public:
    Host(const std::function<bool(Request&)>& next, const Backpressure& backpressure, uint64_t seed)
        : next_(next), backpressure_(backpressure), random_(seed) {}

    model::PinsIn drive() {
        fetch();
        cmd_offered_ = !commands_.empty() && (cmd_offered_ || !random_.percent(backpressure_.cmd_percent));
        beat_offered_ = !beats_.empty() && (beat_offered_ || !random_.percent(backpressure_.wdata_percent));
        model::PinsIn in;
        in.cmd_valid = cmd_offered_;
        in.wdata_valid = beat_offered_;
        in.rsp_ready = !random_.percent(backpressure_.rsp_percent);
        if (cmd_offered_) in.cmd = commands_.front();
        if (beat_offered_) in.wdata = beats_.front();
        return in;
    }
    /// True when a request was answered.
    bool clocked(const model::PinsIn& in, const model::PinsOut& out) {
        if (in.cmd_valid && out.cmd_ready) {
            commands_.pop_front();
            cmd_offered_ = false;
            ++under_way_;
        }
        if (in.wdata_valid && out.wdata_ready) {
            beats_.pop_front();
            beat_offered_ = false;
        }
        const bool answered = in.rsp_ready && out.rsp_valid && out.rsp.last;
        if (answered) --under_way_;
        return answered;
    }
    void forget() {
        commands_.clear();
        beats_.clear();
        cmd_offered_ = beat_offered_ = false;
        under_way_ = 0;
    }
    [[nodiscard]] bool done() {
        fetch();
        return commands_.empty() && beats_.empty() && under_way_ == 0;
    }
    model::Random& random() { return random_; }

   private:
    /// Data may be offered before their command: a few requests are fetched ahead.
    void fetch() {
        Request request;
        while (commands_.size() < 4 && next_(request)) {
            commands_.push_back(request.command);
            beats_.insert(beats_.end(), request.data.begin(), request.data.end());
        }
    }

    const std::function<bool(Request&)>& next_;
    Backpressure backpressure_;
    model::Random random_;
    std::deque<model::Command> commands_;
    std::deque<uint64_t> beats_;
    uint64_t under_way_ = 0;
    bool cmd_offered_ = false;
    bool beat_offered_ = false;
};

/// Empty when equal, else the first differing field with both values.
std::string difference(const char* other, const model::PinsOut& rtl, const model::PinsOut& model) {
    const auto field = [&](const char* name, uint64_t a, uint64_t b) {
        return a == b ? std::string() : fmt::format("{}: rtl {:#x}, {} {:#x}", name, a, other, b);
    };
    std::string text = field("cmd_ready", rtl.cmd_ready, model.cmd_ready);
    if (text.empty()) text = field("wdata_ready", rtl.wdata_ready, model.wdata_ready);
    if (text.empty()) text = field("rsp_valid", rtl.rsp_valid, model.rsp_valid);
    if (text.empty()) text = field("rsp_tag", rtl.rsp.tag, model.rsp.tag);
    if (text.empty())
        text = field("rsp_status", static_cast<uint64_t>(rtl.rsp.status), static_cast<uint64_t>(model.rsp.status));
    if (text.empty()) text = field("rsp_last", rtl.rsp.last, model.rsp.last);
    if (text.empty()) text = field("rsp_word", rtl.rsp.word, model.rsp.word);
    return text;
}

std::string difference(const char* other, const model::Counters& rtl, const model::Counters& model) {
    for (size_t i = 0; i < model::kCounters; ++i)
        if (rtl.at(i) != model.at(i))
            return fmt::format("counter {}: rtl {}, {} {}", model::info(static_cast<model::Counter>(i)).name,
                               rtl.at(i), other, model.at(i));
    return {};
}

}  // namespace

Lockstep::Lockstep(const model::Geometry& geometry, const model::Timing& timing, const model::Timing& model_timing,
                   const model::Policy& policy, uint64_t seed)
    : seed_(seed),
      rtl_(bridge::RtlController::make(geometry, timing, policy)),
      pulses_(geometry, model_timing, policy, model::PassEngine::kPulses),
      events_(geometry, model_timing, policy, model::PassEngine::kEvents) {
    if (!rtl_) throw std::invalid_argument("Lockstep: no RTL was built with this geometry");
}

std::string Lockstep::at(const std::string& what) const {
    const model::Geometry& g = pulses_.geometry();
    return fmt::format("cycle {}, {} ({}-based {} x {}, {} banks, {}, {}, SKY_SEED={})", cycle_, what,
                       model::to_string(g.mapping()), g.sites_per_segment, g.segments, pulses_.policy().banks,
                       model::to_string(pulses_.policy().scheduler), model::to_string(pulses_.policy().return_policy),
                       seed_);
}

std::string Lockstep::compare_cycle() const {
    const model::PinsOut out = rtl_->outputs();
    std::string text = difference("pulse model", out, pulses_.outputs());
    if (text.empty()) text = difference("event model", out, events_.outputs());
    const model::Counters& counted = rtl_->counters();
    if (text.empty()) text = difference("pulse model", counted, pulses_.counters());
    if (text.empty() && events_.settled()) text = difference("event model", counted, events_.counters());
    if (text.empty() && rtl_->track_error()) text = "the controller drove an illegal pulse";
    if (text.empty() && cycle_ % 61 == 0 && !pulses_.settled()) text = compare_active_rows();
    return text.empty() ? text : at(text);
}

std::string Lockstep::compare_active_rows() const {
    const model::Geometry& g = pulses_.geometry();
    for (uint32_t b = 0; b < pulses_.policy().banks; ++b) {
        if (pulses_.bank(b).state() != model::Bank::State::kPass) continue;
        const model::PulseSequencer& sequencer = pulses_.bank(b).sequencer();
        for (uint32_t t = 0; t < g.tracks_per_row; ++t)
            for (uint32_t position = 0; position < g.sites(); ++position) {
                const uint64_t track = uint64_t{sequencer.row()} * g.tracks_per_row + t;
                const bool site = rtl_->site(track, position);
                if (site != sequencer.tracks()[t].site(position))
                    return fmt::format("track {} site {}: rtl {:d}, pulse model {:d}", track, position, site, !site);
            }
    }
    return {};
}

std::string Lockstep::compare_rows() const {
    const model::Geometry& g = pulses_.geometry();
    const uint32_t sites = g.mapping() == model::Mapping::kWord ? 1 : g.sites_per_segment;
    for (uint64_t row = 0; row < g.rows(); ++row) {
        const bool lost =
            pulses_.bank(static_cast<uint32_t>(row % pulses_.policy().banks)).lost(static_cast<uint32_t>(row));
        if (g.position_guard && rtl_->lost(row) != lost)
            return at(fmt::format("row {} is lost: rtl {:d}, model {:d}", row, rtl_->lost(row), lost));
        if (lost) continue;
        uint32_t skyrmions = 0;
        for (const model::Controller* model : {&pulses_, &events_}) {
            const model::TrackStore& tracks = model->tracks();
            skyrmions = static_cast<uint32_t>(std::popcount(tracks.flags(row)));
            if (rtl_->offset(row) != tracks.offset(row))
                return at(fmt::format("row {} rests at offset: rtl {}, model {}", row, rtl_->offset(row),
                                      tracks.offset(row)));
            for (uint32_t segment = 0; segment < g.segments; ++segment)
                for (uint32_t site = 0; site < sites; ++site)
                    for (uint32_t beat = 0; beat < g.beats_per_segment(); ++beat) {
                        skyrmions += static_cast<uint32_t>(std::popcount(tracks.word(row, segment, site, beat)));
                        const uint64_t word = rtl_->word(row, segment, site, beat);
                        const uint64_t expected = model->word(row, segment, site, beat);
                        if (word != expected)
                            return at(fmt::format("row {} segment {} site {} beat {}: rtl {:#x}, model {:#x}", row,
                                                  segment, site, beat, word, expected));
                    }
        }
        skyrmions += g.tracks_per_row * model::Track(g).skyrmions();  // of the guard pattern
        if (rtl_->skyrmions(row) != skyrmions)
            return at(fmt::format("row {}: {} skyrmions in the rtl, {} in the model's words", row,
                                  rtl_->skyrmions(row), skyrmions));
    }
    return {};
}

LockstepResult Lockstep::run(const std::function<bool(Request&)>& next, const Backpressure& backpressure) {
    LockstepResult result;
    Host host(next, backpressure, seed_ ^ 0xB5);
    uint64_t silent = 0;
    const auto finished = [&] { return host.done() && pulses_.idle(); };
    while (!finished()) {
        if (result.difference = compare_cycle(); !result.difference.empty()) break;
        if (reset_every_ != 0 && host.random().below(reset_every_) == 0) {
            host.forget();
            result.recoveries += pulses_.counters()[model::Counter::kRecoveries];
            rtl_->reset();
            pulses_.reset();
            events_.reset();
            continue;
        }
        const model::PinsIn in = host.drive();
        const model::PinsOut out = rtl_->outputs();
        rtl_->tick(in);
        pulses_.tick(in);
        events_.tick(in);
        ++cycle_;
        ++silent;
        if (host.clocked(in, out)) {
            ++result.requests;
            silent = 0;
        }
        if (silent > kHangCycles) {
            result.difference = at("no answer for a million cycles");
            break;
        }
    }
    if (result.difference.empty()) result.difference = compare_cycle();
    if (result.difference.empty()) result.difference = compare_rows();
    result.cycles = cycle_;
    result.counters = pulses_.counters();
    return result;
}

}  // namespace sky::tb
