// Question: does rf run end as the program ends, say what its register file did, and refuse what it cannot run?
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/program.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

std::string kernel(const std::string& name) { return sw_program(name + ".elf"); }

json row_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"rf", "run"});
    const json report = skytrack_json(options);
    return report.is_object() && report["results"].size() == 1 ? report["results"][0] : json();
}

/// The row of a run that ends with another exit code than 0.
json row_of_failing(std::vector<std::string> options, int exit_code) {
    options.insert(options.begin(), {"rf", "run"});
    options.emplace_back("--json");
    const Outcome outcome = skytrack(options);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    const json report = json::parse(outcome.out, nullptr, false);
    return report.is_object() && report["results"].size() == 1 ? report["results"][0] : json();
}

/// Everything but where it was run.
json without_backend(json row) {
    row.erase("backend");
    return row;
}

const std::vector<std::vector<std::string>> kRegisterFiles{
    {"--regfile", "ff"},
    {"--regfile", "horizontal"},
    {"--regfile", "horizontal", "--operand-buffer", "4"},
    {"--regfile", "vertical"},
    {"--regfile", "vertical_rewind"},
    {"--regfile", "dynamic", "--ports", "4"},
    {"--regfile", "banked", "--banks", "2", "--operand-buffer", "1"},
    {"--regfile", "banked", "--banks", "8", "--preshift", "true"},
    {"--regfile", "dual"},
    {"--regfile", "horizontal", "--set", "regfile.position_guard=true", "--set",
     "regfile.slips_per_tera_step=45500000", "--set", "regfile.slip_seed=3"},
};

TEST(E2eRfRun, CountsTheSameOnTheRtl) {
    for (std::vector<std::string> options : kRegisterFiles) {
        SCOPED_TRACE(testing::PrintToString(options));
        options.insert(options.begin(), kernel("ackermann-train-small"));
        const json fast = row_of(options);
        options.insert(options.end(), {"--backend", "rtl"});
        const json rtl = row_of(options);
        ASSERT_TRUE(fast.is_object() && rtl.is_object());
        EXPECT_EQ(fast["backend"], "fast");
        EXPECT_EQ(rtl["backend"], "rtl");
        EXPECT_EQ(without_backend(fast), without_backend(rtl));
        EXPECT_GT(fast["instructions"], 0);
        EXPECT_EQ(fast["exit_code"], 0);
    }
}

TEST(E2eRfRun, PricesWhatItCounts) {
    const json row = row_of({kernel("crc32-train-small"), "--regfile", "vertical", "--config", "rtsim_destiny"});
    ASSERT_TRUE(row.is_object());
    const double pj = 0.61 * row["track_steps"].get<double>() + 2.5 * row["bit_reads"].get<double>() +
                      3.4 * row["bit_writes"].get<double>();
    EXPECT_NEAR(row["energy_pj"].get<double>(), pj, 1e-6 * pj);
    EXPECT_EQ(row["energy_pj"], row["energy_pj_rtsim_destiny"]);
    EXPECT_EQ(row["track_steps"], 31 * row["accesses"].get<uint64_t>()) << "one port, alternating, 32 bits";
    EXPECT_EQ(row["bit_reads"].get<uint64_t>() + row["bit_writes"].get<uint64_t>(),
              32 * row["accesses"].get<uint64_t>());
    EXPECT_DOUBLE_EQ(row["cpi"].get<double>(), row["cycles"].get<double>() / row["instructions"].get<double>());
}

TEST(E2eRfRun, PricesFlipFlopsAsSram) {
    const json row = row_of({kernel("crc32-train-small"), "--regfile", "ff", "--config", "sram_hp"});
    ASSERT_TRUE(row.is_object());
    const double reads = row["bit_reads"].get<double>() / 32;
    const double writes = row["bit_writes"].get<double>() / 32;
    const double leakage_pj = 720e-6 * row["cycles"].get<double>() * 1e-9 * 1e12;
    EXPECT_NEAR(row["energy_pj"].get<double>(), 0.187 * reads + 0.086 * writes + leakage_pj, 0.01);
    EXPECT_EQ(row["track_steps"], 0);
}

/// Assembles a program of a few words at the beginning of RAM, without any toolchain.
class RawProgram {
   public:
    explicit RawProgram(const std::vector<uint32_t>& words, uint16_t machine = 243, uint8_t data = 1,
                        uint32_t entry = 0x80000000) {
        std::string elf(
            "\x7f"
            "ELF\x01",
            5);
        elf += static_cast<char>(data);
        elf += '\x01';
        elf.resize(16);
        put16(elf, 2);  // executable
        put16(elf, machine);
        for (const uint32_t value : {1U, entry, 52U, 0U, 0U}) put32(elf, value);
        for (const uint16_t value : std::initializer_list<uint16_t>{52, 32, 1, 40, 0, 0}) put16(elf, value);
        const auto bytes = static_cast<uint32_t>(4 * words.size());
        for (const uint32_t value : {1U, 84U, 0x80000000U, 0x80000000U, bytes, bytes, 5U, 4U}) put32(elf, value);
        for (const uint32_t word : words) put32(elf, word);
        std::ofstream(path_, std::ios::binary) << elf;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    static void put16(std::string& out, uint16_t value) {
        for (int i = 0; i < 2; ++i) out += static_cast<char>(value >> (8 * i));
    }
    static void put32(std::string& out, uint32_t value) {
        for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
    }
    TemporaryFolder folder_;
    std::string path_ = folder_.path("program.elf");
};

constexpr uint32_t kLuiT0Console = 0x100002b7;  // lui t0, 0x10000
constexpr uint32_t kLiT1 = 0x00000313;          // addi t1, x0, 0: add the immediate at bit 20
constexpr uint32_t kExit = 0x0062a223;          // sw t1, 4(t0)
constexpr uint32_t kForever = 0x0000006f;       // j .
constexpr uint32_t kPrintT1 = 0x00628023;       // sb t1, 0(t0)
constexpr uint32_t kWfi = 0x10500073;

TEST(E2eRfRun, EndsWithTheExitCodeOfTheProgram) {
    for (const char* backend : {"fast", "rtl"}) {
        const RawProgram program({kLuiT0Console, kLiT1 | 42U << 20, kExit, kForever});
        const Outcome outcome = skytrack({"rf", "run", program.path(), "--backend", backend});
        EXPECT_EQ(outcome.exit_code, 42) << outcome.err;
        EXPECT_NE(outcome.out.find("exit_code"), std::string::npos);
        const json row = row_of_failing({program.path(), "--backend", backend}, 42);
        EXPECT_EQ(row["ended"], "exit");
        EXPECT_EQ(row["exit_code"], 42);
    }
}

TEST(E2eRfRun, BeginsTheReportOnALineOfItsOwn) {
    const RawProgram program({kLuiT0Console, kLiT1 | 'h' << 20, kPrintT1, kLiT1, kExit, kForever});
    const Outcome text = skytrack({"rf", "run", program.path()});
    EXPECT_EQ(text.out.find("h\nskytrack "), 0U) << text.out;
    const Outcome as_json = skytrack({"rf", "run", program.path(), "--json"});
    EXPECT_EQ(as_json.err, "h\n");
    const RawProgram silent({kLuiT0Console, kLiT1, kExit, kForever});
    EXPECT_EQ(skytrack({"rf", "run", silent.path()}).out.find("skytrack "), 0U);
}

TEST(E2eRfRun, SaysWhereAnEndlessLoopIs) {
    for (const char* backend : {"fast", "rtl"}) {
        const RawProgram program({kLuiT0Console, kForever});
        const std::vector<std::string> options{program.path(), "--backend", backend, "--max-cycles", "5000"};
        const json row = row_of_failing(options, 124);
        EXPECT_EQ(row["ended"], "max_cycles");
        EXPECT_TRUE(row["exit_code"].is_null());
        const Outcome outcome = skytrack({"rf", "run", program.path(), "--backend", backend, "--max-cycles", "5000"});
        EXPECT_EQ(outcome.exit_code, 124);
        EXPECT_NE(outcome.out.find("max_cycles"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("- the program did not end"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.err.find("did not end within 5000 cycles"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("0x80000004"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("--max-cycles"), std::string::npos) << outcome.err;
    }
}

TEST(E2eRfRun, EndsWithinAsManyCyclesAsItTakes) {
    std::vector<std::string> options{kernel("ackermann-train-small"), "--regfile", "vertical_rewind"};
    const json whole = row_of(options);
    ASSERT_TRUE(whole.is_object());
    const auto cycles = whole["cycles"].get<uint64_t>();
    for (const char* backend : {"fast", "rtl"}) {
        SCOPED_TRACE(backend);
        options.resize(3);
        options.insert(options.end(), {"--backend", backend, "--max-cycles", std::to_string(cycles)});
        EXPECT_EQ(without_backend(row_of(options)), without_backend(whole));
        options.back() = std::to_string(cycles - 1);
        EXPECT_EQ(row_of_failing(options, 124)["ended"], "max_cycles");
    }
}

TEST(E2eRfRun, LosesTheSameTracksOnTheRtl) {
    json rows[2];
    for (const bool rtl : {false, true}) {
        rows[rtl] = row_of_failing(
            {kernel("ackermann-train-small"), "--set", "regfile.position_guard=true", "--set",
             "regfile.slips_per_tera_step=20000000000", "--max-cycles", "30000", "--backend", rtl ? "rtl" : "fast"},
            124);
        ASSERT_TRUE(rows[rtl].is_object());
        EXPECT_GT(rows[rtl]["uncorrected"], 0);
    }
    EXPECT_EQ(rows[false]["uncorrected"], rows[true]["uncorrected"]);
    EXPECT_EQ(rows[false]["corrected"], rows[true]["corrected"]);
}

TEST(E2eRfRun, TellsWithVWhatTheRowLeavesOut) {
    json trees[2];
    for (const bool rtl : {false, true})
        trees[rtl] =
            skytrack_json({"rf", "run", kernel("skrm-index"), "-v", "--backend", rtl ? "rtl" : "fast"})["statistics"];
    EXPECT_GT(trees[false]["core"]["loads"]["value"], 0);
    EXPECT_GT(trees[false]["skrm"]["operations"]["injects"]["value"], 0);
    EXPECT_EQ(trees[false]["skrm"], trees[true]["skrm"]);
}

TEST(E2eRfRun, SaysWhereAJumpToNowhereCameFrom) {
    for (const char* backend : {"fast", "rtl"}) {
        const RawProgram program({0x00002337, 0x00030067});  // lui t1, 2; jr t1: to 0x2000
        const Outcome outcome = skytrack({"rf", "run", program.path(), "--backend", backend});
        EXPECT_EQ(outcome.exit_code, 124);
        EXPECT_NE(outcome.err.find("0x00002000"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("mtvec"), std::string::npos) << outcome.err;
        const json row = row_of_failing({program.path(), "--backend", backend}, 124);
        EXPECT_EQ(row["ended"], "trap_loop");
        EXPECT_TRUE(row["exit_code"].is_null());
        EXPECT_EQ(row["instructions"], 2);
        EXPECT_LT(row["cycles"], 100) << "seen when it begins";
    }
}

TEST(E2eRfRun, SaysWhereAProgramSleepsForEver) {
    const RawProgram program({kLuiT0Console, kLiT1 | 5U << 20, kWfi, kForever});
    const json fast = row_of_failing({program.path()}, 124);
    const json rtl = row_of_failing({program.path(), "--backend", "rtl"}, 124);
    EXPECT_EQ(without_backend(fast), without_backend(rtl));
    EXPECT_EQ(fast["ended"], "asleep");
    EXPECT_TRUE(fast["exit_code"].is_null());
    for (const char* backend : {"fast", "rtl"}) {
        const Outcome outcome = skytrack({"rf", "run", program.path(), "--backend", backend});
        EXPECT_NE(outcome.err.find("wfi at 0x80000008 waits for ever"), std::string::npos) << outcome.err;
    }
}

/// A timer that is set ends the sleep.
TEST(E2eRfRun, WaitsForAnInterruptThatComes) {
    constexpr uint32_t kLuiT2Compare = 0x020043b7;   // lui t2, 0x2004: mtimecmp
    constexpr uint32_t kStoreT1 = 0x0063a023;        // sw t1, 0(t2)
    constexpr uint32_t kStoreZeroHigh = 0x0003a223;  // sw zero, 4(t2)
    constexpr uint32_t kEnable = 0x30431073;         // csrw mie, t1
    const RawProgram program({kLuiT0Console, kLuiT2Compare, kLiT1 | 500U << 20, kStoreT1, kStoreZeroHigh,
                              kLiT1 | 128U << 20, kEnable, kWfi, kLiT1 | 9U << 20, kExit, kForever});
    for (const char* backend : {"fast", "rtl"}) {
        const json row = row_of_failing({program.path(), "--backend", backend}, 9);
        EXPECT_EQ(row["ended"], "exit");
        EXPECT_GT(row["cycles"], 500);
    }
}

TEST(E2eRfRun, StopsWithWhatIsThere) {
    const RawProgram program({kLuiT0Console, kLiT1 | 'h' << 20, kPrintT1, kForever});
    for (const char* backend : {"fast", "rtl"}) {
        SCOPED_TRACE(backend);
        const TemporaryFolder folder;
        Program running(skytrack_path(), {"rf", "run", program.path(), "--backend", backend, "--max-cycles",
                                          "1000000000000", "--json", "--out", folder.path("a/b")});
        while (folder.names().empty()) usleep(10'000);  // the folder is made right before the run
        running.interrupt();
        const Outcome outcome = running.wait();
        EXPECT_EQ(outcome.exit_code, 124) << "no code that a trap has";
        EXPECT_NE(outcome.err.find("starts again from the beginning"), std::string::npos) << outcome.err;
        const json report = json::parse(outcome.out, nullptr, false);
        ASSERT_TRUE(report.is_object()) << outcome.out;
        EXPECT_EQ(report["interrupted"], true);
        EXPECT_EQ(report["results"][0]["ended"], "interrupted");
        EXPECT_TRUE(report["results"][0]["exit_code"].is_null());
    }
}

TEST(E2eRfRun, ItsHelpHasItsOwnExitCodesAndBackends) {
    const std::string help = skytrack({"rf", "run", "--help"}).out;
    EXPECT_NE(help.find("124 when it did"), std::string::npos) << help;
    EXPECT_NE(help.find("fence.i"), std::string::npos) << help;
    EXPECT_EQ(help.find("tlm"), std::string::npos) << help;
    EXPECT_NE(skytrack({"mem", "bench", "--help"}).out.find("fast, tlm or rtl"), std::string::npos);
}

void expect_refused(const std::vector<std::string>& arguments, const std::string& what, const std::string& remedy) {
    std::vector<std::string> all{"rf", "run"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome outcome = skytrack(all);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(remedy), std::string::npos) << outcome.err;
}

TEST(E2eRfRun, RefusesWhatIsNoProgramForTheCore) {
    const RawProgram x86({kForever}, 62);
    expect_refused({x86.path()}, x86.path(), "RISC-V");
    const RawProgram big_endian({kForever}, 243, 2);
    expect_refused({big_endian.path()}, "big endian", "little endian");
    TemporaryFolder folder;
    expect_refused({folder.file("empty.elf", "")}, "empty.elf': it is an empty file", "rvcc");
    expect_refused({folder.file("text.elf", "hello\n")}, "text.elf': it is not an ELF file", "rvcc");
    expect_refused({folder.path()}, "it is a folder", "ELF file in it");
    ASSERT_EQ(mkfifo(folder.path("pipe.elf").c_str(), 0600), 0);
    expect_refused({folder.path("pipe.elf")}, "it is a pipe", "into a file first");
    expect_refused({folder.path("none.elf")}, "none.elf", "");
    expect_refused({}, "no program", "rvcc");
}

TEST(E2eRfRun, RefusesRegisterFilesThatCannotBeBuilt) {
    const std::string elf = kernel("crc32-train-small");
    expect_refused({elf, "--regfile", "diagonal"}, "diagonal", "horizontal");
    expect_refused({elf, "--banks", "4"}, "one bank", "--regfile banked");
    expect_refused({elf, "--ports", "3"}, "--ports 3: regfile.ports is 3", "expected 1, 2, 4 or 8");
    for (const std::string banks : {"1", "3", "16"})
        expect_refused({elf, "--regfile", "banked", "--banks", banks}, "regfile.banks is " + banks,
                       "expected 2, 4 or 8");
    expect_refused({elf, "--regfile", "banked", "--banks", "8", "--ports", "2"}, "ports x banks", "regfile");
    expect_refused({elf, "--regfile", "ff", "--operand-buffer", "4"}, "flip-flop", "regfile.operand_buffer = 0");
    expect_refused({elf, "--set", "regfile.slips_per_tera_step=5"}, "without protection", "position_guard");
    expect_refused({elf, "--backend", "tlm"}, "tlm", "expected fast or rtl");
    const std::vector<std::string> not_built{elf, "--regfile", "vertical", "--ports", "8", "--backend", "rtl"};
    for (const char* remedy : {"--backend fast", "dynamic --ports 8,", "banked --banks 2,", "vertical,",
                               "horizontal --set regfile.position_guard=true"})
        expect_refused(not_built, "not built with this register file: vertical, 8 ports", remedy);
}

TEST(E2eRfRun, RefusesWhatChangesNothing) {
    const std::string elf = kernel("crc32-train-small");
    const std::vector<std::vector<std::string>> all{
        {"--regfile", "ff", "--ports", "4"},
        {"--regfile", "ff", "--preshift", "true"},
        {"--regfile", "ff", "--set", "regfile.shift_fj=3"},
        {"--regfile", "vertical", "--preshift", "true"},
        {"--regfile", "vertical_rewind", "--set", "regfile.return_policy=eager"},
        {"--regfile", "vertical", "--set", "regfile.nearest_first=false"},
        {"--regfile", "horizontal", "--set", "regfile.vertical=rewind"},
        {"--regfile", "dynamic", "--set", "regfile.banks=8"},
        {"--set", "regfile.sram_read_fj=1"},
        {"--set", "regfile.slip_seed=4"},
        {"--set", "device.inject_fj=1"},
    };
    for (std::vector<std::string> options : all) {
        SCOPED_TRACE(testing::PrintToString(options));
        options.insert(options.begin(), elf);
        expect_refused(options, " has no effect: ", "leave it out");
    }
    EXPECT_EQ(skytrack({"rf", "run", elf, "--regfile", "ff", "--ports", "1", "--preshift", "false"}).exit_code, 0)
        << "what is so anyway may be said";
}

TEST(E2eRfRun, SaysWhatAFileSetsInVain) {
    const std::string elf = kernel("crc32-train-small");
    const auto notes = [&](std::vector<std::string> options) {
        options.insert(options.begin(), {"rf", "run", elf});
        const Outcome outcome = skytrack(options);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return outcome.err;
    };
    const std::string sram = notes({"--config", "sram_hp"});
    EXPECT_NE(sram.find("note: sram_hp:6: without effect: regfile.sram_read_fj, regfile.sram_write_fj, "
                        "regfile.sram_leakage_nw: only ff is priced as SRAM"),
              std::string::npos)
        << sram;
    EXPECT_EQ(notes({"--config", "sram_hp", "--regfile", "ff"}), "");
    EXPECT_NE(notes({"--config", "rtsim_destiny", "--regfile", "ff"}).find("regfile.shift_fj"), std::string::npos);
    EXPECT_EQ(notes({"--config", "rtsim_destiny"}), "");
    const TemporaryFolder folder;
    const std::string banks = folder.file("banks.toml", "[regfile]\nbanks = 8\n");
    EXPECT_NE(notes({"--config", banks}).find(banks + ":2: without effect: regfile.banks"), std::string::npos);
    const Outcome printed = skytrack({"rf", "run", elf, "--print-config"});
    EXPECT_EQ(notes({"--config", folder.file("printed.toml", printed.out)}), "");
}

TEST(E2eRfRun, SaysWhenNothingSwitchedTheMode) {
    const std::string elf = kernel("crc32-train-small");
    const json horizontal = row_of({elf});
    for (const std::string kind : {"dynamic", "dual"}) {
        const Outcome outcome = skytrack({"rf", "run", elf, "--regfile", kind});
        EXPECT_NE(outcome.err.find("never switched the mode"), std::string::npos) << outcome.err;
        EXPECT_EQ(row_of({elf, "--regfile", kind})["track_steps"], horizontal["track_steps"]);
    }
    EXPECT_EQ(skytrack({"rf", "run", elf}).err, "");
}

}  // namespace
}  // namespace sky::test
