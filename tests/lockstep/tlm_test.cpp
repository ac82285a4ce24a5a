// Question: does a SystemC platform get bytes, times and errors through the socket as TLM-2.0 says, from the
// model and from the RTL?
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <functional>
#include <map>
#include <systemc>

#include "sysc/bridge/rtl_target.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/skrm_target.hpp"
#include "tests/support/device.hpp"

namespace sky::tlm {
namespace {

class Script : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Script> socket{"socket"};

    Script(const sc_core::sc_module_name& name, std::function<void(Script&)> body)
        : sc_module(name), body_(std::move(body)) {
        SC_HAS_PROCESS(Script);
        SC_THREAD(run);
    }

    ::tlm::tlm_response_status access(::tlm::tlm_command command, uint64_t address, std::span<uint8_t> bytes) {
        ::tlm::tlm_generic_payload payload;
        fill(payload, command, address, bytes);
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        socket->b_transport(payload, delay);
        wait(delay);
        return payload.get_response_status();
    }
    unsigned debug(::tlm::tlm_command command, uint64_t address, std::span<uint8_t> bytes) {
        ::tlm::tlm_generic_payload payload;
        fill(payload, command, address, bytes);
        return socket->transport_dbg(payload);
    }
    static void fill(::tlm::tlm_generic_payload& payload, ::tlm::tlm_command command, uint64_t address,
                     std::span<uint8_t> bytes) {
        payload.set_command(command);
        payload.set_address(address);
        payload.set_data_ptr(bytes.data());
        payload.set_data_length(static_cast<unsigned>(bytes.size()));
        payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
        payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
    }
    [[nodiscard]] bool finished() const { return finished_; }

   private:
    void run() {
        body_(*this);
        finished_ = true;
    }
    std::function<void(Script&)> body_;
    bool finished_ = false;
};

model::Geometry geometry() { return bridge::RtlController::shapes().at(0).geometry; }

std::unique_ptr<model::Controller> make_model() {
    return std::make_unique<model::Controller>(geometry(), test::skyrmion_timing(), model::Policy{},
                                               model::PassEngine::kEvents);
}
std::unique_ptr<bridge::RtlController> make_rtl() {
    return bridge::RtlController::make(geometry(), test::skyrmion_timing(), {.queue_depth = 32});
}

/// Runs the body as a SystemC thread against a target in a kernel of its own.
template <typename Target>
void play(std::unique_ptr<Target> target, std::function<void(Script&)> body) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    Script script("script", std::move(body));
    SkrmTarget<Target> skrm("skrm", std::move(target), geometry(), 100, model::WriteAlg::kDcw);
    script.socket.bind(skrm.socket);
    sc_core::sc_start();
    EXPECT_TRUE(script.finished());
}

void play_on_both(const std::function<void(Script&)>& body) {
    play(make_model(), body);
    play(make_rtl(), body);
}

TEST(LockstepTlm, ReturnsTheBytesThatWereWritten) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 100> out{};
        for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(i * 7 + 1);
        EXPECT_EQ(s.access(::tlm::TLM_WRITE_COMMAND, 1003, out), ::tlm::TLM_OK_RESPONSE);
        std::array<uint8_t, 102> in{};
        EXPECT_EQ(s.access(::tlm::TLM_READ_COMMAND, 1002, in), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(in.front(), 0);
        EXPECT_EQ(in.back(), 0);
        EXPECT_TRUE(std::equal(out.begin(), out.end(), in.begin() + 1));
    });
}

TEST(LockstepTlm, TakesTheTimeOfTheDevice) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 64> line{};
        s.access(::tlm::TLM_READ_COMMAND, 0, line);
        // 1 cycle in the queue, 1 to dispatch, 128 shifts, 64 detects, 8 answer beats of 100 ps each.
        EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::sc_time(70'400 + 1'000, sc_core::SC_PS));
    });
}

TEST(LockstepTlm, IdleTimeIsIdleInTheControllerToo) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    Script script("script", [](Script& s) {
        std::array<uint8_t, 8> word{};
        wait(sc_core::sc_time(1'234, sc_core::SC_PS));
        s.access(::tlm::TLM_READ_COMMAND, 0, word);
    });
    SkrmTarget<model::Controller> skrm("skrm", make_model(), geometry(), 100, model::WriteAlg::kDcw);
    script.socket.bind(skrm.socket);
    sc_core::sc_start();
    // 13 cycles until the request arrives on a clock edge, and the one in which it enters the queue.
    EXPECT_EQ(skrm.target().counters()[model::Counter::kCyclesIdle], 14U);
}

TEST(LockstepTlm, CountsTheDelayTheInitiatorIsAheadBy) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 8> word{};
        ::tlm::tlm_generic_payload payload;
        Script::fill(payload, ::tlm::TLM_READ_COMMAND, 0, word);
        sc_core::sc_time delay(1'050, sc_core::SC_PS);
        s.socket->b_transport(payload, delay);
        // 1,050 ps end in the clock's 11th cycle; then queue, dispatch, pass and one answer beat.
        EXPECT_EQ(delay, sc_core::sc_time(1'100 + 70'400 + 300, sc_core::SC_PS));

        // The same initiator, not having waited, comes again: behind its own first request.
        sc_core::sc_time again = sc_core::SC_ZERO_TIME;
        s.socket->b_transport(payload, again);
        EXPECT_EQ(again, delay + sc_core::sc_time(70'400 + 300, sc_core::SC_PS));

        // An access that is refused takes no time of its own, and gives back the time it came with.
        Script::fill(payload, ::tlm::TLM_IGNORE_COMMAND, 0, word);
        sc_core::sc_time refused(500, sc_core::SC_NS);
        s.socket->b_transport(payload, refused);
        EXPECT_EQ(refused, sc_core::sc_time(500, sc_core::SC_NS));
    });
}

TEST(LockstepTlm, SaysSoWhenTheControllerRefusesAByteWrite) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    Script script("script", [](Script& s) {
        std::array<uint8_t, 8> word{1};
        EXPECT_EQ(s.access(::tlm::TLM_WRITE_COMMAND, 0, word), ::tlm::TLM_GENERIC_ERROR_RESPONSE);
    });
    SkrmTarget<model::Controller> skrm("skrm", make_model(), geometry(), 100, model::WriteAlg::kPw);
    script.socket.bind(skrm.socket);
    sc_core::sc_start();
    EXPECT_TRUE(script.finished());
}

TEST(LockstepTlm, DebugTransportCostsNothing) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 5> out{1, 2, 3, 4, 5};
        std::array<uint8_t, 5> in{};
        EXPECT_EQ(s.debug(::tlm::TLM_WRITE_COMMAND, 77, out), 5U);
        EXPECT_EQ(s.debug(::tlm::TLM_READ_COMMAND, 77, in), 5U);
        EXPECT_EQ(in, out);
        EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
        std::array<uint8_t, 5> charged{};
        EXPECT_EQ(s.access(::tlm::TLM_READ_COMMAND, 77, charged), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(charged, out);
    });
}

TEST(LockstepTlm, AnswersWrongAccessesWithTheirTlmError) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 8> word{};
        const uint64_t end = geometry().tracks * 256;
        EXPECT_EQ(s.access(::tlm::TLM_READ_COMMAND, end - 7, word), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(s.access(::tlm::TLM_IGNORE_COMMAND, 0, word), ::tlm::TLM_COMMAND_ERROR_RESPONSE);
        EXPECT_EQ(s.debug(::tlm::TLM_READ_COMMAND, end - 7, word), 7U);  // up to the end
        EXPECT_EQ(s.debug(::tlm::TLM_READ_COMMAND, end, word), 0U);

        ::tlm::tlm_generic_payload payload;
        Script::fill(payload, ::tlm::TLM_READ_COMMAND, 0, word);
        std::array<uint8_t, 8> enables{};
        payload.set_byte_enable_ptr(enables.data());
        payload.set_byte_enable_length(0);
        sc_core::sc_time delay;
        s.socket->b_transport(payload, delay);
        EXPECT_EQ(payload.get_response_status(), ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);

        Script::fill(payload, ::tlm::TLM_READ_COMMAND, 0, word);
        payload.set_byte_enable_ptr(nullptr);
        payload.set_streaming_width(4);
        s.socket->b_transport(payload, delay);
        EXPECT_EQ(payload.get_response_status(), ::tlm::TLM_BURST_ERROR_RESPONSE);
    });
}

TEST(LockstepTlm, HonoursByteEnables) {
    play_on_both([](Script& s) {
        std::array<uint8_t, 20> ones{};
        ones.fill(0x11);
        s.access(::tlm::TLM_WRITE_COMMAND, 100, ones);
        std::array<uint8_t, 3> enables{0xff, 0, 0xff};  // repeated over the data
        std::array<uint8_t, 20> bytes{};
        bytes.fill(0x22);
        ::tlm::tlm_generic_payload payload;
        Script::fill(payload, ::tlm::TLM_WRITE_COMMAND, 100, bytes);
        payload.set_byte_enable_ptr(enables.data());
        payload.set_byte_enable_length(3);
        sc_core::sc_time delay;
        s.socket->b_transport(payload, delay);
        EXPECT_EQ(payload.get_response_status(), ::tlm::TLM_OK_RESPONSE);
        std::array<uint8_t, 20> stored{};
        s.debug(::tlm::TLM_READ_COMMAND, 100, stored);
        for (size_t i = 0; i < stored.size(); ++i) EXPECT_EQ(stored[i], i % 3 == 1 ? 0x11 : 0x22) << i;

        bytes.fill(0x33);
        Script::fill(payload, ::tlm::TLM_READ_COMMAND, 100, bytes);
        s.socket->b_transport(payload, delay);
        for (size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], i % 3 == 1 ? 0x33 : 0x22) << i;

        // Nothing enabled: nothing happens, in no time.
        enables.fill(0);
        sc_core::sc_time none = delay;
        s.socket->b_transport(payload, none);
        EXPECT_EQ(payload.get_response_status(), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(none, delay);
    });
}

/// Words only: enough for the debug transport of a bit-interleaved memory.
struct WordsOfSites {
    std::map<std::array<uint64_t, 4>, uint64_t> words;

    [[nodiscard]] model::PinsOut outputs() const { return {}; }
    void tick(const model::PinsIn& /*in*/) {}
    [[nodiscard]] uint64_t quiet_cycles() const { return model::PinDriver<WordsOfSites>::kNoLimit; }
    void leap(uint64_t /*cycles*/) {}
    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment, uint32_t site = 0, uint32_t beat = 0) const {
        const auto found = words.find({row, segment, site, beat});
        return found == words.end() ? 0 : found->second;
    }
    void set_word(uint64_t row, uint32_t segment, uint64_t word, uint32_t site = 0, uint32_t beat = 0) {
        words[{row, segment, site, beat}] = word;
    }
};

TEST(LockstepTlm, DebugTransportReachesTheSitesOfABitInterleavedMemory) {
    model::Geometry shape = test::geometry(3, 2, 256);  // 2 rows of 3 sites of 2 segments of 2 words
    shape.tracks_per_row = 128;
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    Script script("script", [](Script& s) {
        std::array<uint8_t, 192> out{};
        for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(i + 1);
        EXPECT_EQ(s.debug(::tlm::TLM_WRITE_COMMAND, 0, out), 192U);
        std::array<uint8_t, 100> in{};
        EXPECT_EQ(s.debug(::tlm::TLM_READ_COMMAND, 92, in), 100U);
        EXPECT_TRUE(std::equal(in.begin(), in.end(), out.begin() + 92));
        EXPECT_EQ(s.debug(::tlm::TLM_READ_COMMAND, 93, in), 99U);
    });
    SkrmTarget<WordsOfSites> skrm("skrm", std::make_unique<WordsOfSites>(), shape, 100, model::WriteAlg::kDcw);
    script.socket.bind(skrm.socket);
    sc_core::sc_start();
    EXPECT_TRUE(script.finished());
    EXPECT_EQ(skrm.target().words.size(), 24U);
    EXPECT_EQ(skrm.target().word(1, 1, 2, 0) & 0xff, 177U) << "the last word but one";
}

TEST(LockstepTlm, CarriesNativeRequestsInAnExtension) {
    play_on_both([](Script& s) {
        SkrmExtension native;
        native.command = {.op = model::Op::kWrite, .write_alg = model::WriteAlg::kNaive, .row = 9, .seg_mask = 0b101};
        native.data = {11, 22};
        ::tlm::tlm_generic_payload payload;
        payload.set_extension(&native);
        sc_core::sc_time delay;
        s.socket->b_transport(payload, delay);
        EXPECT_TRUE(payload.is_response_ok());
        native.command = {.op = model::Op::kRead, .row = 9, .seg_mask = 0b111};
        native.data.clear();
        s.socket->b_transport(payload, delay);
        EXPECT_EQ(native.words, (std::vector<uint64_t>{11, 0, 22}));
        native.command.row = 1U << 30;
        s.socket->b_transport(payload, delay);
        EXPECT_EQ(payload.get_response_status(), ::tlm::TLM_GENERIC_ERROR_RESPONSE);
        EXPECT_EQ(native.status, model::RspStatus::kBadRow);
        payload.clear_extension(&native);
    });
}

TEST(LockstepTlm, RefusesDirectMemoryForAllAddressesAndSaysWhyOnce) {
    play_on_both([](Script& s) {
        const auto reports = [] { return sc_core::sc_report_handler::get_count("skrm", sc_core::SC_INFO); };
        const int before = reports();
        for (int i = 0; i < 3; ++i) {
            ::tlm::tlm_generic_payload payload;
            ::tlm::tlm_dmi dmi;
            EXPECT_FALSE(s.socket->get_direct_mem_ptr(payload, dmi));
            EXPECT_TRUE(dmi.is_none_allowed());
            EXPECT_EQ(dmi.get_start_address(), 0U);
            EXPECT_EQ(dmi.get_end_address(), ~uint64_t{0});
        }
        EXPECT_EQ(reports(), before + 1);
    });
}

}  // namespace
}  // namespace sky::tlm
