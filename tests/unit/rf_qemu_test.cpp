// What does a log of qemu-user say of a Linux program's run, and is what is damaged, of another program, or no such
// log refused with the line and what to do?
#include <gtest/gtest.h>

#include <initializer_list>

#include "host/regfile/block_graph.hpp"
#include "host/regfile/profile_file.hpp"
#include "host/regfile/qemu_profile.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"

namespace sky::regfile {
namespace {

constexpr uint32_t kBase = 0x10000;

/// 0: addi x5, x0, 3   4: addi x5, x5, -1   8: bne x5, x0, -4   c: addi x17, x0, 93   10: ecall   14: c.jr x1
/// 16: ebreak
const std::vector<uint16_t> kLoop{0x0293, 0x0030, 0x8293, 0xfff2, 0x9ee3, 0xfe02,
                                  0x0893, 0x05d0, 0x0073, 0x0000, 0x8082, 0x9002};

/// A line as qemu 7.2 writes it.
std::string block(uint64_t pc, const char* cflags = "00000200", int cpu = 0) {
    char line[200];
    std::snprintf(line, sizeof line, "Trace %d: 0x7fa32b800100 [0000000000000000/%016llx/00207600/%s] _start\n", cpu,
                  static_cast<unsigned long long>(pc), cflags);
    return line;
}
std::string stopped(uint64_t pc) {
    char line[200];
    std::snprintf(line, sizeof line, "Stopped execution of TB chain before 0x7fa32b800100 [%016llx] _start\n",
                  static_cast<unsigned long long>(pc));
    return line;
}

/// Of the loop: qemu's first block goes on to the branch.
const std::string kLog = block(kBase) + block(kBase + 4) + block(kBase + 4) + block(kBase + 0xc);

class RfQemu : public testing::Test {
   protected:
    LinuxFile program(const std::vector<uint16_t>& code = kLoop) {
        const test::FlowProgram flow{.base = kBase, .entry = kBase, .code = code};
        Result<LinuxFile> file = LinuxFile::read(folder_.file("program", test::elf64_of(flow)));
        EXPECT_TRUE(file.ok()) << file.status().message();
        return file.value();
    }
    Result<QemuProfile> profile(const std::string& log, const std::vector<uint16_t>& code = kLoop) {
        const LinuxFile file = program(code);
        const Result<QemuLog> read = read_qemu_log(folder_.file("run.log", log));
        if (!read.ok()) return read.status();
        return profile_of(read.value(), file, Code(file));
    }
    QemuProfile good(const std::string& log, const std::vector<uint16_t>& code = kLoop) {
        const Result<QemuProfile> out = profile(log, code);
        EXPECT_TRUE(out.ok()) << out.status().message();
        return out.ok() ? out.value() : QemuProfile();
    }
    std::vector<std::pair<uint64_t, uint64_t>> counts(const Profile& profile) {
        const LinuxFile file = program();
        const Result<BlockGraph> blocks = BlockGraph::make(Code(file), profile);
        EXPECT_TRUE(blocks.ok()) << blocks.status().message();
        std::vector<std::pair<uint64_t, uint64_t>> out;
        if (!blocks.ok()) return out;
        for (const Block& one : blocks.value().blocks())
            if (one.instructions != 0) out.emplace_back(one.first - kBase, one.count);
        return out;
    }
    void expect_refused(const std::string& log, const std::vector<std::string>& says) {
        const Result<QemuProfile> out = profile(log);
        ASSERT_FALSE(out.ok()) << log;
        for (const std::string& text : says)
            EXPECT_NE(out.status().message().find(text), std::string::npos)
                << text << " in: " << out.status().message();
    }
    test::TemporaryFolder folder_;
};

using Counts = std::vector<std::pair<uint64_t, uint64_t>>;

TEST_F(RfQemu, CountsBlocksThatOverlapInTheLog) {
    const QemuProfile run = good(kLog);
    EXPECT_EQ(run.profile.instructions, 9);
    const std::vector<Transfer> back{{.from = kBase + 8, .to = kBase + 4, .count = 2}};
    EXPECT_EQ(run.profile.transfers, back);
    EXPECT_EQ(counts(run.profile), (Counts{{0, 1}, {4, 3}, {0xc, 1}}));
    EXPECT_EQ(run.blocks, 4);
    EXPECT_EQ(run.outside_blocks + run.broken_off + run.cut, 0);
}

TEST_F(RfQemu, AnInstructionABlockIsTheSame) {
    std::string log;
    for (const uint64_t at : std::initializer_list<uint64_t>{0, 4, 8, 4, 8, 4, 8, 0xc, 0x10})
        log += block(kBase + at, "00000201");
    EXPECT_EQ(good(log).profile, good(kLog).profile);
}

TEST_F(RfQemu, ReadsGzipAndLogsWithoutTheLastField) {
    EXPECT_EQ(good(test::gzipped(kLog)).profile, good(kLog).profile);
    std::string old;
    for (const uint64_t at : std::initializer_list<uint64_t>{0, 4, 4, 0xc})
        old += "Trace 0: 0x7fa32b800100 [0000000000000000/000000000001000" + std::string(1, "0123456789abc"[at]) +
               "/0x7600] main\n";
    EXPECT_EQ(good(old).profile, good(kLog).profile);
}

TEST_F(RfQemu, ASignalBetweenTwoBlocksIsExact) {
    // The handler at 14 returns to code outside of the file, which goes on at 4.
    const QemuProfile run = good(block(kBase) + block(kBase + 4) + stopped(kBase + 4) + block(kBase + 0x14) +
                                 block(0x4000801000) + block(kBase + 4) + block(kBase + 4) + block(kBase + 0xc));
    EXPECT_EQ(counts(run.profile), (Counts{{0, 1}, {4, 3}, {0xc, 1}, {0x14, 1}}));
    EXPECT_EQ(run.profile.instructions, 10);
    EXPECT_EQ(run.outside_blocks, 1);
    EXPECT_EQ(run.broken_off, 0);
    // A block that was stopped for nothing.
    EXPECT_EQ(good(block(kBase) + block(kBase + 4) + stopped(kBase + 4) + block(kBase + 4) + block(kBase + 4) +
                   block(kBase + 0xc))
                  .profile,
              good(kLog).profile);
}

TEST_F(RfQemu, ThreadsAreTakenApartAndAddedUp) {
    std::string log;
    for (const uint64_t at : std::initializer_list<uint64_t>{0, 4, 4, 0xc})
        log += block(kBase + at) + block(kBase + at, "00080200", 1);
    const QemuProfile run = good(log);
    EXPECT_EQ(run.threads, 2);
    EXPECT_EQ(run.profile.runs, 2);
    EXPECT_EQ(run.profile.instructions, 18);
    EXPECT_EQ(counts(run.profile), (Counts{{0, 2}, {4, 6}, {0xc, 2}}));
}

TEST_F(RfQemu, ASignalInTheMiddleOfABlockIsCounted) {
    std::string log = block(kBase);
    for (int i = 0; i < 500; ++i) log += block(kBase + 4);
    // Out of the block at 4 into the one at 14, which it does not lead to.
    log += block(kBase + 0x14) + block(kBase + 0xc);
    const QemuProfile run = good(log);
    EXPECT_EQ(run.broken_off, 1);
    EXPECT_EQ(counts(run.profile), (Counts{{0, 1}, {4, 501}, {0xc, 1}, {0x14, 1}}));
}

TEST_F(RfQemu, ARunThatDoesNotEndWithASystemCallIsCut) {
    const QemuProfile run = good(block(kBase) + block(kBase + 4));
    EXPECT_EQ(run.cut, 1);
    EXPECT_EQ(counts(run.profile), (Counts{{0, 1}, {4, 2}}));
}

TEST_F(RfQemu, ItsProfileComesBackFromItsFileAsItWas) {
    const LinuxFile file = program();
    const Code code(file);
    const QemuProfile run = good(block(kBase) + block(kBase + 4) + stopped(kBase + 4) + block(kBase + 0x14) +
                                 block(0x4000801000) + block(kBase + 4) + block(kBase + 4) + block(kBase + 0xc));
    const Result<BlockGraph> blocks = BlockGraph::make(code, run.profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    const std::string path = folder_.path("profile.json");
    ASSERT_TRUE(save_profile(path, run.profile, blocks.value(), code).ok());
    const Result<LoadedProfile> loaded = load_profile(path, code);
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_EQ(loaded.value().profile, run.profile);
}

TEST_F(RfQemu, WhatIsNoLineOfALogIsRefusedWithItsNumber) {
    expect_refused(kLog + "hello\n", {"run.log:5", "'hello'", "such a line: Trace 0:", "-d exec,nochain"});
    expect_refused(kLog + "Trace 0: 0x7f [00/1000g/0/200] x\n", {"run.log:5", "no line of such a log"});
    expect_refused(kLog + "Trace 0: 0x7f [00/10001/0/200] x\n", {"run.log:5", "odd address"});
    expect_refused(kLog + block(kBase).substr(0, 40), {"run.log:5", "cut off in its last line"});
    expect_refused(stopped(kBase), {"run.log:1", "no thread has come"});
    expect_refused("", {"run.log", "empty"});
    expect_refused(block(kBase) + std::string(2 << 20, 'x'), {"run.log", "too long"});
    const std::string packed = test::gzipped(kLog + kLog + kLog);
    expect_refused(packed.substr(0, packed.size() - 9), {"run.log", "gzip"});
    EXPECT_FALSE(read_qemu_log(folder_.path("missing.log")).ok());
}

TEST_F(RfQemu, ALogWithChainedBlocksIsRefused) {
    expect_refused(block(kBase, "00000000"), {"run.log:1", "without nochain"});
    expect_refused(kLog + "Linking TBs 0x7fa5d4000100 index 0 -> 0x7fa5d4000240\n", {"run.log:5", "without nochain"});
}

TEST_F(RfQemu, ALogOfAnotherProgramIsRefused) {
    expect_refused(block(0x20000), {"never comes to 0x10000", "the file that qemu-riscv64 ran"});
    expect_refused(block(kBase) + block(kBase + 0x14) + block(kBase + 0xc),
                   {"run.log:2", "0x10014", "does not lead to"});
}

TEST_F(RfQemu, WhatIsNoInstructionOfRv64gcIsRefused) {
    std::vector<uint16_t> code = kLoop;
    code[6] = 0x7057;  // vsetvli
    const Result<QemuProfile> out = profile(kLog, code);
    ASSERT_FALSE(out.ok());
    EXPECT_NE(out.status().message().find("0x1000c, where there is no instruction of RV64GC but 0x5d07057"),
              std::string::npos)
        << out.status().message();
    EXPECT_NE(out.status().message().find("v=off"), std::string::npos);
}

TEST_F(RfQemu, FilesThatAreNoLinuxProgramsAreRefused) {
    const test::FlowProgram flow{.base = kBase, .entry = kBase, .code = kLoop};
    const std::string whole = test::elf64_of(flow);
    const auto refused = [&](const std::string& bytes, const std::string& says) {
        const Result<LinuxFile> file = LinuxFile::read(folder_.file("bad", bytes));
        ASSERT_FALSE(file.ok()) << says;
        EXPECT_NE(file.status().message().find(says), std::string::npos) << file.status().message();
        EXPECT_NE(file.status().message().find('\n'), std::string::npos) << "no remedy";
    };
    refused("", "empty");
    refused("hello", "not an ELF file");
    refused(whole.substr(0, 30), "not an ELF file");
    refused(whole.substr(0, 0x1008), "cut off");
    std::string changed = whole;
    changed[5] = 2;
    refused(changed, "big endian");
    changed = whole;
    changed[18] = 62;
    refused(changed, "machine");
    changed = whole;
    changed[16] = 1;
    refused(changed, "not linked");
    changed = whole;
    changed[25] = 0x20;
    refused(changed, "entry");
    changed = whole;
    changed[54] = 40;
    refused(changed, "a program header has 40 bytes");
    refused(test::elf_of(kLoop, test::FlowProgram::kBase), "32-bit");
}

}  // namespace
}  // namespace sky::regfile
