// Question: does a SystemC platform get a register file's data and times through the socket, from the model and from
// the RTL, whatever time lies between its requests?
#include <Vrf_lab.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <systemc>

#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/regfile_target.hpp"
#include "tests/lockstep/rf_lockstep.hpp"
#include "tests/support/seed.hpp"

namespace sky::test {
namespace {

constexpr uint32_t kCyclePs = 2'500;
constexpr uint32_t kHorizontal = 1;

class Pipeline : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Pipeline> socket{"socket"};

    Pipeline(const sc_core::sc_module_name& name, std::function<void(Pipeline&)> body)
        : sc_module(name), body_(std::move(body)) {
        SC_HAS_PROCESS(Pipeline);
        SC_THREAD(run);
    }
    ::tlm::tlm_response_status send(::tlm::tlm_generic_payload& payload) {
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        socket->b_transport(payload, delay);
        wait(delay);
        return payload.get_response_status();
    }
    rf::Answer request(const rf::Request& request, const rf::Hints& hints) {
        tlm::RegfileExtension extension;
        extension.request = request;
        extension.hints = hints;
        ::tlm::tlm_generic_payload payload;
        payload.set_extension(&extension);
        EXPECT_EQ(send(payload), ::tlm::TLM_OK_RESPONSE);
        payload.clear_extension(&extension);
        return extension.answer;
    }
    ::tlm::tlm_response_status word(::tlm::tlm_command command, uint64_t address, uint32_t& value,
                                    uint32_t length = 4, bool debug = false) {
        ::tlm::tlm_generic_payload payload;
        payload.set_command(command);
        payload.set_address(address);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        payload.set_data_length(length);
        payload.set_streaming_width(length);
        if (!debug) return send(payload);
        return socket->transport_dbg(payload) == length ? ::tlm::TLM_OK_RESPONSE : ::tlm::TLM_GENERIC_ERROR_RESPONSE;
    }
    [[nodiscard]] bool finished() const { return finished_; }

   private:
    void run() {
        body_(*this);
        finished_ = true;
    }
    std::function<void(Pipeline&)> body_;
    bool finished_ = false;
};

/// Runs `body` against a target on `file` in a kernel of its own.
template <typename File>
void simulate(std::unique_ptr<File> file, const std::function<void(Pipeline&)>& body) {
    tlm::Kernel kernel;
    const tlm::Kernel::Scope scope(kernel);
    tlm::RegfileTarget<File> target("regfile", std::move(file), 32, kCyclePs);
    Pipeline pipeline("pipeline", body);
    pipeline.socket.bind(target.socket);
    sc_core::sc_start();
    EXPECT_TRUE(pipeline.finished());
}

/// Random requests at random times, each held to a model that is called at the same cycles.
void expect_the_models_data_and_times(Pipeline& pipeline, const rf::Shape& shape, const rf::Options& options) {
    const auto model = rf::RegisterFile::make(shape, options);
    RfTraffic traffic(seed());
    uint64_t cycle = 0;
    rf::Hints hints;
    for (int i = 0; i < 300; ++i) {
        const uint64_t gap = traffic.random().percent(50) ? 0 : traffic.random().below(uint64_t{6} * kCyclePs);
        wait(sc_core::sc_time(static_cast<double>(gap), sc_core::SC_PS));
        // The next edge, in whole cycles of the kernel's time.
        const uint64_t edge = (sc_core::sc_time_stamp().value() + kCyclePs - 1) / kCyclePs;
        model->idle(edge - cycle, hints);
        hints = traffic.hints();
        const rf::Request request = traffic.request();
        const rf::Answer expected = model->access(request, hints);
        const rf::Answer answer = pipeline.request(request, hints);
        cycle = edge + expected.cycles;
        ASSERT_EQ(answer.data1, expected.data1);
        ASSERT_EQ(answer.data2, expected.data2);
        ASSERT_EQ(answer.cycles, expected.cycles);
        ASSERT_EQ(sc_core::sc_time_stamp(), sc_core::sc_time(static_cast<double>(cycle * kCyclePs), sc_core::SC_PS));
    }
}

TEST(LockstepRegfileTlm, AnswersWithTheModelsDataAtItsTime) {
    for (uint32_t v = 0; v < bridge::kRfVariants; ++v) {
        const rf::Shape shape = bridge::kRfVariantList[v].shape;
        const rf::Options options = RfTraffic(seed() + v).options(shape);
        const auto body = [&](Pipeline& p) { expect_the_models_data_and_times(p, shape, options); };
        simulate(rf::RegisterFile::make(shape, options), body);
        simulate(std::make_unique<bridge::RtlRegisterFile<Vrf_lab>>(shape, options, model::SlipFaults{}, v), body);
    }
}

TEST(LockstepRegfileTlm, ReadsAndWritesRegistersByTheirAddress) {
    const rf::Shape shape = bridge::kRfVariantList[kHorizontal].shape;
    simulate(rf::RegisterFile::make(shape, {}), [](Pipeline& p) {
        uint32_t value = 0xcafe;
        EXPECT_EQ(p.word(::tlm::TLM_WRITE_COMMAND, 36, value), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::sc_time(10 * kCyclePs, sc_core::SC_PS)) << "9 steps";
        value = 0;
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 36, value), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(value, 0xcafeU);
        value = 0;
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 36, value, 4, true), ::tlm::TLM_OK_RESPONSE) << "debug";
        EXPECT_EQ(value, 0xcafeU);
        value = 7;
        EXPECT_EQ(p.word(::tlm::TLM_WRITE_COMMAND, 12, value, 4, true), ::tlm::TLM_OK_RESPONSE) << "debug";
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 12, value), ::tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(value, 7U);
    });
}

TEST(LockstepRegfileTlm, RefusesWhatIsNoRegister) {
    const rf::Shape shape = bridge::kRfVariantList[kHorizontal].shape;
    simulate(rf::RegisterFile::make(shape, {}), [](Pipeline& p) {
        uint32_t value = 0;
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 128, value), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 6, value), ::tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 4, value, 2), ::tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.word(::tlm::TLM_IGNORE_COMMAND, 4, value), ::tlm::TLM_COMMAND_ERROR_RESPONSE);
        EXPECT_EQ(p.word(::tlm::TLM_READ_COMMAND, 128, value, 4, true), ::tlm::TLM_GENERIC_ERROR_RESPONSE);
        EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
    });
}

}  // namespace
}  // namespace sky::test
