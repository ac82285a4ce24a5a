#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "sysc/bridge/rtl_register_file.hpp"
#include "sysc/model/random.hpp"
#include "sysc/model/regfile/pulse_file.hpp"

namespace sky::test {

namespace rf = model::rf;

inline std::string describe(const rf::Shape& shape, const rf::Options& options) {
    std::ostringstream text;
    text << to_string(shape) << "; in use " << options.buffer << (options.rewind ? " rewind" : "")
         << (options.eager ? " eager" : "") << (options.nearest_first ? "" : " in order")
         << (options.forward ? "" : " no forwarding") << (options.preshift ? " preshift" : "")
         << (options.check_position ? "" : " unchecked");
    return text.str();
}

/// Random pipelines: requests with what they announce, idle cycles, switches, placements.
class RfTraffic {
   public:
    explicit RfTraffic(uint64_t seed) : random_(seed) {}

    rf::Options options(const rf::Shape& shape) {
        return {.rewind = random_.percent(40),
                .eager = random_.percent(30),
                .nearest_first = random_.percent(60),
                .forward = random_.percent(60),
                .preshift = random_.percent(60),
                .buffer = static_cast<uint32_t>(random_.percent(40) ? 0 : random_.below(shape.buffer + 1)),
                .check_position = random_.percent(85)};
    }
    rf::Request request() {
        return {.write = random_.percent(60),
                .read1 = random_.percent(70),
                .read2 = random_.percent(50),
                .rd = reg(),
                .rs1 = reg(),
                .rs2 = reg(),
                .data = random_.next()};
    }
    rf::Hints hints() {
        return {.write = random_.percent(50),
                .read1 = random_.percent(50),
                .read2 = random_.percent(50),
                .rd = reg(),
                .rs1 = reg(),
                .rs2 = reg()};
    }
    rf::Mode mode() { return static_cast<rf::Mode>(random_.below(2)); }
    /// Few registers for a while, so that they meet again, then others.
    uint8_t reg() {
        if (random_.percent(2)) base_ = static_cast<uint8_t>(random_.below(32));
        if (random_.percent(10)) return static_cast<uint8_t>(random_.below(32));
        return static_cast<uint8_t>((base_ + random_.below(5)) % 32);
    }
    model::Random& random() { return random_; }

   private:
    model::Random random_;
    uint8_t base_ = 0;
};

/// RTL and model side by side: whatever is done is done to both, and must come out the same.
template <typename Top>
class RfLockstep {
   public:
    RfLockstep(const rf::Shape& shape, const rf::Options& options, const model::SlipFaults& faults = {},
               uint32_t variant = 0, rf::Engine engine = rf::Engine::kFastest)
        : shape_(shape),
          options_(options),
          rtl_(shape, options, faults, variant),
          model_(rf::RegisterFile::make(shape, options, faults, engine)) {}

    rf::Answer access(const rf::Request& request, const rf::Hints& hints) {
        const rf::Answer expected = model_->access(request, hints);
        const rf::Answer got = rtl_.access(request, hints);
        EXPECT_EQ(got.cycles, expected.cycles) << where("access");
        EXPECT_EQ(got.data1, expected.data1) << where("access");
        EXPECT_EQ(got.data2, expected.data2) << where("access");
        return expected;
    }
    void idle(uint64_t cycles, const rf::Hints& hints) {
        model_->idle(cycles, hints);
        rtl_.idle(cycles, hints);
    }
    void switch_mode(rf::Mode mode, const rf::Hints& hints) {
        EXPECT_EQ(rtl_.switch_mode(mode, hints), model_->switch_mode(mode, hints)) << where("switch");
    }
    void place(uint32_t reg, uint32_t position, const rf::Hints& hints) {
        model_->idle(1, hints);
        model_->place(reg, position);
        rtl_.place(reg, position, hints);
    }
    void reset() {
        model_->reset();
        rtl_.reset();
    }
    /// A power cut after that many cycles, of a pulse-by-pulse model only.
    void cut_access(const rf::Request& request, const rf::Hints& hints, uint64_t cycles) {
        EXPECT_EQ(rtl_.cut_access(request, hints, cycles), pulses().cut_access(request, hints, cycles))
            << where("cut");
    }
    void cut_switch(rf::Mode mode, const rf::Hints& hints, uint64_t cycles) {
        EXPECT_EQ(rtl_.cut_switch(mode, hints, cycles), pulses().cut_switch(mode, hints, cycles)) << where("cut");
    }
    /// Everything but what accesses have already compared.
    void compare(const char* after) {
        EXPECT_EQ(rtl_.counters(), model_->counters()) << where(after);
        EXPECT_EQ(rtl_.mode(), model_->mode()) << where(after);
        EXPECT_EQ(rtl_.machine_check(), model_->machine_check()) << where(after);
        if (auto* file = dynamic_cast<rf::PulseFile*>(model_.get())) {
            EXPECT_EQ(rtl_.track_error(), file->track_error()) << where(after);
        } else {
            EXPECT_FALSE(rtl_.track_error()) << where(after);
        }
    }
    [[nodiscard]] rf::RegisterFile& model() { return *model_; }
    [[nodiscard]] bridge::RtlRegisterFile<Top>& rtl() { return rtl_; }
    [[nodiscard]] std::string where(const char* what) {
        return std::string(what) + ", cycle " + std::to_string(rtl_.cycles()) + ", " + describe(shape_, options_);
    }

    /// `steps` things of random traffic; stops at the first difference.
    void run(RfTraffic& traffic, int steps, bool cuts) {
        model::Random& random = traffic.random();
        for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            const uint64_t what = random.below(100);
            const rf::Hints hints = traffic.hints();
            if (what < 80) {
                access(traffic.request(), hints);
            } else if (what < 90) {
                idle(random.below(40), hints);
            } else if (what < 94) {
                switch_mode(traffic.mode(), hints);
            } else if (what < 97) {
                place(traffic.reg(), static_cast<uint32_t>(random.below(32)), hints);
            } else if (what < 98 || !cuts) {
                reset();
            } else if (what < 99) {
                cut_access(traffic.request(), hints, random.below(60));
            } else {
                cut_switch(traffic.mode(), hints, random.below(20));
            }
            compare("random traffic");
        }
    }

   private:
    [[nodiscard]] rf::PulseFile& pulses() { return dynamic_cast<rf::PulseFile&>(*model_); }

    rf::Shape shape_;
    rf::Options options_;
    bridge::RtlRegisterFile<Top> rtl_;
    std::unique_ptr<rf::RegisterFile> model_;
};

}  // namespace sky::test
