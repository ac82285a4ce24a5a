// Question: does every program of sw/ find what it should on the instruction-set model, with every register file, and
// does a migration lose a register when a reset meets it?
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::test {
namespace {

using model::rf::Kind;
using model::rf::RegisterFile;
using model::rf::Shape;
using model::rv32::Limits;
using model::rv32::Machine;
using model::rv32::MachineConfig;
using model::rv32::SkrmMemory;
using model::rv32::SkrmPort;
using model::rv32::StopReason;
using regfile::ElfFile;

constexpr Limits kLongest{.instructions = 20'000'000};
constexpr uint64_t kSmall = 20'000;  ///< instructions of a program for lockstep tests

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> kAll{
        {.kind = Kind::kFlipFlop}, {.kind = Kind::kHorizontal}, {.kind = Kind::kHorizontal, .banks = 4},
        {.kind = Kind::kVertical}, {.kind = Kind::kDynamic},    {.kind = Kind::kDynamic, .buffer = 4},
        {.kind = Kind::kDual}};
    return kAll;
}

/// Names of the ELFs by group, as the build has listed them.
std::vector<std::string> programs(const std::string& group) {
    std::vector<std::string> names = sw_programs({group});
    EXPECT_FALSE(names.empty()) << "no program in group " << group << " of " << sw_program("programs.txt");
    return names;
}

/// A program in a machine of its own.
class ProgramRun {
   public:
    explicit ProgramRun(const std::string& name, const Shape* shape = nullptr, SkrmPort* skrm = nullptr) {
        MachineConfig config;
        config.skrm = skrm;
        config.console = [this](char c) { printed += c; };
        if (shape != nullptr) {
            registers_ = RegisterFile::make(*shape, {});
            config.registers = registers_.get();
            config.dual = shape->kind == Kind::kDual;
        }
        machine = std::make_unique<Machine>(config);
        const Result<ElfFile> file = ElfFile::read(sw_program(name));
        if (!file.ok() || !file.value().load(*machine).ok()) ADD_FAILURE() << name << " cannot be loaded";
    }

    void expect_success(const Limits& limits = kLongest) {
        const model::rv32::Stop& stop = machine->run(limits);
        EXPECT_EQ(stop.reason, StopReason::kExit) << stop.message() << "\n" << printed;
        EXPECT_EQ(stop.exit_code, 0U) << printed;
    }

    std::string printed;
    std::unique_ptr<Machine> machine;

   private:
    std::unique_ptr<RegisterFile> registers_;
};

void expect_small_success_everywhere(const std::string& group) {
    for (const std::string& name : programs(group)) {
        SCOPED_TRACE(name);
        ProgramRun plain(name);
        plain.expect_success();
        EXPECT_EQ(plain.printed, "");
        EXPECT_LE(plain.machine->instructions(), kSmall);
        for (const Shape& shape : shapes()) {
            SCOPED_TRACE(to_string(shape));
            ProgramRun timed(name, &shape);
            timed.expect_success();
            EXPECT_EQ(timed.printed, "");
        }
    }
}

TEST(E2eSwPrograms, SmallKernelsAreRightOnEveryRegisterFile) { expect_small_success_everywhere("kernel-small"); }

TEST(E2eSwPrograms, InstructionsAreRightOnEveryRegisterFile) { expect_small_success_everywhere("test"); }

TEST(E2eSwPrograms, MigrationsAreRightOnEveryRegisterFile) { expect_small_success_everywhere("rf"); }

/// What follows a kernel's name in those of its programs.
std::map<std::string, std::set<std::string>> kernels() {
    std::map<std::string, std::set<std::string>> found;
    for (const char* size : {"small", "full"}) {
        for (const std::string& name : programs(std::string("kernel-") + size)) {
            const size_t dash = name.find('-');
            found[name.substr(0, dash)].insert(name.substr(dash));
        }
    }
    return found;
}

TEST(E2eSwPrograms, ThereAreTwelveKernelsWithTwoInputsInTwoSizes) {
    EXPECT_GE(kernels().size(), 12U);
    for (const auto& [kernel, variants] : kernels()) {
        EXPECT_EQ(variants,
                  (std::set<std::string>{"-test-full.elf", "-test-small.elf", "-train-full.elf", "-train-small.elf"}))
            << kernel;
    }
}

/// What an input must not change: recommendations go by the addresses of instructions.
struct Code {
    explicit Code(const ElfFile& file) : entry(file.entry()), begin(file.segments().front().address) {
        const std::vector<uint8_t>& text = file.segments().front().bytes;
        bytes.assign(text.begin(), text.begin() + (file.symbol("etext").value() - begin));
        for (const ElfFile::Function& function : file.functions())
            functions.emplace_back(function.address, function.name);
        for (const ElfFile::Segment& segment : file.segments())
            segments.emplace_back(segment.address, segment.memory_bytes);
    }
    bool operator==(const Code&) const = default;

    uint32_t entry;
    uint32_t begin;
    std::string bytes;  ///< of .text
    std::vector<std::pair<uint32_t, std::string>> functions;
    std::vector<std::pair<uint32_t, uint32_t>> segments;
};

TEST(E2eSwPrograms, TheInputsOfAKernelDifferInTheirDataOnly) {
    for (const auto& [kernel, variants] : kernels()) {
        std::set<std::string> data;
        std::optional<Code> first;
        for (const std::string& variant : variants) {
            SCOPED_TRACE(kernel + variant);
            const ElfFile file = ElfFile::read(sw_program(kernel + variant)).value();
            const Code code(file);
            EXPECT_GT(code.bytes.size(), 200U);
            if (!first) first = code;
            EXPECT_TRUE(code == *first);
            for (const ElfFile::Segment& segment : file.segments())
                if (!segment.executable) data.emplace(segment.bytes.begin(), segment.bytes.end());
        }
        EXPECT_EQ(data.size(), variants.size()) << kernel << ": each input is another one";
    }
}

TEST(E2eSwPrograms, FullKernelsAreRightAndOfTheSizeForEvaluations) {
    for (const std::string& name : programs("kernel-full")) {
        SCOPED_TRACE(name);
        ProgramRun run(name);
        run.expect_success();
        EXPECT_EQ(run.printed, "");
        EXPECT_GE(run.machine->instructions(), 200'000U);
        EXPECT_LE(run.machine->instructions(), 5'000'000U);
    }
}

TEST(E2eSwPrograms, HundredsOfMigrationsLoseNothing) {
    const Shape dynamic{.kind = Kind::kDynamic};
    for (const std::string& name : programs("rf-full")) {
        SCOPED_TRACE(name);
        ProgramRun(name, &dynamic).expect_success();
    }
}

TEST(E2eSwPrograms, DemonstrationsPrint) {
    for (const std::string& name : programs("demo")) {
        SCOPED_TRACE(name);
        ProgramRun run(name);
        run.expect_success();
        EXPECT_NE(run.printed, "");
    }
}

TEST(E2eSwPrograms, DataOnSkrmAreReadBack) {
    for (const std::string& name : programs("demo-skrm")) {
        SCOPED_TRACE(name);
        SkrmMemory skrm;
        ProgramRun run(name, nullptr, &skrm);
        run.expect_success();
        EXPECT_NE(run.printed.find("all right\n"), std::string::npos) << run.printed;
        EXPECT_GE(skrm.counters()[model::Counter::kReads], 200U) << "each access begins with one";
    }
}

TEST(E2eSwPrograms, TheSleepyDemonstrationGoesOnWhereItsMigrationWasCutOff) {
    const Shape dynamic{.kind = Kind::kDynamic};
    const ElfFile file = ElfFile::read(sw_program("sleepy.elf")).value();
    for (const auto& [place, expected] : {std::pair{"rf_switch", "woken: beginning anew\n120, as it should be\n"},
                                          {"rf_finish", "woken in a migration: going on\n120, as it should be\n"}}) {
        SCOPED_TRACE(place);
        ProgramRun run("sleepy.elf", &dynamic);
        model::rv32::Retirement record;
        while (run.machine->step(record) && record.pc != file.symbol(place).value()) {
        }
        run.machine->reset();
        run.expect_success();
        EXPECT_EQ(run.printed, expected);
    }
}

// Between any two instructions of the first two migrations.
TEST(E2eSwPrograms, EveryRegisterIsThereAfterAResetInAMigration) {
    const Shape dynamic{.kind = Kind::kDynamic};
    // From the first migration to where the registers of the second one are stored.
    uint64_t begin = 0;
    uint64_t end = 0;
    {
        ProgramRun run("rf-recover.elf", &dynamic);
        const ElfFile file = ElfFile::read(sw_program("rf-recover.elf")).value();
        const uint32_t handler = file.symbol("rf_migrate").value();
        const uint32_t leave = file.symbol("round_here").value();
        model::rv32::Retirement record;
        int rounds = 0;
        while (rounds < 2 && run.machine->step(record)) {
            if (record.pc == handler && begin == 0) begin = run.machine->instructions() - 1;
            if (record.pc == leave) {
                ++rounds;
                end = run.machine->instructions() + 40;
            }
        }
        ASSERT_EQ(rounds, 2);
    }
    std::map<std::string, int> found;
    for (uint64_t at = begin - 4; at < end; ++at) {
        SCOPED_TRACE(at);
        ProgramRun run("rf-recover.elf", &dynamic);
        run.machine->run({.instructions = at});
        ASSERT_EQ(run.printed, "");
        run.machine->reset();
        run.expect_success();
        ++found[run.printed.substr(0, run.printed.find('\n'))];
        if (HasFailure()) break;
    }
    for (const char* state : {"not begun", "whole", "scratch", "under way", "done"})
        EXPECT_GT(found[std::string("recovered: ") + state], 0) << state;
    EXPECT_GT(found["recovered: under way"], 100);
}

}  // namespace
}  // namespace sky::test
