// Question: does scripts/rvcc make a program of files from anywhere that runs, and say clearly what is wrong?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

Outcome rvcc(const std::vector<std::string>& arguments, const std::string& folder) {
    return Program(SKY_RVCC, arguments, folder).wait();
}

struct Ending {
    model::rv32::Stop stop;
    std::string printed;
};

Ending run(const std::string& path) {
    Ending ending;
    model::rv32::Machine machine({.console = [&](char c) { ending.printed += c; }});
    const Result<regfile::ElfFile> file = regfile::ElfFile::read(path);
    EXPECT_TRUE(file.ok() && file.value().load(machine).ok()) << path;
    ending.stop = machine.run({.instructions = 10'000'000});
    EXPECT_EQ(ending.stop.reason, model::rv32::StopReason::kExit) << ending.stop.message();
    return ending;
}

/// Compiles and runs one file; what rvcc says has to be nothing.
Ending compile_and_run(const std::string& text, std::vector<std::string> options) {
    const TemporaryFolder folder;
    (void)folder.file("program.c", text);
    options.insert(options.end(), {"program.c", "-o", "program.elf"});
    const Outcome outcome = rvcc(options, folder.path(""));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err + outcome.out, "");
    return run(folder.path("program.elf"));
}

TEST(E2eRvcc, WhatMainReturnsIsTheExitCode) {
    EXPECT_EQ(compile_and_run("int main(void) { return 42; }", {"-O2"}).stop.exit_code, 42U);
    EXPECT_EQ(compile_and_run("int main(void) { return 0; }", {"-O0", "-Wall", "-Werror"}).stop.exit_code, 0U);
    EXPECT_EQ(
        compile_and_run("#include <stdlib.h>\nint main(void) { exit(CODE); }", {"-O2", "-DCODE=7"}).stop.exit_code,
        7U);
}

TEST(E2eRvcc, TheLibraryPrintsAllocatesAndKnowsConstructors) {
    const Ending ending = compile_and_run(
        "#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
        "static int zero[1000]; static int one = 1; static _Thread_local int own = 5;\n"
        "static __attribute__((constructor)) void early(void) { ++one; }\n"
        "static void late(void) { puts(\"late\"); }\n"
        "int main(int argc, char** argv) {\n"
        "    char* text = malloc(100000);\n"
        "    memset(text, 'x', 99999);\n"
        "    text[3] = 0;\n"
        "    atexit(late);\n"
        "    printf(\"%s %d %d %d %d %.3f %d\\n\", text, zero[999], one, own, argc, sqrt(2), argv[0] == 0);\n"
        "    fprintf(stderr, \"%d\\n\", getchar());\n"
        "    return malloc(16 << 20) != 0;\n"
        "}\n",
        {"-O2", "-lm"});
    EXPECT_EQ(ending.printed, "xxx 0 2 5 0 1.414 1\n-1\nlate\n");
    EXPECT_EQ(ending.stop.exit_code, 0U);
}

TEST(E2eRvcc, TrapsAndAbortsEndTheRunWithWhatHappened) {
    const Ending trap = compile_and_run("int main(void) { return *(volatile int*)0x100; }", {"-O2"});
    EXPECT_EQ(trap.stop.exit_code, 128U + 5);
    EXPECT_EQ(trap.printed.find("unexpected trap: cause 0x00000005, pc 0x8000"), 0U) << trap.printed;
    EXPECT_NE(trap.printed.find(", value 0x00000100\n  load access fault; ra 0x8000"), std::string::npos)
        << trap.printed;
    EXPECT_NE(trap.printed.find(", sp 0x807f"), std::string::npos) << trap.printed;
    EXPECT_EQ(std::count(trap.printed.begin(), trap.printed.end(), '\n'), 2) << "nothing is wrong with the stack";
    EXPECT_EQ(compile_and_run("#include <stdlib.h>\nint main(void) { abort(); }", {"-O2"}).stop.exit_code, 128U + 6);
}

TEST(E2eRvcc, AnUnexpectedTrapNamesItsCause) {
    const std::string program =
        "#include \"skytrack.h\"\n"
        "int main(void) { TRAP; return 0; }\n";
    const std::vector<std::tuple<std::string, uint32_t, std::string>> traps{
        {"((void (*)(void))0x40000000)()", 1, "instruction access fault"},
        {"__asm__ volatile(\".word 0\")", 2, "illegal instruction"},
        {"__asm__ volatile(\"lw t0, 1(sp)\")", 4, "misaligned load"},
        {"__asm__ volatile(\"ecall\")", 11, "environment call"},
        {"rf_enable(); sky_csr_set(0x304, SKY_MIE_SOFTWARE); sky_store(SKY_MSIP, 1); for (;;)", 3,
         "software interrupt"},
    };
    for (const auto& [statement, cause, words] : traps) {
        SCOPED_TRACE(statement);
        const Ending trap = compile_and_run(program, {"-O2", "-DTRAP=" + statement});
        EXPECT_EQ(trap.stop.exit_code, 128 + cause) << trap.printed;
        EXPECT_NE(trap.printed.find("\n  " + words + "; ra 0x8000"), std::string::npos) << trap.printed;
        EXPECT_EQ(trap.printed.find("outside"), std::string::npos) << trap.printed;
    }
}

TEST(E2eRvcc, AStackThatRunsOverAllElseIsToldOf) {
    const Ending deep = compile_and_run(
        "__attribute__((noinline)) int deep(int n) {\n"
        "    volatile int a[1024];\n"
        "    a[0] = n;\n"
        "    return deep(n + 1) + a[0];\n"
        "}\n"
        "int main(void) { return deep(1); }\n",
        {"-O2"});
    EXPECT_GE(deep.stop.exit_code, 128U);
    EXPECT_EQ(deep.printed.find("unexpected trap: cause 0x"), 0U) << deep.printed;
    EXPECT_NE(deep.printed.find("\n  sp lies outside the stack, 0x806ff800 to 0x807ff800: an overflow?"),
              std::string::npos)
        << deep.printed;
    EXPECT_NE(deep.printed.find("__stack_size"), std::string::npos) << deep.printed;
}

/// abort() and a trap may have the same exit code.
TEST(E2eRvcc, RfRunTellsAnUnexpectedTrapFromAnExit) {
    const TemporaryFolder folder;
    (void)folder.file("trap.c", "int main(void) { __asm__ volatile(\".word 0\"); return 0; }\n");
    (void)folder.file("exit.c", "int main(void) { return 130; }\n");
    for (const std::string name : {"trap", "exit"}) {
        ASSERT_EQ(rvcc({name + ".c", "-O2", "-o", name + ".elf"}, folder.path("")).exit_code, 0);
        for (const char* backend : {"fast", "rtl"}) {
            const Outcome outcome =
                skytrack({"rf", "run", folder.path(name + ".elf"), "--json", "--backend", backend});
            EXPECT_EQ(outcome.exit_code, 128 + 2) << outcome.err;
            const auto report = nlohmann::json::parse(outcome.out, nullptr, false);
            ASSERT_TRUE(report.is_object()) << outcome.out;
            EXPECT_EQ(report["results"][0]["ended"], name);
            EXPECT_EQ(report["results"][0]["exit_code"], 130);
            EXPECT_EQ(outcome.err.find("a trap that nobody handles") != std::string::npos, name == "trap")
                << outcome.err;
        }
    }
}

TEST(E2eRvcc, SeveralFilesOfCAndAssemblyMayHaveTheirOwnFunctionsInTheRuntimesPlace) {
    const TemporaryFolder folder;
    (void)folder.file("main.c",
                      "int twice(int);\nlong write(int f, const void* d, unsigned long n);\n"
                      "long write(int f, const void* d, unsigned long n) { return f; }\n"
                      "int main(void) { return twice(10) + (int)write(1, 0, 0); }\n");
    (void)folder.file("twice.S",
                      "#include \"skytrack.h\"\n.globl twice\ntwice: slli a0, a0, 1\n csrr t0, CSR_RFMODE\n ret\n");
    EXPECT_EQ(rvcc({"-c", "main.c"}, folder.path("")).exit_code, 0);
    EXPECT_EQ(rvcc({"main.o", "twice.S", "-o", "two.elf"}, folder.path("")).exit_code, 0);
    EXPECT_EQ(run(folder.path("two.elf")).stop.exit_code, 21U);
}

TEST(E2eRvcc, SaysWhatIsWrong) {
    const TemporaryFolder folder;
    (void)folder.file("bad.c", "int main(void) { return missing(); }\n");
    const Outcome undefined = rvcc({"bad.c", "-O2", "-o", "bad.elf"}, folder.path(""));
    EXPECT_EQ(undefined.exit_code, 1);
    EXPECT_NE(undefined.err.find("missing"), std::string::npos) << undefined.err;
    EXPECT_EQ(folder.names(), std::vector<std::string>{"bad.c"});

    const Outcome nothing = rvcc({}, folder.path(""));
    EXPECT_EQ(nothing.exit_code, 2);
    EXPECT_EQ(nothing.err, "rvcc: nothing to compile; try scripts/rvcc --help\n");

    const Outcome compiler =
        Program("/usr/bin/env", {"SKY_RISCV_GCC=no-such-gcc", SKY_RVCC, "bad.c"}, folder.path("")).wait();
    EXPECT_EQ(compiler.exit_code, 2);
    EXPECT_EQ(compiler.err, "rvcc: no no-such-gcc on this machine; scripts/setup --sw installs it\n");

    const Outcome help = rvcc({"--help"}, folder.path(""));
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find("scripts/rvcc hello.c -O2 -o hello.elf"), std::string::npos) << help.out;
}

}  // namespace
}  // namespace sky::test
