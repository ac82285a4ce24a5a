// Question: does a trace of any length come through a pipe in constant memory, whole and in order?
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "host/memory/random.hpp"
#include "sysc/model/address_map.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/trace_reading.hpp"

namespace sky::memory {
namespace {

constexpr uint64_t kFootprintBytes = uint64_t{64} << 20;
constexpr uint64_t kAllowedKib = 2048;  // buffers; a record kept for each of 300,000 lines would take ten times that

/// The most memory this program has held so far, in KiB.
uint64_t peak_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
    return 0;
}

/// Forgets the peak, where the system allows it: what other tests of this program held is not ours.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// The address and the kind of each request, the same in writer and reader.
class Requests {
   public:
    struct Request {
        uint64_t address;
        bool write;
    };
    Request next() {
        const uint64_t draw = random_.next();
        return {.address = draw % kFootprintBytes / 64 * 64, .write = draw >> 63 != 0};
    }

   private:
    Random random_{test::seed()};
};

using Line = std::string (*)(uint64_t number, const Requests::Request& request);

std::string nvmain(uint64_t number, const Requests::Request& request) {
    const std::string word = fmt::format("{:016x}", mix64(number));
    return fmt::format("{} {} {:#x} {}{}{}{}{}{}{}{} 0\n", number, request.write ? 'W' : 'R', request.address, word,
                       word, word, word, word, word, word, word);
}
std::string ramulator(uint64_t, const Requests::Request& request) {
    return fmt::format("{} {:#x}\n", request.write ? "ST" : "LD", request.address);
}
std::string dramsim(uint64_t number, const Requests::Request& request) {
    return fmt::format("{:#x} {} {}\n", request.address, request.write ? "WRITE" : "READ", number);
}

void write_lines(int fd, Line line, uint64_t lines) {
    Requests requests;
    std::string text;
    for (uint64_t i = 0; i < lines; ++i) {
        text += line(i, requests.next());
        if (text.size() < 60'000 && i + 1 < lines) continue;
        for (size_t done = 0; done < text.size();) {
            const ssize_t n = write(fd, text.data() + done, text.size() - done);
            if (n <= 0) return;  // the reader has gone; it says why
            done += static_cast<size_t>(n);
        }
        text.clear();
    }
}

void expect_constant_memory(Line line, uint64_t lines) {
    const Geometry geometry = test::geometry(64, 32, kFootprintBytes / 256);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    forget_peak();
    const uint64_t before = peak_kib();
    ASSERT_GT(before, 0U);
    std::thread writer([&] {
        write_lines(ends[1], line, lines);
        close(ends[1]);
    });
    uint64_t read = 0;
    Status status;
    {
        auto reader = TraceReader::open(fmt::format("/dev/fd/{}", ends[0]), {.geometry = geometry});
        close(ends[0]);  // the reader has its own
        status = reader.status();
        Requests requests;
        for (TraceRecord record; status.ok(); ++read) {
            const Result<bool> more = reader.value()->next(record);
            status = more.status();
            if (!more.ok() || !more.value()) break;
            const Requests::Request expected = requests.next();
            const auto part = model::split_access(geometry, expected.address, 64).front();
            if (record.command.row != part.row || record.command.seg_mask != part.seg_mask ||
                record.command.op != (expected.write ? Op::kWrite : Op::kRead)) {
                ADD_FAILURE() << "request " << read << " came out as another one";
                break;
            }
        }
    }
    writer.join();
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(read, lines);
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed for a while
    EXPECT_LE(peak_kib() - before, kAllowedKib);
#endif
}

class ReadFromAPipe : public testing::Test {
   protected:
    void SetUp() override { signal(SIGPIPE, SIG_IGN); }
};
using UnitTracePipe = ReadFromAPipe;
using SlowTracePipe = ReadFromAPipe;

constexpr uint64_t kLines = 300'000;
constexpr uint64_t kManyLines = 10'000'000;

TEST_F(UnitTracePipe, TakesConstantMemoryForNvmain) { expect_constant_memory(nvmain, kLines); }
TEST_F(UnitTracePipe, TakesConstantMemoryForRamulator) { expect_constant_memory(ramulator, kLines); }
TEST_F(UnitTracePipe, TakesConstantMemoryForDramsim) { expect_constant_memory(dramsim, kLines); }
TEST_F(SlowTracePipe, TakesConstantMemoryForTenMillionLinesOfNvmain) { expect_constant_memory(nvmain, kManyLines); }
TEST_F(SlowTracePipe, TakesConstantMemoryForTenMillionLinesOfRamulator) {
    expect_constant_memory(ramulator, kManyLines);
}

}  // namespace
}  // namespace sky::memory
